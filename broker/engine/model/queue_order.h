/* SPDX-License-Identifier: MIT */
/*
 * In which order a queue gives its items: first in first out, last in first
 * out, or the smallest first.
 *
 * Those that are new stand in a list, and those that came back, which go before
 * them, in a heap; a queue with priorities has all in the heap.
 */
#ifndef MODEL_QUEUE_ORDER_H
#define MODEL_QUEUE_ORDER_H

#include "queue_entries.h"

struct queue_order {
	/* Looks at what is new. False with *error set if it has no place in
	 * this order. NULL if all have. */
	bool (*read)(struct queue *queue, struct queue_entry *entry,
		struct tli_value_error *error);
	/* Whether one comes before another. What cannot be compared is in
	 * order of arrival, with *error set, which may be NULL. */
	bool (*before)(struct queue *queue, const struct queue_entry *one,
		const struct queue_entry *other, struct tli_value_error *error);
	bool newest_first;
	bool all_in_heap;
};

extern const struct queue_order fifo_order, lifo_order, priority_order;

/* Has what is ready, or may become so, of what was given out take its place
 * without memory, and one more. False for lack of memory. */
bool ready_reserve(struct queue *queue);

/* False with *error set, if that is not NULL, when it cannot be compared. */
bool ready_add(struct queue *queue, struct queue_entry *entry,
	struct tli_value_error *error);
void ready_remove(struct queue *queue, struct queue_entry *entry);

/* What comes first; NULL if nothing is ready. */
struct queue_entry *ready_first(struct queue *queue);
/* What comes after as many. */
struct queue_entry *ready_at(struct queue *queue, uint64_t skip);

#endif
