/* SPDX-License-Identifier: MIT */
/*
 * One operation on one object: what is asked, and the answer. It never waits:
 * it is tried, and what cannot be done yet says what it would wait for, so that
 * waiters.c can try again. It has no pointer into an engine, so that the engine
 * may be another process.
 */
#ifndef ENGINE_OP_H
#define ENGINE_OP_H

#include "../../proto/item.h"

#include <stdbool.h>
#include <stdint.h>

/* What is asked for besides the operations of sessions, enum tli_op_code. */
enum {
	OP_FETCH = TLI_OPS, /* the next message of a subscription */
	OP_RETURN,          /* a grant is given back, as its owner is gone: an
			     * item to its queue, a lock, a place in a wait. Or
			     * op's item, which was got without a lease */
	OP_LOOK,            /* whether anything may be done to the object */
	OP_CODES
};

/* What is waited for, of an object. */
enum wait_class {
	WAIT_ITEMS,  /* something to get */
	WAIT_ROOM,   /* room to put */
	WAIT_TURN,   /* a lock, a permit */
	WAIT_DONE,   /* all tasks are done */
	WAIT_SIGNAL, /* notified, set, or all are there */
	WAIT_CLASSES
};

/* Whether those who wait are served in turn, so that when the first has to go
 * on waiting so have the others; otherwise each has to try. */
static inline bool wait_is_in_turn(enum wait_class class)
{
	return class <= WAIT_TURN;
}

#define OP_FOREVER (-1)

struct op {
	/* What is asked. */
	uint8_t code;
	uint8_t format;  /* of a value: TLI_FORMAT_PICKLE or _JSON; the answer's
			  * is the same */
	bool expired;    /* its time is over: it is answered now. Even so it may
			  * have to wait: a condition's for its lock */
	bool unleased;   /* get: the item is gone with the answer */
	bool untold;     /* OP_RETURN: its owner has not heard of it */
	bool is_python;  /* a stock manager's client asks: as threading and
			  * queue have it, see docs/python.md */
	uint64_t object; /* by id; 0 = the registry. Of an answer with a grant:
			  * what gets that back, perhaps another one. Of the
			  * registry's: what was deleted, or is not permitted by
			  * its id, else 0 */
	uint64_t owner;  /* the connection */
	uint32_t identity;  /* whose key it has */
	uint32_t forbidden; /* what whoever asks may not do to the object, a
			     * RIGHT_BIT() of rights.h each */
	uint32_t forbidden_beside; /* nor to another one that options name */
	uint32_t forbidden_links;  /* which objects values of theirs, or for
				    * them, do not keep: LINKS_TO_...() of
				    * kinds.h */
	uint32_t lease_ms;         /* get, touch; nack: the delay */
	uint32_t delay_ms;         /* put */
	uint32_t ttl_ms;           /* put; 0 = no limit */
	int64_t priority;          /* put */
	uint64_t token;        /* the grant that it is about: ack, nack, touch,
				* OP_RETURN. Told by a call that acquires what
				* it has already */
	uint64_t count;        /* peek: how many to skip */
	struct tli_item *item; /* what is put or published; the value of open,
				* subscribe and call. Referenced */

	/* Kept from one try to the next. */
	uint64_t ticket;    /* a place in a wait that the object keeps */
	int64_t timeout_ms; /* how long it may wait: 0 = not at all; OP_FOREVER.
			     * Asked for by put and get, told by call */

	/* The answer. */
	uint8_t status;          /* an enum tli_status. NOT_PERMITTED: all of
				  * what is needed is forbidden */
	struct tli_item *result; /* the item, or the value that is returned or
				  * raised; NULL for None. A reference.
				  * NOT_PERMITTED, or of an open: the name by
				  * which rights know the object, as text */
	uint32_t needed;         /* of these rights any one: RIGHT_BIT()s */
	bool is_beside;          /* NOT_PERMITTED for forbidden_beside */
	uint32_t attempts;       /* get: deliveries of it, with this one */
	bool created;            /* open: it was made */
	uint64_t deliveries;     /* publish */
	uint64_t lost_messages;  /* fetch: missing before the message, or at
				  * the end if there is none */
	uint64_t lost_bytes;
	uint64_t granted; /* a token of something that the owner has from now
			   * on, to be given back when it goes */
	uint64_t dropped; /* one that it has no longer; also of what has to
			   * wait: a condition's gives up its lock for that */
	uint64_t dropped_owner; /* whose that was; 0 = the op's own */

	/* Not an answer: it has to wait. */
	uint64_t wait_object;
	uint8_t wait_class; /* an enum wait_class */
};

#endif
