/* SPDX-License-Identifier: MIT */
#include "literal_reader.h"

#include <stdarg.h>
#include <stdio.h>

#define WORD_CHARACTERS                                                        \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

size_t tli_literal_word_len(
	const struct tli_literal_reader *reader, size_t distance)
{
	size_t len = 0;

	while (tli_literal_is_one_of(
		tli_literal_ahead(reader, distance + len), WORD_CHARACTERS))
		len++;
	return len;
}

void tli_literal_skip_space(struct tli_literal_reader *reader)
{
	for (;;) {
		while (tli_literal_is_one_of(
			tli_literal_peek(reader), " \t\r\n\f"))
			reader->at++;
		if (tli_literal_peek(reader) != '#')
			return;
		while (reader->at < reader->end &&
			!tli_literal_is_one_of(*reader->at, "\r\n"))
			reader->at++;
	}
}

void *tli_literal_fail(const struct tli_literal_reader *reader,
	const char *place, const char *format, ...)
{
	char wrong[TLI_VALUE_ERROR_TEXT];
	size_t line = 1, column = 1;
	va_list arguments;

	for (const char *c = reader->text; c < place; c++) {
		column += (*c & 0xc0) != 0x80; /* characters, not bytes */
		if (*c == '\n') {
			line++;
			column = 1;
		}
	}
	va_start(arguments, format);
	vsnprintf(wrong, sizeof(wrong), format, arguments);
	va_end(arguments);
	tli_value_error_set(&reader->values->error, TLI_VALUE_SYNTAX,
		"line %zu, column %zu: %s", line, column, wrong);
	return NULL;
}

void *tli_literal_expected(
	const struct tli_literal_reader *reader, const char *what)
{
	char found[32] = "the end";
	unsigned char byte = (unsigned char)tli_literal_peek(reader);

	if (byte > ' ' && byte <= '~')
		snprintf(found, sizeof(found), "'%c'", byte);
	else if (reader->at < reader->end)
		snprintf(found, sizeof(found), "the byte 0x%02x", byte);
	return tli_literal_fail(
		reader, reader->at, "expected %s, found %s", what, found);
}
