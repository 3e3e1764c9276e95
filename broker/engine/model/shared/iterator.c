/* SPDX-License-Identifier: MIT */
/*
 * Iterators: what a manager's client gets of a dict's __iter__. A list whose
 * elements are given once each, in order, and dropped then; but, as in
 * Python, only as long as what they were taken from has that many. Others than
 * generators take nothing in.
 */
#include "../kinds.h"
#include "../permit.h"
#include "content.h"
#include "keyed.h"
#include "list.h"

struct iterator {
	struct list list;
	size_t given;     /* of its elements */
	uint64_t of_dict; /* that they were taken from, by id; 0 = of no dict */
};

static struct iterator *self(const struct call *call)
{
	return (struct iterator *)call->object;
}

/* The dict may be gone: then it stays as it was. */
static bool has_changed_size(const struct call *call)
{
	uint64_t id = self(call)->of_dict;
	const struct object *dict = id ? model_find(call->model, id) : NULL;

	return dict &&
		HASH_COUNT(((const struct keyed *)dict)->entries) !=
		list_content(call)->count;
}

/* For good. */
static enum outcome stop(struct call *call)
{
	self(call)->of_dict = 0;
	return call_raise_status(call, TLI_STATUS_STOP_ITERATION);
}

static enum outcome next(struct call *call)
{
	struct cells *all = list_content(call);
	size_t *given = &self(call)->given;
	struct tli_value *value;
	struct usage goes;

	if (has_changed_size(call))
		return call_raise(call, TLI_STATUS_RUNTIME_ERROR,
			"dictionary changed size during iteration");
	if (*given == all->count)
		return stop(call);
	value = cell_value(call, &all->cells[*given]);
	if (!value || !call_settle(call, value))
		return CALL_DONE;
	goes = cells_usage(all, *given, 1);
	cell_drop(&all->cells[(*given)++]);
	object_discharge(call->object, goes.items, goes.bytes);
	return CALL_DONE;
}

static enum outcome refuse(struct call *call)
{
	return call_raise(call, TLI_STATUS_ATTRIBUTE_ERROR,
		"'list_iterator' object has no attribute '%s'",
		call->method->name);
}

static enum outcome create(struct call *call)
{
	struct object *of;
	int64_t id;

	if (!call_int(call, call->args[1], "of", 1, INT64_MAX, 0, &id))
		return CALL_DONE;
	of = model_find(call->model, (uint64_t)id);
	if (of && !call_permits_beside(call, NEEDS_CALL, of, NULL))
		return CALL_DONE;
	if (of && of->kind == &dict_kind)
		self(call)->of_dict = of->id;
	return list_create(call);
}

static void fini(struct model *model, struct object *object)
{
	(void)model;
	cells_fini(&((struct iterator *)object)->list.content);
}

static const struct method methods[] = {
	{"__next__", "", next, NEEDS_CALL},
	{"close", "*", refuse, NEEDS_CALL},
	{"send", "*", refuse, NEEDS_CALL},
	{"throw", "*", refuse, NEEDS_CALL},
	{.name = NULL},
};

const struct kind iterator_kind = {
	.name = "Iterator",
	.size = sizeof(struct iterator),
	.options = "items=None of=None",
	.create = create,
	.fini = fini,
	.deleted = content_deleted,
	.methods = methods,
};
