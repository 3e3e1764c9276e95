/* SPDX-License-Identifier: MIT */
#include "deadlines.h"

#include <stdlib.h>

#define CAPACITY_MIN 16u

/* Places count from 1: the parent of i is i / 2, its children 2i and 2i + 1. */
static void put_at(
	struct deadlines *all, struct deadline *deadline, size_t place)
{
	all->heap[place - 1] = deadline;
	deadline->place = place;
}

static struct deadline *get_at(const struct deadlines *all, size_t place)
{
	return all->heap[place - 1];
}

static void move_up(struct deadlines *all, struct deadline *deadline)
{
	size_t place = deadline->place;

	while (place > 1 && get_at(all, place / 2)->at_ms > deadline->at_ms) {
		put_at(all, get_at(all, place / 2), place);
		place /= 2;
	}
	put_at(all, deadline, place);
}

/* The place of the earlier child; there is at least one. */
static size_t earlier_child(const struct deadlines *all, size_t place)
{
	size_t left = 2 * place;

	if (left < all->count &&
		get_at(all, left + 1)->at_ms < get_at(all, left)->at_ms)
		return left + 1;
	return left;
}

static void move_down(struct deadlines *all, struct deadline *deadline)
{
	size_t place = deadline->place;

	while (2 * place <= all->count) {
		size_t child = earlier_child(all, place);

		if (get_at(all, child)->at_ms >= deadline->at_ms)
			break;
		put_at(all, get_at(all, child), place);
		place = child;
	}
	put_at(all, deadline, place);
}

bool deadlines_reserve(struct deadlines *all, size_t total)
{
	size_t capacity = all->capacity ? all->capacity : CAPACITY_MIN;
	struct deadline **heap;

	while (capacity < total)
		capacity *= 2;
	if (capacity == all->capacity)
		return true;
	heap = realloc(all->heap, capacity * sizeof(struct deadline *));
	if (!heap)
		return false;
	all->heap = heap;
	all->capacity = capacity;
	return true;
}

bool deadlines_set(
	struct deadlines *all, struct deadline *deadline, int64_t at_ms)
{
	if (at_ms == NEVER_MS) {
		deadlines_remove(all, deadline);
		return true;
	}
	if (deadline->place == 0) {
		if (!deadlines_reserve(all, all->count + 1))
			return false;
		put_at(all, deadline, ++all->count);
	}
	deadline->at_ms = at_ms;
	move_up(all, deadline);
	move_down(all, deadline);
	return true;
}

void deadlines_remove(struct deadlines *all, struct deadline *deadline)
{
	struct deadline *last;
	size_t place = deadline->place;

	if (place == 0)
		return;
	last = get_at(all, all->count--);
	deadline->place = 0;
	if (last == deadline)
		return;
	put_at(all, last, place);
	move_up(all, last);
	move_down(all, last);
}

struct deadline *deadlines_first(const struct deadlines *all)
{
	return all->count > 0 ? get_at(all, 1) : NULL;
}

int64_t deadlines_first_ms(const struct deadlines *all)
{
	return all->count > 0 ? get_at(all, 1)->at_ms : NEVER_MS;
}

void deadlines_fini(struct deadlines *all)
{
	free(all->heap);
	*all = (struct deadlines){0};
}
