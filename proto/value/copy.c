/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include "array.h"
#include "mapping.h"
#include "walk.h"

#include <stdlib.h>

struct copying {
	struct tli_visitor visitor;
	struct tli_values *values;
	struct tli_value **copies; /* by the original's id */
	struct tli_value *root;
	uint32_t ids;      /* how many copies there is room for */
	bool is_met_again; /* something was met inside itself */
	bool is_broken;    /* something in it is */
};

static struct tli_value *copy_bytes(
	struct tli_values *values, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);

	if (value->kind == TLI_ARRAY)
		return tli_array(values, node->typecode, node->data, node->len);
	return tli_bytes(values, value->kind, node->data, node->len);
}

/* Of all but what has items. */
static struct tli_value *copy_leaf(
	struct tli_values *values, const struct tli_value *value)
{
	switch (value->kind) {
	case TLI_NONE:
		return tli_none(values);
	case TLI_BOOL:
		return tli_bool(values, tli_int_of(value)->integer);
	case TLI_INT:
		return tli_int(values, tli_int_of(value)->integer);
	case TLI_FLOAT:
		return tli_float(values, tli_float_of(value)->real);
	case TLI_COMPLEX:
		return tli_complex(values, tli_float_of(value)->real,
			tli_float_of(value)->imag);
	default:
		return copy_bytes(values, value);
	}
}

/* A copy is whole: it goes where its original is. */
static int place(struct copying *copying, struct tli_value *copy)
{
	const struct tli_value *parent = copying->visitor.parent;

	if (!parent)
		copying->root = copy;
	else if (!tli_append(copying->copies[parent->id], copy))
		return copying->values->error.code;
	return TLI_WALK_PAST;
}

/* Whether some of what is inside is still to come. */
static bool is_half_done(
	const struct tli_value *value, const struct tli_value *copy)
{
	return tli_has_items(value) &&
		tli_items_of(copy)->count < tli_items_of(value)->count;
}

static int enter(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct copying *copying = (struct copying *)visitor;
	struct tli_value *copy = copying->copies[value->id];
	bool inside = !copy && tli_has_items(value);

	copying->is_met_again |= copy && is_half_done(value, copy);
	if (!copy)
		copy = inside ? tli_hollow(copying->values, value)
			      : copy_leaf(copying->values, value);
	if (!copy)
		return copying->values->error.code;
	if (value->id)
		copying->copies[value->id] = copy;
	return inside ? TLI_WALK_INSIDE : place(copying, copy);
}

static int leave(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct copying *copying = (struct copying *)visitor;
	struct tli_value *copy = copying->copies[value->id];

	copy->flags |= value->flags & TLI_BROKEN;
	copying->is_broken |= value->flags & TLI_BROKEN;
	return copying->is_met_again || tli_index_keys(copy)
		? place(copying, copy)
		: copying->values->error.code;
}

/* Looks at keys that were not whole when they were put where they are. */
static int index_all(struct copying *copying)
{
	for (uint32_t i = 0; i < copying->ids; i++)
		if (copying->copies[i] && !tli_index_keys(copying->copies[i]))
			return copying->values->error.code;
	return TLI_VALUE_OK;
}

static int copy_all(struct copying *copying, const struct tli_value *root)
{
	int result = tli_walk(&copying->visitor, root, TLI_VALUE_DEPTH_MAX);

	return result == TLI_VALUE_OK && copying->is_met_again
		? index_all(copying)
		: result;
}

static struct tli_value *copy_tree(struct tli_values *values,
	const struct tli_items *root, bool *is_broken_out)
{
	struct copying copying = {
		.visitor = {.enter = enter, .leave = leave},
		.values = values,
		.copies = calloc(root->values->ids, sizeof(struct tli_value *)),
		.ids = root->values->ids,
	};
	int code_before = values->error.code, result = TLI_VALUE_NOMEM;

	values->error.code = TLI_VALUE_OK;
	if (copying.copies)
		result = copy_all(&copying, &root->value);
	free(copying.copies);
	if (result < 0 && values->error.code == TLI_VALUE_OK)
		tli_walk_error(&values->error, result, TLI_VALUE_DEPTH_MAX);
	if (result == TLI_VALUE_OK)
		values->error.code = code_before;
	if (is_broken_out)
		*is_broken_out = result == TLI_VALUE_OK && copying.is_broken;
	return result < 0 ? NULL : copying.root;
}

struct tli_value *tli_copy(struct tli_values *values,
	const struct tli_value *value, bool *is_broken_out)
{
	if (tli_has_items(value))
		return copy_tree(values, tli_items_of(value), is_broken_out);
	if (is_broken_out)
		*is_broken_out = false;
	return copy_leaf(values, value);
}
