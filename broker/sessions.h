/* SPDX-License-Identifier: MIT */
/* The sessions of a broker, as the rest of it sees them. */
#ifndef BROKER_SESSIONS_H
#define BROKER_SESSIONS_H

#include "log.h"
#include "peer.h"
#include "timer.h"

struct session;
struct session_request;
TAILQ_HEAD(session_list, session);
TAILQ_HEAD(session_request_list, session_request);

struct sessions {
	struct session_list due;           /* have something to do */
	struct session_list dead;          /* freed when the loop comes round */
	struct session_list unseen;        /* whose end would not show */
	struct timer look;                 /* at these */
	struct session_request_list spare; /* for what is asked next */
	uint32_t spare_count;
	uint32_t count; /* connected */
	uint64_t total; /* ever */
	uint64_t requests;
	struct log_limit faults;
};

void sessions_init(struct sessions *sessions, struct event_base *base);

/* Whether the loop is not to wait. */
bool sessions_are_due(const struct sessions *sessions);

/* Goes on with those that have something to do, and writes what they have to
 * say: once for each turn of the loop, behind all else. */
void sessions_run(struct sessions *sessions);

/* Frees those that are over. */
void sessions_reap(struct sessions *sessions);

/* There must be none any more. */
void sessions_fini(struct sessions *sessions);

/* How much is held of what goes out to a peer; 0 if it has no session. */
size_t session_held_bytes(const struct peer *peer);

#endif
