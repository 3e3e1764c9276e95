/* SPDX-License-Identifier: MIT */
#include "cells.h"

#include "content.h"

#include <stdlib.h>
#include <string.h>

/* As many as there can be references to one item. */
#define CELLS_MAX      ((size_t)UINT32_MAX / 2)
#define FIRST_CAPACITY 8u

static bool resize(struct cells *all, size_t capacity)
{
	struct cell *cells =
		realloc(all->cells, capacity * sizeof(*all->cells));

	if (!cells)
		return false;
	all->cells = cells;
	all->capacity = capacity;
	return true;
}

bool cells_reserve(struct call *call, struct cells *all, size_t more)
{
	size_t needed, grown = all->capacity + all->capacity / 2;

	if (more > CELLS_MAX - all->count) {
		call_raise_memory(call);
		return false;
	}
	needed = all->count + more;
	if (needed <= all->capacity)
		return true;
	if (grown < FIRST_CAPACITY)
		grown = FIRST_CAPACITY;
	if (resize(all, needed > grown ? needed : grown))
		return true;
	call_raise_memory(call);
	return false;
}

/* Gives back room when most of it is not used. Failing to is no harm. */
static void shrink(struct cells *all)
{
	if (all->count == 0) {
		free(all->cells);
		*all = (struct cells){NULL, 0, 0};
	} else if (all->capacity > FIRST_CAPACITY &&
		all->count < all->capacity / 4) {
		resize(all, all->capacity / 2);
	}
}

bool cells_make(
	struct call *call, const struct tli_items *values, struct cells *all)
{
	if (values->count > 0 && !cells_reserve(call, all, values->count))
		return false;
	for (uint32_t i = 0; i < values->count; i++) {
		if (!cell_make(call, values->items[i], &all->cells[i])) {
			cells_fini(all);
			return false;
		}
		all->count++;
	}
	return true;
}

struct usage cells_usage(const struct cells *all, size_t at, size_t count)
{
	struct usage usage = {.items = count};

	for (size_t i = at; i < at + count; i++)
		usage.bytes += cell_bytes(&all->cells[i]);
	return usage;
}

void cells_splice(struct cells *all, size_t at, size_t gone,
	const struct cell *cells, size_t count)
{
	size_t behind = all->count - at - gone;

	for (size_t i = at; i < at + gone; i++)
		cell_drop(&all->cells[i]);
	if (behind > 0 && count != gone)
		memmove(&all->cells[at + count], &all->cells[at + gone],
			behind * sizeof(*cells));
	if (count > 0)
		memcpy(&all->cells[at], cells, count * sizeof(*cells));
	all->count = at + count + behind;
	if (count < gone)
		shrink(all);
}

void cells_drop_span(struct cells *all, const struct span *span)
{
	size_t kept = span->start, dropped = 0;

	for (size_t i = span->start; i < all->count; i++) {
		if (dropped < span->count && i == span_place(span, dropped)) {
			cell_drop(&all->cells[i]);
			dropped++;
		} else {
			all->cells[kept++] = all->cells[i];
		}
	}
	all->count -= dropped;
	shrink(all);
}

size_t cells_find(const struct cells *all, size_t from, size_t to,
	const struct tli_fingerprint *print)
{
	while (from < to && !cell_is(&all->cells[from], print))
		from++;
	return from < to ? from : to;
}

struct tli_value *cells_values(
	struct call *call, const struct cells *all, const struct span *span)
{
	struct tli_value *list = tli_container(call->values, TLI_LIST);

	for (size_t i = 0; list && i < span->count; i++) {
		struct tli_value *value =
			cell_value(call, &all->cells[span_place(span, i)]);

		if (!value)
			return NULL;
		if (!tli_append(list, value))
			break;
	}
	return content_made(call, list);
}

void cells_fini(struct cells *all)
{
	for (size_t i = 0; i < all->count; i++)
		cell_drop(&all->cells[i]);
	free(all->cells);
	*all = (struct cells){NULL, 0, 0};
}
