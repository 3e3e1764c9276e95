/* SPDX-License-Identifier: MIT */
/* Shared arrays: managers.Array. Items of one type of array.array, as many as
 * it was made with, unless managers' clients change slices; typed.h says what
 * fits. */
#include "array_items.h"

#include "../kinds.h"
#include "content.h"
#include "iterate.h"
#include "typed.h"

#include <stdlib.h>
#include <string.h>

/* ---- making one ------------------------------------------------------- */

static bool take_typecode(struct call *call, const struct tli_value *value)
{
	struct array *array = array_of(call);

	array->typecode = typed_code(value);
	if (array->typecode) {
		array->item_bytes = tli_array_item_bytes(array->typecode);
		return true;
	}
	if (value->kind == TLI_STR && tli_bytes_of(value)->len == 1)
		call_raise(call, TLI_STATUS_VALUE_ERROR,
			"bad typecode (must be b, B, u, h, H, i, I, l, L, q, "
			"Q, f or d)");
	else
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"array() argument 1 must be a unicode character, not "
			"%s",
			tli_kind_name(value->kind));
	return false;
}

/* Room for so many items, which are 0, and counted. */
static bool make_room(struct call *call, size_t count)
{
	struct array *array = array_of(call);

	if (count > INT64_MAX / array->item_bytes) {
		call_raise_memory(call);
		return false;
	}
	if (!object_charge(
		    call, call->object, count, count * array->item_bytes))
		return false;
	array->count = count;
	if (count == 0)
		return true;
	array->items = calloc(count, array->item_bytes);
	if (!array->items)
		call_raise_memory(call);
	return array->items;
}

static enum outcome fill(struct call *call, const struct tli_value *array)
{
	size_t count = tli_array_count(array);

	if (make_room(call, count) && count > 0)
		memcpy(array_of(call)->items, tli_bytes_of(array)->data,
			tli_bytes_of(array)->len);
	return CALL_DONE;
}

static enum outcome fill_zeros(struct call *call, const struct tli_value *count)
{
	int64_t number;

	if (call_int(call, count, "the size of an array", 0, INT64_MAX, 0,
		    &number))
		(void)make_room(call, (size_t)number);
	return CALL_DONE;
}

static enum outcome fill_bytes(struct call *call, const struct tli_value *bytes)
{
	const struct array *own = array_of(call);
	const struct tli_bytes *node = tli_bytes_of(bytes);

	if (node->len % own->item_bytes != 0)
		return call_raise(call, TLI_STATUS_VALUE_ERROR,
			"bytes length not a multiple of item size");
	if (!tli_array_fits(own->typecode, node->data, node->len))
		return call_raise(call, TLI_STATUS_VALUE_ERROR,
			"character must be in range [U+0000; U+10ffff]");
	bytes = tli_array(call->values, own->typecode, node->data, node->len);
	return bytes ? fill(call, bytes) : call_return(call, NULL);
}

static bool is_of_characters(char typecode)
{
	return typecode == 'u' || typecode == 'w';
}

static enum outcome fill_items(
	struct call *call, const struct tli_value *values)
{
	char typecode = array_of(call)->typecode;
	const struct tli_value *array;
	const struct tli_items *items;

	if (values->kind == TLI_STR && !is_of_characters(typecode))
		return call_raise(call, TLI_STATUS_TYPE_ERROR,
			"cannot use a str to initialize an array with "
			"typecode '%c'",
			typecode);
	items = iterate(call, values);
	array = items ? typed_array(call, typecode, items) : NULL;
	return array ? fill(call, array) : CALL_DONE;
}

/* Of a size, as multiprocessing.Array() takes it too; of bytes; or of items. */
static enum outcome create(struct call *call)
{
	const struct tli_value *sequence = call->args[1];

	if (!take_typecode(call, call->args[0]))
		return CALL_DONE;
	if (sequence->kind == TLI_INT)
		return fill_zeros(call, sequence);
	if (sequence->kind == TLI_BYTES || sequence->kind == TLI_BYTEARRAY)
		return fill_bytes(call, sequence);
	return fill_items(call, sequence);
}

static void fini(struct model *model, struct object *object)
{
	(void)model;
	free(((struct array *)object)->items);
}

/* ---- items ------------------------------------------------------------ */

static struct tli_value *item_value_at(struct call *call, size_t i)
{
	const struct array *array = array_of(call);
	const struct tli_bytes one = {
		.value = {.kind = TLI_ARRAY},
		.len = array->item_bytes,
		.data = array_item_at(array, i),
		.typecode = array->typecode,
	};

	return tli_array_item(call->values, &one.value, 0);
}

static struct tli_value *all_values(struct call *call)
{
	struct span span = span_of_all(array_of(call)->count);

	return content_made(call, array_span_value(call, &span));
}

static bool find_place(
	struct call *call, const char *out_of_range, size_t *place_out)
{
	if (is_index(call->args[0]))
		return index_in(call, call->args[0], array_of(call)->count,
			out_of_range, place_out);
	call_raise(
		call, TLI_STATUS_TYPE_ERROR, "array indices must be integers");
	return false;
}

