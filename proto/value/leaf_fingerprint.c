/* SPDX-License-Identifier: MIT */
#include "leaf_fingerprint.h"

#include "../siphash.h"
#include "array.h"

#include <math.h>
#include <string.h>

#define LONG_BYTES  48u
#define LARGE       1e18 /* a float that is an integer of many bytes */
#define PIECE_BYTES 512u

enum tli_kind tli_family(enum tli_kind kind)
{
	static const uint8_t families[TLI_KINDS] = {
		[TLI_NONE] = TLI_NONE,
		[TLI_BOOL] = TLI_INT,
		[TLI_INT] = TLI_INT,
		[TLI_BIGINT] = TLI_INT,
		[TLI_FLOAT] = TLI_INT,
		[TLI_COMPLEX] = TLI_INT,
		[TLI_STR] = TLI_STR,
		[TLI_BYTES] = TLI_BYTES,
		[TLI_BYTEARRAY] = TLI_BYTES,
		[TLI_ARRAY] = TLI_ARRAY,
		[TLI_LIST] = TLI_LIST,
		[TLI_TUPLE] = TLI_TUPLE,
		[TLI_DICT] = TLI_DICT,
		[TLI_SET] = TLI_SET,
		[TLI_FROZENSET] = TLI_SET,
		[TLI_RANGE] = TLI_RANGE,
		[TLI_SLICE] = TLI_SLICE,
		[TLI_GLOBAL] = TLI_GLOBAL,
		[TLI_OBJECT] = TLI_OBJECT,
	};

	return families[kind];
}

bool tli_is_hashable(enum tli_kind kind)
{
	static const bool unhashable[TLI_KINDS] = {
		[TLI_BYTEARRAY] = true,
		[TLI_ARRAY] = true,
		[TLI_LIST] = true,
		[TLI_DICT] = true,
		[TLI_SET] = true,
	};

	return !unhashable[kind];
}

bool tli_is_long(const struct tli_value *value)
{
	if (value->kind == TLI_FLOAT || value->kind == TLI_COMPLEX)
		return fabs(tli_float_of(value)->real) > LARGE;
	return (value->kind == TLI_BIGINT ||
		       (value->kind >= TLI_STR && value->kind < TLI_LIST)) &&
		tli_bytes_of(value)->len > LONG_BYTES;
}

struct tli_fingerprint tli_tagged_hash(
	const uint64_t seed[2], unsigned tag, const void *bytes, size_t len)
{
	uint64_t key[2] = {seed[0], seed[1] ^ tag}, out[2];

	tli_siphash(bytes, len, key, out);
	return (struct tli_fingerprint){out[0], out[1]};
}

struct tli_fingerprint tli_node_fingerprint(
	const uint64_t seed[2], const struct tli_value *node)
{
	return tli_tagged_hash(seed, TLI_TAG_NODE, &node, sizeof(node));
}

static struct tli_fingerprint of_none(
	const uint64_t seed[2], const struct tli_value *value)
{
	(void)value;
	return tli_tagged_hash(seed, TLI_NONE, NULL, 0);
}

static struct tli_fingerprint of_number(
	const uint64_t seed[2], const struct tli_value *value)
{
	struct tli_number number;

	tli_number_of(value, &number);
	return tli_tagged_hash(
		seed, TLI_TAG_NUMBER + number.form, number.bytes, number.len);
}

static struct tli_fingerprint of_bytes(
	const uint64_t seed[2], const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);

	return tli_tagged_hash(
		seed, tli_family(value->kind), node->data, node->len);
}

