/* SPDX-License-Identifier: MIT */
/* Opcodes whose argument is text: all that protocol 0 has. */
#include "operations.h"

#include "../float_text.h"
#include "../utf8.h"
#include "../value/integer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define QUOTE_BYTES 24 /* of a wrong argument, in a message */

static bool refuse(struct tli_machine *machine, const char *expected)
{
	const struct tli_operation *operation = &machine->operation;
	char quoted[QUOTE_BYTES + 1];
	size_t len =
		operation->len < QUOTE_BYTES ? operation->len : QUOTE_BYTES;

	for (size_t i = 0; i < len; i++)
		quoted[i] = (char)(operation->data[i] >= ' ' &&
					operation->data[i] < 0x7f
				? operation->data[i]
				: '?');
	quoted[len] = '\0';
	return tli_machine_fail(machine, TLI_VALUE_SYNTAX,
		"%s expected, not \"%s\"", expected, quoted);
}

/* Skips the white space that Python's int() and float() skip. */
static void trim(const char **text, size_t *len)
{
	const char *spaces = " \t\n\v\f\r";

	while (*len > 0 && memchr(spaces, (*text)[*len - 1], 6))
		--*len;
	while (*len > 0 && memchr(spaces, **text, 6)) {
		++*text;
		--*len;
	}
}

static bool are_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return len > 0;
}

/* A decimal number, of any size up to the limit. */
static bool push_decimal(
	struct tli_machine *machine, const char *text, size_t len)
{
	uint8_t bytes[TLI_INTEGER_BYTES_MAX];
	bool negative;
	int64_t count;

	trim(&text, &len);
	negative = len > 0 && *text == '-';
	text += negative;
	len -= negative;
	/* Behind a 0 CPython takes the digits for octal ones. */
	if (!are_digits(text, len) || (*text == '0' && len > 1))
		return refuse(machine, "a decimal number");
	count = tli_integer_from_digits(text, len, 10, negative, bytes);
	if (count < 0)
		return tli_machine_fail(machine, TLI_VALUE_LIMIT,
			"a number with more than %u digits",
			TLI_INTEGER_DIGITS_MAX);
	return tli_push(machine,
		tli_int_from_bytes(machine->values, bytes, (size_t)count));
}

/* "00" and "01" are how protocol 0 has the two truths. */
bool tli_op_int_line(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;
	const char *text = (const char *)operation->data;

	if (operation->len == 2 && text[0] == '0' &&
		(text[1] == '0' || text[1] == '1'))
		return tli_push(
			machine, tli_bool(machine->values, text[1] == '1'));
	return push_decimal(machine, text, operation->len);
}

bool tli_op_long_line(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;
	size_t len = operation->len;

	if (len > 0 && operation->data[len - 1] == 'L')
		len--;
	return push_decimal(machine, (const char *)operation->data, len);
}

bool tli_op_float_line(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;
	double number;

	if (!tli_float_from_text(
		    (const char *)operation->data, operation->len, &number) ||
		(isinf(number) &&
			!memchr(operation->data, 'n', operation->len)))
		return refuse(machine, "a floating-point number");
	return tli_push(machine, tli_float(machine->values, number));
}

/* The memo's numbers. */
static bool read_number(struct tli_machine *machine, uint64_t *number_out)
{
	const struct tli_operation *operation = &machine->operation;
	const char *text = (const char *)operation->data;
	size_t len = operation->len;

	/* As many digits as an uint64_t is sure to have room for. */
	if (!are_digits(text, len) || len > 19)
		return refuse(machine, "a number of the memo");
	*number_out = 0;
	for (size_t i = 0; i < len; i++)
		*number_out = *number_out * 10 + (uint64_t)(text[i] - '0');
	return true;
}

bool tli_op_get_line(struct tli_machine *machine)
{
	uint64_t number;

	return read_number(machine, &number) && tli_memo_fetch(machine, number);
}

bool tli_op_put_line(struct tli_machine *machine)
{
	uint64_t number;

	return read_number(machine, &number) && tli_memo_store(machine, number);
}

/* ---- Escapes --------------------------------------------------------- */

static int digit_of(uint8_t letter, unsigned base)
{
	int digit = letter <= '9' ? letter - '0' : (letter | 0x20) - 'a' + 10;

	if (letter < '0' || (letter > '9' && (letter | 0x20) < 'a'))
		return -1;
	return digit < (int)base ? digit : -1;
}

