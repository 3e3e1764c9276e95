/* SPDX-License-Identifier: MIT */
#include "list.h"

#include "../kinds.h"
#include "content.h"

#include <string.h>

#define TOO_LARGE "Python int too large to convert to C ssize_t"

bool list_splice(struct call *call, size_t at, size_t gone, struct cells *cells)
{
	struct cells *all = list_content(call);
	struct usage comes = cells_usage(cells, 0, cells->count);
	struct usage goes = cells_usage(all, at, gone);

	if (cells->count > gone &&
		!cells_reserve(call, all, cells->count - gone))
		return false;
	if (!content_exchange(call, &comes, &goes))
		return false;
	cells_splice(all, at, gone, cells->cells, cells->count);
	cells->count = 0;
	return true;
}

/* ---- one element ------------------------------------------------------ */

/* Puts a value where `gone` elements, 0 or 1, are. */
static enum outcome put_at(struct call *call, size_t at, size_t gone,
	const struct tli_value *value)
{
	struct cell cell;
	struct cells one = {.cells = &cell, .count = 1};

	if (cell_make(call, value, &cell) &&
		list_splice(call, at, gone, &one)) {
		content_changed_at(call, at);
		return CALL_DONE;
	}
	cell_drop(&cell);
	return CALL_DONE;
}

static void remove_at(struct call *call, size_t at)
{
	struct cells none = {.count = 0};

	/* What only goes is never refused. */
	(void)list_splice(call, at, 1, &none);
	content_changed_at(call, at);
}

static bool is_no_index(struct call *call, const struct tli_value *value)
{
	if (is_index(value))
		return false;
	call_raise(call, TLI_STATUS_TYPE_ERROR,
		"list indices must be integers or slices, not %s",
		tli_kind_name(value->kind));
	return true;
}

static bool find_place(
	struct call *call, const char *out_of_range, size_t *place_out)
{
	return !is_no_index(call, call->args[0]) &&
		index_in(call, call->args[0], list_content(call)->count,
			out_of_range, place_out);
}

static enum outcome getitem(struct call *call)
{
	struct tli_value *value;
	size_t at;

	if (call->args[0]->kind == TLI_SLICE)
		return list_get_slice(call);
	if (!find_place(call, "list index out of range", &at))
		return CALL_DONE;
	value = cell_value(call, &list_content(call)->cells[at]);
	return value ? call_return(call, value) : CALL_DONE;
}

static enum outcome setitem(struct call *call)
{
	size_t at;

	if (call->args[0]->kind == TLI_SLICE)
		return list_set_slice(call);
	if (!find_place(call, "list assignment index out of range", &at))
		return CALL_DONE;
	return put_at(call, at, 1, call->args[1]);
}

static enum outcome delitem(struct call *call)
{
	size_t at;

	if (call->args[0]->kind == TLI_SLICE)
		return list_delete_slice(call);
	if (find_place(call, "list assignment index out of range", &at))
		remove_at(call, at);
	return CALL_DONE;
}

static enum outcome append(struct call *call)
{
	return put_at(call, list_content(call)->count, 0, call->args[0]);
}

static enum outcome insert(struct call *call)
{
	int64_t number;

	if (!index_number(call, call->args[0], 0, TOO_LARGE, &number))
		return CALL_DONE;
	return put_at(call, index_clamped(number, list_content(call)->count), 0,
		call->args[1]);
}

static bool find_popped(struct call *call, size_t *at_out)
{
	struct tli_value *index = call->args[0];
	size_t count = list_content(call)->count;
	int64_t number;

	if (!index_number(call, index, -1, TOO_LARGE, &number))
		return false;
	if (count == 0) {
		call_raise(call, TLI_STATUS_INDEX_ERROR, "pop from empty list");
		return false;
	}
	*at_out = count - 1;
	return !index ||
		index_in(call, index, count, "pop index out of range", at_out);
}

static enum outcome pop(struct call *call)
{
	struct tli_value *value;
	size_t at;

	if (!find_popped(call, &at))
		return CALL_DONE;
	value = cell_value(call, &list_content(call)->cells[at]);
	if (value && call_settle(call, value))
		remove_at(call, at);
	return CALL_DONE;
}

/* ---- looking for one -------------------------------------------------- */

static enum outcome contains(struct call *call)
{
	const struct cells *all = list_content(call);
	struct tli_fingerprint print;

	if (!cell_print(call, call->args[0], &print))
		return CALL_DONE;
	return call_return_bool(
		call, cells_find(all, 0, all->count, &print) < all->count);
}

static enum outcome count(struct call *call)
{
	const struct cells *all = list_content(call);
	struct tli_fingerprint print;
	int64_t found = 0;

