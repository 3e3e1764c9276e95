/* SPDX-License-Identifier: MIT */
/* Where in a sequence: indices and slices, as Python takes them. */
#ifndef MODEL_SLICES_H
#define MODEL_SLICES_H

#include "../call.h"

/* Whether it can be an index: an int of any size, or a bool. */
static inline bool is_index(const struct tli_value *value)
{
	return value->kind == TLI_INT || value->kind == TLI_BOOL ||
		value->kind == TLI_BIGINT;
}

/* The place that an index means, which can count from the end. False with
 * IndexError raised, with that text if it is out of range. */
bool index_in(struct call *call, const struct tli_value *index, size_t len,
	const char *out_of_range, size_t *place_out);

/* An int as one of 64 bits; `fallback` for NULL. False with TypeError, or with
 * OverflowError and that text, raised. */
bool index_number(struct call *call, const struct tli_value *value,
	int64_t fallback, const char *too_large, int64_t *number_out);

/* A number that can count from the end, as a place of 0 to len. */
size_t index_clamped(int64_t number, size_t len);

/* The same of a value: one of the bounds that list.index() takes. */
bool index_bound(struct call *call, const struct tli_value *value,
	int64_t fallback, size_t len, size_t *place_out);

/* Places start, start + step ... : count of them, all in range. */
struct span {
	size_t start;
	int64_t step;
	size_t count;
};

static inline size_t span_place(const struct span *span, size_t i)
{
	return span->start + i * (size_t)span->step;
}

/* All of them, in order. */
static inline struct span span_of_all(size_t len)
{
	return (struct span){.start = 0, .step = 1, .count = len};
}

/* What a slice means. False with the error raised. */
bool slice_in(struct call *call, const struct tli_value *slice, size_t len,
	struct span *span_out);

/* The same places from the first one on. */
struct span span_forwards(const struct span *span);

#endif