/* Up to max digits at the start; how many there are. */
static size_t read_digits(const uint8_t *text, size_t len, unsigned base,
	size_t max, uint32_t *number_out)
{
	size_t count = 0;

	*number_out = 0;
	while (count < max && count < len && digit_of(text[count], base) >= 0)
		*number_out = *number_out * base +
			(uint32_t)digit_of(text[count++], base);
	return count;
}

/*
 * What follows a backslash in a Python 2 str. Writes 1 or 2 bytes, or none,
 * and returns how many bytes of text it took; 0 if it is wrong.
 */
static size_t unescape(const uint8_t *text, size_t len, uint8_t **place)
{
	static const char letters[] = "\\'\"abfnrtv";
	static const char bytes[] = "\\'\"\a\b\f\n\r\t\v";
	const char *letter = memchr(letters, text[0], sizeof(letters) - 1);
	uint32_t number;
	size_t digits;

	if (letter) {
		*(*place)++ = (uint8_t)bytes[letter - letters];
		return 1;
	}
	if (text[0] == 'x') {
		digits = read_digits(text + 1, len - 1, 16, 2, &number);
		*(*place)++ = (uint8_t)number;
		return digits == 2 ? 3 : 0;
	}
	digits = read_digits(text, len, 8, 3, &number);
	if (digits == 0) {
		*(*place)++ = '\\';
		*(*place)++ = text[0];
		return 1;
	}
	*(*place)++ = (uint8_t)number;
	return digits;
}

/* Of a whole str between its quotes; negative if an escape is wrong. */
static int64_t unescape_all(const uint8_t *text, size_t len, uint8_t *bytes)
{
	uint8_t *place = bytes;
	size_t i = 0;

	while (i < len) {
		size_t taken = 1;

		if (text[i] != '\\') {
			*place++ = text[i++];
			continue;
		}
		taken = i + 1 < len
			? unescape(text + i + 1, len - i - 1, &place)
			: 0;
		if (taken == 0)
			return -1;
		i += 1 + taken;
	}
	return place - bytes;
}

/* A Python 2 str as its repr, between quotes. */
bool tli_op_string_line(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;
	const uint8_t *text = operation->data;
	size_t len = operation->len;
	uint8_t *bytes;
	int64_t count;
	bool pushed;

	if (len < 2 || text[0] != text[len - 1] ||
		(text[0] != '\'' && text[0] != '"'))
		return refuse(machine, "a text between quotes");
	bytes = malloc(len);
	if (!bytes)
		return tli_machine_no_memory(machine);
	count = unescape_all(text + 1, len - 2, bytes);
	pushed = count >= 0
		? tli_push_python2_str(machine, bytes, (size_t)count)
		: refuse(machine, "right escapes");
	free(bytes);
	return pushed;
}

/* An escape, from its letter on. Returns how many bytes it has; 0 if it is
 * wrong. */
static size_t unescape_unicode(const uint8_t *text, size_t len, uint8_t **place)
{
	size_t digits = text[0] == 'u' ? 4u : 8u;
	uint32_t character;

	if (read_digits(text + 1, len - 1, 16, digits, &character) < digits ||
		character > TLI_CHARACTER_MAX)
		return 0;
	*place += tli_utf8_write(character, *place);
	return 1 + digits;
}

/* Python's raw-unicode-escape: bytes are characters up to U+00FF, and of
 * backslashes only those before u and U, and behind none, are escapes. Returns
 * how long the text is; negative if an escape is wrong. */
static int64_t decode_raw_unicode(
	const uint8_t *bytes, size_t len, uint8_t *text)
{
	uint8_t *place = text;
	bool escaping = false;

	for (size_t i = 0, taken; i < len; i += taken) {
		taken = 1;
		if (escaping && (bytes[i] | 0x20) == 'u') {
			place--;
			taken = unescape_unicode(bytes + i, len - i, &place);
		} else
			place += tli_utf8_write(bytes[i], place);
		if (taken == 0)
			return -1;
		escaping = !escaping && bytes[i] == '\\';
	}
	return place - text;
}

bool tli_op_unicode_line(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;
	uint8_t *text = malloc(2 * operation->len + 1);
	int64_t len;
	bool pushed;

	if (!text)
		return tli_machine_no_memory(machine);
	len = decode_raw_unicode(operation->data, operation->len, text);
	pushed = len >= 0
		? tli_push(machine,
			  tli_str(machine->values, (char *)text, (size_t)len))
		: refuse(machine, "right escapes");
	free(text);
	return pushed;
}
