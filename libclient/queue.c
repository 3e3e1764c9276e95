/* SPDX-License-Identifier: MIT */
/* Queues as a whole: opening, and what is asked of them by calls. */
#include "call.h"
#include "session.h"
#include "typed.h"

#include <tieline/queue.h>

static const char *const kinds[] = {
	[TIELINE_QUEUE_ANY] = NULL,
	[TIELINE_QUEUE_FIFO] = "Queue",
	[TIELINE_QUEUE_LIFO] = "LifoQueue",
	[TIELINE_QUEUE_PRIORITY] = "PriorityQueue",
	[TIELINE_QUEUE_SIMPLE] = "SimpleQueue",
};

/* Returns 0, or the code in the session's error. */
static int describe(tieline_session *session, const char *name,
	const tieline_object_options *options, tieline_object_options *known,
	struct tli_opening_of *opening)
{
	int result = tli_object_options_read(session, options, known);

	if (result < 0)
		return result;
	if ((unsigned)known->queue_kind > TIELINE_QUEUE_SIMPLE)
		return tli_error_set(&session->handle.error, TIELINE_EINVAL,
			"queue_kind is none of TIELINE_QUEUE_...");
	*opening = (struct tli_opening_of){
		.name = name,
		.kind = kinds[known->queue_kind],
		.family = "Queue",
		.options = known,
	};
	return 0;
}

int tieline_queue_open(tieline_session *session, const char *name,
	const tieline_object_options *options, tieline_queue **queue_out)
{
	tieline_object_options known;
	struct tli_opening_of opening;
	int result = describe(session, name, options, &known, &opening);

	if (result < 0)
		return result;
	return tli_remote_open(session, &opening, (tieline_object **)queue_out);
}

int tieline_queue_open_start(tieline_session *session, const char *name,
	const tieline_object_options *options, tieline_completion done,
	void *arg, tieline_queue **queue_out)
{
	tieline_object_options known;
	struct tli_opening_of opening;
	int result = describe(session, name, options, &known, &opening);

	if (result < 0)
		return result;
	return tli_remote_start(
		session, &opening, done, arg, (tieline_object **)queue_out);
}

TLI_TYPED(tieline_queue)

int tieline_queue_qsize(tieline_queue *queue, uint64_t *count_out)
{
	return tli_call_count(TLI_OBJECT(queue), count_out, "qsize");
}

int tieline_queue_empty(tieline_queue *queue)
{
	return tli_call_bool(TLI_OBJECT(queue), "empty", NULL);
}

int tieline_queue_full(tieline_queue *queue)
{
	return tli_call_bool(TLI_OBJECT(queue), "full", NULL);
}

int tieline_queue_task_done(tieline_queue *queue)
{
	return tli_call_none(TLI_OBJECT(queue), "task_done", NULL);
}

int tieline_queue_join(tieline_queue *queue, int timeout_ms)
{
	/* The method knows no time. */
	return tieline_object_call(
		TLI_OBJECT(queue), "join", NULL, NULL, timeout_ms, NULL, NULL);
}

int tieline_queue_purge(tieline_queue *queue, uint64_t *count_out)
{
	uint64_t count;

	return tli_call_count(
		TLI_OBJECT(queue), count_out ? count_out : &count, "purge");
}

int tieline_queue_shutdown(tieline_queue *queue, bool immediate)
{
	return tli_call_none(TLI_OBJECT(queue), "shutdown", "(%t,)", immediate);
}
