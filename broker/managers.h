/* SPDX-License-Identifier: MIT */
/* The connections of managers' clients, as the rest of the broker sees them. */
#ifndef BROKER_MANAGERS_H
#define BROKER_MANAGERS_H

#include "../proto/value/value.h"

#include "log.h"
#include "peer.h"

struct manager;
TAILQ_HEAD(manager_list, manager);

struct managers {
	struct manager_list due;  /* have something to do */
	struct manager_list dead; /* freed when the loop comes round */
	struct tli_values values; /* of the request that is looked at */
	uint32_t count;           /* connected */
	uint64_t requests;
	uint64_t lost_items; /* got by clients that broke off at once */
	bool wants_end;      /* a client has asked for the broker's end */
	struct log_limit faults;
};

/* False, with errno set, without random bytes. */
bool managers_init(struct managers *managers);
void managers_fini(struct managers *managers);

/* As those of sessions.h. */
bool managers_are_due(const struct managers *managers);
void managers_run(struct managers *managers);
void managers_reap(struct managers *managers);

/* How much is held of what goes out to a peer; 0 if it is none. */
size_t manager_held_bytes(const struct peer *peer);

#endif
