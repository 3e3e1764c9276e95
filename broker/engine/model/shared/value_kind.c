/* SPDX-License-Identifier: MIT */
/*
 * Shared single values: managers.Value. One of a typecode of array.array, or
 * of such a type of ctypes, has values of that type alone; any other typecode
 * stands for values of any kind, and so does each that a manager's client made.
 */
#include "../../../../proto/value/array.h"
#include "../../../../proto/value/mapping.h"
#include "../kinds.h"
#include "content.h"
#include "typed.h"

#include <string.h>

struct value {
	struct object object;
	char typecode; /* 0 = of any kind */
	struct cell declared;
	struct cell content;
};

static struct value *value_of(const struct call *call)
{
	return (struct value *)call->object;
}

/* A value as one of its type; NULL with the error raised. */
static struct tli_value *convert(struct call *call, struct tli_value *value)
{
	char typecode = value_of(call)->typecode;
	struct tli_value *array;

	if (!typecode)
		return value;
	array = typed_single(call, typecode, value);
	return array
		? content_made(call, tli_array_item(call->values, array, 0))
		: NULL;
}

/* What a cell counts, and nothing if there is none. */
static struct usage usage_of(const struct cell *cell)
{
	struct usage usage = {.items = 0};

	if (cell->item)
		usage = (struct usage){.items = 1, .bytes = cell_bytes(cell)};
	return usage;
}

/* Keeps a value, which convert() gave. False with the error raised. */
static bool store(struct call *call, const struct tli_value *value)
{
	struct cell *content = &value_of(call)->content, cell;
	struct usage comes, goes = usage_of(content);

	if (!cell_make(call, value, &cell))
		return false;
	comes = usage_of(&cell);
	if (!content_exchange(call, &comes, &goes)) {
		cell_drop(&cell);
		return false;
	}
	cell_drop(content);
	*content = cell;
	call_changed(call, NULL);
	return true;
}

static enum outcome create(struct call *call)
{
	struct value *value = value_of(call);
	struct tli_value *first;

	if (!call->op->is_python)
		value->typecode = typed_code(call->args[0]);
	first = convert(call, call->args[1]);
	if (first && cell_make(call, call->args[0], &value->declared) &&
		object_charge(
			call, call->object, 0, cell_bytes(&value->declared)))
		(void)store(call, first);
	return CALL_DONE;
}

static void fini(struct model *model, struct object *object)
{
	struct value *value = (struct value *)object;

	(void)model;
	cell_drop(&value->declared);
	cell_drop(&value->content);
}

/* ---- methods ---------------------------------------------------------- */

static struct tli_value *current(struct call *call)
{
	return cell_value(call, &value_of(call)->content);
}

static enum outcome get(struct call *call)
{
	struct tli_value *value = current(call);

	return value ? call_return(call, value) : CALL_DONE;
}

static enum outcome set_to(struct call *call, struct tli_value *value)
{
	value = convert(call, value);
	if (value)
		(void)store(call, value);
	return CALL_DONE;
}

static enum outcome set(struct call *call)
{
	return set_to(call, call->args[0]);
}

/* Whether the first argument is the one attribute that there is. */
static bool is_value(struct call *call)
{
	const struct tli_value *name = call->args[0];

	if (tli_is_text(name, "value"))
		return true;
	if (name->kind == TLI_STR)
		call_raise(call, TLI_STATUS_ATTRIBUTE_ERROR,
			"'Value' object has no attribute '%.100s'",
			(const char *)tli_bytes_of(name)->data);
	else
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"attribute name must be string, not '%s'",
			tli_kind_name(name->kind));
	return false;
}

static enum outcome getattribute(struct call *call)
{
	return is_value(call) ? get(call) : CALL_DONE;
}

static enum outcome setattr(struct call *call)
{
	return is_value(call) ? set_to(call, call->args[1]) : CALL_DONE;
}

/* Answers with the new value. */
static enum outcome add(struct call *call)
{
	struct tli_value *value = current(call);

	if (value)
		value = typed_sum(call, value, call->args[0]);
	if (value)
		value = convert(call, value);
	if (value && call_settle(call, value))
		(void)store(call, value);
	return CALL_DONE;
}

static enum outcome get_versioned(struct call *call)
{
	return content_return_versioned(
		call, current(call), call->object->version);
}

static enum outcome compare_and_set(struct call *call)
{
	struct tli_value *value;
	int64_t version;

	if (!call_int(
		    call, call->args[0], "version", 0, INT64_MAX, 0, &version))
		return CALL_DONE;
	value = convert(call, call->args[1]);
	if (!value)
		return CALL_DONE;
	if ((uint64_t)version != call->object->version)
		return call_return_bool(call, false);
	if (call_settle(call, tli_bool(call->values, true)))
		(void)store(call, value);
	return CALL_DONE;
}

/* "Value('i', 1)": behind the name it looks like a tuple. */
static enum outcome repr(struct call *call)
{
	struct tli_value *pair[2], *parts, *whole;
	struct text text;

	pair[0] = cell_value(call, &value_of(call)->declared);
	pair[1] = pair[0] ? current(call) : NULL;
	if (!pair[1])
		return CALL_DONE;
	parts = content_made(call, tli_items(call->values, TLI_TUPLE, pair, 2));
	text_start(&text, call);
	text_add(&text, "Value", strlen("Value"));
	if (parts)
		text_add_repr(&text, parts);
	whole = text_end(&text);
	return whole ? call_return(call, whole) : CALL_DONE;
}

/* False if that fails, or the value is one that could not be had. */
static bool put_attribute(
	struct tli_value *state, const char *name, struct tli_value *value)
{
	return value && tli_dict_put(state, name, value);
}

static enum outcome whole(struct call *call)
{
	struct tli_value *state = tli_container(call->values, TLI_DICT);

	if (state &&
		put_attribute(state, "_typecode",
			cell_value(call, &value_of(call)->declared)))
		(void)put_attribute(state, "_value", current(call));
	if (call_has_failed(call))
		return CALL_DONE;
	return content_return_instance(
		call, "Value", content_made(call, state));
}

static const struct method methods[] = {
	{"__getattribute__", "name", getattribute, NEEDS_CALL},
	{"__repr__", "", repr, NEEDS_CALL},
	{"__setattr__", "name value", setattr, NEEDS_CALL},
	{"__str__", "", repr, NEEDS_CALL},
	{"add", "n", add, NEEDS_CALL},
	{"compare_and_set", "version value", compare_and_set, NEEDS_CALL},
	{"get", "", get, NEEDS_CALL},
	{"get_versioned", "", get_versioned, NEEDS_CALL},
	{"set", "value", set, NEEDS_CALL},
	{.name = NULL},
};

const struct kind value_kind = {
	.name = "Value",
	.size = sizeof(struct value),
	.options = "typecode value lock=True",
	.create = create,
	.fini = fini,
	.deleted = content_deleted,
	.value = whole,
	.methods = methods,
};
