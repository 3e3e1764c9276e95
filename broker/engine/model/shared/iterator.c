/* SPDX-License-Identifier: MIT */
/*
 * Iterators: what a manager's client gets of a dict's __iter__. A list whose
 * elements are given once each, in order, and dropped then. Others than
 * generators take nothing in.
 */
#include "../kinds.h"
#include "content.h"
#include "list.h"

struct iterator {
	struct list list;
	size_t given; /* of its elements */
};

/* Python's has no arguments. */
static enum outcome stop(struct call *call)
{
	call->op->status = TLI_STATUS_STOP_ITERATION;
	return call_return(call, tli_items(call->values, TLI_TUPLE, NULL, 0));
}

static enum outcome next(struct call *call)
{
	struct cells *all = list_content(call);
	size_t *given = &((struct iterator *)call->object)->given;
	struct tli_value *value;
	struct usage goes;

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

static void fini(struct model *model, struct object *object)
{
	(void)model;
	cells_fini(&((struct iterator *)object)->list.content);
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
	.options = "items=None",
	.create = list_create,
	.fini = fini,
	.deleted = content_deleted,
	.methods = methods,
};
