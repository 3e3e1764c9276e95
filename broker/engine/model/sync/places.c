/* SPDX-License-Identifier: MIT */
#include "places.h"

#include <stdlib.h>

void places_init(struct places *places)
{
	TAILQ_INIT(&places->waiting);
}

void places_fini(struct places *places)
{
	struct place *place, *next;

	HASH_ITER (hh, places->by_ticket, place, next) {
		HASH_DEL(places->by_ticket, place);
		free(place);
	}
}

struct place *places_add(
	struct call *call, struct places *places, uint64_t number)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place) {
		place->ticket = model_next_token(call->model);
		place->number = number;
		HASH_ADD(hh, places->by_ticket, ticket, sizeof(place->ticket),
			place);
	}
	if (!place || !place->hh.tbl) {
		free(place);
		call_raise_memory(call);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&places->waiting, place, link);
	places->waiting_count++;
	call->op->ticket = place->ticket;
	return place;
}

struct place *places_find(const struct places *places, uint64_t ticket)
{
	struct place *place;

	HASH_FIND(hh, places->by_ticket, &ticket, sizeof(ticket), place);
	return place;
}

struct place *places_first(const struct places *places)
{
	return TAILQ_FIRST(&places->waiting);
}

void places_settle(struct places *places, struct place *place, uint8_t outcome)
{
	TAILQ_REMOVE(&places->waiting, place, link);
	places->waiting_count--;
	place->outcome = outcome;
}

void places_remove(struct places *places, struct place *place)
{
	if (place->outcome == PLACE_WAITS) {
		TAILQ_REMOVE(&places->waiting, place, link);
		places->waiting_count--;
	}
	HASH_DEL(places->by_ticket, place);
	free(place);
}
