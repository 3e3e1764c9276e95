/* SPDX-License-Identifier: MIT */
/* The certificates of the addresses with TLS, which are loaded all together or
 * not at all. */
#ifndef BROKER_PORT_CONTEXTS_H
#define BROKER_PORT_CONTEXTS_H

#include "../proto/tls_context.h"

#include "config.h"

/* In the order of config->listen; NULL where there is no TLS. */
struct port_contexts {
	struct tli_tls_context *of[CONFIG_LISTEN_MAX];
};

/* Returns 0, or the code in *error, with the address, and nothing loaded. */
int port_contexts_load(struct port_contexts *contexts,
	const struct config *config, struct tli_error *error);

/* Hands one over. */
struct tli_tls_context *port_contexts_take(
	struct port_contexts *contexts, size_t number);

void port_contexts_fini(struct port_contexts *contexts);

#endif
