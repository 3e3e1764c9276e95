/* SPDX-License-Identifier: MIT */
/* What is quoted of a peer's text: never raw, never long. */
#include "unit.h"

#include "../../proto/quote.h"

#include <stdlib.h>
#include <string.h>

#define X40 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void texts_are_made_plain(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *plain;
	} rows[] = {
		{"", 4, ""},
		{"abc", 4, "abc"},
		{"abcd", 4, "..."},
		{"abcd", 5, "abcd"},
		{"abcde", 5, "a..."},
		{" ~", 10, " ~"},
		{"\x01\x1f\x7f\n\t\x1b[m", 20, "??????[m"},
		{"\xc3\xa9", 10, "?"},
		{"\xc2\x9b\xe2\x80\xae\xf0\x9f\x98\x80", 10, "???"},
		{"abc\xc3\xa9", 5, "abc?"},
		{"abcd\xc3\xa9", 5, "a..."},
		{"\x80\xff", 10, "?"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *out = malloc(rows[i].size);

		tli_plain(rows[i].text, out, rows[i].size);
		assert_string_equal(out, rows[i].plain);
		free(out);
	}
}

static void texts_are_quoted(void **state)
{
	static const struct {
		const char *text;
		const char *quoted;
	} rows[] = {
		{"", "\"\""},
		{"a\"b", "\"a\"b\""},
		{"a\n", "\"a?\""},
		{X40 "12345", "\"" X40 "12345\""},
		{X40 "123456", "\"" X40 "12...\""},
		{X40 X40 X40, "\"" X40 "xx...\""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *out = malloc(TLI_QUOTE_TEXT);

		assert_string_equal(
			tli_quote(rows[i].text, out), rows[i].quoted);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_made_plain),
		cmocka_unit_test(texts_are_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
