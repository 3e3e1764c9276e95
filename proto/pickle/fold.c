/* SPDX-License-Identifier: MIT */
#include "fold.h"

#include "../utf8.h"
#include "../value/array.h"
#include "../value/mapping.h"

#include <string.h>

#define ARGS_MAX 4u

/* The arguments of a call, and what kinds they are. */
struct call {
	struct tli_values *values;
	struct tli_value *const *args;
	uint32_t count;
};

/*
 * What a constructor takes: a letter for each argument, '?' before those that
 * may be missing. i int, n int that fits an int64_t, r such an int or float,
 * t str, b bytes, l list or tuple, g global, * any.
 */
struct constructor {
	const char *module;
	const char *name;
	const char *args;
	struct tli_value *(*make)(const struct call *call);
};

static const struct tli_bytes *bytes_at(const struct call *call, uint32_t i)
{
	return tli_bytes_of(call->args[i]);
}

static struct tli_value *make_list(const struct call *call)
{
	const struct tli_items *items = tli_items_of(call->args[0]);

	if (!tli_values_charge(call->values, items->count))
		return NULL;
	return tli_items(call->values, TLI_LIST, items->items, items->count);
}

static struct tli_value *make_any_set(
	const struct call *call, enum tli_kind kind)
{
	const struct tli_items *items = tli_items_of(call->args[0]);
	struct tli_value *set = tli_container(call->values, kind);

	if (!set || !tli_values_charge(call->values, items->count))
		return NULL;
	for (uint32_t i = 0; i < items->count; i++)
		if (!tli_set_add(set, items->items[i]))
			return NULL;
	return set;
}

static struct tli_value *make_set(const struct call *call)
{
	return make_any_set(call, TLI_SET);
}

static struct tli_value *make_frozenset(const struct call *call)
{
	return make_any_set(call, TLI_FROZENSET);
}

static struct tli_value *make_range(const struct call *call)
{
	return tli_range(call->values, call->args, call->count);
}

static struct tli_value *make_slice(const struct call *call)
{
	return tli_items(call->values, TLI_SLICE, call->args, 3);
}

static double number_at(const struct call *call, uint32_t i)
{
	const struct tli_value *value = call->args[i];

	if (value->kind == TLI_FLOAT)
		return tli_float_of(value)->real;
	return (double)tli_int_of(value)->integer;
}

static struct tli_value *make_complex(const struct call *call)
{
	return tli_complex(
		call->values, number_at(call, 0), number_at(call, 1));
}

/* The characters up to U+00FF of a text, as bytes; NULL with no error if it
 * has others, or the encoding is another one. */
static struct tli_value *make_of_latin1(
	const struct call *call, enum tli_kind kind)
{
	const struct tli_bytes *text = bytes_at(call, 0);
	struct tli_value *made;
	uint8_t *bytes;
	size_t len = 0;

	if (!tli_is_text(call->args[1], "latin1") &&
		!tli_is_text(call->args[1], "latin-1"))
		return NULL;
	made = tli_bytes(call->values, kind, text->data, text->len);
	if (!made)
		return NULL;
	bytes = (uint8_t *)tli_bytes_of(made)->data;
	for (size_t i = 0, step; i < text->len; i += step) {
		uint32_t character = tli_utf8_read(text->data + i, &step);

		if (character > 0xff)
			return NULL;
		bytes[len++] = (uint8_t)character;
	}
	bytes[len] = 0;
	((struct tli_bytes *)made)->len = len;
	return made;
}

static struct tli_value *make_encoded(const struct call *call)
{
	return make_of_latin1(call, TLI_BYTES);
}

static struct tli_value *make_encoded_bytearray(const struct call *call)
{
	return make_of_latin1(call, TLI_BYTEARRAY);
}

static struct tli_value *make_bytes(const struct call *call)
{
	return tli_bytes(call->values, TLI_BYTES, "", 0);
}

