/* SPDX-License-Identifier: MIT */
#include "slices.h"

enum { START, STOP, STEP };

static bool is_negative(const struct tli_value *bigint)
{
	const struct tli_bytes *node = tli_bytes_of(bigint);

	return node->data[node->len - 1] & 0x80;
}

/* The nearest that there is. */
static int64_t nearest(const struct tli_value *index)
{
	if (index->kind != TLI_BIGINT)
		return tli_int_of(index)->integer;
	return is_negative(index) ? INT64_MIN : INT64_MAX;
}

bool index_in(struct call *call, const struct tli_value *index, size_t len,
	const char *out_of_range, size_t *place_out)
{
	int64_t place = nearest(index), count = (int64_t)len;

	if (index->kind == TLI_BIGINT) {
		call_raise(call, TLI_STATUS_INDEX_ERROR,
			"cannot fit 'int' into an index-sized integer");
		return false;
	}
	if (place < 0)
		place += count;
	if (place < 0 || place >= count) {
		call_raise(call, TLI_STATUS_INDEX_ERROR, "%s", out_of_range);
		return false;
	}
	*place_out = (size_t)place;
	return true;
}

bool index_number(struct call *call, const struct tli_value *value,
	int64_t fallback, const char *too_large, int64_t *number_out)
{
	*number_out = fallback;
	if (!value)
		return true;
	if (!is_index(value)) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"'%s' object cannot be interpreted as an integer",
			tli_kind_name(value->kind));
		return false;
	}
	if (value->kind == TLI_BIGINT) {
		call_raise(call, TLI_STATUS_OVERFLOW_ERROR, "%s", too_large);
		return false;
	}
	*number_out = tli_int_of(value)->integer;
	return true;
}

size_t index_clamped(int64_t number, size_t len)
{
	int64_t count = (int64_t)len;

	if (number < 0)
		number += count;
	if (number < 0)
		return 0;
	return number < count ? (size_t)number : len;
}

bool index_bound(struct call *call, const struct tli_value *value,
	int64_t fallback, size_t len, size_t *place_out)
{
	if (value && !is_index(value)) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"slice indices must be integers or have an __index__ "
			"method");
		return false;
	}
	*place_out = index_clamped(value ? nearest(value) : fallback, len);
	return true;
}

static bool take_part(struct call *call, const struct tli_value *part,
	int64_t fallback, int64_t *number_out)
{
	if (part->kind != TLI_NONE && !is_index(part)) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"slice indices must be integers or None or have an "
			"__index__ method");
		return false;
	}
	*number_out = part->kind == TLI_NONE ? fallback : nearest(part);
	return true;
}

static bool take_step(
	struct call *call, const struct tli_value *part, int64_t *step_out)
{
	if (!take_part(call, part, 1, step_out))
		return false;
	if (*step_out == 0) {
		call_raise(call, TLI_STATUS_VALUE_ERROR,
			"slice step cannot be zero");
		return false;
	}
	if (*step_out == INT64_MIN)
		*step_out = -INT64_MAX;
	return true;
}

/* Backwards, the place before the first one is -1. */
static int64_t clamp(int64_t bound, int64_t len, bool backwards)
{
	if (bound < 0)
		bound += len;
	if (bound < 0)
		return backwards ? -1 : 0;
	if (bound >= len)
		return backwards ? len - 1 : len;
	return bound;
}

bool slice_in(struct call *call, const struct tli_value *slice, size_t len,
	struct span *span_out)
{
	struct tli_value *const *parts = tli_items_of(slice)->items;
	int64_t start, stop, step, way;

	if (!take_step(call, parts[STEP], &step) ||
		!take_part(
			call, parts[START], step < 0 ? INT64_MAX : 0, &start) ||
		!take_part(call, parts[STOP], step < 0 ? INT64_MIN : INT64_MAX,
			&stop))
		return false;
	start = clamp(start, (int64_t)len, step < 0);
	stop = clamp(stop, (int64_t)len, step < 0);
	way = step < 0 ? start - stop : stop - start;
	span_out->start = (size_t)start;
	span_out->step = step;
	span_out->count = 0;
	if (way > 0)
		span_out->count =
			(size_t)((way - 1) / (step < 0 ? -step : step) + 1);
	return true;
}

struct span span_forwards(const struct span *span)
{
	struct span forwards = *span;

	if (span->step < 0 && span->count > 0) {
		forwards.start = span_place(span, span->count - 1);
		forwards.step = -span->step;
	}
	return forwards;
}
