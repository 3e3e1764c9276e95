/* SPDX-License-Identifier: MIT */
/*
 * Queues: the kinds, their options and their life. The items of one are in
 * queue_entries.c, in the order of queue_order.c; what is done to it is in
 * queue_operations.c and queue_methods.c.
 */
#include "../kinds.h"
#include "../permit.h"
#include "queue_methods.h"
#include "queue_operations.h"
#include "queue_order.h"

#include <stdlib.h>
#include <string.h>

/* ---- options ----------------------------------------------------------- */

/* As Python's maxsize: what is not above 0 is no limit. */
static bool read_bound(struct call *call, const struct tli_value *value,
	const char *name, uint64_t *bound_out)
{
	int64_t bound;

	if (!call_int(call, value, name, INT64_MIN, INT64_MAX, 0, &bound))
		return false;
	*bound_out = bound > 0 ? (uint64_t)bound : 0;
	return true;
}

/* The queue for dead letters is found, or made. */
static enum outcome open_dead_letters(struct call *call, const char *name)
{
	struct object *object =
		model_find_name(call->model, name, strlen(name));

	if (!call_permits_beside(call, NEEDS_PUT, NULL, name) ||
		(!object &&
			!call_permits_beside(call, NEEDS_CREATE, NULL, name)))
		return CALL_DONE;
	if (object == call->object)
		return call_raise(call, TLI_STATUS_VALUE_ERROR,
			"not usable as dead_letter: it is the queue itself");
	if (object && !queue_is_one(object))
		return call_raise(call, TLI_STATUS_WRONG_KIND,
			"not usable as dead_letter: it is a %s",
			object->kind->name);
	if (!object && (object = model_create(call, &queue_kind, name, NULL)))
		object_unref(object);
	return CALL_DONE;
}

static enum outcome read_dead_letter(
	struct call *call, struct queue *queue, const struct tli_value *value)
{
	const char *name;

	if (!call_name(call, value, "dead_letter", &name) || !name)
		return CALL_DONE;
	queue->dead_letter = strdup(name);
	if (!queue->dead_letter)
		return call_raise_memory(call);
	return open_dead_letters(call, name);
}

static enum outcome set_up(struct call *call, const struct queue_order *order,
	const struct tli_value *maxsize, struct tli_value *const *rest)
{
	struct queue *queue = (struct queue *)call->object;

	queue->order = order;
	TAILQ_INIT(&queue->all);
	TAILQ_INIT(&queue->fresh);
	if (!read_bound(call, maxsize, "maxsize", &queue->maxsize) ||
		!read_bound(call, rest[0], "max_bytes", &queue->max_bytes) ||
		!read_bound(
			call, rest[1], "max_attempts", &queue->max_attempts))
		return CALL_DONE;
	return read_dead_letter(call, queue, rest[2]);
}

#define SIMPLE_OPTIONS "* max_bytes=0 max_attempts=0 dead_letter=None"
#define OPTIONS        "maxsize=0 " SIMPLE_OPTIONS

static enum outcome create_fifo(struct call *call)
{
	return set_up(call, &fifo_order, call->args[0], call->args + 1);
}

static enum outcome create_lifo(struct call *call)
{
	return set_up(call, &lifo_order, call->args[0], call->args + 1);
}

static enum outcome create_priority(struct call *call)
{
	return set_up(call, &priority_order, call->args[0], call->args + 1);
}

static enum outcome create_simple(struct call *call)
{
	return set_up(call, &fifo_order, NULL, call->args);
}

/* ---- life -------------------------------------------------------------- */

static void deleted(struct model *model, struct object *object)
{
	(void)model;
	queue_drop_all((struct queue *)object);
}

static void fini(struct model *model, struct object *object)
{
	deleted(model, object);
	free(((struct queue *)object)->dead_letter);
}

static void elapsed(struct model *model, struct object *object, int64_t now_ms)
{
	(void)model;
	queue_elapse((struct queue *)object, now_ms);
}

bool queue_is_one(const struct object *object)
{
	return object->kind->fini == fini;
}

/* ---- what there is to tell of it --------------------------------------- */

static const struct {
	const char *name;
	size_t offset; /* of a uint64_t in struct queue */
} figures[] = {
	{"maxsize", offsetof(struct queue, maxsize)},
	{"max_bytes", offsetof(struct queue, max_bytes)},
	{"max_attempts", offsetof(struct queue, max_attempts)},
	{"ready", offsetof(struct queue, in[ENTRY_READY])},
	{"delayed", offsetof(struct queue, in[ENTRY_DELAYED])},
	{"leased", offsetof(struct queue, in[ENTRY_LEASED])},
	{"unfinished", offsetof(struct queue, unfinished)},
	{"puts", offsetof(struct queue, puts)},
	{"gets", offsetof(struct queue, gets)},
	{"redelivered", offsetof(struct queue, redelivered)},
	{"dead_lettered", offsetof(struct queue, dead_lettered)},
	{"expired", offsetof(struct queue, expired)},
	{"dropped", offsetof(struct queue, dropped)},
};

static void stat_queue(struct call *call)
{
	const struct queue *queue = queue_of(call);
	const struct queue_entry *oldest = TAILQ_FIRST(&queue->all);

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		stat_put_int(call, figures[i].name,
			*(const uint64_t *)(const void *)((const char *)queue +
				figures[i].offset));
	stat_put_int(call, "oldest_ms",
		oldest ? (uint64_t)(call->now_ms - oldest->put_ms) : 0);
	stat_put_text(call, "dead_letter", queue->dead_letter);
	stat_put(call, "shut_down",
		tli_bool(call->values, queue->end != QUEUE_OPEN));
}

/* ---- the kinds --------------------------------------------------------- */

#define QUEUE_KIND(kind_name, kind_options, kind_create, kind_methods)         \
	{                                                                      \
		.name = (kind_name), .family = "Queue",                        \
		.size = sizeof(struct queue), .options = (kind_options),       \
		.create = (kind_create), .fini = fini, .deleted = deleted,     \
		.methods = (kind_methods), .operations = queue_operations,     \
		.elapsed = elapsed, .stat = stat_queue,                        \
	}

const struct kind queue_kind =
	QUEUE_KIND("Queue", OPTIONS, create_fifo, queue_methods);
const struct kind joinable_queue_kind =
	QUEUE_KIND("JoinableQueue", OPTIONS, create_fifo, queue_methods);
const struct kind lifo_queue_kind =
	QUEUE_KIND("LifoQueue", OPTIONS, create_lifo, queue_methods);
const struct kind priority_queue_kind =
	QUEUE_KIND("PriorityQueue", OPTIONS, create_priority, queue_methods);
const struct kind simple_queue_kind = QUEUE_KIND("SimpleQueue", SIMPLE_OPTIONS,
	create_simple, queue_methods + METHODS_NOT_OF_SIMPLE);
