/* SPDX-License-Identifier: MIT */
/*
 * Iterators: what a manager's client gets of a dict's __iter__. A list whose
 * elements are given once each, in order, and dropped then, as long as what
 * they come from keeps its size. Others than generators take nothing in.
 */
#include "../kinds.h"
#include "content.h"
#include "list.h"

struct iterator {
	struct list list;
	size_t given;          /* of its elements */
	struct object *source; /* referenced; NULL = nothing can change */
	uint64_t size;         /* that it had */
};

static struct iterator *self(const struct call *call)
{
	return (struct iterator *)call->object;
}

/* The object that the second option names by its id. */
static enum outcome create(struct call *call)
{
	struct iterator *iterator = self(call);
	int64_t id;

	if (!call_int(call, call->args[1], "of", 0, INT64_MAX, 0, &id))
		return CALL_DONE;
	iterator->source = model_find(call->model, (uint64_t)id);
	if (iterator->source) {
		object_ref(iterator->source);
		iterator->size = iterator->source->usage.items;
	}
	return list_create(call);
}

static bool has_changed_size(const struct iterator *iterator)
{
	return iterator->source &&
		iterator->source->usage.items != iterator->size;
}

static enum outcome next(struct call *call)
{
	struct cells *all = list_content(call);
	size_t *given = &self(call)->given;
	struct tli_value *value;
	struct usage goes;

	if (has_changed_size(self(call)))
		return call_raise(call, TLI_STATUS_RUNTIME_ERROR,
			"dictionary changed size during iteration");
	if (*given == all->count)
		return call_raise_status(call, TLI_STATUS_STOP_ITERATION);
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

static void fini(struct model *model, struct object *object)
{
	struct iterator *iterator = (struct iterator *)object;

	(void)model;
	cells_fini(&iterator->list.content);
	if (iterator->source)
		object_unref(iterator->source);
	iterator->source = NULL;
}

static const struct method methods[] = {
	{"__next__", "", next},
	{"close", "*", refuse},
	{"send", "*", refuse},
	{"throw", "*", refuse},
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