static struct tli_value *make_bytearray(const struct call *call)
{
	const struct tli_bytes *bytes = call->count ? bytes_at(call, 0) : NULL;

	return tli_bytes(call->values, TLI_BYTEARRAY,
		bytes ? bytes->data : NULL, bytes ? bytes->len : 0);
}

static struct tli_value *make_array_of_items(const struct call *call)
{
	const struct tli_items *items = tli_items_of(call->args[1]);

	if (!tli_values_charge(call->values, items->count))
		return NULL;
	return tli_array_from_items(call->values, call->args[0], items);
}

static struct tli_value *make_array_of_bytes(const struct call *call)
{
	return tli_array_from_bytes(
		call->values, call->args[0], bytes_at(call, 1));
}

static struct tli_value *make_array_of_text(const struct call *call)
{
	return tli_array_from_text(
		call->values, call->args[0], bytes_at(call, 1));
}

/* With the form that the bytes have on the machine that wrote them. */
static struct tli_value *make_array_again(const struct call *call)
{
	const struct tli_bytes *typecode = bytes_at(call, 1);

	if (!tli_is_global(call->args[0], "array", "array") ||
		typecode->len != 1 ||
		tli_array_form((char)typecode->data[0]) !=
			tli_int_of(call->args[2])->integer)
		return NULL;
	return tli_array_from_bytes(
		call->values, call->args[1], bytes_at(call, 3));
}

static const struct constructor constructors[] = {
	{"builtins", "set", "l", make_set},
	{"builtins", "frozenset", "l", make_frozenset},
	{"builtins", "list", "l", make_list},
	{"builtins", "range", "i?ii", make_range},
	{"builtins", "slice", "***", make_slice},
	{"builtins", "complex", "rr", make_complex},
	{"builtins", "bytes", "", make_bytes},
	{"builtins", "bytearray", "?b", make_bytearray},
	{"builtins", "bytearray", "tt", make_encoded_bytearray},
	{"_codecs", "encode", "tt", make_encoded},
	{"array", "array", "tl", make_array_of_items},
	{"array", "array", "tb", make_array_of_bytes},
	{"array", "array", "tt", make_array_of_text},
	{"array", "_array_reconstructor", "gtnb", make_array_again},
};

static bool fits(const struct tli_value *value, char letter)
{
	switch (letter) {
	case 'i':
		return value->kind == TLI_INT || value->kind == TLI_BIGINT;
	case 'n':
		return value->kind == TLI_INT;
	case 'r':
		return value->kind == TLI_FLOAT || value->kind == TLI_INT;
	case 't':
		return value->kind == TLI_STR;
	case 'b':
		return value->kind == TLI_BYTES;
	case 'l':
		return tli_is_sequence(value);
	case 'g':
		return value->kind == TLI_GLOBAL;
	default:
		return true;
	}
}

static bool takes(
	const struct constructor *constructor, const struct tli_items *args)
{
	const char *letter = constructor->args;
	bool may_end = false;

	for (uint32_t i = 0; i < args->count; i++) {
		may_end |= *letter == '?';
		letter += *letter == '?';
		if (*letter == '\0' || !fits(args->items[i], *letter))
			return false;
		letter++;
	}
	return may_end || *letter == '\0' || *letter == '?';
}

bool tli_fold(struct tli_values *values, const struct tli_value *global,
	const struct tli_value *args, struct tli_value **folded_out)
{
	const struct tli_items *items = tli_items_of(args);
	const struct call call = {values, items->items, items->count};

	*folded_out = NULL;
	for (size_t i = 0; i < sizeof(constructors) / sizeof(constructors[0]);
		i++) {
		const struct constructor *constructor = &constructors[i];

		if (!tli_is_global(
			    global, constructor->module, constructor->name) ||
			!takes(constructor, items))
			continue;
		values->error.code = 0;
		*folded_out = constructor->make(&call);
		return *folded_out || values->error.code == 0;
	}
	return true;
}
