/* SPDX-License-Identifier: MIT */
#include "leaves.h"

#include "../value/array.h"
#include "../value/integer.h"
#include "../wire.h"
#include "globals.h"
#include "opcodes.h"

/* What bytes begin with, by the size of their length; 0: nothing does. */
struct counted {
	uint8_t opcode1;
	uint8_t opcode4;
	uint8_t opcode8;
	uint32_t max4; /* the longest with a length of 4 bytes */
};

/* Below protocol 4, and from it on. */
static const struct counted texts[] = {
	{0, TLI_OP_BINUNICODE, 0, UINT32_MAX},
	{TLI_OP_SHORT_BINUNICODE, TLI_OP_BINUNICODE, TLI_OP_BINUNICODE8,
		UINT32_MAX},
};
static const struct counted byte_strings[] = {
	{TLI_OP_SHORT_BINBYTES, TLI_OP_BINBYTES, 0, UINT32_MAX},
	{TLI_OP_SHORT_BINBYTES, TLI_OP_BINBYTES, TLI_OP_BINBYTES8, UINT32_MAX},
};
static const struct counted integers = {
	TLI_OP_LONG1, TLI_OP_LONG4, 0, INT32_MAX};

static void put_length(struct tli_writer *writer, const struct counted *counted,
	const char *what, size_t len)
{
	if (counted->opcode1 && len <= UINT8_MAX)
		tli_put_number(writer, counted->opcode1, len, 1);
	else if (len <= counted->max4)
		tli_put_number(writer, counted->opcode4, len, 4);
	else if (counted->opcode8)
		tli_put_number(writer, counted->opcode8, len, 8);
	else
		tli_writer_fail(writer, TLI_VALUE_LIMIT,
			"%s of %zu bytes is too long for protocol %d", what,
			len, writer->protocol);
}

static void put_text_length(struct tli_writer *writer, size_t len)
{
	put_length(writer, &texts[writer->protocol >= 4], "a str", len);
}

void tli_put_text(struct tli_writer *writer, const char *text, size_t len)
{
	put_text_length(writer, len);
	tli_put_bytes(writer, text, len);
}

/* A call with the one to three arguments that were written last. */
static void put_call(struct tli_writer *writer, uint8_t tuple_opcode)
{
	tli_put(writer, tuple_opcode);
	tli_put(writer, TLI_OP_REDUCE);
}

static void put_none(struct tli_writer *writer, const struct tli_value *value)
{
	(void)value;
	tli_put(writer, TLI_OP_NONE);
}

static void put_bool(struct tli_writer *writer, const struct tli_value *value)
{
	tli_put(writer,
		tli_int_of(value)->integer ? TLI_OP_NEWTRUE : TLI_OP_NEWFALSE);
}

static void put_long(
	struct tli_writer *writer, const uint8_t *bytes, size_t len)
{
	put_length(writer, &integers, "an int", len);
	tli_put_bytes(writer, bytes, len);
}

static void put_long_int(struct tli_writer *writer, int64_t integer)
{
	uint8_t bytes[8];

	put_long(writer, bytes, tli_integer_from_int64(integer, bytes));
}

static void put_int(struct tli_writer *writer, const struct tli_value *value)
{
	int64_t integer = tli_int_of(value)->integer;

	if (integer >= 0 && integer <= UINT8_MAX)
		tli_put_number(writer, TLI_OP_BININT1, (uint64_t)integer, 1);
	else if (integer >= 0 && integer <= UINT16_MAX)
		tli_put_number(writer, TLI_OP_BININT2, (uint64_t)integer, 2);
	else if (integer >= INT32_MIN && integer <= INT32_MAX)
		tli_put_number(writer, TLI_OP_BININT, (uint64_t)integer, 4);
	else
		put_long_int(writer, integer);
}

static void put_bigint(struct tli_writer *writer, const struct tli_value *value)
{
	put_long(writer, tli_bytes_of(value)->data, tli_bytes_of(value)->len);
}

static void put_double(struct tli_writer *writer, double number)
{
	uint64_t bits;
	uint8_t *room = tli_take_room(writer, 1 + sizeof(bits));

	memcpy(&bits, &number, sizeof(bits));
	*room = TLI_OP_BINFLOAT;
	tli_store_be64(room + 1, bits);
}

