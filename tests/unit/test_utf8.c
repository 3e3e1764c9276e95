/* SPDX-License-Identifier: MIT */
/* UTF-8: every character there and back, what is wrong and where. Which
 * characters are printable is in test_texts.py. */
#include "unit.h"

#include "../../proto/utf8.h"

#include <stdlib.h>
#include <string.h>

#define CHARACTERS 0x110000u

static size_t expected_len(uint32_t character)
{
	return character < 0x80       ? 1
		: character < 0x800   ? 2
		: character < 0x10000 ? 3
				      : 4;
}

static void every_character_comes_back(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < CHARACTERS; c++) {
		uint8_t bytes[TLI_UTF8_BYTES_MAX];
		size_t len = tli_utf8_write(c, bytes), read_len;

		if (len != expected_len(c) ||
			tli_utf8_valid(bytes, len) != len ||
			tli_utf8_sequence(bytes, len) != len ||
			tli_utf8_read(bytes, &read_len) != c ||
			read_len != len ||
			tli_utf8_has_surrogates(bytes, len) !=
				(c >= 0xd800 && c <= 0xdfff))
			fail_msg("U+%04X", c);
	}
}

/* Of all that can be two bytes or the start of more, just the right ones are
 * taken: each belongs to a character that is written like that. */
static void nothing_else_is_right(void **state)
{
	static bool starts[0x10000];
	uint8_t bytes[TLI_UTF8_BYTES_MAX];

	(void)state;
	for (uint32_t c = 0x80; c < CHARACTERS; c++) {
		tli_utf8_write(c, bytes);
		starts[bytes[0] << 8 | bytes[1]] = true;
	}
	for (unsigned start = 0x8000; start < 0x10000; start++) {
		size_t len = 0;

		memcpy(bytes,
			(uint8_t[]){(uint8_t)(start >> 8), (uint8_t)start, 0x80,
				0xbf},
			sizeof(bytes));
		for (size_t size = 1; size <= sizeof(bytes) && !len; size++)
			len = tli_utf8_sequence(bytes, size);
		if ((len > 0) != starts[start])
			fail_msg("%02x %02x: %zu", bytes[0], bytes[1], len);
	}
}

static void what_is_wrong_is_found(void **state)
{
	static const struct {
		const char *bytes;
		size_t valid; /* how many are right */
	} rows[] = {
		{"", 0},
		{"a", 1},
		{"abcdefgh", 8},
		{"abcdefghi\x80", 9},
		{"abcdefg\xff", 7},
		{"\xc3\xa9", 2},
		{"\xc3", 0},
		{"\xc3(", 0},
		{"a\xe2\x82", 1},
		{"a\xe2\x82\xac", 4},
		{"\xe2(\xac", 0},
		{"\xe2\x82(", 0},
		{"\xf0\x9f\x98", 0},
		{"\xf0\x9f\x98\x80", 4},
		{"\xf0\x9f(\x80", 0},
		{"\xf0\x9f\x98(", 0},
		{"\xc0\x80", 0},
		{"\xe0\x9f\xbf", 0},
		{"\xf0\x8f\xbf\xbf", 0},
		{"\xf4\x90\x80\x80", 0},
		{"\xf8\x88\x80\x80\x80", 0},
		{"\x80", 0},
		{"\xed\xa0\x80\xed\xb0\x80", 6},
		{"12345678\xc3\xa9"
		 "12345678\xc3",
			18},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t len = strlen(rows[i].bytes);
		uint8_t *bytes = exact_copy(rows[i].bytes, len);

		check_equal(rows[i].bytes, tli_utf8_valid(bytes, len),
			rows[i].valid);
		if (rows[i].valid < len)
			assert_false(tli_is_utf8(bytes, len));
		free(bytes);
	}
}

static void surrogates_are_found(void **state)
{
	static const struct {
		const char *bytes;
		bool has;
	} rows[] = {
		{"", false},
		{"abc", false},
		{"\xed\x9f\xbf", false},
		{"\xed\xa0\x80", true},
		{"a\xed\xbf\xbf"
		 "b",
			true},
		{"\xed\x80\x80\xed\x9f\xbf\xed\xa0\x80", true},
		{"\xf0\x9f\x98\x80", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t len = strlen(rows[i].bytes);
		uint8_t *bytes = exact_copy(rows[i].bytes, len);

		check_equal(rows[i].bytes, tli_utf8_has_surrogates(bytes, len),
			rows[i].has);
		check_equal(
			rows[i].bytes, tli_is_utf8(bytes, len), !rows[i].has);
		free(bytes);
	}
}

static void some_characters_are_printable(void **state)
{
	static const struct {
		uint32_t character;
		bool printable;
	} rows[] = {
		{0, false},
		{0x1f, false},
		{' ', true},
		{'~', true},
		{0x7f, false},
		{0xa0, false},
		{0xa1, true},
		{0xad, false},
		{0xe9, true},
		{0x202e, false},
		{0x20ac, true},
		{0xd800, false},
		{0xe000, false},
		{0x1f600, true},
		{0x10ffff, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_int_equal(
			tli_is_printable(rows[i].character), rows[i].printable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_comes_back),
		cmocka_unit_test(nothing_else_is_right),
		cmocka_unit_test(what_is_wrong_is_found),
		cmocka_unit_test(surrogates_are_found),
		cmocka_unit_test(some_characters_are_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
