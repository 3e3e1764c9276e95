/* SPDX-License-Identifier: MIT */
#include "queue_heap.h"

#include "queue_order.h"

#include <stdlib.h>

#define SMALLEST_CAPACITY 16u

bool queue_heap_reserve(struct queue_heap *heap, size_t count)
{
	size_t capacity = heap->capacity ? heap->capacity : SMALLEST_CAPACITY;
	struct queue_entry **entries;

	if (count <= heap->capacity)
		return true;
	while (capacity < count)
		capacity *= 2;
	entries =
		realloc(heap->entries, capacity * sizeof(struct queue_entry *));
	if (!entries)
		return false;
	heap->entries = entries;
	heap->capacity = capacity;
	return true;
}

void queue_heap_fini(struct queue_heap *heap)
{
	free(heap->entries);
	*heap = (struct queue_heap){0};
}

/* Places count from 1, so that half of one is the place above it. */
static struct queue_entry *at(const struct queue_heap *heap, size_t place)
{
	return heap->entries[place - 1];
}

static void set(
	struct queue_heap *heap, size_t place, struct queue_entry *entry)
{
	heap->entries[place - 1] = entry;
	entry->place = place;
}

static bool is_before(struct queue *queue, const struct queue_entry *one,
	const struct queue_entry *other, struct tli_value_error *error)
{
	struct tli_value_error own = {.code = TLI_VALUE_OK};
	bool before =
		queue->order->before(queue, one, other, error ? error : &own);

	if (own.code == TLI_VALUE_NOMEM)
		queue->heap.is_disordered = true;
	return before;
}

/* Fills the hole with an entry, or with those above it that come later. With
 * an error, nothing is moved before all is compared. */
static bool fill(struct queue *queue, size_t hole, struct queue_entry *entry,
	struct tli_value_error *error)
{
	struct queue_heap *heap = &queue->heap;
	size_t place = hole;

	while (place > 1 && is_before(queue, entry, at(heap, place / 2), error))
		place /= 2;
	if (error && error->code)
		return false;
	for (; hole > place; hole /= 2)
		set(heap, hole, at(heap, hole / 2));
	set(heap, place, entry);
	return true;
}

bool queue_heap_add(struct queue *queue, struct queue_entry *entry,
	struct tli_value_error *error)
{
	if (!fill(queue, queue->heap.count + 1, entry, error))
		return false;
	queue->heap.count++;
	return true;
}

bool queue_heap_order(struct queue *queue)
{
	struct queue_heap *heap = &queue->heap;

	if (!heap->is_disordered)
		return true;
	heap->is_disordered = false;
	for (size_t place = 1; place <= heap->count; place++)
		(void)fill(queue, place, at(heap, place), NULL);
	return !heap->is_disordered;
}

/* The place below with what comes first; 0 if there is none. */
static size_t first_below(struct queue *queue, size_t place)
{
	const struct queue_heap *heap = &queue->heap;
	size_t below = place * 2;

	if (below > heap->count)
		return 0;
	if (below < heap->count &&
		is_before(queue, at(heap, below + 1), at(heap, below), NULL))
		below++;
	return below;
}

void queue_heap_remove(struct queue *queue, struct queue_entry *entry)
{
	struct queue_heap *heap = &queue->heap;
	struct queue_entry *last = at(heap, heap->count);
	size_t hole = entry->place;

	heap->count--;
	entry->place = 0;
	if (last == entry)
		return;
	for (size_t below; (below = first_below(queue, hole)); hole = below)
		set(heap, hole, at(heap, below));
	(void)fill(queue, hole, last, NULL);
}

struct queue_entry *queue_heap_at(struct queue *queue, size_t skip)
{
	struct queue_entries skipped = TAILQ_HEAD_INITIALIZER(skipped);
	struct queue_entry *found, *entry;

	for (; skip > 0; skip--) {
		entry = at(&queue->heap, 1);
		queue_heap_remove(queue, entry);
		TAILQ_INSERT_TAIL(&skipped, entry, ready);
	}
	found = at(&queue->heap, 1);
	while ((entry = TAILQ_FIRST(&skipped))) {
		TAILQ_REMOVE(&skipped, entry, ready);
		(void)queue_heap_add(queue, entry, NULL);
	}
	return found;
}
