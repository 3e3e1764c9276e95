/* SPDX-License-Identifier: MIT */
#include "backlog.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN   8u
#define CAPACITY_AWAKE 64u /* a larger ring is freed when it is empty */

static struct backlog_entry *entry(const struct backlog *backlog, uint32_t i)
{
	return &backlog->ring[(backlog->first + i) & (backlog->capacity - 1)];
}

/* Both are powers of two. What is in a ring that ends in the middle of the old
 * one goes on behind it. */
static void unwrap(struct backlog *backlog, uint32_t old_capacity)
{
	if (backlog->first + backlog->count > old_capacity)
		memcpy(backlog->ring + old_capacity, backlog->ring,
			(backlog->first + backlog->count - old_capacity) *
				sizeof(*backlog->ring));
}

bool backlog_reserve(struct backlog *backlog)
{
	uint32_t old = backlog->capacity;
	uint32_t capacity = old > 0 ? 2 * old : CAPACITY_MIN;
	struct backlog_entry *ring;

	if (backlog->count < old)
		return true;
	ring = realloc(backlog->ring, capacity * sizeof(*ring));
	if (!ring)
		return false;
	backlog->ring = ring;
	backlog->capacity = capacity;
	unwrap(backlog, old);
	return true;
}

static void add(struct loss *loss, const struct loss *more)
{
	loss->messages += more->messages;
	loss->bytes += more->bytes;
}

void backlog_push(struct backlog *backlog, struct tli_item *message)
{
	*entry(backlog, backlog->count++) = (struct backlog_entry){
		.message = tli_item_ref(message),
		.before = backlog->behind,
	};
	backlog->behind = (struct loss){0};
}

void backlog_miss(struct backlog *backlog, uint64_t bytes)
{
	add(&backlog->behind, &(struct loss){1, bytes});
}

static void rest(struct backlog *backlog)
{
	free(backlog->ring);
	backlog->ring = NULL;
	backlog->capacity = 0;
	backlog->first = 0;
}

struct backlog_entry backlog_pop(struct backlog *backlog)
{
	struct backlog_entry popped = *entry(backlog, 0);

	backlog->first = (backlog->first + 1) & (backlog->capacity - 1);
	backlog->count--;
	if (backlog->count == 0 && backlog->capacity > CAPACITY_AWAKE)
		rest(backlog);
	return popped;
}

uint64_t backlog_drop_first(struct backlog *backlog)
{
	struct backlog_entry dropped = backlog_pop(backlog);
	uint64_t bytes = tli_item_len(dropped.message);
	struct loss *next = backlog->count > 0 ? &entry(backlog, 0)->before
					       : &backlog->behind;

	add(next, &dropped.before);
	add(next, &(struct loss){1, bytes});
	tli_item_unref(dropped.message);
	return bytes;
}

void backlog_fini(struct backlog *backlog)
{
	while (backlog->count > 0)
		tli_item_unref(backlog_pop(backlog).message);
	rest(backlog);
	backlog->behind = (struct loss){0};
}
