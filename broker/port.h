/* SPDX-License-Identifier: MIT */
/* A socket that the broker listens at. */
#ifndef BROKER_PORT_H
#define BROKER_PORT_H

#include "../proto/tls_context.h"
#include "../system/listening.h"

#include "config.h"

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

/*
 * Listens at an address; with the socket of another one, if that is not NULL,
 * which differs from it in TLS alone. Nothing of that is changed, and
 * port_adjust() is due. NULL with *error set.
 */
struct port *port_open(struct broker *broker, const struct config *config,
	const struct config_listen *wanted, const struct port *other,
	struct tli_error *error);

/* Stops listening, and gives up a reference. */
void port_close(struct port *port);

/* Whether the configuration lets the port be. False with *error set. */
bool port_may_be_open(const struct port *port, const struct config *config,
	struct tli_error *error);

/* Warns if other machines can connect without TLS. */
void port_warn_if_open(const struct port *port);

/* Takes settings over; and the context, for those who connect from then on. */
void port_adjust(struct port *port, const struct config *config,
	const struct config_listen *wanted, struct tli_tls_context *context);

struct port *port_ref(struct port *port);
void port_unref(struct port *port);

/* Whether other machines could connect without TLS, at an address that is not
 * listened at, where config does not let them: 0, or the code in *error, also
 * for a host that is not found. */
int port_check(const struct config *config, const struct config_listen *wanted,
	struct tli_error *error);

#endif
