/* SPDX-License-Identifier: MIT */
/* JSON: what is read and as what, what is refused, in which line and why, and
 * what is written. */
#include "unit.h"

#include "../../proto/json.h"
#include "json_copy.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define D10 "1234567890"
#define D60 D10 D10 D10 D10 D10 D10
#define A8  "[[[[[[[["
#define Z8  "]]]]]]]]"
#define A64 A8 A8 A8 A8 A8 A8 A8 A8
#define Z64 Z8 Z8 Z8 Z8 Z8 Z8 Z8 Z8

static const struct tli_json_limits strict = {
	.max_bytes = 1000, .max_depth = TLI_JSON_DEPTH_MAX};
static const struct tli_json_limits human = {
	.max_bytes = 1000, .max_depth = TLI_JSON_DEPTH_MAX, .comments = true};

/* Of an exact copy, so that reading behind it is noticed. */
static tli_json *parse_bytes(const char *text, size_t len,
	const struct tli_json_limits *limits, struct tli_json_error *error)
{
	char *copy = (char *)exact_copy(text, len);
	tli_json *json = tli_json_parse(copy, len, limits, error);

	free(copy);
	return json;
}

static tli_json *parse(const char *text, const struct tli_json_limits *limits)
{
	struct tli_json_error error;
	tli_json *json = parse_bytes(text, strlen(text), limits, &error);

	if (!json)
		fail_msg("%s: line %u: %s", text, error.line, error.text);
	return json;
}

static char *written(struct tli_json_writer *writer)
{
	size_t len = 0;
	char *text = tli_json_finish(writer, &len);

	assert_non_null(text);
	assert_int_equal(len, strlen(text));
	return text;
}

/* written: what a copy of it is written as, if not the same. */
static const struct {
	const char *text;
	const char *written;
} good[] = {
	{"{}", NULL},
	{"[]", NULL},
	{" \t\r\n{ \t\r\n} \t\r\n", "{}"},
	{"[ 1 , 2 ]", "[1,2]"},
	{"{ \"a\" : 1 , \"b\" : [ ] }", "{\"a\":1,\"b\":[]}"},
	{"{\"\":0}", NULL},
	{"{\"a\":{\"a\":{\"a\":0}}}", NULL},
	{"{\"a\":1,\"A\":2}", NULL},
	{"[{\"a\":1},{\"a\":1}]", NULL},
	{"true", NULL},
	{"false", NULL},
	{"[null]", "[\"null\"]"},
	{"[true,false]", NULL},
	{A64 Z64, NULL},
	/* numbers */
	{"0", NULL},
	{"-0", "0"},
	{"12", NULL},
	{"-12", NULL},
	{"1.5", NULL},
	{"-0.25", NULL},
	{"1e3", "1000"},
	{"1E+3", "1000"},
	{"1250e-2", "12.5"},
	{"0e0", "0"},
	{"0.1", NULL},
	{"9007199254740992", NULL},
	{"-9007199254740992", NULL},
	{"9007199254740991", NULL},
	{"1.7976931348623157e308", "1.7976931348623157e+308"},
	{"1e-999", "0"},
	{D60 "123", "1.2345678901234569e+62"},
	{"1000000000000000", NULL},
	{"1e15", "1000000000000000"},
	{"9007199254740994", NULL},
	{"1e16", "1e+16"},
	{"5e-324", NULL},
	{"0.30000000000000004", NULL},
	{"123456789.12345679", NULL},
	/* texts */
	{"\"\"", NULL},
	{"\"a b\"", NULL},
	{"\"//\"", NULL},
	{"\"/* */\"", NULL},
	{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
	{"\"\\u0041\\u00e9\\u20aC\"", "\"A\xc3\xa9\xe2\x82\xac\""},
	{"\"\\u0001\\u001f\"", NULL},
	{"\"\x7f\"", NULL},
	{"\"\\ud7ff\\ue000\\uffff\"",
		"\"\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\""},
	{"\"\\ud800\\udc00\\uDBFF\\uDFFF\"",
		"\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""},
	{"\"\\\\u0000\"", NULL},
	/* the first and last of each row of the Unicode Standard's table */
	{"\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xe0\xbf\xbf\xe1\x80\x80\"", NULL},
	{"\"\xec\xbf\xbf\xed\x80\x80\xed\x9f\xbf\xee\x80\x80\"", NULL},
	{"\"\xef\xbf\xbf\xf0\x90\x80\x80\xf0\xbf\xbf\xbf\"", NULL},
	{"\"\xf1\x80\x80\x80\xf3\xbf\xbf\xbf\xf4\x8f\xbf\xbf\"", NULL},
	{"{\"\xc3\xa9\\n\":1}", NULL},
};

static void good_ones_are_read_and_written_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(good); i++) {
		const char *row = good[i / 2].text;
		tli_json *json = parse(row, i % 2 ? &strict : &human);
		struct tli_json_writer writer = {.failed = false};
		char *text;

		json_copy(&writer, NULL, NULL, json);
		text = written(&writer);
		assert_string_equal(
			text, good[i / 2].written ? good[i / 2].written : row);
		free(text);
		tli_json_free(json);
	}
}

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

		check(text, !parse_bytes(text, strlen(text), limits, &error));
		assert_string_equal(error.text, rows[i].wrong);
		check_equal(text, error.line, rows[i].line);
	}
}