/* Hashed in pieces, each of which starts with what those before it come to. */
static struct tli_fingerprint of_array(
	const uint64_t seed[2], const struct tli_value *value)
{
	struct {
		struct tli_fingerprint before;
		uint8_t bytes[PIECE_BYTES + TLI_NUMBER_BYTES + 2];
	} piece = {.before = {0, 0}};
	size_t count = tli_array_count(value), used = 0;
	struct tli_number number;

	for (size_t i = 0; i < count; i++) {
		tli_array_number(value, i, &number);
		if (number.form == TLI_NUMBER_NAN)
			return tli_node_fingerprint(seed, value);
		piece.bytes[used++] = (uint8_t)number.form;
		piece.bytes[used++] = (uint8_t)number.len;
		memcpy(piece.bytes + used, number.bytes, number.len);
		used += number.len;
		if (used < PIECE_BYTES)
			continue;
		piece.before = tli_tagged_hash(seed, TLI_TAG_ITEM, &piece,
			sizeof(piece.before) + used);
		used = 0;
	}
	return tli_tagged_hash(
		seed, TLI_ARRAY, &piece, sizeof(piece.before) + used);
}

/* Whether all its parts are as expected, and small. */
static bool is_small_range(const struct tli_value *value)
{
	const struct tli_items *range = tli_items_of(value);

	if (value->kind != TLI_RANGE || range->count != 3)
		return false;
	for (uint32_t i = 0; i < 3; i++)
		if (range->items[i]->kind != TLI_INT &&
			range->items[i]->kind != TLI_BOOL)
			return false;
	return tli_int_of(range->items[2])->integer != 0;
}

static struct tli_fingerprint of_range(
	const uint64_t seed[2], const struct tli_value *value)
{
	struct tli_value *const *parts = tli_items_of(value)->items;
	int64_t start = tli_int_of(parts[0])->integer;
	int64_t step = tli_int_of(parts[2])->integer;
	uint64_t count =
		tli_range_count(start, tli_int_of(parts[1])->integer, step);
	uint64_t through[3] = {
		count,
		count > 0 ? (uint64_t)start : 0,
		count > 1 ? (uint64_t)step : 0,
	};

	return tli_tagged_hash(seed, TLI_RANGE, through, sizeof(through));
}

bool tli_has_nothing_inside(const struct tli_value *value)
{
	return !tli_has_items(value) || is_small_range(value);
}

struct tli_fingerprint tli_leaf_fingerprint(
	const uint64_t seed[2], const struct tli_value *value)
{
	typedef struct tli_fingerprint function(
		const uint64_t *, const struct tli_value *);
	static function *const functions[TLI_KINDS] = {
		[TLI_NONE] = of_none,
		[TLI_INT] = of_number,
		[TLI_STR] = of_bytes,
		[TLI_BYTES] = of_bytes,
		[TLI_ARRAY] = of_array,
		[TLI_RANGE] = of_range,
	};

	return functions[tli_family(value->kind)](seed, value);
}

static bool array_has_nan(const struct tli_value *array)
{
	size_t count = tli_array_count(array);
	struct tli_number number;

	if (tli_array_item_kind(array) != TLI_FLOAT)
		return false;
	for (size_t i = 0; i < count; i++) {
		tli_array_number(array, i, &number);
		if (number.form == TLI_NUMBER_NAN)
			return true;
	}
	return false;
}

bool tli_has_nan(const struct tli_value *value)
{
	struct tli_number number;

	if (value->kind == TLI_ARRAY)
		return array_has_nan(value);
	if (value->kind != TLI_FLOAT && value->kind != TLI_COMPLEX)
		return false;
	tli_number_of(value, &number);
	return number.form == TLI_NUMBER_NAN;
}

struct tli_fingerprint tli_nan_fingerprint(
	const uint64_t seed[2], const struct tli_value *value)
{
	double parts[2] = {0, 0};

	if (value->kind == TLI_ARRAY)
		return tli_tagged_hash(seed, TLI_TAG_NODE,
			tli_bytes_of(value)->data, tli_bytes_of(value)->len);
	parts[0] = tli_float_of(value)->real;
	if (value->kind == TLI_COMPLEX)
		parts[1] = tli_float_of(value)->imag;
	/* No zero is negative, and there is one NaN. */
	for (int i = 0; i < 2; i++)
		parts[i] = isnan(parts[i]) ? (double)NAN : parts[i] + 0.0;
	return tli_tagged_hash(
		seed, TLI_TAG_NUMBER + TLI_NUMBER_NAN, parts, sizeof(parts));
}
