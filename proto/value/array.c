/* SPDX-License-Identifier: MIT */
#include "array.h"

#include "../utf8.h"
#include "integer.h"

#include <math.h>
#include <string.h>

#define ITEM_BYTES_MAX 8u

enum shape { SIGNED = 1, UNSIGNED, REAL, CHARACTER };

struct typecode {
	uint8_t bytes;
	uint8_t shape;
	uint8_t form;
};

static const struct typecode typecodes[128] = {
	['b'] = {1, SIGNED, 1},
	['B'] = {1, UNSIGNED, 0},
	['h'] = {2, SIGNED, 4},
	['H'] = {2, UNSIGNED, 2},
	['i'] = {4, SIGNED, 8},
	['I'] = {4, UNSIGNED, 6},
	['l'] = {8, SIGNED, 12},
	['L'] = {8, UNSIGNED, 10},
	['q'] = {8, SIGNED, 12},
	['Q'] = {8, UNSIGNED, 10},
	['f'] = {4, REAL, 14},
	['d'] = {8, REAL, 16},
	['u'] = {4, CHARACTER, 20},
	['w'] = {4, CHARACTER, 20},
};

static struct typecode typecode_of(char typecode)
{
	unsigned char i = (unsigned char)typecode;

	return i < 128 ? typecodes[i] : (struct typecode){0, 0, 0};
}

size_t tli_array_item_bytes(char typecode)
{
	return typecode_of(typecode).bytes;
}

int tli_array_form(char typecode)
{
	struct typecode known = typecode_of(typecode);

	return known.bytes ? known.form : -1;
}

enum tli_kind tli_array_item_kind(const struct tli_value *array)
{
	static const enum tli_kind kinds[] = {
		[SIGNED] = TLI_INT,
		[UNSIGNED] = TLI_INT,
		[REAL] = TLI_FLOAT,
		[CHARACTER] = TLI_STR,
	};

	return kinds[typecode_of(tli_bytes_of(array)->typecode).shape];
}

