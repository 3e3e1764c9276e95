/* SPDX-License-Identifier: MIT */
/* Tags: numbers by which answers find what was asked. */
#include "session.h"

#include <stdlib.h>

#define SLOT_BITS 20u
#define SLOTS_MAX (1u << SLOT_BITS)
#define FEWEST    16u
#define NOTES     0u /* the slot of what has no exchange */
#define NONE      UINT32_MAX

/* A request is the slot with the generation in front of it: nobody gets an
 * answer that was for who had the slot before. */
struct tli_slot {
	struct tli_exchange *exchange; /* NULL = free */
	uint64_t generation;
	uint32_t next_free;
};

static uint32_t slot_of(tieline_request request)
{
	return (uint32_t)request & (SLOTS_MAX - 1);
}

static bool grow(struct tli_exchanges *exchanges)
{
	uint32_t before = exchanges->slot_count;
	uint32_t count = before ? 2 * before : FEWEST;
	struct tli_slot *slots;

	if (count > SLOTS_MAX)
		return false;
	slots = realloc(exchanges->slots, count * sizeof(*slots));
	if (!slots)
		return false;
	for (uint32_t i = before; i < count; i++)
		slots[i] = (struct tli_slot){
			.generation = 1,
			.next_free = i + 1 < count ? i + 1 : NONE,
		};
	exchanges->slots = slots;
	exchanges->slot_count = count;
	exchanges->first_free = before ? before : NOTES + 1;
	return true;
}

bool tli_tag_take(struct tli_exchange *exchange)
{
	struct tli_exchanges *exchanges = &exchange->session->exchanges;
	struct tli_slot *slot;
	uint32_t i;

	if (exchanges->first_free == NONE && !grow(exchanges))
		return false;
	i = exchanges->first_free;
	slot = &exchanges->slots[i];
	exchanges->first_free = slot->next_free;
	slot->exchange = exchange;
	exchange->request = slot->generation++ << SLOT_BITS | i;
	return true;
}

uint32_t tli_tag_of_note(struct tli_exchanges *exchanges)
{
	return exchanges->notes++ << SLOT_BITS | NOTES;
}

void tli_tag_give_back(struct tli_exchange *exchange)
{
	struct tli_exchanges *exchanges = &exchange->session->exchanges;
	uint32_t i = slot_of(exchange->request);

	exchanges->slots[i].exchange = NULL;
	exchanges->slots[i].next_free = exchanges->first_free;
	exchanges->first_free = i;
}

static struct tli_exchange *in_slot(
	const struct tli_exchanges *exchanges, uint32_t i)
{
	return i < exchanges->slot_count ? exchanges->slots[i].exchange : NULL;
}

struct tli_exchange *tli_exchange_of_tag(
	const struct tli_exchanges *exchanges, uint32_t tag)
{
	struct tli_exchange *exchange = in_slot(exchanges, slot_of(tag));

	return exchange && (uint32_t)exchange->request == tag ? exchange : NULL;
}

struct tli_exchange *tli_exchange_of_request(
	const struct tli_exchanges *exchanges, tieline_request request)
{
	struct tli_exchange *exchange = in_slot(exchanges, slot_of(request));

	return exchange && exchange->request == request ? exchange : NULL;
}

struct tli_exchange *tli_exchange_next(
	const struct tli_exchanges *exchanges, uint32_t *at)
{
	while (*at < exchanges->slot_count) {
		struct tli_exchange *exchange =
			exchanges->slots[(*at)++].exchange;

		if (exchange)
			return exchange;
	}
	return NULL;
}

void tli_exchanges_init(struct tli_exchanges *exchanges)
{
	*exchanges = (struct tli_exchanges){
		.first_free = NONE,
		.next_deadline_ms = TLI_NEVER,
	};
	TAILQ_INIT(&exchanges->unsent);
	TAILQ_INIT(&exchanges->done);
}

void tli_exchanges_fini(struct tli_exchanges *exchanges)
{
	struct tli_exchange *exchange;
	uint32_t at = 0;

	while ((exchange = tli_exchange_next(exchanges, &at))) {
		exchange->object = NULL;
		exchange->is_owed = false;
		tli_exchange_free(exchange);
	}
	free(exchanges->slots);
}
