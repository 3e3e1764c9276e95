/* SPDX-License-Identifier: MIT */
/*
 * In which order a queue gives its items: first in first out, last in first
 * out, or the smallest first.
 *
 * What was put to be given out at once stands in a list. What was delayed until
 * now, or came back, goes before that, and is in a heap. A queue with
 * priorities has all in the heap.
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
	 * order of arrival, with *error set. */
	bool (*before)(struct queue *queue, const struct queue_entry *one,
		const struct queue_entry *other, struct tli_value_error *error);
	bool newest_first;
	bool all_in_heap;
};

extern const struct queue_order fifo_order, lifo_order, priority_order;

/* Makes room, so that all that is delayed or leased can become ready without
 * memory, and one more. False for lack of memory. */
bool ready_reserve(struct queue *queue);

/* False with *error set, if that is not NULL, when it cannot be compared. */
bool ready_add(struct queue *queue, struct queue_entry *entry,
	struct tli_value_error *error);
void ready_remove(struct queue *queue, struct queue_entry *entry);

/* What comes first, or after as many; NULL if nothing is there. False for lack
 * of memory. */
bool ready_first(struct queue *queue, struct queue_entry **entry_out);
bool ready_at(
	struct queue *queue, uint64_t skip, struct queue_entry **entry_out);

#endif
