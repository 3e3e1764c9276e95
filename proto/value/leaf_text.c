/* SPDX-License-Identifier: MIT */
#include "leaf_text.h"

#include "../float_text.h"
#include "../utf8.h"
#include "array.h"
#include "integer.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NO_QUOTE       '\0'
#define ITEM_BYTES_MAX 4096u /* more than an array's item needs */

/* Notes what a buffer has refused, if anything. */
static void note(struct tli_writing *writing, int buf_result)
{
	if (buf_result < 0)
		writing->failure = buf_result == TLI_BUF_FULL ? TLI_VALUE_LIMIT
							      : TLI_VALUE_NOMEM;
}

void tli_show(struct tli_writing *writing, const void *bytes, size_t len)
{
	if (!writing->failure)
		note(writing, tli_buf_append(writing->text, bytes, len));
}

void tli_show_text(struct tli_writing *writing, const char *text)
{
	tli_show(writing, text, strlen(text));
}

/* ---- Numbers --------------------------------------------------------- */

static void put_none(struct tli_writing *writing, const struct tli_value *value)
{
	(void)value;
	tli_show_text(writing, "None");
}

static void put_bool(struct tli_writing *writing, const struct tli_value *value)
{
	tli_show_text(writing, tli_int_of(value)->integer ? "True" : "False");
}

static void put_int(struct tli_writing *writing, const struct tli_value *value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, tli_int_of(value)->integer);
	tli_show_text(writing, text);
}

static void put_hex(struct tli_writing *writing, const struct tli_bytes *node)
{
	note(writing, tli_buf_reserve(writing->text, 2 * node->len + 5));
	if (!writing->failure)
		tli_buf_commit(writing->text,
			tli_integer_to_hex(node->data, node->len,
				(char *)tli_buf_tail(writing->text)));
}

static void put_bigint(
	struct tli_writing *writing, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);
	char text[TLI_INTEGER_DIGITS_MAX + 2];

	if (writing->failure)
		return;
	if (tli_integer_to_decimal(node->data, node->len, text))
		tli_show_text(writing, text);
	else
		put_hex(writing, node);
}

static void put_float(
	struct tli_writing *writing, const struct tli_value *value)
{
	char text[TLI_FLOAT_TEXT];
	size_t len = tli_float_to_text(tli_float_of(value)->real, text);

	tli_show(writing, text, len);
	if (strspn(text, "-0123456789") == len)
		tli_show_text(writing, ".0");
}

static void put_complex(
	struct tli_writing *writing, const struct tli_value *value)
{
	const struct tli_float *node = tli_float_of(value);
	bool has_real = node->real != 0 || signbit(node->real);
	char real[TLI_FLOAT_TEXT], imag[TLI_FLOAT_TEXT];

	tli_float_to_text(node->real, real);
	tli_float_to_text(node->imag, imag);
	if (has_real) {
		tli_show_text(writing, "(");
		tli_show_text(writing, real);
		tli_show_text(writing, imag[0] == '-' ? "" : "+");
	}
	tli_show_text(writing, imag);
	tli_show_text(writing, has_real ? "j)" : "j");
}

/* ---- Texts and bytes ------------------------------------------------- */

static void put_code(struct tli_writing *writing, uint32_t character)
{
	char text[16];

	if (character < 0x100)
		snprintf(text, sizeof(text), "\\x%02" PRIx32, character);
	else if (character < 0x10000)
		snprintf(text, sizeof(text), "\\u%04" PRIx32, character);
	else
		snprintf(text, sizeof(text), "\\U%08" PRIx32, character);
	tli_show_text(writing, text);
}

/* How a character that is not its own text is written; NULL for any other. */
static const char *short_escape(uint32_t character, char quote)
{
	static const struct {
		char character;
		const char *text;
	} escapes[] = {
		{'\t', "\\t"},
		{'\n', "\\n"},
		{'\r', "\\r"},
		{'\\', "\\\\"},
	};

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (character == (uint32_t)escapes[i].character)
			return escapes[i].text;
	if (quote == NO_QUOTE || character != (uint32_t)quote)
		return NULL;
	return quote == '"' ? "\\\"" : "\\'";
}

static void put_character(struct tli_writing *writing, uint32_t character,
	bool printable, char quote)
{
	uint8_t bytes[TLI_UTF8_BYTES_MAX];
	const char *escape = short_escape(character, quote);

	if (escape)
		tli_show_text(writing, escape);
	else if (printable)
		tli_show(writing, bytes, tli_utf8_write(character, bytes));
	else
		put_code(writing, character);
}

/* How many bytes at the start are ASCII that is its own text. */
static size_t run_as_it_is(const uint8_t *bytes, size_t len, char quote)
{
	size_t run = 0;

	while (run < len && bytes[run] >= ' ' && bytes[run] <= '~' &&
		bytes[run] != '\\' && bytes[run] != (uint8_t)quote)
		run++;
	return run;
}