	if (!cell_print(call, call->args[0], &print))
		return CALL_DONE;
	for (size_t i = 0; i < all->count; i++)
		found += cell_is(&all->cells[i], &print);
	return call_return_int(call, found);
}

static enum outcome not_in_list(struct call *call)
{
	static const char behind[] = " is not in list";
	struct tli_value *whole;
	struct text text;

	text_start(&text, call);
	text_add_repr(&text, call->args[0]);
	text_add(&text, behind, strlen(behind));
	whole = text_end(&text);
	return whole ? call_raise_value(call, TLI_STATUS_VALUE_ERROR, whole)
		     : CALL_DONE;
}

static enum outcome find_index(struct call *call)
{
	const struct cells *all = list_content(call);
	struct tli_fingerprint print;
	size_t from, to, at;

	if (!index_bound(call, call->args[1], 0, all->count, &from) ||
		!index_bound(call, call->args[2], INT64_MAX, all->count, &to) ||
		!cell_print(call, call->args[0], &print))
		return CALL_DONE;
	at = cells_find(all, from, to, &print);
	return at < to ? call_return_int(call, (int64_t)at) : not_in_list(call);
}

static enum outcome remove_value(struct call *call)
{
	const struct cells *all = list_content(call);
	struct tli_fingerprint print;
	size_t at;

	if (!cell_print(call, call->args[0], &print))
		return CALL_DONE;
	at = cells_find(all, 0, all->count, &print);
	if (at == all->count)
		return call_raise(call, TLI_STATUS_VALUE_ERROR,
			"list.remove(x): x not in list");
	remove_at(call, at);
	return CALL_DONE;
}

static enum outcome len(struct call *call)
{
	return call_return_int(call, (int64_t)list_content(call)->count);
}

/* ---- versions: of the whole list, as elements move -------------------- */

static enum outcome get_versioned(struct call *call)
{
	size_t at;

	if (!find_place(call, "list index out of range", &at))
		return CALL_DONE;
	return content_return_versioned(call,
		cell_value(call, &list_content(call)->cells[at]),
		call->object->version);
}

static enum outcome compare_and_set(struct call *call)
{
	int64_t version;
	size_t at;

	if (!call_int(call, call->args[1], "version", 0, INT64_MAX, 0,
		    &version) ||
		!find_place(call, "list assignment index out of range", &at))
		return CALL_DONE;
	if ((uint64_t)version != call->object->version)
		return call_return_bool(call, false);
	if (call_settle(call, tli_bool(call->values, true)))
		(void)put_at(call, at, 1, call->args[2]);
	return CALL_DONE;
}

static void fini(struct model *model, struct object *object)
{
	(void)model;
	cells_fini(&((struct list *)object)->content);
}

static const struct method methods[] = {
	{"__add__", "value", list_add, NEEDS_CALL},
	{"__contains__", "key", contains, NEEDS_CALL},
	{"__delitem__", "key", delitem, NEEDS_CALL},
	{"__getitem__", "key", getitem, NEEDS_CALL},
	{"__iadd__", "value", list_extend, NEEDS_CALL},
	{"__imul__", "value", list_imul, NEEDS_CALL},
	{"__iter__", "", list_copy, NEEDS_CALL},
	{"__len__", "", len, NEEDS_CALL},
	{"__mul__", "value", list_mul, NEEDS_CALL},
	{"__repr__", "", list_repr, NEEDS_CALL},
	{"__reversed__", "", list_reversed, NEEDS_CALL},
	{"__rmul__", "value", list_mul, NEEDS_CALL},
	{"__setitem__", "key value", setitem, NEEDS_CALL},
	{"__str__", "", list_repr, NEEDS_CALL},
	{"append", "object", append, NEEDS_CALL},
	{"clear", "", list_clear, NEEDS_CALL},
	{"compare_and_set", "index version value", compare_and_set, NEEDS_CALL},
	{"copy", "", list_copy, NEEDS_CALL},
	{"count", "value", count, NEEDS_CALL},
	{"extend", "iterable", list_extend, NEEDS_CALL},
	{"get_versioned", "index", get_versioned, NEEDS_CALL},
	{"index", "value start=0 stop=", find_index, NEEDS_CALL},
	{"insert", "index object", insert, NEEDS_CALL},
	{"pop", "index=-1", pop, NEEDS_CALL},
	{"remove", "value", remove_value, NEEDS_CALL},
	{"reverse", "", list_reverse, NEEDS_CALL},
	{"sort", "*", list_sort, NEEDS_CALL},
	{.name = NULL},
};

const struct kind list_kind = {
	.name = "list",
	.size = sizeof(struct list),
	.options = "items=None",
	.create = list_create,
	.fini = fini,
	.deleted = content_deleted,
	.value = list_copy,
	.methods = methods,
};
