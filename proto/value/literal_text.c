/* SPDX-License-Identifier: MIT */
#include "literal_text.h"

#include "../utf8.h"

/* A piece of a text: what is between two quotes. */
struct piece {
	const char *start;
	size_t quotes; /* 1 or 3 */
	char quote;
	bool is_raw;
	bool is_bytes;
};

static const struct {
	const char *name; /* in lower case */
	bool is_raw;
	bool is_bytes;
} prefixes[] = {
	{"", false, false},
	{"u", false, false},
	{"r", true, false},
	{"b", false, true},
	{"br", true, true},
	{"rb", true, true},
};

/* The escapes that stand for one character, and those characters. */
static const char escapes[] = "\\'\"abfnrtv";
static const char escaped[] = "\\'\"\a\b\f\n\r\t\v";

/* The escapes with so many hexadecimal digits. */
static const struct {
	char letter;
	uint8_t digits;
	bool in_bytes;
} hex_escapes[] = {
	{'x', 2, true},
	{'u', 4, false},
	{'U', 8, false},
};

bool tli_literal_is_text(const struct tli_literal_reader *reader)
{
	size_t prefix = tli_literal_word_len(reader, 0);

	return tli_literal_is_one_of(tli_literal_ahead(reader, prefix), "'\"");
}

