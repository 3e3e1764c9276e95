/* SPDX-License-Identifier: MIT */
/* Plain values as objects: what a typeid is that stands for a function. They
 * can be had, and looked at. */
#include "../kinds.h"
#include "content.h"

struct plain {
	struct object object;
	struct cell content;
};

static struct cell *content_of(const struct call *call)
{
	return &((struct plain *)call->object)->content;
}

static enum outcome create(struct call *call)
{
	struct tli_value *value = call->args[0];
	struct cell *content = content_of(call);

	if (!value)
		value = tli_none(call->values);
	if (cell_make(call, value, content))
		(void)object_charge(call, call->object, 1, cell_bytes(content));
	return CALL_DONE;
}

static void fini(struct model *model, struct object *object)
{
	(void)model;
	cell_drop(&((struct plain *)object)->content);
}

static enum outcome get(struct call *call)
{
	struct tli_value *value = cell_value(call, content_of(call));

	return value ? call_return(call, value) : CALL_DONE;
}

static enum outcome repr(struct call *call)
{
	return content_return_repr(call, cell_value(call, content_of(call)));
}

/* A text is one already. */
static enum outcome str(struct call *call)
{
	struct tli_value *value = cell_value(call, content_of(call));

	if (value && value->kind == TLI_STR)
		return call_return(call, value);
	return content_return_repr(call, value);
}

static const struct method methods[] = {
	{"__repr__", "", repr, NEEDS_CALL},
	{"__str__", "", str, NEEDS_CALL},
	{.name = NULL},
};

const struct kind object_kind = {
	.name = "object",
	.size = sizeof(struct plain),
	.options = "value=None",
	.create = create,
	.fini = fini,
	.deleted = content_deleted,
	.value = get,
	.methods = methods,
};