static void bad_ones_are_refused_with_line_and_reason(void **state)
{
	(void)state;
	refused(bad, LENGTH(bad), &strict);
	refused(bad, LENGTH(bad), &human);
	refused(bad_comments, LENGTH(bad_comments), &human);
	refused(comments, LENGTH(comments), &strict);
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

		assert_null(parse_bytes(
			rows[i].bytes, rows[i].len, &strict, &error));
		assert_string_equal(error.text, rows[i].wrong);
	}
}

static void comments_are_white_space(void **state)
{
	static const char text[] = "// a [ \" {\n"
				   "/* \"b\": 2, // */ {\"a\"/**/:/***/[/*/*/"
				   "\"//\", \"/*\" // */ x\n"
				   "/* * / \xff \x01 */], \"*/\":1} //";
	struct tli_json_writer writer = {.failed = false};
	tli_json *json = parse(text, &human);
	char *back;

	(void)state;
	json_copy(&writer, NULL, NULL, json);
	back = written(&writer);
	assert_string_equal(back, "{\"a\":[\"//\",\"/*\"],\"*/\":1}");
	free(back);
	tli_json_free(json);
}

/* A text that is cut anywhere is refused, and not read past its end. */
static void cut_texts_are_refused(void **state)
{
	static const char text[] =
		"{\"a\\n\\u20ac\\ud834\\udd1e\xf0\x9d\x84\x9e\":[1.5e+3,true,"
		"null /* x */ ,false],// y\n\"b\":{\"c\":[[]]}}";

	(void)state;
	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		struct tli_json_error error;

		assert_null(parse_bytes(text, len, &human, &error));
		assert_null(parse_bytes(text, len, &strict, &error));
	}
	tli_json_free(parse(text, &human));
}

static void limits_are_kept(void **state)
{
	struct tli_json_limits limits = {.max_bytes = 6, .max_depth = 2};
	struct tli_json_error error;

	(void)state;
	tli_json_free(parse("[[ 1]]", &limits));
	tli_json_free(parse("[[],1]", &limits));
	assert_null(parse_bytes("[[ 12]]", 7, &limits, &error));
	assert_string_equal(error.text, "it is longer than 6 bytes");
	assert_int_equal(error.line, 1);
	assert_null(parse_bytes("[[[]]]", 6, &limits, &error));
	assert_string_equal(error.text,
		"there are more than 2 {...} and [...] inside one another");
	limits.max_depth = 0;
	tli_json_free(parse("1", &limits));
	assert_null(parse_bytes("{}", 2, &limits, &error));
	limits = (struct tli_json_limits){
		.max_bytes = 10, .max_depth = 2, .max_values = 4};
	tli_json_free(parse("[1,[2]]", &limits));
	assert_null(parse_bytes("[1,[2,\n3]]", 10, &limits, &error));
	assert_string_equal(error.text, "there are more than 4 values");
	assert_int_equal(error.line, 2);
	limits = strict;
	limits.max_depth++;
	assert_null(parse_bytes(A64 "[", 65, &limits, &error));
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
	tli_json_free(parse_bytes(text, len, &limits, &error));
	len--;
	len += (size_t)snprintf(
		text + len, limits.max_bytes - len, ",\n\"7\":0}");
	assert_null(parse_bytes(text, len, &limits, &error));
	assert_string_equal(error.text, TWICE("7"));
	assert_int_equal(error.line, COUNT + 1);
	free(text);
}

