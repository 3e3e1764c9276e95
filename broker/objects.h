/* SPDX-License-Identifier: MIT */
/* A broker's objects in its event loop: the engine that has them, and the layer
 * of those who wait for them. */
#ifndef BROKER_OBJECTS_H
#define BROKER_OBJECTS_H

#include "config.h"
#include "stream.h"
#include "timer.h"
#include "waiters.h"

struct objects {
	struct waiters *waiters;
	struct engine *engine; /* theirs */
	struct stream answers; /* of an engine that is elsewhere */
	struct timer timer;
	int64_t timer_ms; /* when it is over; TLI_NEVER = it is not started */
	int64_t now_ms;   /* at the last tick, rounded up: what begins then does
			   * not end early */
};

/* False, with errno set, for lack of memory or random bytes. Zeroed before,
 * they can be finished in either case. */
bool objects_init(struct objects *objects, struct event_base *base,
	const struct config *config, const char *epoch);

/* Takes the limits of another configuration. */
void objects_set_limits(struct objects *objects, const struct config *config);

/* The loop is about to wait: false if it must not. */
bool objects_may_wait(struct objects *objects);

/* Looks at the clock: for what came in just now. */
void objects_tick(struct objects *objects);

/* Does what is due: once for each turn of the loop, behind what came in. */
void objects_run(struct objects *objects);

/* What there is; zeros if the engine cannot tell. */
struct engine_usage objects_usage(const struct objects *objects);

/* Nobody may be connected any more. */
void objects_fini(struct objects *objects);

#endif
