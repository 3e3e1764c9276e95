/* SPDX-License-Identifier: MIT */
/* What a program finds in values. */
#include "values.h"

#include "../proto/value/array.h"
#include "../proto/value/compare.h"
#include "../proto/value/fingerprint.h"
#include "../proto/value/integer.h"
#include "../proto/value/mapping.h"

#include <string.h>

#define HASH_BYTES_MAX ((size_t)64 << 20) /* of what is found out for it */

/* The public kinds have no TLI_BIGINT. */
static const int public_kinds[TLI_KINDS] = {
	[TLI_NONE] = TIELINE_NONE,
	[TLI_BOOL] = TIELINE_BOOL,
	[TLI_INT] = TIELINE_INT,
	[TLI_BIGINT] = TIELINE_INT,
	[TLI_FLOAT] = TIELINE_FLOAT,
	[TLI_COMPLEX] = TIELINE_COMPLEX,
	[TLI_STR] = TIELINE_STR,
	[TLI_BYTES] = TIELINE_BYTES,
	[TLI_BYTEARRAY] = TIELINE_BYTEARRAY,
	[TLI_ARRAY] = TIELINE_ARRAY,
	[TLI_LIST] = TIELINE_LIST,
	[TLI_TUPLE] = TIELINE_TUPLE,
	[TLI_DICT] = TIELINE_DICT,
	[TLI_SET] = TIELINE_SET,
	[TLI_FROZENSET] = TIELINE_FROZENSET,
	[TLI_RANGE] = TIELINE_RANGE,
	[TLI_SLICE] = TIELINE_SLICE,
	[TLI_GLOBAL] = TIELINE_GLOBAL,
	[TLI_OBJECT] = TIELINE_OBJECT,
};

int tieline_value_kind(const tieline_value *value)
{
	return value ? public_kinds[tli_node(value)->kind] : -1;
}

const char *tieline_kind_name(int kind)
{
	for (int i = 0; i < TLI_KINDS; i++)
		if (public_kinds[i] == kind)
			return tli_kind_name((enum tli_kind)i);
	return "unknown kind";
}

int tieline_value_get_int(const tieline_value *value, int64_t *integer_out)
{
	const struct tli_value *node = tli_node(value);

	if (!node)
		return tli_value_null_given();
	if (node->kind == TLI_BIGINT)
		return tli_error_set(tli_thread_error(), TIELINE_ELIMIT,
			"the int does not fit 64 bits");
	if (node->kind != TLI_INT && node->kind != TLI_BOOL)
		return tli_value_wrong_kind("int", node);
	*integer_out = tli_int_of(node)->integer;
	return TIELINE_OK;
}

static int get_big_real(const struct tli_value *node, double *number_out)
{
	const struct tli_bytes *integer = tli_bytes_of(node);
	double number = tli_integer_to_double(integer->data, integer->len);

	if (number - number != 0)
		return tli_error_set(tli_thread_error(), TIELINE_ELIMIT,
			"the int is too large for a float");
	*number_out = number;
	return TIELINE_OK;
}

static int get_real(
	const struct tli_value *node, const char *expected, double *number_out)
{
	if (!node)
		return tli_value_null_given();
	if (node->kind == TLI_BIGINT)
		return get_big_real(node, number_out);
	if (node->kind == TLI_FLOAT)
		*number_out = tli_float_of(node)->real;
	else if (node->kind == TLI_INT || node->kind == TLI_BOOL)
		*number_out = (double)tli_int_of(node)->integer;
	else
		return tli_value_wrong_kind(expected, node);
	return TIELINE_OK;
}

int tieline_value_get_float(const tieline_value *value, double *number_out)
{
	return get_real(tli_node(value), "float", number_out);
}

int tieline_value_get_complex(
	const tieline_value *value, double *real_out, double *imag_out)
{
	const struct tli_value *node = tli_node(value);
	int result;

	if (node && node->kind == TLI_COMPLEX) {
		*real_out = tli_float_of(node)->real;
		*imag_out = tli_float_of(node)->imag;
		return TIELINE_OK;
	}
	result = get_real(node, "complex", real_out);
	if (result == TIELINE_OK)
		*imag_out = 0;
	return result;
}

static const uint8_t *bytes_in(const struct tli_value *node, size_t *len_out)
{
	if (len_out)
		*len_out = tli_bytes_of(node)->len;
	return tli_bytes_of(node)->data;
}

const char *tieline_value_get_str(const tieline_value *value, size_t *len_out)
{
	const struct tli_value *node = tli_node(value);

	if (!node || node->kind != TLI_STR)
		return NULL;
	return (const char *)bytes_in(node, len_out);
}

const void *tieline_value_get_bytes(const tieline_value *value, size_t *len_out)
{
	const struct tli_value *node = tli_node(value);

	if (!node || node->kind < TLI_BYTES || node->kind > TLI_ARRAY)
		return NULL;
	return bytes_in(node, len_out);
}

char tieline_value_typecode(const tieline_value *value)
{
	const struct tli_value *node = tli_node(value);

	return node && node->kind == TLI_ARRAY ? tli_bytes_of(node)->typecode
					       : '\0';
}

/* Whether the items of a node are for programs, and not its own affair. */
static bool shows_items(const struct tli_value *node)
{
	return node && node->kind >= TLI_LIST && node->kind <= TLI_SLICE;
}

/* A dict has two nodes for each item. */
static uint32_t step_of(const struct tli_value *node)
{
	return node->kind == TLI_DICT ? 2 : 1;
}

size_t tieline_value_count(const tieline_value *value)
{
	const struct tli_value *node = tli_node(value);

	if (node && node->kind == TLI_ARRAY)
		return tli_array_count(node);
	return shows_items(node) ? tli_items_of(node)->count / step_of(node)
				 : 0;
}

