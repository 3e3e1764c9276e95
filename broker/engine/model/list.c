/* SPDX-License-Identifier: MIT */
#include "list.h"

#include "content.h"
#include "iterate.h"
#include "kinds.h"

#include <string.h>

#define TOO_LARGE_TO_COUNT "cannot fit 'int' into an index-sized integer"
#define TOO_LARGE          "Python int too large to convert to C ssize_t"

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

/* ---- many ------------------------------------------------------------- */

static enum outcome extend(struct call *call)
{
	const struct tli_items *items = iterate(call, call->args[0]);
	struct cells more = {.count = 0};

	if (items && cells_make(call, items, &more) && more.count > 0 &&
		list_splice(call, list_content(call)->count, 0, &more))
		call_changed(call, NULL);
	cells_fini(&more);
	return CALL_DONE;
}

static enum outcome create(struct call *call)
{
	if (!call->args[0] || call->args[0]->kind == TLI_NONE)
		return CALL_DONE;
	return extend(call);
}

static enum outcome clear(struct call *call)
{
	struct cells none = {.count = 0};
	size_t all = list_content(call)->count;

	if (all > 0 && list_splice(call, 0, all, &none))
		call_changed(call, NULL);
	return CALL_DONE;
}

static struct tli_value *all_values(struct call *call)
{
	const struct cells *all = list_content(call);
	struct span span = span_of_all(all->count);

	return cells_values(call, all, &span);
}

static enum outcome copy(struct call *call)
{
	struct tli_value *list = all_values(call);

	return list ? call_return(call, list) : CALL_DONE;
}

static enum outcome reversed(struct call *call)
{
	struct tli_value *list = all_values(call);

	return list ? call_return(call, content_reversed(list)) : CALL_DONE;
}

static enum outcome repr(struct call *call)
{
	return content_return_repr(call, all_values(call));
}

static enum outcome len(struct call *call)
{
	return call_return_int(call, (int64_t)list_content(call)->count);
}

static enum outcome reverse(struct call *call)
{
	struct cells *all = list_content(call);

	for (size_t i = 0; i < all->count / 2; i++) {
		struct cell *other = &all->cells[all->count - 1 - i];
		struct cell cell = all->cells[i];

		all->cells[i] = *other;
		*other = cell;
	}
	if (all->count > 1)
		call_changed(call, NULL);
	return CALL_DONE;
}

/* ---- + and * ---------------------------------------------------------- */

static enum outcome add(struct call *call)
{
	const struct tli_value *other = call->args[0];
	struct tli_value *list;

	if (other->kind != TLI_LIST)
		return call_raise(call, TLI_STATUS_TYPE_ERROR,
			"can only concatenate list (not \"%s\") to list",
			tli_kind_name(other->kind));
	list = all_values(call);
	if (!list)
		return CALL_DONE;
	(void)tli_extend(
		list, tli_items_of(other)->items, tli_items_of(other)->count);
	list = content_made(call, list);
	return list ? call_return(call, list) : CALL_DONE;
}

/* How often the list is to be there, 0 or more. False with the error raised.
 */
static bool take_times(struct call *call, size_t *times_out)
{
	int64_t number;

	if (!index_number(call, call->args[0], 0, TOO_LARGE_TO_COUNT, &number))
		return false;
	*times_out = number > 0 ? (size_t)number : 0;
	return true;
}

static enum outcome mul(struct call *call)
{
	const struct tli_value_limits *limits = &call->values->limits;
	struct tli_value *part, *list;
	size_t times, count = list_content(call)->count;

	if (!take_times(call, &times))
		return CALL_DONE;
	if (count > 0 && times > limits->max_nodes / count)
		return call_return(call, tli_values_too_many(call->values));
	part = all_values(call);
	if (!part)
		return CALL_DONE;
	list = tli_container(call->values, TLI_LIST);
	for (size_t i = 0; list && count > 0 && i < times; i++)
		if (!tli_extend(list, tli_items_of(part)->items,
			    tli_items_of(part)->count))
			break;
	list = content_made(call, list);
	return list ? call_return(call, list) : CALL_DONE;
}

/* Behind its elements, the same again and again, so many in all. */
static void repeat(struct cells *all, size_t total)
{
	for (size_t from = 0; all->count < total; from++) {
		all->cells[all->count] = all->cells[from];
		tli_item_ref(all->cells[from].item);
		all->count++;
	}
}

static enum outcome imul(struct call *call)
{
	struct cells *all = list_content(call);
	struct usage usage = cells_usage(all, 0, all->count);
	size_t times;

	if (!take_times(call, &times))
		return CALL_DONE;
	if (times == 0)
		return clear(call);
	if (all->count == 0 || times == 1)
		return CALL_DONE;
	if (times - 1 > INT64_MAX / usage.bytes)
		return call_raise_memory(call);
	if (!object_charge(call, call->object, usage.items * (times - 1),
		    usage.bytes * (times - 1)))
		return CALL_DONE;
	if (cells_reserve(call, all, usage.items * (times - 1))) {
		repeat(all, usage.items * times);
		call_changed(call, NULL);
		return CALL_DONE;
	}
	object_discharge(call->object, usage.items * (times - 1),
		usage.bytes * (times - 1));
	return CALL_DONE;
}

/* ---- versions: of the whole list, as elements move -------------------- */

static enum outcome get_versioned(struct call *call)
{
	struct tli_value *pair[2];
	size_t at;

	if (!find_place(call, "list index out of range", &at))
		return CALL_DONE;
	pair[0] = cell_value(call, &list_content(call)->cells[at]);
	if (!pair[0])
		return CALL_DONE;
	pair[1] = tli_int(call->values, (int64_t)call->object->version);
	return call_return(call, tli_items(call->values, TLI_TUPLE, pair, 2));
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
	{"__add__", "value", add},
	{"__contains__", "key", contains},
	{"__delitem__", "key", delitem},
	{"__getitem__", "key", getitem},
	{"__iadd__", "value", extend},
	{"__imul__", "value", imul},
	{"__iter__", "", copy},
	{"__len__", "", len},
	{"__mul__", "value", mul},
	{"__repr__", "", repr},
	{"__reversed__", "", reversed},
	{"__rmul__", "value", mul},
	{"__setitem__", "key value", setitem},
	{"__str__", "", repr},
	{"append", "object", append},
	{"clear", "", clear},
	{"compare_and_set", "index version value", compare_and_set},
	{"copy", "", copy},
	{"count", "value", count},
	{"extend", "iterable", extend},
	{"get_versioned", "index", get_versioned},
	{"index", "value start=0 stop=", find_index},
	{"insert", "index object", insert},
	{"pop", "index=-1", pop},
	{"remove", "value", remove_value},
	{"reverse", "", reverse},
	{"sort", "*", list_sort},
	{NULL, NULL, NULL},
};

const struct kind list_kind = {
	.name = "list",
	.size = sizeof(struct list),
	.options = "items=None",
	.create = create,
	.fini = fini,
	.methods = methods,
};