static enum outcome getitem(struct call *call)
{
	struct span span;
	size_t at;

	if (call->args[0]->kind == TLI_SLICE) {
		if (!slice_in(
			    call, call->args[0], array_of(call)->count, &span))
			return CALL_DONE;
		return call_return(call, array_span_value(call, &span));
	}
	if (!find_place(call, "array index out of range", &at))
		return CALL_DONE;
	return call_return(call, item_value_at(call, at));
}

/* ---- changes ---------------------------------------------------------- */

/* The values that are assigned to a slice; NULL with the error raised. */
static const struct tli_value *take_values(
	struct call *call, const struct tli_value *value)
{
	char typecode = array_of(call)->typecode;

	if (tli_is_sequence(value))
		return typed_array(call, typecode, tli_items_of(value));
	if (value->kind != TLI_ARRAY)
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"can only assign array (not \"%s\") to array slice",
			tli_kind_name(value->kind));
	else if (tli_bytes_of(value)->typecode != typecode)
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"bad argument type for built-in operation");
	return call_has_failed(call) ? NULL : value;
}

/* Makes the places in the span as many as the values that they are to have.
 * False with the error raised. Native programs have arrays of fixed size. */
static bool fit_span(struct call *call, struct span *span, size_t count)
{
	size_t gone = span->count;

	span->count = count;
	if (count == gone)
		return true;
	if (call->op->is_python && span->step == 1)
		return array_splice(call, span->start, gone, count);
	call_raise(call, TLI_STATUS_VALUE_ERROR,
		"attempt to assign array of size %zu to extended slice of "
		"size %zu",
		count, gone);
	return false;
}

static enum outcome set_slice(struct call *call)
{
	const struct array *array = array_of(call);
	const struct tli_value *values;
	size_t count = array->count;
	struct span span;

	if (!slice_in(call, call->args[0], array->count, &span))
		return CALL_DONE;
	values = take_values(call, call->args[1]);
	if (!values || !fit_span(call, &span, tli_array_count(values)) ||
		(span.count == 0 && array->count == count))
		return CALL_DONE;
	array_put_span(array, &span, values);
	call_changed(call, NULL);
	return CALL_DONE;
}

static void put_item(
	struct call *call, size_t at, const struct tli_value *single)
{
	struct span span = {.start = at, .step = 1, .count = 1};

	array_put_span(array_of(call), &span, single);
	content_changed_at(call, at);
}

static enum outcome setitem(struct call *call)
{
	const struct tli_value *single;
	size_t at;

	if (call->args[0]->kind == TLI_SLICE)
		return set_slice(call);
	if (!find_place(call, "array assignment index out of range", &at))
		return CALL_DONE;
	single = typed_single(call, array_of(call)->typecode, call->args[1]);
	if (single)
		put_item(call, at, single);
	return CALL_DONE;
}

/* ---- methods ---------------------------------------------------------- */

static enum outcome len(struct call *call)
{
	return call_return_int(call, (int64_t)array_of(call)->count);
}

static enum outcome iter(struct call *call)
{
	const struct tli_value *all = all_values(call);
	const struct tli_items *items = all ? iterate(call, all) : NULL;

	return items ? call_return(call, (struct tli_value *)items) : CALL_DONE;
}

static enum outcome whole(struct call *call)
{
	struct tli_value *all = all_values(call);

	return all ? call_return(call, all) : CALL_DONE;
}

static enum outcome repr(struct call *call)
{
	return content_return_repr(call, all_values(call));
}

static enum outcome get_versioned(struct call *call)
{
	size_t at;

	if (!find_place(call, "array index out of range", &at))
		return CALL_DONE;
	return content_return_versioned(
		call, item_value_at(call, at), call->object->version);
}

static enum outcome compare_and_set(struct call *call)
{
	const struct tli_value *single;
	int64_t version;
	size_t at;

	if (!call_int(call, call->args[1], "version", 0, INT64_MAX, 0,
		    &version) ||
		!find_place(call, "array assignment index out of range", &at))
		return CALL_DONE;
	single = typed_single(call, array_of(call)->typecode, call->args[2]);
	if (!single)
		return CALL_DONE;
	if ((uint64_t)version != call->object->version)
		return call_return_bool(call, false);
	if (call_settle(call, tli_bool(call->values, true)))
		put_item(call, at, single);
	return CALL_DONE;
}

static const struct method methods[] = {
	{"__getitem__", "key", getitem, NEEDS_CALL},
	{"__iter__", "", iter, NEEDS_CALL},
	{"__len__", "", len, NEEDS_CALL},
	{"__repr__", "", repr, NEEDS_CALL},
	{"__setitem__", "key value", setitem, NEEDS_CALL},
	{"__str__", "", repr, NEEDS_CALL},
	{"compare_and_set", "index version value", compare_and_set, NEEDS_CALL},
	{"get_versioned", "index", get_versioned, NEEDS_CALL},
	{.name = NULL},
};

const struct kind array_kind = {
	.name = "Array",
	.size = sizeof(struct array),
	.options = "typecode sequence lock=True",
	.create = create,
	.fini = fini,
	.value = whole,
	.methods = methods,
};