/* The first character, which takes *len_out bytes: of bytes it is a byte. */
static void put_first(struct tli_writing *writing, enum tli_kind kind,
	const uint8_t *bytes, char quote, size_t *len_out)
{
	uint32_t character = bytes[0];

	*len_out = 1;
	if (kind == TLI_STR)
		character = tli_utf8_read(bytes, len_out);
	put_character(writing, character,
		(kind == TLI_STR || character < 0x80) &&
			tli_is_printable(character),
		quote);
}

/* Without quotes; but that one is escaped. */
static void put_inner(
	struct tli_writing *writing, const struct tli_bytes *node, char quote)
{
	const uint8_t *at = node->data;
	size_t left = node->len;

	while (left > 0 && !writing->failure) {
		size_t len = run_as_it_is(at, left, quote);

		if (len > 0)
			tli_show(writing, at, len);
		else
			put_first(writing, node->value.kind, at, quote, &len);
		at += len;
		left -= len;
	}
}

static bool has(const struct tli_bytes *node, char character)
{
	return node->len > 0 && memchr(node->data, character, node->len);
}

/* Double quotes only if that spares an escape. */
static const char *quote_for(const struct tli_bytes *node)
{
	return has(node, '\'') && !has(node, '"') ? "\"" : "'";
}

static void put_quoted(
	struct tli_writing *writing, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);
	const char *quote = quote_for(node);

	tli_show_text(writing, value->kind == TLI_BYTES ? "b" : "");
	tli_show_text(writing, quote);
	put_inner(writing, node, *quote);
	tli_show_text(writing, quote);
}

/* Python chooses the quotes in the same way, but escapes single ones in any. */
static void put_bytearray(
	struct tli_writing *writing, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);
	const char *quote = quote_for(node);

	tli_show_text(writing, "bytearray(b");
	tli_show_text(writing, quote);
	put_inner(writing, node, '\'');
	tli_show_text(writing, quote);
	tli_show_text(writing, ")");
}

void tli_show_name(struct tli_writing *writing, const struct tli_value *name)
{
	put_inner(writing, tli_bytes_of(name), NO_QUOTE);
}

/* ---- Arrays ---------------------------------------------------------- */

static uint32_t character_at(const struct tli_bytes *array, size_t i)
{
	uint32_t character;

	memcpy(&character, array->data + i * sizeof(character),
		sizeof(character));
	return character;
}

static bool has_character(const struct tli_bytes *array, uint32_t character)
{
	for (size_t i = 0; i < array->len / sizeof(character); i++)
		if (character_at(array, i) == character)
			return true;
	return false;
}

static void put_characters(
	struct tli_writing *writing, const struct tli_value *value)
{
	const struct tli_bytes *array = tli_bytes_of(value);
	const char *quote =
		has_character(array, '\'') && !has_character(array, '"') ? "\""
									 : "'";

	tli_show_text(writing, quote);
	for (size_t i = 0; i < tli_array_count(value) && !writing->failure; i++)
		put_character(writing, character_at(array, i),
			tli_is_printable(character_at(array, i)), *quote);
	tli_show_text(writing, quote);
}

static void put_array_item(struct tli_writing *writing,
	struct tli_values *scratch, const struct tli_value *array, size_t i)
{
	struct tli_value *item = tli_array_item(scratch, array, i);

	if (item)
		tli_show_leaf(writing, item);
	else
		writing->failure = scratch->error.code;
	tli_values_clear(scratch);
}

static void put_array_items(
	struct tli_writing *writing, const struct tli_value *value)
{
	const struct tli_value_limits one = {ITEM_BYTES_MAX, 1, 1};
	struct tli_values scratch;

	tli_values_init(&scratch, &one, (const uint64_t[2]){0});
	tli_show_text(writing, "[");
	for (size_t i = 0; i < tli_array_count(value) && !writing->failure;
		i++) {
		tli_show_text(writing, i > 0 ? ", " : "");
		put_array_item(writing, &scratch, value, i);
	}
	tli_show_text(writing, "]");
	tli_values_fini(&scratch);
}

static void put_array(
	struct tli_writing *writing, const struct tli_value *value)
{
	const struct tli_bytes *array = tli_bytes_of(value);

	tli_show_text(writing, "array('");
	tli_show(writing, &array->typecode, 1);
	tli_show_text(writing, array->len > 0 ? "', " : "'");
	if (array->len > 0 && tli_array_item_kind(value) == TLI_STR)
		put_characters(writing, value);
	else if (array->len > 0)
		put_array_items(writing, value);
	tli_show_text(writing, ")");
}

void tli_show_leaf(struct tli_writing *writing, const struct tli_value *value)
{
	static void (*const puts_of[TLI_LIST])(
		struct tli_writing * writing, const struct tli_value *value) = {
		[TLI_NONE] = put_none,
		[TLI_BOOL] = put_bool,
		[TLI_INT] = put_int,
		[TLI_BIGINT] = put_bigint,
		[TLI_FLOAT] = put_float,
		[TLI_COMPLEX] = put_complex,
		[TLI_STR] = put_quoted,
		[TLI_BYTES] = put_quoted,
		[TLI_BYTEARRAY] = put_bytearray,
		[TLI_ARRAY] = put_array,
	};

	puts_of[value->kind](writing, value);
}
