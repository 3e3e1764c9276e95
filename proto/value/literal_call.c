/* SPDX-License-Identifier: MIT */
#include "literal_call.h"

#include "array.h"

#include <string.h>

static struct tli_value *make_set(const struct tli_literal_call *call,
	struct tli_values *values, struct tli_value *const *args,
	unsigned count)
{
	if (count == 0)
		return tli_container(values, call->items_kind);
	return args[0]->kind == call->items_kind ? args[0] : NULL;
}

static struct tli_value *make_bytearray(const struct tli_literal_call *call,
	struct tli_values *values, struct tli_value *const *args,
	unsigned count)
{
	(void)call;
	if (count == 0)
		return tli_bytes(values, TLI_BYTEARRAY, NULL, 0);
	if (args[0]->kind != TLI_BYTES)
		return NULL;
	return tli_bytes(values, TLI_BYTEARRAY, tli_bytes_of(args[0])->data,
		tli_bytes_of(args[0])->len);
}

static struct tli_value *make_range(const struct tli_literal_call *call,
	struct tli_values *values, struct tli_value *const *args,
	unsigned count)
{
	(void)call;
	return tli_range(values, args, count);
}

static struct tli_value *make_slice(const struct tli_literal_call *call,
	struct tli_values *values, struct tli_value *const *args,
	unsigned count)
{
	struct tli_value *none = tli_none(values);
	struct tli_value *parts[] = {none, args[0], none};

	(void)call;
	if (count > 1)
		memcpy(parts, args, count * sizeof(args[0]));
	return tli_items(values, TLI_SLICE, parts, 3);
}

static struct tli_value *make_array(const struct tli_literal_call *call,
	struct tli_values *values, struct tli_value *const *args,
	unsigned count)
{
	(void)call;
	if (args[0]->kind != TLI_STR)
		return NULL;
	if (count == 1)
		return tli_array_from_bytes(
			values, args[0], &(struct tli_bytes){.data = NULL});
	if (args[1]->kind == TLI_STR)
		return tli_array_from_text(
			values, args[0], tli_bytes_of(args[1]));
	if (args[1]->kind != TLI_LIST)
		return NULL;
	return tli_array_from_items(values, args[0], tli_items_of(args[1]));
}

static const struct tli_literal_call calls[] = {
	{"set", "nothing, or one list, tuple or set of items", 0, 1, TLI_SET,
		make_set},
	{"frozenset", "nothing, or one list, tuple or set of items", 0, 1,
		TLI_FROZENSET, make_set},
	{"bytearray", "nothing, or bytes such as b'...'", 0, 1, TLI_NONE,
		make_bytearray},
	{"range", "one to three integers, of which the step is not 0", 1, 3,
		TLI_NONE, make_range},
	{"slice", "one to three values", 1, 3, TLI_NONE, make_slice},
	{"array",
		"a typecode of 'bBuwhHiIlLqQfd', and a list of numbers that "
		"fit it, or a text",
		1, 2, TLI_NONE, make_array},
};

const struct tli_literal_call *tli_literal_call_find(
	const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strlen(calls[i].name) == len &&
			memcmp(calls[i].name, name, len) == 0)
			return &calls[i];
	return NULL;
}
