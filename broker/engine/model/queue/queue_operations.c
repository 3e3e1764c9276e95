/* SPDX-License-Identifier: MIT */
#include "queue_operations.h"

#include "queue_leases.h"
#include "queue_order.h"

/* Whoever looks further into a queue has to get what is before. */
#define PEEK_MAX 1000u

/* ---- putting ----------------------------------------------------------- */

bool queue_has_room(const struct queue *queue, uint64_t bytes)
{
	if (queue->maxsize > 0 && queue_waiting(queue) >= queue->maxsize)
		return false;
	return queue->max_bytes == 0 ||
		(bytes <= queue->max_bytes &&
			queue->waiting_bytes <= queue->max_bytes - bytes);
}

static enum outcome raise_too_long(
	struct call *call, const struct queue *queue, size_t len)
{
	return call_raise(call, TLI_STATUS_VALUE_ERROR,
		"the item has %zu bytes, the queue has room for %llu: its "
		"max_bytes",
		len, (unsigned long long)queue->max_bytes);
}

/* Whatever the bounds. */
static enum outcome add(
	struct call *call, struct queue *queue, const struct placing *placing)
{
	struct queue_entry *entry = queue_entry_new(placing->item);

	if (!entry)
		return call_raise_memory(call);
	entry->priority = placing->priority;
	if (placing->ttl_ms > 0)
		entry->expires_ms = call->now_ms + placing->ttl_ms;
	if (!queue_entry_join(call, queue, entry,
		    call->now_ms + placing->delay_ms, call->now_ms))
		queue_entry_free(entry);
	return CALL_DONE;
}

enum outcome queue_put(struct call *call, struct queue *queue,
	const struct placing *placing, int64_t timeout_ms)
{
	size_t len = tli_item_len(placing->item);

	if (queue->end != QUEUE_OPEN)
		return call_raise_status(call, TLI_STATUS_SHUT_DOWN);
	if (queue->max_bytes > 0 && len > queue->max_bytes)
		return raise_too_long(call, queue, len);
	if (!queue_has_room(queue, len))
		return call_wait(call, &queue->object, WAIT_ROOM, timeout_ms,
			TLI_STATUS_FULL);
	return add(call, queue, placing);
}

static enum outcome put(struct call *call)
{
	const struct op *op = call->op;
	const struct placing placing = {
		.item = op->item,
		.priority = op->priority,
		.delay_ms = op->delay_ms,
		.ttl_ms = op->ttl_ms,
	};

	return queue_put(call, queue_of(call), &placing, op->timeout_ms);
}

/* ---- getting ----------------------------------------------------------- */

static enum outcome wait_for_item(
	struct call *call, struct queue *queue, int64_t timeout_ms)
{
	if (queue_is_drained(queue))
		return call_raise_status(call, TLI_STATUS_SHUT_DOWN);
	return call_wait(
		call, &queue->object, WAIT_ITEMS, timeout_ms, TLI_STATUS_EMPTY);
}

enum outcome queue_next(struct call *call, struct queue *queue,
	int64_t timeout_ms, struct queue_entry **entry_out)
{
	*entry_out = NULL;
	if (!ready_first(queue, entry_out))
		return call_raise_memory(call);
	return *entry_out ? CALL_DONE : wait_for_item(call, queue, timeout_ms);
}

bool queue_give_out(struct call *call, struct queue *queue,
	struct queue_entry *entry, bool is_leased)
{
	if (is_leased && !lease_grant(call, queue, entry)) {
		call_raise_memory(call);
		return false;
	}
	queue->gets++;
	if (entry->attempts > 0)
		queue->redelivered++;
	call->op->attempts = ++entry->attempts;
	call->op->granted = entry->lease;
	if (!is_leased)
		queue_entry_remove(queue, entry);
	return true;
}

static enum outcome get(struct call *call)
{
	struct queue *queue = queue_of(call);
	struct queue_entry *entry;
	enum outcome outcome =
		queue_next(call, queue, call->op->timeout_ms, &entry);

