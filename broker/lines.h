/* SPDX-License-Identifier: MIT */
/*
 * Lines of requests that wait for the same of the same object, and whose turn
 * it is. A line is made when somebody waits and freed when nobody does.
 *
 * Being woken only marks a line. One that is served in turn is then tried from
 * its head until one has to go on waiting; of others each is tried once. All
 * that counts as time here is a sequence of tries and wake-ups.
 */
#ifndef BROKER_LINES_H
#define BROKER_LINES_H

#include "waiters.h"

/* Not of an object: who came while those in line were still to be served. */
#define NEWCOMERS WAIT_CLASSES

#define LINE_SLOTS 256u

struct line {
	struct {
		uint64_t object;
		uint64_t class;
	} what;
	struct request_list requests; /* by their order */
	uint32_t members;             /* those included that are being tried */
	uint32_t able; /* of requests: whose owners are not congested */
	uint64_t woken_at;
	struct request *trying; /* in turn: the first, which the engine has */
	bool is_woken;
	bool is_held; /* woken, but the first is being tried, or one is pending
		       * who may come before it */
	TAILQ_ENTRY(line) link; /* of those woken */
	UT_hash_handle hh;
};

TAILQ_HEAD(line_list, line);

/* What is kept by a hash of what a line is for. */
struct line_slot {
	/* When something of an object was woken last: a notice can overtake the
	 * answer of who is to wait for it. */
	uint64_t woken_at;
	uint32_t lines; /* in the table; most often there is none */
};

struct lines {
	struct line *table;
	struct line newcomers;    /* keeps the table when there is no other */
	struct line_list in_turn; /* woken */
	struct line_list others;
	struct request_list pending; /* first tries, in order of submission */
	uint64_t sequence;
	struct line_slot slots[LINE_SLOTS];
};

/* False for lack of memory. */
bool lines_init(struct lines *lines);
/* Nobody may wait any more. */
void lines_fini(struct lines *lines);

/* NULL if nobody waits for it. */
struct line *lines_find(
	const struct lines *lines, uint64_t object, unsigned class);

/* Has it wait at the place that its last try gives it, in a line it was not in.
 * False for lack of memory. */
bool lines_join(struct lines *lines, struct request *request, uint64_t object,
	unsigned class);
void lines_join_newcomers(struct lines *lines, struct request *request);

/* It is about to be tried; its place is kept. Of a line in turn the first one
 * alone may be. */
void lines_step_out(struct request *request);
/* It has to go on waiting. */
void lines_step_back(struct lines *lines, struct request *request);

/* It waits in its line no more, or was being tried. */
void lines_leave(struct lines *lines, struct request *request);

/* The engine has it, which was never in line, and has it no longer: meanwhile
 * nobody behind it is tried. */
void lines_expect(struct lines *lines, struct request *request);
void lines_expect_no_more(struct lines *lines, struct request *request);

/* As an engine's notice has it. */
void lines_wake(struct lines *lines, uint64_t object, unsigned classes);

/* The owner of one who waits is congested, or no longer. */
void lines_congestion_changed(struct lines *lines, struct request *request);

/* Who is to be tried next, those in turn first; NULL if there is none. */
struct request *lines_next_in_turn(struct lines *lines);
struct request *lines_next(struct lines *lines);

/* Whether there may be a next one. */
bool lines_are_woken(const struct lines *lines);

#endif
