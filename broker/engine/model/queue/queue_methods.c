/* SPDX-License-Identifier: MIT */
#include "queue_methods.h"

#include "../cell.h"
#include "queue_operations.h"

/* As queue.Queue reads them. False with the error raised. */
static bool read_timeout(struct call *call, const struct tli_value *block,
	const struct tli_value *timeout, int64_t *ms_out)
{
	*ms_out = 0;
	if (!call_truth(block, true))
		return true;
	if (!call_seconds(call, timeout, ms_out))
		return false;
	if (*ms_out >= OP_FOREVER)
		return true;
	call_raise(call, TLI_STATUS_VALUE_ERROR,
		"'timeout' must be a non-negative number");
	return false;
}

/* ---- putting ----------------------------------------------------------- */

static enum outcome put_value(
	struct call *call, struct queue *queue, int64_t timeout_ms)
{
	struct placing placing = {
		.item = item_pickle(call, call->args[0]),
	};
	enum outcome outcome;

	if (!placing.item)
		return CALL_DONE;
	outcome = queue_put(call, queue, &placing, timeout_ms);
	tli_item_unref(placing.item);
	return outcome;
}

static enum outcome run_put(struct call *call)
{
	struct queue *queue = queue_of(call);
	int64_t timeout_ms = 0;

	if (queue->end != QUEUE_OPEN)
		return call_raise_status(call, TLI_STATUS_SHUT_DOWN);
	if (queue_is_bounded(queue) &&
		!read_timeout(call, call->args[1], call->args[2], &timeout_ms))
		return CALL_DONE;
	return put_value(call, queue, timeout_ms);
}

static enum outcome run_put_nowait(struct call *call)
{
	return put_value(call, queue_of(call), 0);
}

/* ---- getting ----------------------------------------------------------- */

/* Gives an entry's value as the answer: as it is, if it is written as answers
 * are. False with the error raised. */
static bool give_value(struct call *call, const struct queue_entry *entry)
{
	if (entry->item->format == TLI_FORMAT_PICKLE &&
		call->op->format == TLI_FORMAT_PICKLE) {
		call->op->result = tli_item_ref(entry->item);
		return true;
	}
	return call_settle(call, item_value(call, entry->item));
}

/* What a manager's client gets is leased until its reply is on the way: who is
 * killed while waiting takes nothing along. */
static enum outcome get_value(
	struct call *call, struct queue *queue, int64_t timeout_ms)
{
	struct queue_entry *entry;
	enum outcome outcome = queue_next(call, queue, timeout_ms, &entry);

	if (!entry)
		return outcome;
	if (give_value(call, entry))
		(void)queue_give_out(call, queue, entry, call->op->is_python);
	return CALL_DONE;
}

static enum outcome run_get(struct call *call)
{
	struct queue *queue = queue_of(call);
	int64_t timeout_ms;

	if (queue_is_drained(queue))
		return call_raise_status(call, TLI_STATUS_SHUT_DOWN);
	if (!read_timeout(call, call->args[0], call->args[1], &timeout_ms))
		return CALL_DONE;
	return get_value(call, queue, timeout_ms);
}

static enum outcome run_get_nowait(struct call *call)
{
	return get_value(call, queue_of(call), 0);
}

static enum outcome run_peek(struct call *call)
{
	struct queue *queue = queue_of(call);
	struct queue_entry *entry;
	int64_t skip;

	if (!call_int(call, call->args[0], "skip", 0, INT64_MAX, 0, &skip))
		return CALL_DONE;
	entry = queue_peek(call, queue, (uint64_t)skip);
	/* An item in an answer too hides what refers to its queue. */
	if (entry && entry->item->links)
		(void)call_settle(call, item_value(call, entry->item));
	else if (entry)
		(void)give_value(call, entry);
	return CALL_DONE;
}

/* ---- how it is --------------------------------------------------------- */

static enum outcome run_qsize(struct call *call)
{
	return call_return_int(call, (int64_t)queue_of(call)->in[ENTRY_READY]);
}

static enum outcome run_empty(struct call *call)
{
	return call_return_bool(call, queue_of(call)->in[ENTRY_READY] == 0);
}

static enum outcome run_full(struct call *call)
{
	return call_return_bool(call, !queue_has_room(queue_of(call), 1));
}

/* ---- tasks ------------------------------------------------------------- */

static enum outcome run_task_done(struct call *call)
{
	struct queue *queue = queue_of(call);

	if (queue->unfinished == 0)
		return call_raise(call, TLI_STATUS_VALUE_ERROR,
			"task_done() called too many times");
	queue_finish_task(queue);
	return CALL_DONE;
}

static enum outcome run_join(struct call *call)
{
	struct queue *queue = queue_of(call);

	if (queue->unfinished == 0)
		return CALL_DONE;
	return call_wait(call, call->object, WAIT_DONE, OP_FOREVER,
		TLI_STATUS_TIMED_OUT);
}

/* ---- ends -------------------------------------------------------------- */

static enum outcome run_shutdown(struct call *call)
{
	struct queue *queue = queue_of(call);

	if (queue->end == QUEUE_OPEN)
		queue->end = QUEUE_ENDS;
	if (call_truth(call->args[0], false)) {
		queue->end = QUEUE_ENDED;
		queue_purge(queue);
	}
	object_wake(call->object, WAIT_ITEMS);
	object_wake(call->object, WAIT_ROOM);
	return CALL_DONE;
}

static enum outcome run_purge(struct call *call)
{
	struct queue *queue = queue_of(call);
	uint64_t count = queue_waiting(queue);

	if (call_settle(call, tli_int(call->values, (int64_t)count)))
		queue_purge(queue);
	return CALL_DONE;
}

/* In Python, this process puts nothing more: the queue is there for others. */
static enum outcome run_close(struct call *call)
{
	return call_return_none(call);
}

const struct method queue_methods[] = {
	{"full", "", run_full, NEEDS_PUT_OR_GET},
	{"join", "", run_join, NEEDS_PUT_OR_GET},
	{"shutdown", "immediate=False", run_shutdown, NEEDS_PUT},
	{"task_done", "", run_task_done, NEEDS_GET},
	/* METHODS_NOT_OF_SIMPLE are those before. */
	{"close", "", run_close, NEEDS_PUT_OR_GET},
	{"empty", "", run_empty, NEEDS_PUT_OR_GET},
	{"get", "block=True timeout=None", run_get, NEEDS_GET},
	{"get_nowait", "", run_get_nowait, NEEDS_GET},
	{"peek", "skip=0", run_peek, NEEDS_GET},
	{"purge", "", run_purge, NEEDS_DELETE},
	{"put", "item block=True timeout=None", run_put, NEEDS_PUT},
	{"put_nowait", "item", run_put_nowait, NEEDS_PUT},
	{"qsize", "", run_qsize, NEEDS_PUT_OR_GET},
	{.name = NULL},
};
