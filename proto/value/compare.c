/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include "array.h"
#include "fingerprint.h"
#include "number.h"

#include <stdlib.h>
#include <string.h>

#define NOT_KNOWN_YET 2 /* neither 0 nor 1 */

/* ---- What has nothing inside ----------------------------------------- */

static bool same_bytes(
	const struct tli_value *one, const struct tli_value *other)
{
	const struct tli_bytes *a = tli_bytes_of(one), *b = tli_bytes_of(other);

	return a->len == b->len &&
		(a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static int compare_numbers(
	const struct tli_value *one, const struct tli_value *other)
{
	struct tli_number a, b;

	tli_number_of(one, &a);
	tli_number_of(other, &b);
	return tli_number_compare(&a, &b);
}

bool tli_scalar_equal(
	const struct tli_value *one, const struct tli_value *other)
{
	if (one->kind == TLI_STR && other->kind == TLI_STR)
		return same_bytes(one, other);
	if (one->kind == TLI_INT && other->kind == TLI_INT)
		return tli_int_of(one)->integer == tli_int_of(other)->integer;
	if (tli_family(one->kind) != tli_family(other->kind))
		return false;
	if (one->kind == TLI_NONE)
		return true;
	if (tli_is_number(one))
		return compare_numbers(one, other) == 0;
	return same_bytes(one, other);
}

/* Negative, 0 or positive. */
static int compare_bytes(
	const struct tli_value *one, const struct tli_value *other)
{
	const struct tli_bytes *a = tli_bytes_of(one), *b = tli_bytes_of(other);
	size_t shorter = a->len < b->len ? a->len : b->len;
	int order = shorter > 0 ? memcmp(a->data, b->data, shorter) : 0;

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/*
 * The first items that differ, if there are such: false if one array is the
 * start of the other.
 */
static bool find_difference(const struct tli_value *one,
	const struct tli_value *other, struct tli_number *a,
	struct tli_number *b)
{
	size_t one_count = tli_array_count(one),
	       other_count = tli_array_count(other);

	for (size_t i = 0; i < one_count && i < other_count; i++) {
		tli_array_number(one, i, a);
		tli_array_number(other, i, b);
		if (tli_number_compare(a, b) != 0)
			return true;
	}
	return false;
}

static bool same_arrays(
	const struct tli_value *one, const struct tli_value *other)
{
	struct tli_number a, b;

	return tli_array_count(one) == tli_array_count(other) &&
		!find_difference(one, other, &a, &b);
}

/* ---- Equality -------------------------------------------------------- */

static bool has_other_count(
	const struct tli_value *one, const struct tli_value *other)
{
	return one->kind != TLI_RANGE &&
		tli_items_of(one)->count != tli_items_of(other)->count;
}

static int has_same_fingerprint(struct tli_fingerprints *all,
	const struct tli_value *one, const struct tli_value *other)
{
	struct tli_fingerprint a, b;
	int result = tli_fingerprint_of(all, one, &a);

	if (result == TLI_VALUE_OK)
		result = tli_fingerprint_of(all, other, &b);
	return result < 0 ? result : tli_same_fingerprint(&a, &b);
}

int tli_equal(const struct tli_value *one, const struct tli_value *other)
{
	struct tli_fingerprints all;
	struct tli_arena arena;
	int result;

	if (tli_family(one->kind) != tli_family(other->kind))
		return 0;
	if (!tli_has_items(one))
		return one->kind == TLI_ARRAY ? same_arrays(one, other)
					      : tli_scalar_equal(one, other);
	if (one == other || has_other_count(one, other))
		return one == other;
	tli_arena_init(&arena, SIZE_MAX);
	tli_fingerprints_init(&all, &arena, tli_items_of(one)->values->seed,
		TLI_OBJECTS_BY_STRUCTURE);
	result = has_same_fingerprint(&all, one, other);
	tli_arena_fini(&arena);
	return result;
}

/* ---- Order ----------------------------------------------------------- */

/* Two values of which one may be less, and what is known by then. */
struct comparison {
	const struct tli_value *one;
	const struct tli_value *other;
	struct tli_fingerprints *all; /* NULL for what has nothing inside */
	struct tli_value_error *error;
};

static int refuse(
	struct comparison *comparison, const char *one, const char *other)
{
	return tli_value_error_set(comparison->error, TLI_VALUE_TYPE,
		"'<' not supported between instances of '%s' and '%s'", one,
		other);
}

static int no_order(struct comparison *comparison)
{
	return refuse(comparison, tli_kind_name(comparison->one->kind),
		tli_kind_name(comparison->other->kind));
}

static int is_less_number(struct comparison *comparison)
{
	if (comparison->one->kind == TLI_COMPLEX ||
		comparison->other->kind == TLI_COMPLEX)
		return no_order(comparison);
	return compare_numbers(comparison->one, comparison->other) < 0;
}

static int are_less_bytes(struct comparison *comparison)
{
	return compare_bytes(comparison->one, comparison->other) < 0;
}

static const char *item_name(const struct tli_value *array)
{
	return tli_kind_name(tli_array_item_kind(array));
}

static int is_less_array(struct comparison *comparison)
{
	const struct tli_value *one = comparison->one;
	const struct tli_value *other = comparison->other;
	struct tli_number a, b;

	if (!find_difference(one, other, &a, &b))
		return tli_array_count(one) < tli_array_count(other);
	if ((a.form == TLI_NUMBER_CHARACTER) !=
		(b.form == TLI_NUMBER_CHARACTER))
		return refuse(comparison, item_name(one), item_name(other));
	return tli_number_compare(&a, &b) < 0;
}

static int by_fingerprint(const void *one, const void *other)
{
	const struct tli_fingerprint *a = one, *b = other;

	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return (a->high > b->high) - (a->high < b->high);
}

static int look_at_members(struct comparison *comparison,
	const struct tli_items *set, struct tli_fingerprint *members_out)
{
	int result = TLI_VALUE_OK;

	for (uint32_t i = 0; i < set->count && result == TLI_VALUE_OK; i++)
		result = tli_fingerprint_of(
			comparison->all, set->items[i], &members_out[i]);
	if (result == TLI_VALUE_OK)
		qsort(members_out, set->count, sizeof(*members_out),
			by_fingerprint);
	return result;
}

static bool is_subset(const struct tli_fingerprint *few, uint32_t few_count,
	const struct tli_fingerprint *many, uint32_t many_count)
{
	for (uint32_t i = 0; i < few_count; i++)
		if (!bsearch(&few[i], many, many_count, sizeof(*many),
			    by_fingerprint))
			return false;
	return true;
}

static int is_proper_subset(struct comparison *comparison)
{
	const struct tli_items *few = tli_items_of(comparison->one);
	const struct tli_items *many = tli_items_of(comparison->other);
	struct tli_fingerprint *members;
	int result;

	if (few->count >= many->count)
		return 0;
	members = calloc(few->count + (size_t)many->count, sizeof(*members));
	if (!members)
		return tli_fingerprint_error(
			comparison->error, TLI_VALUE_NOMEM, NULL);
	result = look_at_members(comparison, few, members);
	if (result == TLI_VALUE_OK)
		result =
			look_at_members(comparison, many, members + few->count);
	if (result == TLI_VALUE_OK)
		result = is_subset(
			members, few->count, members + few->count, many->count);
	else
		tli_fingerprint_error(comparison->error, result, NULL);
	free(members);
	return result;
}

/* As in lists: what is the same node is equal, even a NaN. */
static int are_same_items(struct tli_fingerprints *all,
	const struct tli_value *one, const struct tli_value *other)
{
	if (one == other)
		return 1;
	if (tli_family(one->kind) != tli_family(other->kind))
		return 0;
	if (!tli_has_items(one) && one->kind != TLI_ARRAY && !tli_is_long(one))
		return tli_scalar_equal(one, other);
	return has_same_fingerprint(all, one, other);
}

/* The place of the first items that differ, or the length of the shorter. */
static int64_t find_differing_items(struct comparison *comparison)
{
	const struct tli_items *one = tli_items_of(comparison->one);
	const struct tli_items *other = tli_items_of(comparison->other);
	uint32_t i = 0;

	while (i < one->count && i < other->count) {
		int result = are_same_items(
			comparison->all, one->items[i], other->items[i]);

		if (result < 0)
			return tli_fingerprint_error(
				comparison->error, result, NULL);
		if (result == 0)
			break;
		i++;
	}
	return i;
}

static bool are_sequences(const struct comparison *comparison)
{
	enum tli_kind kind = comparison->one->kind;

	return kind == comparison->other->kind &&
		(kind == TLI_LIST || kind == TLI_TUPLE || kind == TLI_SLICE);
}

/* To the first items that differ: then they are what is compared. If there are
 * none, the result is known. */
static int go_down(struct comparison *comparison)
{
	const struct tli_items *one = tli_items_of(comparison->one);
	const struct tli_items *other = tli_items_of(comparison->other);
	int64_t i = find_differing_items(comparison);

	if (i < 0)
		return (int)i;
	if (i == one->count || i == other->count)
		return one->count < other->count;
	comparison->one = one->items[i];
	comparison->other = other->items[i];
	return NOT_KNOWN_YET;
}

static int is_less_here(struct comparison *comparison)
{
	static int (*const functions[TLI_KINDS])(struct comparison *) = {
		[TLI_INT] = is_less_number,
		[TLI_STR] = are_less_bytes,
		[TLI_BYTES] = are_less_bytes,
		[TLI_ARRAY] = is_less_array,
		[TLI_SET] = is_proper_subset,
	};
	enum tli_kind family = tli_family(comparison->one->kind);

	if (family != tli_family(comparison->other->kind) || !functions[family])
		return no_order(comparison);
	return functions[family](comparison);
}

/*
 * What differs only inside itself differs nowhere: then the same two come up
 * again. They are looked for where the depth was last a power of two, so that
 * no more than a few rounds are gone.
 */
static int is_less(struct comparison *comparison)
{
	struct comparison before = {.one = NULL};

	for (uint32_t depth = 0; are_sequences(comparison); depth++) {
		int result = go_down(comparison);

		if (result != NOT_KNOWN_YET)
			return result;
		if (depth == TLI_VALUE_DEPTH_MAX ||
			(comparison->one == before.one &&
				comparison->other == before.other))
			return tli_fingerprint_error(
				comparison->error, TLI_VALUE_LIMIT, NULL);
		if ((depth & (depth + 1)) == 0)
			before = *comparison;
	}
	return is_less_here(comparison);
}

int tli_less(const struct tli_value *one, const struct tli_value *other,
	struct tli_value_error *error)
{
	struct comparison comparison = {one, other, NULL, error};
	struct tli_fingerprints all;
	struct tli_arena arena;
	int result;

	if (!tli_has_items(one))
		return is_less(&comparison);
	tli_arena_init(&arena, SIZE_MAX);
	tli_fingerprints_init(&all, &arena, tli_items_of(one)->values->seed,
		TLI_OBJECTS_BY_STRUCTURE);
	/* Each is looked at once, although it is inside what was compared. */
	all.remembered = TLI_ATTACHED;
	comparison.all = &all;
	result = is_less(&comparison);
	tli_arena_fini(&arena);
	return result;
}