size_t tli_array_count(const struct tli_value *array)
{
	const struct tli_bytes *node = tli_bytes_of(array);

	return node->len / tli_array_item_bytes(node->typecode);
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

/* A zeroed one, whose items are to be put at *data_out. */
static struct tli_value *blank(struct tli_values *values, char typecode,
	size_t count, uint8_t **data_out)
{
	size_t len = count * tli_array_item_bytes(typecode);
	struct tli_value *array = tli_array(values, typecode, NULL, 0);
	uint8_t *data =
		array && len > 0 ? tli_arena_take(&values->arena, len) : NULL;

	if (!array || len == 0)
		return array;
	if (!data)
		return tli_values_shortage(values);
	memset(data, 0, len);
	((struct tli_bytes *)array)->data = *data_out = data;
	((struct tli_bytes *)array)->len = len;
	return array;
}

/* The typecode that is the whole text; 0 if it is none. */
static char typecode_in(const struct tli_value *text)
{
	const struct tli_bytes *node = tli_bytes_of(text);
	char typecode = node->len == 1 ? (char)node->data[0] : 0;

	return tli_array_item_bytes(typecode) ? typecode : 0;
}

bool tli_array_fits(char typecode, const uint8_t *bytes, size_t len)
{
	uint32_t character;

	if (typecode_of(typecode).shape != CHARACTER)
		return true;
	for (size_t i = 0; i < len; i += sizeof(character)) {
		memcpy(&character, bytes + i, sizeof(character));
		if (character > TLI_CHARACTER_MAX)
			return false;
	}
	return true;
}

struct tli_value *tli_array_from_bytes(struct tli_values *values,
	const struct tli_value *typecode, const struct tli_bytes *bytes)
{
	char letter = typecode_in(typecode);
	struct tli_value *array;

	if (!letter || bytes->len % tli_array_item_bytes(letter) != 0)
		return NULL;
	/* Made in any case: so a limit ends what is tried again and again. */
	array = tli_array(values, letter, bytes->data, bytes->len);
	return array && tli_array_fits(letter, bytes->data, bytes->len) ? array
									: NULL;
}

/* Packs an integer, if it fits. */
static bool pack_integer(
	struct typecode typecode, const struct tli_value *item, uint8_t *place)
{
	uint8_t bytes[8];
	const uint8_t *data = bytes;
	size_t len, sign_bytes = typecode.shape == UNSIGNED;
	bool negative;

	if (item->kind == TLI_BIGINT) {
		data = tli_bytes_of(item)->data;
		len = tli_bytes_of(item)->len;
	} else if (item->kind == TLI_INT || item->kind == TLI_BOOL)
		len = tli_integer_from_int64(tli_int_of(item)->integer, bytes);
	else
		return false;
	negative = len > 0 && (data[len - 1] & 0x80);
	if (len > typecode.bytes + sign_bytes || (negative && sign_bytes) ||
		(len > typecode.bytes && data[len - 1] != 0))
		return false;
	memset(place, negative ? 0xff : 0, typecode.bytes);
	memcpy(place, data, len < typecode.bytes ? len : typecode.bytes);
	return true;
}

/* A number as a double; false if it is none, or an integer that is too large.
 */
static bool read_real(const struct tli_value *item, double *real_out)
{
	if (item->kind == TLI_FLOAT)
		*real_out = tli_float_of(item)->real;
	else if (item->kind == TLI_INT || item->kind == TLI_BOOL)
		*real_out = (double)tli_int_of(item)->integer;
	else if (item->kind == TLI_BIGINT)
		*real_out = tli_integer_to_double(
			tli_bytes_of(item)->data, tli_bytes_of(item)->len);
	else
		return false;
	return item->kind != TLI_BIGINT || !isinf(*real_out);
}

static bool pack_real(
	struct typecode typecode, const struct tli_value *item, uint8_t *place)
{
	double large;
	float small;

	if (!read_real(item, &large))
		return false;
	small = (float)large;
	if (typecode.bytes == sizeof(small))
		memcpy(place, &small, sizeof(small));
	else
		memcpy(place, &large, sizeof(large));
	return true;
}

static bool pack_character(const struct tli_value *item, uint8_t *place)
{
	const struct tli_bytes *text = tli_bytes_of(item);
	uint32_t character;
	size_t len;

	if (item->kind != TLI_STR || text->len == 0)
		return false;
	character = tli_utf8_read(text->data, &len);
	memcpy(place, &character, sizeof(character));
	return len == text->len;
}

static bool pack(
	struct typecode typecode, const struct tli_value *item, uint8_t *place)
{
	switch (typecode.shape) {
	case CHARACTER:
		return pack_character(item, place);
	case REAL:
		return pack_real(typecode, item, place);
	default:
		return pack_integer(typecode, item, place);
	}
}

struct tli_value *tli_array_from_items(struct tli_values *values,
	const struct tli_value *typecode, const struct tli_items *items)
{
	char letter = typecode_in(typecode);
	struct typecode known = typecode_of(letter);
	uint8_t *data = NULL;
	struct tli_value *array =
		letter ? blank(values, letter, items->count, &data) : NULL;

	for (uint32_t i = 0; array && i < items->count; i++)
		if (!pack(known, items->items[i], data + i * known.bytes))
			return NULL;
	return array;
}

static size_t count_characters(const struct tli_bytes *text)
{
	size_t count = 0;

	for (size_t i = 0, len; i < text->len; i += len) {
		tli_utf8_read(text->data + i, &len);
		count++;
	}
	return count;
}

struct tli_value *tli_array_from_text(struct tli_values *values,
	const struct tli_value *typecode, const struct tli_bytes *text)
{
	char letter = typecode_in(typecode);
	uint8_t *data = NULL;
	struct tli_value *array;

	if (typecode_of(letter).shape != CHARACTER)
		return NULL;
	array = blank(values, letter, count_characters(text), &data);
	for (size_t i = 0, len; array && i < text->len; i += len) {
		uint32_t character = tli_utf8_read(text->data + i, &len);

		memcpy(data, &character, sizeof(character));
		data += sizeof(character);
	}
	return array;
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

static double real(const uint8_t *bytes, size_t len)
{
	float small;
	double large;

	if (len == sizeof(small)) {
		memcpy(&small, bytes, sizeof(small));
		return (double)small;
	}
	memcpy(&large, bytes, sizeof(large));
	return large;
}

/* The bytes of an item, and one of 0: the sign of what has none. */
static struct typecode load(const struct tli_value *array, size_t i,
	uint8_t bytes[ITEM_BYTES_MAX + 1])
{
	const struct tli_bytes *node = tli_bytes_of(array);
	struct typecode typecode = typecode_of(node->typecode);

	memset(bytes, 0, ITEM_BYTES_MAX + 1);
	memcpy(bytes, node->data + i * typecode.bytes, typecode.bytes);
	return typecode;
}

struct tli_value *tli_array_item(
	struct tli_values *values, const struct tli_value *array, size_t i)
{
	uint8_t bytes[ITEM_BYTES_MAX + 1];
	struct typecode typecode = load(array, i, bytes);

	switch (typecode.shape) {
	case CHARACTER:
		return character(values, bytes);
	case REAL:
		return tli_float(values, real(bytes, typecode.bytes));
	case UNSIGNED:
		return tli_int_from_bytes(values, bytes, typecode.bytes + 1u);
	default:
		return tli_int_from_bytes(values, bytes, typecode.bytes);
	}
}

void tli_array_number(
	const struct tli_value *array, size_t i, struct tli_number *number_out)
{
	struct typecode typecode = load(array, i, number_out->own);
	const uint8_t *bytes = number_out->own;

	if (typecode.shape == REAL)
		tli_number_from_double(
			real(bytes, typecode.bytes), array, number_out);
	else
		tli_number_from_bytes(bytes,
			typecode.bytes + (typecode.shape == SIGNED ? 0u : 1u),
			number_out);
	if (typecode.shape == CHARACTER)
		number_out->form = TLI_NUMBER_CHARACTER;
}
