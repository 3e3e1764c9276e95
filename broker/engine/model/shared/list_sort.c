/* SPDX-License-Identifier: MIT */
#include "list.h"

#include "../../../../proto/value/compare.h"
#include "../../../../proto/value/mapping.h"

#include <stdlib.h>
#include <string.h>

/* An element, and its value for as long as it is being sorted. */
struct element {
	struct tli_value *value;
	struct cell cell;
};

struct sorting {
	struct call *call;
	struct element *elements; /* count of them, and room for as many */
	size_t count;
	bool is_reverse;
};

/* Whether the later one has to go before the earlier one; negative with the
 * error raised. */
static int is_before(const struct sorting *sorting, const struct element *later,
	const struct element *earlier)
{
	struct tli_value_error error;
	int result = sorting->is_reverse
		? tli_less(earlier->value, later->value, &error)
		: tli_less(later->value, earlier->value, &error);

	if (result < 0)
		call_raise_values(sorting->call, &error);
	return result;
}

/* Two runs, one behind the other and each in order, as one at `out`. */
static bool merge(const struct sorting *sorting, struct element *out,
	const struct element *one, size_t one_count, size_t other_count)
{
	const struct element *middle = one + one_count;
	const struct element *other = middle, *end = middle + other_count;

	while (one < middle && other < end) {
		int result = is_before(sorting, other, one);

		if (result < 0)
			return false;
		*out++ = result ? *other++ : *one++;
	}
	while (one < middle)
		*out++ = *one++;
	while (other < end)
		*out++ = *other++;
	return true;
}

static size_t at_most(size_t count, size_t most)
{
	return count < most ? count : most;
}

/* From runs of that length to those of twice that. */
static bool merge_runs(const struct sorting *sorting, struct element *to,
	const struct element *from, size_t run)
{
	for (size_t at = 0; at < sorting->count;) {
		size_t one = at_most(run, sorting->count - at);
		size_t other = at_most(run, sorting->count - at - one);

		if (!merge(sorting, to + at, from + at, one, other))
			return false;
		at += one + other;
	}
	return true;
}

/* NULL with the error raised; otherwise where they are, in order. */
static const struct element *sort(const struct sorting *sorting)
{
	struct element *from = sorting->elements;
	struct element *to = from + sorting->count;

	for (size_t run = 1; run < sorting->count; run *= 2) {
		struct element *old = from;

		if (!merge_runs(sorting, to, from, run))
			return NULL;
		from = to;
		to = old;
	}
	return from;
}

static bool load(const struct sorting *sorting, const struct cells *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct element *element = &sorting->elements[i];

		element->cell = all->cells[i];
		element->value = cell_value(sorting->call, &all->cells[i]);
		if (!element->value)
			return false;
	}
	return true;
}

/* All the keywords that there are. */
static bool take_options(struct call *call, bool *is_reverse)
{
	static const char *const names[] = {"key", "reverse"};
	const struct tli_value *key = NULL, *reverse = NULL;
	uint32_t known = 0;

	if (call->keywords) {
		key = tli_dict_get(call->keywords, names[0], strlen(names[0]));
		reverse = tli_dict_get(
			call->keywords, names[1], strlen(names[1]));
		known = (key ? 2u : 0u) + (reverse ? 2u : 0u);
	}
	*is_reverse = call_truth(reverse, false);
	if (tli_items_of(call->all)->count > 0)
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"sort() takes no positional arguments");
	else if (call->keywords && tli_items_of(call->keywords)->count > known)
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"sort() takes no keywords but key and reverse");
	else if (key && key->kind != TLI_NONE && list_content(call)->count > 0)
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"'%s' object is not callable",
			tli_kind_name(key->kind));
	return !call_has_failed(call);
}

enum outcome list_sort(struct call *call)
{
	struct cells *all = list_content(call);
	struct sorting sorting = {.call = call, .count = all->count};
	const struct element *sorted;

	if (!take_options(call, &sorting.is_reverse) || all->count < 2)
		return CALL_DONE;
	sorting.elements = calloc(2 * all->count, sizeof(*sorting.elements));
	if (!sorting.elements)
		return call_raise_memory(call);
	sorted = load(&sorting, all) ? sort(&sorting) : NULL;
	for (size_t i = 0; sorted && i < all->count; i++)
		all->cells[i] = sorted[i].cell;
	if (sorted)
		call_changed(call, NULL);
	free(sorting.elements);
	return CALL_DONE;
}
