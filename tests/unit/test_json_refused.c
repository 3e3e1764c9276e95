/* SPDX-License-Identifier: MIT */
/* What is no JSON: in which line, and why. */
#include "json_parsing.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define D10 "1234567890"
#define D60 D10 D10 D10 D10 D10 D10
#define A8  "[[[[[[[["
#define A64 A8 A8 A8 A8 A8 A8 A8 A8

#define A_VALUE                                                                \
	"expected a value (a text in double quotes, a number, true, false, "   \
	"null, {...} or [...]), found "
#define A_KEY      "expected a key in double quotes, found "
#define COLON      "expected the : behind a key, found "
#define IN_OBJECT  "expected a comma or }, found "
#define IN_ARRAY   "expected a comma or ], found "
#define NO_MORE    "expected nothing more, found "
#define NUMBER     "a number is written like 12, -0.5 or 6e3"
#define LONG       "a number is longer than 63 characters"
#define LARGE      "a number is too large"
#define NO_QUOTE   "a text lacks the \" at its end"
#define CONTROL    "a text has a control character in it; a tab is written \\t"
#define UTF8       "a text has bytes that are not UTF-8"
#define NUL_ESCAPE "\\u0000 is not allowed in a text"
#define HEX        "behind \\u come four hexadecimal digits"
#define HALF       "\\ud800 to \\udfff are halves, and one is without its other"
#define ESCAPE                                                                 \
	"behind a \\ comes one of \" \\ / b f n r t, or u with four digits; "  \
	"a \\ itself is written \\\\"
#define LAST_MEMBER  "there is a comma behind the last member"
#define LAST_ELEMENT "there is a comma behind the last element"
#define DEEP         "there are more than 64 {...} and [...] inside one another"
#define UNCLOSED     "the comment that starts here has no */ at its end"
#define COMMENT      "a comment is written // ... or /* ... */"
#define TWICE(key)   "the key \"" key "\" is there for the second time"

struct bad {
	const char *text;
	unsigned line;
	const char *wrong;
};

