/* SPDX-License-Identifier: MIT */
#include "list.h"

#include "content.h"
#include "iterate.h"

#define TOO_LARGE "cannot fit 'int' into an index-sized integer"

enum outcome list_extend(struct call *call)
{
	const struct tli_items *items = iterate(call, call->args[0]);
	struct cells more = {.count = 0};

	if (items && cells_make(call, items, &more) && more.count > 0 &&
		list_splice(call, list_content(call)->count, 0, &more))
		call_changed(call, NULL);
	cells_fini(&more);
	return CALL_DONE;
}

enum outcome list_create(struct call *call)
{
	return content_is_given(call, call->args[0]) ? list_extend(call)
						     : CALL_DONE;
}

enum outcome list_clear(struct call *call)
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

enum outcome list_copy(struct call *call)
{
	struct tli_value *list = all_values(call);

	return list ? call_return(call, list) : CALL_DONE;
}

enum outcome list_reversed(struct call *call)
{
	struct tli_value *list = all_values(call);

	return list ? call_return(call, content_reversed(list)) : CALL_DONE;
}

enum outcome list_repr(struct call *call)
{
	return content_return_repr(call, all_values(call));
}

enum outcome list_reverse(struct call *call)
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

enum outcome list_add(struct call *call)
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

	if (!index_number(call, call->args[0], 0, TOO_LARGE, &number))
		return false;
	*times_out = number > 0 ? (size_t)number : 0;
	return true;
}

enum outcome list_mul(struct call *call)
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

enum outcome list_imul(struct call *call)
{
	struct cells *all = list_content(call);
	struct usage usage = cells_usage(all, 0, all->count);
	size_t times;

	if (!take_times(call, &times))
		return CALL_DONE;
	if (times == 0)
		return list_clear(call);
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