	if (!entry)
		return outcome;
	call->op->result = tli_item_ref(entry->item);
	(void)queue_give_out(call, queue, entry, !call->op->unleased);
	return CALL_DONE;
}

struct queue_entry *queue_peek(
	struct call *call, struct queue *queue, uint64_t skip)
{
	struct queue_entry *entry = NULL;

	if (skip >= PEEK_MAX) {
		call_raise(call, TLI_STATUS_VALUE_ERROR,
			"only the first %u items can be peeked at", PEEK_MAX);
		return NULL;
	}
	if (!ready_at(queue, skip, &entry)) {
		call_raise_memory(call);
		return NULL;
	}
	if (!entry)
		call_raise_status(call, TLI_STATUS_EMPTY);
	return entry;
}

static enum outcome peek(struct call *call)
{
	struct queue_entry *entry =
		queue_peek(call, queue_of(call), call->op->count);

	if (entry)
		call->op->result = tli_item_ref(entry->item);
	return CALL_DONE;
}

/* ---- leases ------------------------------------------------------------ */

static enum outcome ack(struct call *call)
{
	struct queue *queue = queue_of(call);
	struct queue_entry *entry = lease_find(call, queue);

	if (!entry)
		return CALL_DONE;
	/* Who set a time is done with it; of what a plain get was given, only
	 * task_done() says so. */
	if (entry->lease_ms > 0)
		queue_finish_task(queue);
	call->op->dropped = call->op->token;
	queue_entry_remove(queue, entry);
	return CALL_DONE;
}

static enum outcome nack(struct call *call)
{
	struct queue *queue = queue_of(call);
	struct queue_entry *entry = lease_find(call, queue);

	if (!entry)
		return CALL_DONE;
	if (!lease_fail(queue, entry, call->now_ms + call->op->lease_ms,
		    call->now_ms))
		return call_raise_memory(call);
	call->op->dropped = call->op->token;
	return CALL_DONE;
}

static enum outcome touch(struct call *call)
{
	struct queue *queue = queue_of(call);
	struct queue_entry *entry = lease_find(call, queue);

	if (entry && !lease_renew(call, queue, entry))
		return call_raise_memory(call);
	return CALL_DONE;
}

/* What was got without a lease goes before all that is new, as what was leased
 * does. False if there is no room or no memory for it. */
static bool come_back(
	struct queue *queue, struct tli_item *item, int64_t now_ms)
{
	struct queue_entry *entry = queue_entry_new(item);

	if (!entry)
		return false;
	entry->attempts = 1;
	entry->state = ENTRY_LEASED;
	if (!ready_reserve(queue) ||
		!queue_entry_join(NULL, queue, entry, now_ms, now_ms)) {
		queue_entry_free(entry);
		return false;
	}
	/* It was counted before. */
	queue->unfinished--;
	queue->puts--;
	return true;
}

static void take_in_again(
	struct queue *queue, struct tli_item *item, int64_t now_ms)
{
	if (queue->end != QUEUE_ENDED && !queue->object.is_deleted &&
		come_back(queue, item, now_ms))
		return;
	queue->dropped++;
	queue_finish_task(queue);
}

/* A lease that is over already was given back then. */
static enum outcome give_back(struct call *call)
{
	struct queue *queue = queue_of(call);
	struct queue_entry *entry = lease_look_up(queue, call->op->token);

	if (call->op->item)
		take_in_again(queue, call->op->item, call->now_ms);
	if (entry && entry->owner == call->op->owner)
		(void)lease_fail(queue, entry, call->now_ms, call->now_ms);
	return CALL_DONE;
}

const struct operation queue_operations[] = {
	{TLI_OP_PUT, put},
	{TLI_OP_GET, get},
	{TLI_OP_PEEK, peek},
	{TLI_OP_ACK, ack},
	{TLI_OP_NACK, nack},
	{TLI_OP_TOUCH, touch},
	{OP_RETURN, give_back},
	{.code = 0},
};
