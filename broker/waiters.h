/* SPDX-License-Identifier: MIT */
/*
 * Who waits for what, who owns what, and until when: one layer for every kind
 * of object and every engine, below every dialect.
 *
 * A dialect starts requests, in memory of its own; each is done at once, or
 * later, from waiters_run(). A connection is an owner: what it waits for, and
 * what it was granted (leases, locks, references), ends with it.
 *
 * Those who wait for the same are tried in the order of their coming, one at a
 * time; nobody overtakes them. An owner that is congested (its output is full)
 * is passed over: it gets nothing that it could not take.
 *
 * Order, exactly. Who waits for items, room or a turn stands in line; when the
 * first has to go on waiting, so have the others. Before a new request is tried
 * all that has become possible is given to those in line. One that puts, gets
 * or fetches stands behind those who wait for the same without being tried,
 * unless it may not wait; a call is tried, as what it will need cannot be told
 * before: a lock's holder must get through to give it up. That a
 * manager's client has its item is noted at once. With an engine that completes
 * late, places in line are those of submission, whatever the order of
 * completions: one of a line is tried at a time, and not before all are
 * answered that the object was asked for earlier. Yet who is tried for the
 * first time there, as what makes something possible takes effect, can get it
 * before those in line, for whom the notice of it is still on its way.
 */
#ifndef BROKER_WAITERS_H
#define BROKER_WAITERS_H

#include "engine/deadlines.h"
#include "engine/engine.h"
#include "table.h"

#include <sys/queue.h>

struct waiters;
struct owner;
struct grant;
struct line;

enum request_state {
	REQUEST_IDLE,    /* not started, or done */
	REQUEST_TRIED,   /* the engine has it */
	REQUEST_WAITING, /* in line */
	REQUEST_FINISHED /* done() is about to be called */
};

/* The owner of the memory keeps it until it is done. */
struct request {
	struct op op; /* what is asked, then the answer */
	/* It is done, other than at once. From waiters_run(), or
	 * waiters_free(). */
	void (*done)(struct request *request);

	/* The layer's own. */
	struct owner *owner;
	uint8_t state;   /* an enum request_state */
	uint8_t outcome; /* an enum engine_result, that came late */
	bool cancelled;  /* what it gets is not wanted any more */
	bool has_waited;
	bool is_undone; /* the engine takes back what it got */
	struct {        /* op's, meanwhile */
		uint8_t code;
		uint8_t status;
		uint64_t token;
		struct tli_item *item;
	} asked;
	TAILQ_ENTRY(request) link;  /* in line, or of those done */
	TAILQ_ENTRY(request) owned; /* the owner's */
	struct line *line;
	uint64_t object; /* that is asked, whatever the answer is about */
	uint64_t order;  /* its place in line: the small come first */
	uint64_t tried;  /* when, as lines count */
	int64_t started_ms;
	struct deadline deadline;
};

TAILQ_HEAD(request_list, request);

/* A connection, or a process that several stand for. */
struct owner {
	struct waiters *waiters;
	uint64_t id;
	uint32_t identity;
	uint32_t waiting;    /* requests that had to wait and are not done */
	uint32_t references; /* requests that are not done, and returns */
	uint32_t max_grants; /* 0 = as of all; set after owner_init() */
	uint32_t finished;   /* requests whose done() is about to be called */
	bool congested;      /* owner_set_congested() */
	bool ended;
	/* It has ended, and nothing refers to it any more: it may be freed.
	 * From waiters_run(), owner_end() or waiters_free(). */
	void (*gone)(struct owner *owner);
	struct request_list requests;
	struct grant *grants;
	UT_hash_handle hh; /* by id */
};

struct waiters_limits {
	uint32_t max_waiting;              /* requests, of all */
	uint32_t max_waiting_per_identity; /* of those with one key */
	uint32_t max_waiting_per_owner;    /* of one */
	uint32_t max_grants_per_owner;
};

struct waiters *waiters_new(const struct waiters_limits *limits);
/* All owners must have ended. What the engine has not completed, which is freed
 * too, is done, CANCELLED. NULL is fine. */
void waiters_free(struct waiters *waiters);

/* What the engine is to tell; the engine is the layer's own from then on. */
struct engine_listener waiters_listener(struct waiters *waiters);
void waiters_set_engine(struct waiters *waiters, struct engine *engine);
void waiters_set_limits(
	struct waiters *waiters, const struct waiters_limits *limits);

/* Its id is no other owner's. False for lack of memory, and it is none. */
bool owner_init(struct owner *owner, struct waiters *waiters, uint64_t id,
	uint32_t identity, void (*gone)(struct owner *owner))
	__attribute__((warn_unused_result));

/*
 * The connection is over, in whatever way: its requests are done, CANCELLED,
 * later; what it was granted is given back at once, the newest first, so that
 * items that go back to the head of a queue stand there as before. What a
 * request is granted even so goes back too.
 */
void owner_end(struct owner *owner);

/* Gives one grant back, for which no memory is needed. False if the owner has
 * no such grant. */
bool owner_return(struct owner *owner, uint64_t token, int64_t now_ms);

/* Its output is full, or no longer. */
void owner_set_congested(struct owner *owner, bool congested);

/*
 * Starts a request, of which op's first part and done are set. True if it is
 * done, with the answer in op; false if done() will be called, which it is also
 * for what is done at once while the same owner has yet to hear of others: it
 * hears of all in the order in which they were done. timeout_ms in op is how
 * long it may wait. LIMIT if too many wait already. OP_RETURN gives back
 * a grant; nothing happens if the owner does not have it.
 */
bool request_start(
	struct owner *owner, struct request *request, int64_t now_ms);

/* The same for an identity that need not be the owner's: many can ask by one
 * process. What is made, and waits, counts as that identity's. */
bool request_start_for(struct owner *owner, uint32_t identity,
	struct request *request, int64_t now_ms);

/* Withdraws it: it is done later, with CANCELLED, unless it was as good as
 * done. What the engine gives it meanwhile goes back. Nothing for one that is
 * not started. */
void request_cancel(struct request *request);

/* Frees what an answer holds: its result. The op can be used again. */
void request_clear(struct request *request);

/* When waiters_run() is to be called, if nothing happens before; 0 = at once.
 * The engine's deadline counts too. */
int64_t waiters_deadline_ms(const struct waiters *waiters);

/* Does what is due: deadlines up to passed_ms, tries anew, as of now_ms, calls
 * done(). Once for each turn of the loop, after what came in. The two are the
 * same time, rounded down and up, so that nothing ends early. It does so much
 * at most, and then is to be called again at once: nobody waits long for
 * others' work. */
void waiters_run(struct waiters *waiters, int64_t passed_ms, int64_t now_ms);

/* How many requests wait, of all owners; how much an owner was granted. */
uint32_t waiters_count(const struct waiters *waiters);
uint32_t owner_grant_count(const struct owner *owner);

/* How many wait for an object. */
uint32_t waiters_count_for(const struct waiters *waiters, uint64_t object);

/* Who waits for an object and who owns something of it, for listings: calls
 * `each` for every one. The token is 0 for who waits. */
void waiters_list(const struct waiters *waiters, uint64_t object,
	void (*each)(void *arg, const struct owner *owner, uint64_t token,
		int64_t deadline_ms),
	void *arg);

#endif
