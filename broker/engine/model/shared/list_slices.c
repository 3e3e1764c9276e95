/* SPDX-License-Identifier: MIT */
#include "list.h"

#include "content.h"
#include "iterate.h"

static bool take_span(struct call *call, struct span *span_out)
{
	return slice_in(
		call, call->args[0], list_content(call)->count, span_out);
}

enum outcome list_get_slice(struct call *call)
{
	struct tli_value *list;
	struct span span;

	if (!take_span(call, &span))
		return CALL_DONE;
	list = cells_values(call, list_content(call), &span);
	return list ? call_return(call, list) : CALL_DONE;
}

/* What is in the span, wherever it is, counts no more. */
static struct usage usage_of(const struct cells *all, const struct span *span)
{
	struct usage usage = {.items = span->count};

	for (size_t i = 0; i < span->count; i++)
		usage.bytes += cell_bytes(&all->cells[span_place(span, i)]);
	return usage;
}

enum outcome list_delete_slice(struct call *call)
{
	struct cells *all = list_content(call);
	struct usage usage;
	struct span span;

	if (!take_span(call, &span) || span.count == 0)
		return CALL_DONE;
	span = span_forwards(&span);
	usage = usage_of(all, &span);
	cells_drop_span(all, &span);
	object_discharge(call->object, usage.items, usage.bytes);
	call_changed(call, NULL);
	return CALL_DONE;
}

/* Each takes the place of another one, which it is exchanged for. */
static bool set_each(
	struct call *call, const struct span *span, struct cells *cells)
{
	struct cells *all = list_content(call);
	struct usage comes = cells_usage(cells, 0, cells->count);
	struct usage goes = usage_of(all, span);

	if (cells->count != span->count) {
		call_raise(call, TLI_STATUS_VALUE_ERROR,
			"attempt to assign sequence of size %zu to extended "
			"slice of size %zu",
			cells->count, span->count);
		return false;
	}
	if (!content_exchange(call, &comes, &goes))
		return false;
	for (size_t i = 0; i < span->count; i++) {
		struct cell *place = &all->cells[span_place(span, i)];
		struct cell old = *place;

		*place = cells->cells[i];
		cells->cells[i] = old;
	}
	return true;
}

static bool can_assign(struct call *call, const struct span *span,
	const struct tli_value *value)
{
	if (can_iterate(value))
		return true;
	call_raise(call, TLI_STATUS_TYPE_ERROR,
		span->step == 1 ? "can only assign an iterable"
				: "must assign iterable to extended slice");
	return false;
}

enum outcome list_set_slice(struct call *call)
{
	const struct tli_items *items;
	struct cells cells = {.count = 0};
	struct span span;
	size_t changes;
	bool fits;

	if (!take_span(call, &span) || !can_assign(call, &span, call->args[1]))
		return CALL_DONE;
	items = iterate(call, call->args[1]);
	if (!items || !cells_make(call, items, &cells))
		return CALL_DONE;
	changes = cells.count + span.count;
	fits = span.step == 1
		? list_splice(call, span.start, span.count, &cells)
		: set_each(call, &span, &cells);
	if (fits && changes > 0)
		call_changed(call, NULL);
	cells_fini(&cells);
	return CALL_DONE;
}