/* Wrong with comments allowed, and without. */
static const struct bad bad[] = {
	{"", 1, A_VALUE "the end"},
	{" \n\n", 3, A_VALUE "the end"},
	{"x", 1, A_VALUE "'x'"},
	{"'a'", 1, A_VALUE "'''"},
	{"True", 1, A_VALUE "'T'"},
	{"tru", 1, A_VALUE "'t'"},
	{"\n#a", 2, A_VALUE "'#'"},
	{"\xef\xbb\xbf{}", 1, A_VALUE "the byte 0xef"},
	{"\x01", 1, A_VALUE "the byte 0x01"},
	{"\x7f", 1, A_VALUE "the byte 0x7f"},
	{"\f{}", 1, A_VALUE "the byte 0x0c"},
	{"nullx", 1, NO_MORE "'x'"},
	{"{}\n\n{}", 3, NO_MORE "'{'"},
	{"1 2", 1, NO_MORE "'2'"},
	{"[] \x80", 1, NO_MORE "the byte 0x80"},
	/* objects and arrays */
	{"{", 1, A_KEY "the end"},
	{"{\n", 2, A_KEY "the end"},
	{"{a:1}", 1, A_KEY "'a'"},
	{"{1:1}", 1, A_KEY "'1'"},
	{"{,}", 1, A_KEY "','"},
	{"{]", 1, A_KEY "']'"},
	{"{\"a\":1,,}", 1, A_KEY "','"},
	{"{\"a\":1,\n", 2, A_KEY "the end"},
	{"{\"a\"}", 1, COLON "'}'"},
	{"{\"a\"", 1, COLON "the end"},
	{"{\"a\"\n=1}", 2, COLON "'='"},
	{"{\"a\":}", 1, A_VALUE "'}'"},
	{"{\"a\":", 1, A_VALUE "the end"},
	{"{\"a\":1\n\"b\":2}", 2, IN_OBJECT "'\"'"},
	{"{\"a\":1", 1, IN_OBJECT "the end"},
	{"{\"a\":1]", 1, IN_OBJECT "']'"},
	{"{\"a\":1,\n\n}", 1, LAST_MEMBER},
	{"[", 1, A_VALUE "the end"},
	{"[,]", 1, A_VALUE "','"},
	{"[1,,]", 1, A_VALUE "','"},
	{"[1,", 1, A_VALUE "the end"},
	{"[1 2]", 1, IN_ARRAY "'2'"},
	{"[1", 1, IN_ARRAY "the end"},
	{"[1}", 1, IN_ARRAY "'}'"},
	{"[1:2]", 1, IN_ARRAY "':'"},
	{"[1\n, ]", 2, LAST_ELEMENT},
	{A64 "[", 1, DEEP},
	{A64 "\n{", 2, DEEP},
	{"{\"a\":1,\n\"a\":1}", 2, TWICE("a")},
	{"{\"a\":1,\n\"b\":1,\n\"\\u0061\"\n:1}", 3, TWICE("a")},
	{"{\"a\":1,\"a\":2,\"a\":3}", 1, TWICE("a")},
	{"[1,\n{\"\":1,\n\"\":1}]", 3, TWICE("")},
	{"{\"a\":[\n0,{\"b\":\n{\"c\":0,\"d\":1,\n\"d\":1}}]}", 4, TWICE("d")},
	{"{\"\\u001b[m\":1,\"\\u001b[m\":1}", 1, TWICE("?[m")},
	{"{\"" X50 "\":1,\"" X50 "\":1}", 1, TWICE(X10 X10 X10 X10 "xx...")},
	/* numbers */
	{"-", 1, NUMBER},
	{"+1", 1, A_VALUE "'+'"},
	{".5", 1, A_VALUE "'.'"},
	{"NaN", 1, A_VALUE "'N'"},
	{"Infinity", 1, A_VALUE "'I'"},
	{"-Infinity", 1, NUMBER},
	{"01", 1, NUMBER},
	{"-01", 1, NUMBER},
	{"00", 1, NUMBER},
	{"1.", 1, NUMBER},
	{"1.e1", 1, NUMBER},
	{"1.5.5", 1, NUMBER},
	{"1e", 1, NUMBER},
	{"1e+", 1, NUMBER},
	{"1e5e5", 1, NUMBER},
	{"1-", 1, NUMBER},
	{"--1", 1, NUMBER},
	{"0x10", 1, NUMBER},
	{"1_000", 1, NUMBER},
	{"[\n1.]", 2, NUMBER},
	{D60 "1234", 1, LONG},
	{"1e400", 1, LARGE},
	{"-1e400", 1, LARGE},
	{"1.7976931348623159e308", 1, LARGE},
	{"[1,\n{\"a\":[0,\n1e400]}]", 3, LARGE},
	/* texts */
	{"\"", 1, NO_QUOTE},
	{"\"a", 1, NO_QUOTE},
	{"\"a\n\"", 1, NO_QUOTE},
	{"\n\"\\\"", 2, NO_QUOTE},
	{"{\"a", 1, NO_QUOTE},
	{"\"\t\"", 1, CONTROL},
	{"\"\r\n\"", 1, CONTROL},
	{"\"\x1f\"", 1, CONTROL},
	{"{\"\x01\":1}", 1, CONTROL},
	{"\"\\", 1, ESCAPE},
	{"\"\\x41\"", 1, ESCAPE},
	{"\"\\'\"", 1, ESCAPE},
	{"\"C:\\dir\"", 1, ESCAPE},
	{"\"\\\n\"", 1, ESCAPE},
	{"\"\\u", 1, HEX},
	{"\"\\u12", 1, HEX},
	{"\"\\u12\"", 1, HEX},
	{"\"\\u00g0\"", 1, HEX},
	{"\"\\u-001\"", 1, HEX},
	{"\"\\ud800\\u12\"", 1, HEX},
	{"\"\\u0000\"", 1, NUL_ESCAPE},
	{"{\"a\\u0000b\":1}", 1, NUL_ESCAPE},
	{"\"\\ud800\"", 1, HALF},
	{"\"\\udfff\"", 1, HALF},
	{"\"\\udc00\\ud800\"", 1, HALF},
	{"\"\\ud800\\ud800\"", 1, HALF},
	{"\"\\ud800\\ue000\"", 1, HALF},
	{"\"\\udbff\\n\"", 1, HALF},
	{"\"\x80\"", 1, UTF8},
	{"\"\xbf\"", 1, UTF8},
	{"\"\xc0\x80\"", 1, UTF8},
	{"\"\xc1\xbf\"", 1, UTF8},
	{"\"\xc2\x7f\"", 1, UTF8},
	{"\"\xc2\xc0\"", 1, UTF8},
	{"\"\xe0\x9f\xbf\"", 1, UTF8},
	{"\"\xe1\x80\xc0\"", 1, UTF8},
	{"\"\xe1\x80\x7f\"", 1, UTF8},
	{"\"\xed\xa0\x80\"", 1, UTF8},
	{"\"\xed\xbf\xbf\"", 1, UTF8},
	{"\"\xf0\x8f\xbf\xbf\"", 1, UTF8},
	{"\"\xf1\x80\x80\"", 1, UTF8},
	{"\"\xf4\x90\x80\x80\"", 1, UTF8},
	{"\"\xf5\x80\x80\x80\"", 1, UTF8},
	{"\"\xff\"", 1, UTF8},
	{"\"\xc2", 1, UTF8},
	{"\"\xe1\x80", 1, UTF8},
	{"\"\xf1\x80\x80", 1, UTF8},
	{"{\"\xff\":1}", 1, UTF8},
};

