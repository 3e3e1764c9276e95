/* SPDX-License-Identifier: MIT */
/* Connections that are told what happens. One that reads too slowly misses
 * events, and is told how many. */
#ifndef BROKER_MONITORS_H
#define BROKER_MONITORS_H

#include "../proto/address.h"

#include "peer.h"

struct monitor;
TAILQ_HEAD(monitor_list, monitor);

#define MONITORS_MAX 64u /* each may hold max_monitor_bytes */

struct monitors {
	struct monitor_list list;
	uint32_t count;
};

/* An event; members that it does not have are zero. */
struct monitor_event {
	const char *event;
	const struct peer *peer;
	bool located; /* with the peer's address */
	const char *reason;
	const char *name;
	const struct peer *partner;
	bool counted; /* with messages and bytes */
	uint64_t messages;
	uint64_t bytes;
};

void monitors_init(struct monitors *monitors);

/* Whether there are MONITORS_MAX. */
bool monitors_are_full(const struct monitors *monitors);

/* Makes the peer a monitor, of names that start with prefix; "" = of all, and
 * of what has no name. */
void monitors_add(struct peer *peer, const char *prefix);

/* Tells all whom it concerns, and the log. */
void monitors_tell(struct broker *broker, const struct monitor_event *event);

#endif
