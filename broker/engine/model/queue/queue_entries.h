/* SPDX-License-Identifier: MIT */
/*
 * What a queue holds. Each item is an entry in one of three states: ready to be
 * given out, delayed until then, or leased to somebody. Entries come, change
 * their states as time goes, and go.
 */
#ifndef MODEL_QUEUE_ENTRIES_H
#define MODEL_QUEUE_ENTRIES_H

#include "../call.h"
#include "queue_heap.h"

#include <sys/queue.h>

enum queue_state {
	ENTRY_NEW, /* in no queue */
	ENTRY_READY,
	ENTRY_DELAYED,
	ENTRY_LEASED,
	ENTRY_STATES
};

struct queue_entry {
	struct tli_item *item;
	TAILQ_ENTRY(queue_entry) link;  /* among all, in order of being put */
	TAILQ_ENTRY(queue_entry) ready; /* among the new ones that are ready */
	size_t place;                   /* in the heap, from 1; 0 = not there */
	uint64_t arrival;               /* grows with each that is put */
	int64_t put_ms;
	int64_t expires_ms; /* NEVER_MS */
	int64_t until_ms;   /* the end of its state, NEVER_MS */
	struct deadline due;
	int64_t priority;
	double rank; /* of those of its kind, the number that it starts with */
	uint64_t lease;    /* the token */
	uint64_t owner;    /* of the lease */
	uint32_t lease_ms; /* how long it is, 0 = without limit */
	uint32_t attempts; /* how often it was given out */
	uint8_t state;     /* an enum queue_state */
	uint8_t rank_kind; /* the order's own; 0 = the rank says nothing */
	UT_hash_handle hh; /* by lease */
};

TAILQ_HEAD(queue_entries, queue_entry);

enum queue_end {
	QUEUE_OPEN,
	QUEUE_ENDS, /* shut down: nothing is put any more */
	QUEUE_ENDED /* at once: nothing comes back either */
};

struct queue_order;

struct queue {
	struct object object;
	const struct queue_order *order;
	uint64_t maxsize; /* of what waits: ready or delayed; 0 = no limit */
	uint64_t max_bytes;
	uint64_t max_attempts;
	char *dead_letter; /* the name of a queue; NULL = none */
	enum queue_end end;
	struct queue_entries all;
	struct queue_entries fresh;
	struct queue_heap heap;
	struct deadlines deadlines;
	struct queue_entry *leases;
	struct queue_entry no_lease; /* keeps that table when there is none */
	uint64_t in[ENTRY_STATES];
	uint64_t waiting_bytes;
	uint64_t arrivals;
	uint64_t unfinished; /* tasks */
	uint64_t puts, gets, redelivered, dead_lettered, expired, dropped;
};

/* The queue of a call, as it is now: what is over by then had its effect. */
struct queue *queue_of(struct call *call);

/* Whether an object is a queue. */
bool queue_is_one(const struct object *object);

/* Ready and delayed: what bounds count. */
static inline uint64_t queue_waiting(const struct queue *queue)
{
	return queue->in[ENTRY_READY] + queue->in[ENTRY_DELAYED];
}

static inline bool queue_is_bounded(const struct queue *queue)
{
	return queue->maxsize > 0 || queue->max_bytes > 0;
}

/* Whether there is nothing to get, and never will be. */
static inline bool queue_is_drained(const struct queue *queue)
{
	return queue->end != QUEUE_OPEN && queue_waiting(queue) == 0;
}

/* Of an item, referenced; it is in no queue. NULL for lack of memory. */
struct queue_entry *queue_entry_new(struct tli_item *item);
void queue_entry_free(struct queue_entry *entry);

/*
 * Has one that is in no queue join this one, ready or, if until_ms is later
 * than now, delayed, whatever the bounds. False with the error raised, and
 * nothing changed, when a limit is reached, there is no memory, or it cannot be
 * compared; on a call of NULL, just false.
 */
bool queue_entry_join(struct call *call, struct queue *queue,
	struct queue_entry *entry, int64_t until_ms, int64_t now_ms);

/* Takes it out. Its memory is left, and its tasks are as unfinished as they
 * were. */
void queue_entry_leave(struct queue *queue, struct queue_entry *entry);

/* Takes it out and frees it. */
void queue_entry_remove(struct queue *queue, struct queue_entry *entry);

/*
 * Changes its state to leased or delayed until then. False for lack of memory,
 * and nothing was changed. A lease has its token already.
 */
bool queue_entry_turn(struct queue *queue, struct queue_entry *entry,
	enum queue_state state, int64_t until_ms, int64_t now_ms);

/* Has what was delayed or leased be ready; it is gone if its life is over. */
void queue_entry_make_ready(
	struct queue *queue, struct queue_entry *entry, int64_t now_ms);

/* One task less; not below 0. */
void queue_finish_task(struct queue *queue);

/* Removes what waits, as if each were done. */
void queue_purge(struct queue *queue);

/* Leases, delays and lives that are over by now have their effect. */
void queue_elapse(struct queue *queue, int64_t now_ms);

/* Frees all that is in it, and what it is kept in. */
void queue_drop_all(struct queue *queue);

#endif