/* Wrong where comments are allowed. */
static const struct bad bad_comments[] = {
	{"/", 1, COMMENT},
	{"/ *\n*/1", 1, COMMENT},
	{"\n/x", 2, COMMENT},
	{"1\n/*\n", 2, UNCLOSED},
	{"/*/1", 1, UNCLOSED},
	{"[1,/*", 1, UNCLOSED},
	{"[1/*", 1, UNCLOSED},
	{"[/*", 1, UNCLOSED},
	{"{\"a\"/*:1}", 1, UNCLOSED},
	{"{\"a\":/*1}", 1, UNCLOSED},
	{"// 1", 1, A_VALUE "the end"},
	{"// 1\n", 2, A_VALUE "the end"},
	{"/*\n*/ /* */\nx", 3, A_VALUE "'x'"},
	{"[1,\n// none\n]", 1, LAST_ELEMENT},
	{"1/*\n*/2", 2, NO_MORE "'2'"},
	{"{\"a\":1, // one\n/* \"a\":2,\n*/ \"a\":3}", 3, TWICE("a")},
	{"{//\n\"b\":0,\"a\"/*\n*/:/*\n*/1e999}", 2, LARGE},
};

/* Comments where they are not allowed. */
static const struct bad comments[] = {
	{"// 1\n1", 1, A_VALUE "'/'"},
	{"/**/1", 1, A_VALUE "'/'"},
	{"1/**/", 1, NO_MORE "'/'"},
	{"{/**/}", 1, A_KEY "'/'"},
	{"[1,/**/2]", 1, A_VALUE "'/'"},
};

static void refused(const struct bad *rows, size_t count,
	const struct tli_json_limits *limits)
{
	for (size_t i = 0; i < count; i++) {
		struct tli_json_error error;
		const char *text = rows[i].text;

		check(text,
			!parse_json_bytes(text, strlen(text), limits, &error));
		assert_string_equal(error.text, rows[i].wrong);
		check_equal(text, error.line, rows[i].line);
	}
}

