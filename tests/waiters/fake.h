/* SPDX-License-Identifier: MIT */
/*
 * An engine for the tests of the layer above it: a few objects that are counts,
 * and answers that come at once or when the test says so, in any order.
 */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include "../../broker/engine/engine.h"

/* What op->count says that a call does. */
enum fake_method {
	ACQUIRE,    /* TURN; grants a token */
	RELEASE,    /* of op->token, which is dropped; 0 = whoever has it */
	AWAIT,      /* SIGNAL: until the object is set */
	WAIT_LOCKED /* a condition's: SIGNAL, then TURN, with a ticket; python
		     * may do so with another's lock */
};

struct fake_object {
	uint64_t items;  /* for a get, which grants a lease */
	uint64_t room;   /* for puts: op->priority is how much one takes */
	uint64_t holder; /* the token of who holds it */
	uint64_t holding_owner;
	uint64_t tries;
	bool is_set;
};

struct fake_pending {
	struct op *op;
	enum engine_result result;
};

#define FAKE_PENDING_MAX 64u
#define FAKE_BACK_MAX    8192u

struct fake {
	struct engine engine; /* the first */
	struct fake_object *objects;
	uint64_t last_token;
	int64_t deadline_ms;
	unsigned elapsed, flushed;
	bool is_late;
	struct fake_pending pending[FAKE_PENDING_MAX]; /* as submitted */
	size_t pending_count;
	uint64_t back[FAKE_BACK_MAX]; /* tokens that came back, in order */
	size_t back_count;
	size_t untold;   /* of those, as far as their owners never heard of them
			  */
	uint64_t leased; /* items that were given out */
	uint64_t unleased;
	uint64_t items_back; /* of these */
	uint64_t tries;
};

/* With so many objects, whose ids are below. */
void fake_init(struct fake *fake, size_t objects,
	const struct engine_listener *listener);

/* Changes from elsewhere, with their notices. */
void fake_add_items(struct fake *fake, uint64_t object, uint64_t items);
void fake_add_room(struct fake *fake, uint64_t object, uint64_t room);
void fake_set(struct fake *fake, uint64_t object);

/* Has the n-th of those pending, from 0, completed. */
void fake_complete(struct fake *fake, size_t n);

#endif