static bool is_prefix(const char *text, size_t len, const char *name)
{
	if (strlen(name) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((text[i] | 0x20) != name[i])
			return false;
	return true;
}

static bool take_prefix(struct tli_literal_reader *reader, struct piece *piece)
{
	size_t len = tli_literal_word_len(reader, 0);

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (is_prefix(reader->at, len, prefixes[i].name)) {
			piece->is_raw = prefixes[i].is_raw;
			piece->is_bytes = prefixes[i].is_bytes;
			reader->at += len;
			return true;
		}
	return tli_literal_fail(reader, reader->at,
		"before a quote can be r, b, u, br or rb, but not "
		"'%.*s'",
		len < 20 ? (int)len : 20, reader->at);
}

static bool are_quotes(
	const struct tli_literal_reader *reader, char quote, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (tli_literal_ahead(reader, i) != quote)
			return false;
	return true;
}

static bool take_opening(struct tli_literal_reader *reader, struct piece *piece)
{
	piece->start = reader->at;
	if (!take_prefix(reader, piece))
		return false;
	piece->quote = *reader->at;
	piece->quotes = are_quotes(reader, piece->quote, 3) ? 3 : 1;
	reader->at += piece->quotes;
	return true;
}

static void put(struct tli_literal_reader *reader, char byte)
{
	reader->scratch[reader->used++] = (uint8_t)byte;
}

static void put_character(struct tli_literal_reader *reader,
	const struct piece *piece, uint32_t character)
{
	if (piece->is_bytes)
		put(reader, (char)character);
	else
		reader->used += tli_utf8_write(
			character, reader->scratch + reader->used);
}

/* Any line end is a line feed, as in Python's sources. */
static void take_line_end(struct tli_literal_reader *reader)
{
	if (*reader->at == '\r' && tli_literal_ahead(reader, 1) == '\n')
		reader->at++;
	reader->at++;
}

/* Takes digits of a base while there are any, up to so many. Returns how many.
 */
static unsigned take_digits(struct tli_literal_reader *reader, unsigned base,
	unsigned most, uint32_t *number_out)
{
	static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
	unsigned count = 0;

	*number_out = 0;
	for (; count < most; count++) {
		char c = tli_literal_peek(reader);
		const char *found = c ? strchr(digits, c) : NULL;
		unsigned digit = found ? (unsigned)(found - digits) / 2 : base;

		if (digit >= base)
			break;
		*number_out = *number_out * base + digit;
		reader->at++;
	}
	return count;
}

static bool take_hex_escape(struct tli_literal_reader *reader,
	const struct piece *piece, char letter, unsigned digits)
{
	const char *place = reader->at;
	uint32_t character;

	reader->at += 2;
	if (take_digits(reader, 16, digits, &character) < digits)
		return tli_literal_fail(reader, place,
			"behind \\%c come %u hexadecimal digits", letter,
			digits);
	if (character > TLI_CHARACTER_MAX)
		return tli_literal_fail(reader, place,
			"there is no character above \\U0010ffff");
	put_character(reader, piece, character);
	return true;
}

static void take_octal_escape(
	struct tli_literal_reader *reader, const struct piece *piece)
{
	uint32_t character;

	reader->at++;
	take_digits(reader, 8, 3, &character);
	put_character(reader, piece, character);
}

/* What else can be behind a backslash; if it means nothing, both stay. */
static bool take_other_escape(
	struct tli_literal_reader *reader, const struct piece *piece)
{
	char c = tli_literal_ahead(reader, 1);

	for (size_t i = 0; i < sizeof(hex_escapes) / sizeof(hex_escapes[0]);
		i++)
		if (c == hex_escapes[i].letter &&
			(!piece->is_bytes || hex_escapes[i].in_bytes))
			return take_hex_escape(
				reader, piece, c, hex_escapes[i].digits);
	if (c == 'N' && !piece->is_bytes)
		return tli_literal_fail(reader, reader->at,
			"characters by name, \\N{...}, are not known "
			"here; write \\uXXXX");
	put(reader, *reader->at++);
	return true;
}

static bool take_escape(
	struct tli_literal_reader *reader, const struct piece *piece)
{
	char c = tli_literal_ahead(reader, 1);
	const char *simple = c ? strchr(escapes, c) : NULL;

	if (simple) {
		put(reader, escaped[simple - escapes]);
		reader->at += 2;
		return true;
	}
	if (c == '\n' || c == '\r') {
		reader->at++;
		take_line_end(reader);
		return true;
	}
	if (c < '0' || c > '7')
		return take_other_escape(reader, piece);
	take_octal_escape(reader, piece);
	return true;
}

/* In a raw text a backslash keeps what is behind it from its meaning, and
 * stays. */
static void take_raw_backslash(struct tli_literal_reader *reader)
{
	put(reader, *reader->at++);
	if (tli_literal_is_one_of(tli_literal_peek(reader), "\\'\"")) {
		put(reader, *reader->at++);
	} else if (tli_literal_is_one_of(tli_literal_peek(reader), "\r\n")) {
		take_line_end(reader);
		put(reader, '\n');
	}
}

static bool refuse_end(
	const struct tli_literal_reader *reader, const struct piece *piece)
{
	return tli_literal_fail(reader, piece->start,
		"what starts here lacks its closing %.*s", (int)piece->quotes,
		piece->quote == '"' ? "\"\"\"" : "'''");
}

static bool take_character(
	struct tli_literal_reader *reader, const struct piece *piece)
{
	char c = tli_literal_peek(reader);

	if (c == '\\' && !piece->is_raw)
		return take_escape(reader, piece);
	if (c == '\n' || c == '\r') {
		take_line_end(reader);
		put(reader, '\n');
		return true;
	}
	if (!c)
		return tli_literal_fail(
			reader, reader->at, "a NUL in a text is written \\0");
	if (c & 0x80 && piece->is_bytes)
		return tli_literal_fail(reader, reader->at,
			"bytes that are not ASCII are written \\xNN");
	put(reader, *reader->at++);
	return true;
}

static bool ends_too_early(
	const struct tli_literal_reader *reader, const struct piece *piece)
{
	return reader->at == reader->end ||
		(piece->quotes == 1 &&
			tli_literal_is_one_of(*reader->at, "\r\n"));
}

static bool take_piece(struct tli_literal_reader *reader, struct piece *piece)
{
	if (!take_opening(reader, piece))
		return false;
	while (!are_quotes(reader, piece->quote, piece->quotes)) {
		if (ends_too_early(reader, piece))
			return refuse_end(reader, piece);
		if (piece->is_raw && *reader->at == '\\')
			take_raw_backslash(reader);
		else if (!take_character(reader, piece))
			return false;
	}
	reader->at += piece->quotes;
	return true;
}

struct tli_value *tli_literal_text(struct tli_literal_reader *reader)
{
	struct piece first, next;

	reader->used = 0;
	if (!take_piece(reader, &first))
		return NULL;
	for (;;) {
		tli_literal_skip_space(reader);
		if (!tli_literal_is_text(reader))
			break;
		if (!take_piece(reader, &next))
			return NULL;
		if (next.is_bytes != first.is_bytes)
			return tli_literal_fail(reader, next.start,
				"text and bytes are not joined to one; "
				"a ',' is missing before this");
	}
	if (first.is_bytes)
		return tli_bytes(reader->values, TLI_BYTES, reader->scratch,
			reader->used);
	return tli_str(
		reader->values, (const char *)reader->scratch, reader->used);
}
