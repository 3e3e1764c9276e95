/* SPDX-License-Identifier: MIT */
/*
 * Places in a wait: those of a condition, of a barrier. A place is known by its
 * ticket, however often its operation is tried. It waits, in the order of
 * coming, until it is settled what becomes of it, and stays until its operation
 * has fetched that.
 */
#ifndef MODEL_PLACES_H
#define MODEL_PLACES_H

#include "../call.h"

#include <sys/queue.h>

struct place {
	uint64_t ticket;
	uint64_t number;         /* the kind's: what it will need */
	uint8_t outcome;         /* the kind's; PLACE_WAITS = not settled */
	TAILQ_ENTRY(place) link; /* while it waits */
	UT_hash_handle hh;
};

#define PLACE_WAITS 0

struct places {
	struct place *by_ticket;
	TAILQ_HEAD(, place) waiting;
	uint64_t waiting_count;
};

void places_init(struct places *places);
/* After places_init(), or of what is all zero. */
void places_fini(struct places *places);

/* A new last place for the caller, who gets its ticket. NULL with the error
 * raised. */
struct place *places_add(
	struct call *call, struct places *places, uint64_t number);

/* NULL if there is none with that ticket. */
struct place *places_find(const struct places *places, uint64_t ticket);

/* Who has waited longest; NULL if nobody waits. */
struct place *places_first(const struct places *places);

/* It waits no more: this is what became of it. */
void places_settle(struct places *places, struct place *place, uint8_t outcome);

/* It is gone, settled or not. */
void places_remove(struct places *places, struct place *place);

#endif