static void put_float(struct tli_writer *writer, const struct tli_value *value)
{
	put_double(writer, tli_float_of(value)->real);
}

static void put_complex(
	struct tli_writer *writer, const struct tli_value *value)
{
	tli_put_constructor(writer, TLI_CONSTRUCT_COMPLEX);
	put_double(writer, tli_float_of(value)->real);
	put_double(writer, tli_float_of(value)->imag);
	put_call(writer, TLI_OP_TUPLE2);
}

static void put_str(struct tli_writer *writer, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);

	tli_put_text(writer, (const char *)node->data, node->len);
}

/* Bytes as the text that has a character of the same number for each. */
static void put_latin1(
	struct tli_writer *writer, const uint8_t *bytes, size_t len)
{
	size_t encoded_len = len;

	for (size_t i = 0; i < len; i++)
		encoded_len += bytes[i] >> 7;
	put_text_length(writer, encoded_len);
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] > 0x7f)
			tli_put(writer, (uint8_t)(0xc0 | bytes[i] >> 6));
		tli_put(writer, bytes[i] & (bytes[i] > 0x7f ? 0xbf : 0x7f));
	}
}

/* Protocol 2 has no bytes: they are what a call returns. */
static void put_encoded(
	struct tli_writer *writer, const uint8_t *bytes, size_t len)
{
	static const char encoding[] = "latin1";

	if (len == 0) {
		tli_put_constructor(writer, TLI_CONSTRUCT_BYTES);
		put_call(writer, TLI_OP_EMPTY_TUPLE);
		return;
	}
	tli_put_constructor(writer, TLI_CONSTRUCT_ENCODED);
	put_latin1(writer, bytes, len);
	tli_put_text(writer, encoding, sizeof(encoding) - 1);
	put_call(writer, TLI_OP_TUPLE2);
}

static void put_any_bytes(
	struct tli_writer *writer, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);

	if (writer->protocol < 3) {
		put_encoded(writer, node->data, node->len);
		return;
	}
	put_length(writer, &byte_strings[writer->protocol >= 4], "bytes",
		node->len);
	tli_put_bytes(writer, node->data, node->len);
}

static void put_bytearray(
	struct tli_writer *writer, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);

	if (writer->protocol >= 5) {
		tli_put_number(writer, TLI_OP_BYTEARRAY8, node->len, 8);
		tli_put_bytes(writer, node->data, node->len);
		return;
	}
	tli_put_constructor(writer, TLI_CONSTRUCT_BYTEARRAY);
	if (node->len > 0)
		put_any_bytes(writer, value);
	put_call(writer, node->len > 0 ? TLI_OP_TUPLE1 : TLI_OP_EMPTY_TUPLE);
}

static void put_array(struct tli_writer *writer, const struct tli_value *value)
{
	const char typecode = tli_bytes_of(value)->typecode;

	tli_put_constructor(writer, TLI_CONSTRUCT_ARRAY);
	tli_put(writer, TLI_OP_MARK);
	tli_put_constructor(writer, TLI_CONSTRUCT_ARRAY_TYPE);
	tli_put_text(writer, &typecode, 1);
	tli_put_number(
		writer, TLI_OP_BININT1, (uint8_t)tli_array_form(typecode), 1);
	put_any_bytes(writer, value);
	put_call(writer, TLI_OP_TUPLE);
}

void tli_put_leaf(struct tli_writer *writer, const struct tli_value *value)
{
	static void (*const puts[])(
		struct tli_writer * writer, const struct tli_value *value) = {
		[TLI_NONE] = put_none,
		[TLI_BOOL] = put_bool,
		[TLI_INT] = put_int,
		[TLI_BIGINT] = put_bigint,
		[TLI_FLOAT] = put_float,
		[TLI_COMPLEX] = put_complex,
		[TLI_STR] = put_str,
		[TLI_BYTES] = put_any_bytes,
		[TLI_BYTEARRAY] = put_bytearray,
		[TLI_ARRAY] = put_array,
	};

	puts[value->kind](writer, value);
	if (tli_is_met_again(writer, value))
		tli_memoize(writer, value);
}
