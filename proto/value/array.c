/* SPDX-License-Identifier: MIT */
/* The items of array.array, packed as on 64-bit Linux. */
#include "value.h"

#include "../utf8.h"
#include "integer.h"

#include <string.h>

enum form { SIGNED = 1, UNSIGNED, REAL, CHARACTER };

struct typecode {
	uint8_t bytes;
	uint8_t form;
};

static const struct typecode typecodes[128] = {
	['b'] = {1, SIGNED},
	['B'] = {1, UNSIGNED},
	['h'] = {2, SIGNED},
	['H'] = {2, UNSIGNED},
	['i'] = {4, SIGNED},
	['I'] = {4, UNSIGNED},
	['l'] = {8, SIGNED},
	['L'] = {8, UNSIGNED},
	['q'] = {8, SIGNED},
	['Q'] = {8, UNSIGNED},
	['f'] = {4, REAL},
	['d'] = {8, REAL},
	['u'] = {4, CHARACTER},
	['w'] = {4, CHARACTER},
};

static struct typecode typecode_of(char typecode)
{
	return typecodes[(unsigned char)typecode & 127];
}

size_t tli_array_item_bytes(char typecode)
{
	return typecode_of(typecode).bytes;
}

struct tli_value *tli_array(
	struct tli_values *values, char typecode, const void *data, size_t len)
{
	struct tli_bytes *array =
		(struct tli_bytes *)tli_bytes(values, TLI_ARRAY, data, len);

	if (!array)
		return NULL;
	array->typecode = typecode;
	return &array->value;
}

static struct tli_value *character(
	struct tli_values *values, const uint8_t *bytes)
{
	uint32_t number;
	uint8_t text[TLI_UTF8_BYTES_MAX];

	memcpy(&number, bytes, sizeof(number));
	return tli_str(
		values, (const char *)text, tli_utf8_write(number, text));
}

static struct tli_value *real(
	struct tli_values *values, const uint8_t *bytes, size_t len)
{
	float small;
	double large;

	if (len == sizeof(small)) {
		memcpy(&small, bytes, sizeof(small));
		return tli_float(values, (double)small);
	}
	memcpy(&large, bytes, sizeof(large));
	return tli_float(values, large);
}

struct tli_value *tli_array_item(
	struct tli_values *values, const struct tli_value *array, size_t i)
{
	const struct tli_bytes *node = tli_bytes_of(array);
	struct typecode typecode = typecode_of(node->typecode);
	uint8_t bytes[9] = {0};

	memcpy(bytes, node->data + i * typecode.bytes, typecode.bytes);
	switch (typecode.form) {
	case CHARACTER:
		return character(values, bytes);
	case REAL:
		return real(values, bytes, typecode.bytes);
	case UNSIGNED: /* with a byte of 0 for the sign */
		return tli_int_from_bytes(values, bytes, typecode.bytes + 1u);
	default:
		return tli_int_from_bytes(values, bytes, typecode.bytes);
	}
}
