/* SPDX-License-Identifier: MIT */
/* One holder: which process it is, which list of holders.c it is in, and its
 * end. Inside the layer of holders.h. */
#ifndef BROKER_HOLDER_H
#define BROKER_HOLDER_H

#include "broker.h"
#include "holders.h"
#include "references.h"

TAILQ_HEAD(holder_list, holder);

struct holder {
	struct owner owner;
	struct holders *holders; /* NULL when these are no more */
	struct stream process;   /* fd -1: unknown, or it has ended */
	int pid;                 /* 0 = unknown */
	uint32_t uid;
	uint32_t uses;                    /* and one while the owner is there */
	int64_t ended_ms;                 /* NEVER_MS while it runs */
	struct reference_list references; /* used longest ago first */
	struct holder_list *list;         /* that it is in */
	TAILQ_ENTRY(holder) link;
	UT_hash_handle hh; /* of those that run, by pid */
};

struct holders {
	struct broker *broker;
	struct holder *unknown;
	struct holder *by_pid;
	struct holder_list idle; /* without a reference or a use */
	struct holder_list busy;
	struct holder_list ended; /* which have references, by time */
	uint32_t idle_count;
	uint64_t last_id; /* above HOLDER_IDS */
	struct references references;
	struct timer timer;
	int64_t timer_ms; /* when it is over; NEVER_MS = it is not started */
	struct log_limit unwatched;
};

/* NULL for lack of memory. */
struct holder *holder_new(struct holders *holders);

/* All that it was granted goes back; it is freed when nobody uses it. */
void holder_end(struct holder *holder);

/* To the list where it belongs now. */
void holder_sort_in(struct holder *holder);

/* Its process has ended at that time: the grace begins. */
void holder_set_ended(struct holder *holder, int64_t now_ms);

/* Its owner has nothing any more. */
void holder_gone(struct owner *owner);

/* What the clock says now. */
int64_t holders_tick(struct holders *holders);

#endif