static tieline_value *node_at(
	const tieline_value *value, size_t i, uint32_t part)
{
	const struct tli_value *node = tli_node(value);
	bool is_there = shows_items(node) && i < tieline_value_count(value);

	return is_there
		? tli_public(
			  tli_items_of(node)->items[i * step_of(node) + part])
		: NULL;
}

tieline_value *tieline_value_item(const tieline_value *value, size_t i)
{
	return value ? node_at(value, i, step_of(tli_node(value)) - 1) : NULL;
}

tieline_value *tieline_value_key(const tieline_value *dict, size_t i)
{
	return tieline_value_kind(dict) == TIELINE_DICT ? node_at(dict, i, 0)
							: NULL;
}

tieline_value *tieline_value_find(
	const tieline_value *dict, const tieline_value *key)
{
	const struct tli_value *node = tli_node(dict);
	struct tli_value_error error;
	int64_t i;

	if (!key || tieline_value_kind(dict) != TIELINE_DICT)
		return NULL;
	i = tli_find_key(node, tli_node(key), &error);
	return i < 0 ? NULL : tli_public(tli_items_of(node)->items[i + 1]);
}

tieline_value *tieline_value_find_text(
	const tieline_value *dict, const char *key)
{
	if (!key || tieline_value_kind(dict) != TIELINE_DICT)
		return NULL;
	return tli_public(tli_dict_get(tli_node(dict), key, strlen(key)));
}

static int has_item(const struct tli_items *list, const tieline_value *item)
{
	int equal = 0;

	for (uint32_t i = 0; equal == 0 && i < list->count; i++)
		equal = list->items[i] == tli_node(item)
			? 1
			: tieline_value_equal(tli_public(list->items[i]), item);
	return equal;
}

int tieline_value_contains(
	const tieline_value *container, const tieline_value *item)
{
	const struct tli_value *node = tli_node(container);
	struct tli_value_error error;
	int64_t i;

	if (!node || !item)
		return tli_value_null_given();
	if (tli_is_sequence(node))
		return has_item(tli_items_of(node), item);
	if (node->kind != TLI_DICT && node->kind != TLI_SET &&
		node->kind != TLI_FROZENSET)
		return tli_value_wrong_kind("a container", node);
	i = tli_find_key(node, tli_node(item), &error);
	if (i >= 0 || i == TLI_NO_KEY)
		return i >= 0;
	return tli_values_failed(&error);
}

/* One of the items of a symbol; NULL for other kinds. */
static struct tli_value *part(
	const tieline_value *value, enum tli_kind kind, uint32_t i)
{
	const struct tli_value *node = tli_node(value);

	return node && node->kind == kind ? tli_items_of(node)->items[i] : NULL;
}

const char *tieline_value_module(const tieline_value *global)
{
	return tieline_value_get_str(
		tli_public(part(global, TLI_GLOBAL, 0)), NULL);
}

const char *tieline_value_name(const tieline_value *global)
{
	return tieline_value_get_str(
		tli_public(part(global, TLI_GLOBAL, 1)), NULL);
}

tieline_value *tieline_value_callable(const tieline_value *object)
{
	return tli_public(part(object, TLI_OBJECT, TLI_OBJECT_CALLABLE));
}

tieline_value *tieline_value_args(const tieline_value *object)
{
	return tli_public(part(object, TLI_OBJECT, TLI_OBJECT_ARGS));
}

/* The last one counts. */
tieline_value *tieline_value_state(const tieline_value *object)
{
	const struct tli_object *node = tli_object_of(tli_node(object));
	uint32_t i;

	if (tieline_value_kind(object) != TIELINE_OBJECT)
		return NULL;
	for (i = node->items.count; i-- > TLI_OBJECT_STEPS;)
		if (node->steps[i - TLI_OBJECT_STEPS] == TLI_STEP_BUILD)
			return tli_public(node->items.items[i]);
	return NULL;
}

int tieline_value_equal(const tieline_value *one, const tieline_value *other)
{
	struct tli_value_error error;
	int result;

	if (!one || !other)
		return tli_value_null_given();
	result = tli_equal(tli_node(one), tli_node(other));
	if (result >= 0)
		return result;
	tli_fingerprint_error(&error, result, NULL);
	return tli_values_failed(&error);
}

int tieline_value_less(const tieline_value *one, const tieline_value *other)
{
	struct tli_value_error error;
	int result;

	if (!one || !other)
		return tli_value_null_given();
	result = tli_less(tli_node(one), tli_node(other), &error);
	return result < 0 ? tli_values_failed(&error) : result;
}

static int hash_of(const struct tli_value *node, const uint64_t *seed,
	struct tli_key *key_out)
{
	struct tli_arena arena;
	struct tli_fingerprints fingerprints;
	int result;

	tli_arena_init(&arena, HASH_BYTES_MAX);
	tli_fingerprints_init(
		&fingerprints, &arena, seed, TLI_OBJECTS_BY_STRUCTURE);
	result = tli_key_of(&fingerprints, node, key_out);
	tli_arena_fini(&arena);
	return result;
}

int tieline_value_hash(const tieline_value *value, uint64_t *hash_out)
{
	struct tli_error *error = tli_thread_error();
	const uint64_t *seed = tli_values_seed(error);
	struct tli_value_error why;
	struct tli_key key;
	int result;

	if (!value)
		return tli_value_null_given();
	if (!seed)
		return error->code;
	result = hash_of(tli_node(value), seed, &key);
	if (result < 0) {
		tli_fingerprint_error(&why, result, key.culprit);
		return tli_values_failed(&why);
	}
	*hash_out = key.fingerprint.low;
	return TIELINE_OK;
}
