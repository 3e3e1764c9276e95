/* SPDX-License-Identifier: MIT */
/* What is done to queues by operations of sessions, and what methods have in
 * common with them. */
#ifndef MODEL_QUEUE_OPERATIONS_H
#define MODEL_QUEUE_OPERATIONS_H

#include "queue_entries.h"

extern const struct operation queue_operations[];

/* What is put, and how. */
struct placing {
	struct tli_item *item;
	int64_t priority;
	uint32_t delay_ms;
	uint32_t ttl_ms; /* 0 = no limit */
};

/* Whether there is room for one item more, of as many bytes. */
bool queue_has_room(const struct queue *queue, uint64_t bytes);

/* Puts an item, or waits for room. */
enum outcome queue_put(struct call *call, struct queue *queue,
	const struct placing *placing, int64_t timeout_ms);

/* What there is to get. NULL: it waits for that, or has failed. */
enum outcome queue_next(struct call *call, struct queue *queue,
	int64_t timeout_ms, struct queue_entry **entry_out);

/* Gives an entry out, leased or for good: then it is freed. The result is set
 * before. False with the error raised. */
bool queue_give_out(struct call *call, struct queue *queue,
	struct queue_entry *entry, bool is_leased);

/* What comes after as many that are ready; NULL with the error raised. */
struct queue_entry *queue_peek(
	struct call *call, struct queue *queue, uint64_t skip);

#endif