static void values_are_told_apart(void **state)
{
	static const struct {
		enum tli_json_kind kind;
		const char *name;
	} rows[] = {
		{TLI_JSON_NULL, "null"},
		{TLI_JSON_BOOL, "true or false"},
		{TLI_JSON_BOOL, "true or false"},
		{TLI_JSON_NUMBER, "a number"},
		{TLI_JSON_TEXT, "a text"},
		{TLI_JSON_ARRAY, "an array"},
		{TLI_JSON_OBJECT, "an object"},
	};
	tli_json *json = parse("[null,true,false,1,\"\",[],{}]", &strict);
	const tli_json *element = tli_json_first(json);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(tli_json_kind(element), rows[i].kind);
		assert_string_equal(
			tli_json_kind_name(rows[i].kind), rows[i].name);
		assert_null(tli_json_key(element));
		element = tli_json_next(element);
	}
	assert_null(element);
	tli_json_free(json);
	tli_json_free(NULL);
}

static void members_are_found_by_their_keys(void **state)
{
	tli_json *json = parse("{\"Ab\":1,\"ab\":\"x\\u00e9\",\"c\":true,"
			       "\"\\u0064\":false}",
		&strict);
	const tli_json *first = tli_json_first(json);

	(void)state;
	assert_string_equal(tli_json_key(first), "Ab");
	assert_ptr_equal(tli_json_find(json, "Ab"), first);
	assert_ptr_equal(tli_json_find(json, "ab"), tli_json_next(first));
	assert_string_equal(
		tli_json_text(tli_json_find(json, "ab")), "x\xc3\xa9");
	assert_true(tli_json_number(first) == 1);
	assert_true(tli_json_bool(tli_json_find(json, "c")));
	assert_false(tli_json_bool(tli_json_find(json, "d")));
	assert_null(tli_json_find(json, "AB"));
	assert_null(tli_json_find(json, ""));
	assert_null(tli_json_find(tli_json_find(json, "c"), "c"));
	tli_json_free(json);
}

static void integers_are_known(void **state)
{
	static const struct {
		const char *text;
		bool integer;
	} rows[] = {
		{"0", true},
		{"-1", true},
		{"1.0", true},
		{"15e-1", false},
		{"1e15", true},
		{"9007199254740992", true},
		{"-9007199254740992", true},
		{"9007199254740994", false},
		{"-9007199254740994", false},
		{"1e300", false},
		{"0.5", false},
		{"\"1\"", false},
		{"true", false},
		{"[]", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		tli_json *json = parse(rows[i].text, &strict);

		check_equal(rows[i].text, tli_json_is_integer(json),
			rows[i].integer);
		tli_json_free(json);
	}
}

/* With its other digits in between, each is found as it is written. */
static void big_numbers_are_taken_as_they_are_written(void **state)
{
	static const char text[] = "{\"1\\\"2\":-" D60 D60 ",\n\"\":[1e400,"
				   "\"3\",true,-0,{\"4\":0.5E-7}]}";
	static const char *const numbers[] = {
		"-" D60 D60, "1e400", "-0", "0.5E-7"};
	struct tli_json_limits limits = strict;
	tli_json *json;
	const char *at = text, *end = text + strlen(text), *number;
	size_t len;

	(void)state;
	limits.big_numbers = true;
	json = parse(text, &limits);
	assert_int_equal(tli_json_kind(tli_json_first(json)), TLI_JSON_NUMBER);
	assert_true(tli_json_number(tli_json_first(json)) == 0);
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		number = tli_json_next_number(&at, end, &len);
		assert_non_null(number);
		check_bytes(numbers[i], number, len, numbers[i],
			strlen(numbers[i]));
	}
	assert_null(tli_json_next_number(&at, end, &len));
	assert_null(tli_json_next_number(&at, end, &len));
	tli_json_free(json);
}

static void big_numbers_are_numbers(void **state)
{
	struct tli_json_limits limits = strict;
	struct tli_json_error error;

	(void)state;
	limits.big_numbers = true;
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (strcmp(bad[i].wrong, NUMBER) == 0)
			assert_null(parse_bytes(bad[i].text,
				strlen(bad[i].text), &limits, &error));
}

/* In a text that nobody parsed. */
static void numbers_of_what_is_no_json_end_somewhere(void **state)
{
	static const char *const texts[] = {
		"", "-", "\"", "\"\\1", "01-", "[1"};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		size_t len = strlen(texts[i]), number_len;
		char *copy = (char *)exact_copy(texts[i], len);
		const char *at = copy;

		for (size_t n = 0; n <= len; n++)
			if (!tli_json_next_number(&at, copy + len, &number_len))
				break;
		assert_ptr_equal(at, copy + len);
		free(copy);
	}
}

