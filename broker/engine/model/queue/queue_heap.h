/* SPDX-License-Identifier: MIT */
/* Entries of a queue, the first by its order on top: a heap. */
#ifndef MODEL_QUEUE_HEAP_H
#define MODEL_QUEUE_HEAP_H

#include "../../../../proto/value/value.h"

struct queue_entry;
struct queue;

struct queue_heap {
	struct queue_entry **entries;
	size_t count, capacity;
	bool is_disordered; /* memory was lacking for comparing */
};

/* Makes room for that many in all. False for lack of memory. */
bool queue_heap_reserve(struct queue_heap *heap, size_t count);

/* Puts one in; the room is there. With an error that is not NULL: false if it
 * could not be compared, and is not in. */
bool queue_heap_add(struct queue *queue, struct queue_entry *entry,
	struct tli_value_error *error);

/* Puts it in order again, if it is not. False for lack of memory. */
bool queue_heap_order(struct queue *queue);

void queue_heap_remove(struct queue *queue, struct queue_entry *entry);

/* The one that would be first after as many, which is less than there are; any,
 * if it then is disordered. */
struct queue_entry *queue_heap_at(struct queue *queue, size_t skip);

void queue_heap_fini(struct queue_heap *heap);

#endif
