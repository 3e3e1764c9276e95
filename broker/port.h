/* SPDX-License-Identifier: MIT */
/* The sockets that the broker listens at. */
#ifndef BROKER_PORT_H
#define BROKER_PORT_H

#include "../proto/tls_context.h"
#include "../system/listening.h"

#include "config.h"
#include "log.h"
#include "timer.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <sys/queue.h>

struct broker;

struct port {
	TAILQ_ENTRY(port) link;
	struct broker *broker;
	struct config_listen config;
	const struct config_listen *wanted; /* within ports_open() */
	unsigned references;                /* the list's, and its peers' */
	int fd;                             /* -1 = closed */
	struct event knocking;
	struct tli_socket_file file;
	struct tli_tls_context *tls;        /* NULL = none */
	char address[TLI_ADDRESS_TEXT_MAX]; /* with the port in use */
};

TAILQ_HEAD(port_list, port);

struct ports {
	struct port_list list;
	struct timer resume; /* accepting, after a pause */
	int reserve_fd;      /* given up to turn somebody away */
	struct log_limit full, turned_away;
};

/* False for lack of descriptors. */
bool ports_init(struct ports *ports, struct broker *broker);

/*
 * Listens where the configuration says: keeps what is listened at already,
 * opens the rest, and then closes what is not wanted any more. Returns 0, or
 * the code in *error with nothing changed.
 */
int ports_open(struct ports *ports, struct broker *broker,
	const struct config *config, struct tli_error *error);

void ports_close(struct ports *ports);
void ports_fini(struct ports *ports);

struct port *port_ref(struct port *port);
void port_unref(struct port *port);

#endif
