/* SPDX-License-Identifier: MIT */
/* An array of cells that grows: what a list is made of. */
#ifndef MODEL_CELLS_H
#define MODEL_CELLS_H

#include "../cell.h"
#include "slices.h"

/* Zeroed it is empty. */
struct cells {
	struct cell *cells;
	size_t count;
	size_t capacity;
};

/* Makes room for so many more. False with the error raised. */
bool cells_reserve(struct call *call, struct cells *all, size_t more);

/* Makes cells of values, in an empty one. False with the error raised. */
bool cells_make(
	struct call *call, const struct tli_items *values, struct cells *all);

/* What so many of them, from there on, count. */
struct usage cells_usage(const struct cells *all, size_t at, size_t count);

/* Moves cells, for which there is room, to where others are dropped: `gone`
 * of them, from `at` on. */
void cells_splice(struct cells *all, size_t at, size_t gone,
	const struct cell *cells, size_t count);

/* Drops those in the span, which goes forwards. */
void cells_drop_span(struct cells *all, const struct span *span);

/* Where there is one that is equal; `to` if there is none. */
size_t cells_find(const struct cells *all, size_t from, size_t to,
	const struct tli_fingerprint *print);

/* A list of their values; NULL with the error raised. */
struct tli_value *cells_values(
	struct call *call, const struct cells *all, const struct span *span);

void cells_fini(struct cells *all);

#endif