/* The lines of all that is inside one value, behind those of another. */
static void lines_are_found(void **state)
{
	static const char text[] = "// one\n"
				   "/* { \"x\": [\n"
				   "*/ {\"a\": 1,\n"
				   "  \"b\" // [\n"
				   ":\n"
				   " [\n"
				   "  [\"]\", \"\\\"[\\n\"],\n"
				   "  {\"c\": 1, /*\n"
				   "*/ \"d\":\n"
				   "{\"e\":2}}\n"
				   " , \"text\"], \"f\":3}\n";
	static const struct {
		size_t path[4];
		size_t depth;
		unsigned line;
	} rows[] = {
		{{0}, 0, 1},
		{{0}, 1, 3},
		{{1}, 1, 4},
		{{1, 0}, 2, 7},
		{{1, 0, 0}, 3, 7},
		{{1, 0, 1}, 3, 7},
		{{1, 1}, 2, 8},
		{{1, 1, 0}, 3, 8},
		{{1, 1, 1}, 3, 9},
		{{1, 1, 1, 0}, 4, 10},
		{{1, 2}, 2, 11},
		{{2}, 1, 11},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char name[24];

		snprintf(name, sizeof(name), "row %zu", i);
		check_equal(name,
			tli_json_line(text, strlen(text), rows[i].path,
				rows[i].depth),
			rows[i].line);
	}
}

/* A way that leads nowhere ends somewhere. */
static void lines_of_what_is_not_there_are_harmless(void **state)
{
	static const char *const texts[] = {"", "1", "[", "{", "[1", "{\"a\"",
		"{\"a\":[1,\n2]}", "/*", "x"};
	static const size_t path[] = {0, 7, 0};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		for (size_t depth = 0; depth <= LENGTH(path); depth++) {
			size_t len = strlen(texts[i]);
			char *copy = (char *)exact_copy(texts[i], len);

			assert_in_range(
				tli_json_line(copy, len, path, depth), 1, 2);
			free(copy);
		}
}

static void a_value_is_written_member_by_member(void **state)
{
	struct tli_json_writer writer = {.failed = false};
	tli_json *object = tli_json_add_object(&writer, NULL, NULL);
	tli_json *array, *inner;
	char *text;

	(void)state;
	tli_json_add_text(&writer, object, "t\"", "a\"\\\n\x01\x7f\xc3\xa9");
	tli_json_add_bool(&writer, object, "b", true);
	array = tli_json_add_array(&writer, object, "a");
	tli_json_add_number(&writer, array, NULL, 0.25);
	tli_json_add_bool(&writer, array, NULL, false);
	inner = tli_json_add_object(&writer, array, NULL);
	tli_json_add_number(&writer, inner, "n", 9007199254740991.0);
	tli_json_add_number(&writer, inner, "m", -1800000000.125);
	tli_json_add_array(&writer, inner, "e");
	tli_json_add_raw(&writer, array, NULL, "-123456789012345678901");
	tli_json_add_raw(&writer, array, NULL, "null");
	assert_false(writer.failed);
	text = written(&writer);
	assert_string_equal(text,
		"{\"t\\\"\":\"a\\\"\\\\\\n\\u0001\x7f\xc3\xa9\",\"b\":true,"
		"\"a\":[0.25,false,{\"n\":9007199254740991,"
		"\"m\":-1800000000.125,\"e\":[]},"
		"-123456789012345678901,null]}");
	free(text);
	assert_null(writer.root);
}

static void nothing_is_written_without_a_place(void **state)
{
	struct tli_json_writer writer = {.failed = false};
	size_t len;

	(void)state;
	assert_null(tli_json_finish(&writer, &len));
	tli_json_add_object(&writer, NULL, NULL);
	tli_json_add_bool(&writer, NULL, NULL, true);
	assert_true(writer.failed);
	assert_null(tli_json_add_array(&writer, NULL, NULL));
	assert_null(tli_json_finish(&writer, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_are_read_and_written_back),
		cmocka_unit_test(bad_ones_are_refused_with_line_and_reason),
		cmocka_unit_test(nul_is_a_byte_like_others),
		cmocka_unit_test(comments_are_white_space),
		cmocka_unit_test(cut_texts_are_refused),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(many_keys_are_compared_fast),
		cmocka_unit_test(values_are_told_apart),
		cmocka_unit_test(members_are_found_by_their_keys),
		cmocka_unit_test(integers_are_known),
		cmocka_unit_test(big_numbers_are_taken_as_they_are_written),
		cmocka_unit_test(big_numbers_are_numbers),
		cmocka_unit_test(numbers_of_what_is_no_json_end_somewhere),
		cmocka_unit_test(lines_are_found),
		cmocka_unit_test(lines_of_what_is_not_there_are_harmless),
		cmocka_unit_test(a_value_is_written_member_by_member),
		cmocka_unit_test(nothing_is_written_without_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
