/* SPDX-License-Identifier: MIT */
#include "queue_order.h"

static bool older(struct queue *queue, const struct queue_entry *one,
	const struct queue_entry *other, struct tli_value_error *error)
{
	(void)queue;
	(void)error;
	return one->arrival < other->arrival;
}

static bool newer(struct queue *queue, const struct queue_entry *one,
	const struct queue_entry *other, struct tli_value_error *error)
{
	return older(queue, other, one, error);
}

const struct queue_order fifo_order = {.before = older};
const struct queue_order lifo_order = {.before = newer, .newest_first = true};

bool ready_reserve(struct queue *queue)
{
	return queue_heap_reserve(&queue->heap,
		queue->heap.count + queue->in[ENTRY_LEASED] +
			queue->in[ENTRY_DELAYED] + 1);
}

bool ready_add(struct queue *queue, struct queue_entry *entry,
	struct tli_value_error *error)
{
	if (queue->order->all_in_heap || entry->state != ENTRY_NEW)
		return queue_heap_add(queue, entry, error);
	if (queue->order->newest_first)
		TAILQ_INSERT_HEAD(&queue->fresh, entry, ready);
	else
		TAILQ_INSERT_TAIL(&queue->fresh, entry, ready);
	return true;
}

void ready_remove(struct queue *queue, struct queue_entry *entry)
{
	if (entry->place)
		queue_heap_remove(queue, entry);
	else
		TAILQ_REMOVE(&queue->fresh, entry, ready);
}

bool ready_first(struct queue *queue, struct queue_entry **entry_out)
{
	if (!queue_heap_order(queue))
		return false;
	*entry_out = queue->heap.count > 0 ? queue->heap.entries[0]
					   : TAILQ_FIRST(&queue->fresh);
	return true;
}

static struct queue_entry *fresh_at(const struct queue *queue, uint64_t skip)
{
	struct queue_entry *entry;

	TAILQ_FOREACH (entry, &queue->fresh, ready)
		if (skip-- == 0)
			return entry;
	return NULL;
}

bool ready_at(
	struct queue *queue, uint64_t skip, struct queue_entry **entry_out)
{
	size_t in_heap = queue->heap.count;

	if (!queue_heap_order(queue))
		return false;
	*entry_out = skip < in_heap ? queue_heap_at(queue, skip)
				    : fresh_at(queue, skip - in_heap);
	return !queue->heap.is_disordered;
}