static void bad_ones_are_refused_with_line_and_reason(void **state)
{
	(void)state;
	refused(bad, LENGTH(bad), &strict_json);
	refused(bad, LENGTH(bad), &human_json);
	refused(bad_comments, LENGTH(bad_comments), &human_json);
	refused(comments, LENGTH(comments), &strict_json);
}

static void big_numbers_are_numbers(void **state)
{
	struct tli_json_limits limits = strict_json;
	struct tli_json_error error;

	(void)state;
	limits.big_numbers = true;
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (strcmp(bad[i].wrong, NUMBER) == 0)
			assert_null(parse_json_bytes(bad[i].text,
				strlen(bad[i].text), &limits, &error));
}

static void nul_is_a_byte_like_others(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *wrong;
	} rows[] = {
		{"", 1, A_VALUE "the byte 0x00"},
		{"1", 2, NO_MORE "the byte 0x00"},
		{"{}\0}", 4, NO_MORE "the byte 0x00"},
		{"\"a\0b\"", 5, CONTROL},
		{"\"\\\0\"", 4, ESCAPE},
		{"{\0}", 3, A_KEY "the byte 0x00"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct tli_json_error error;

		assert_null(parse_json_bytes(
			rows[i].bytes, rows[i].len, &strict_json, &error));
		assert_string_equal(error.text, rows[i].wrong);
	}
}

static void limits_are_kept(void **state)
{
	struct tli_json_limits limits = {.max_bytes = 6, .max_depth = 2};
	struct tli_json_error error;

	(void)state;
	tli_json_free(parse_json("[[ 1]]", &limits));
	tli_json_free(parse_json("[[],1]", &limits));
	assert_null(parse_json_bytes("[[ 12]]", 7, &limits, &error));
	assert_string_equal(error.text, "it is longer than 6 bytes");
	assert_int_equal(error.line, 1);
	assert_null(parse_json_bytes("[[[]]]", 6, &limits, &error));
	assert_string_equal(error.text,
		"there are more than 2 {...} and [...] inside one another");
	limits.max_depth = 0;
	tli_json_free(parse_json("1", &limits));
	assert_null(parse_json_bytes("{}", 2, &limits, &error));
	limits = (struct tli_json_limits){
		.max_bytes = 10, .max_depth = 2, .max_values = 4};
	tli_json_free(parse_json("[1,[2]]", &limits));
	assert_null(parse_json_bytes("[1,[2,\n3]]", 10, &limits, &error));
	assert_string_equal(error.text, "there are more than 4 values");
	assert_int_equal(error.line, 2);
	limits = strict_json;
	limits.max_depth++;
	assert_null(parse_json_bytes(A64 "[", 65, &limits, &error));
	assert_string_equal(error.text, DEEP);
}

/* A key for each, and then one that is there already: comparing each with each
 * would take minutes under the sanitizers. */
static void many_keys_are_compared_fast(void **state)
{
	enum { COUNT = 100000 };
	const struct tli_json_limits limits = {
		.max_bytes = COUNT * 16, .max_depth = 1};
	char *text = malloc(limits.max_bytes);
	struct tli_json_error error;
	size_t len = 0;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < COUNT; i++)
		len += (size_t)snprintf(text + len, limits.max_bytes - len,
			"%s\"%u\":0", i == 0 ? "{" : ",\n", i ^ 0x5555);
	text[len++] = '}';
	tli_json_free(parse_json_bytes(text, len, &limits, &error));
	len--;
	len += (size_t)snprintf(
		text + len, limits.max_bytes - len, ",\n\"7\":0}");
	assert_null(parse_json_bytes(text, len, &limits, &error));
	assert_string_equal(error.text, TWICE("7"));
	assert_int_equal(error.line, COUNT + 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_ones_are_refused_with_line_and_reason),
		cmocka_unit_test(big_numbers_are_numbers),
		cmocka_unit_test(nul_is_a_byte_like_others),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(many_keys_are_compared_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
