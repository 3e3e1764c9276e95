/* SPDX-License-Identifier: MIT */
/*
 * Limits for each source of connections off this machine: an IPv4 address, or
 * the /64 of an IPv6 one. So many handshakes at a time; and who has failed is
 * kept out for a while, which doubles each time.
 */
#ifndef BROKER_SOURCES_H
#define BROKER_SOURCES_H

#include "../system/endpoint.h"

#include "config.h"

#include <stdbool.h>
#include <stdint.h>

#define SOURCES_MAX 4096u /* known at a time; the oldest are forgotten */

struct source;

struct sources {
	struct source *table; /* in order of arrival */
};

/* Whether a connection from there may start a handshake, which counts as under
 * way then. Always true for this machine itself. */
bool sources_admit(struct sources *sources, const struct config *config,
	const struct tli_endpoint *from, int64_t now_ms);

enum sources_outcome {
	SOURCES_DROPPED, /* by the broker: it says nothing of the source */
	SOURCES_FAILED,  /* it costs the source its penalty */
	SOURCES_LET_IN,  /* its penalties are forgotten */
};

/* The handshake is over. */
void sources_finish(struct sources *sources, const struct config *config,
	const struct tli_endpoint *from, enum sources_outcome outcome,
	int64_t now_ms);

void sources_fini(struct sources *sources);

#endif
