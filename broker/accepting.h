/* SPDX-License-Identifier: MIT */
/* Taking those who knock at the ports, also when descriptors run out. */
#ifndef BROKER_ACCEPTING_H
#define BROKER_ACCEPTING_H

#include "log.h"
#include "timer.h"

#include <event2/event.h>

struct broker;

struct accepting {
	struct timer resume; /* after a pause */
	int reserve_fd;      /* given up to turn somebody away */
	struct log_limit turned_away;
};

/* False for lack of descriptors. */
bool accepting_init(struct accepting *accepting, struct broker *broker);

/* Also after a failed init. */
void accepting_fini(struct accepting *accepting);

/* Somebody knocks at a port, the owner. */
void accepting_on_knock(evutil_socket_t listening_fd, short event, void *owner);

#endif
