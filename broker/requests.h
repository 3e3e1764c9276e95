/* SPDX-License-Identifier: MIT */
/*
 * One request at a time: tried, answered, put in line, and what it got kept for
 * its owner or given back. Inside the layer of waiters.h.
 */
#ifndef BROKER_REQUESTS_H
#define BROKER_REQUESTS_H

#include "lines.h"
#include "wait_counts.h"

/* Of a deadline that is over while the request has to be left alone. */
#define LATER_MS (NEVER_MS - 1)

struct waiters {
	struct engine *engine; /* owned */
	struct waiters_limits limits;
	struct lines lines;
	struct deadlines deadlines;    /* of requests in line, and of leases */
	struct request_list completed; /* by a late engine; not looked at yet */
	struct request_list finished;  /* done() is to be called */
	struct owner *owners;          /* by id, in order of coming */
	struct wait_counts wait_counts;
	uint32_t waiting;    /* requests that had to wait and are not done */
	unsigned tries_left; /* until the next run */
	int64_t now_ms;
};

/* From being started to being done. */
void request_attach(
	struct owner *owner, uint32_t identity, struct request *request);
/* Its owner may be gone after owner_release(), which is to follow. */
void request_detach(struct request *request);
void owner_release(struct owner *owner);

/* Has it wait in line without being tried. False as below. */
bool request_wait_untried(struct request *request, unsigned class);

/* Tries it, or takes the engine's late answer. True if there is no more to
 * come: the answer is final. */
bool request_try(struct request *request);
void request_complete(struct request *request, enum engine_result outcome);
bool request_take_outcome(struct request *request);

/* It is in line, and not wanted any more. As above. */
bool request_withdraw(struct request *request, enum tli_status status);

/* It is finished, and held still, but its owner has ended. As above. */
bool request_retract(struct request *request);

/* Its answer is final, and will be told; it is about to be, or not to be. */
void request_finish(struct request *request);
void request_unfinish(struct request *request);

/* Its time is over. It may have to wait for that. */
void request_expire(struct request *request);
/* What that waited for may have come. */
void request_resume_expiry(struct request *request);

/* The same for the engine that is freed: it is done. */
void request_abandon(struct request *request);

#endif
