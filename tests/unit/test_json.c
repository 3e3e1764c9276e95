/* SPDX-License-Identifier: MIT */
/* JSON: what is read and as what, and what is written. */
#include "unit.h"

#include "../../proto/json.h"
#include "json_copy.h"
#include "json_parsing.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define D10 "1234567890"
#define D60 D10 D10 D10 D10 D10 D10
#define A8  "[[[[[[[["
#define Z8  "]]]]]]]]"
#define A64 A8 A8 A8 A8 A8 A8 A8 A8
#define Z64 Z8 Z8 Z8 Z8 Z8 Z8 Z8 Z8

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
		tli_json *json =
			parse_json(row, i % 2 ? &strict_json : &human_json);
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

static void comments_are_white_space(void **state)
{
	static const char text[] = "// a [ \" {\n"
				   "/* \"b\": 2, // */ {\"a\"/**/:/***/[/*/*/"
				   "\"//\", \"/*\" // */ x\n"
				   "/* * / \xff \x01 */], \"*/\":1} //";
	struct tli_json_writer writer = {.failed = false};
	tli_json *json = parse_json(text, &human_json);
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

		assert_null(parse_json_bytes(text, len, &human_json, &error));
		assert_null(parse_json_bytes(text, len, &strict_json, &error));
	}
	tli_json_free(parse_json(text, &human_json));
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
	tli_json *json =
		parse_json("[null,true,false,1,\"\",[],{}]", &strict_json);
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
	tli_json *json = parse_json("{\"Ab\":1,\"ab\":\"x\\u00e9\",\"c\":true,"
				    "\"\\u0064\":false}",
		&strict_json);
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
		tli_json *json = parse_json(rows[i].text, &strict_json);

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
	struct tli_json_limits limits = strict_json;
	tli_json *json;
	const char *at = text, *end = text + strlen(text), *number;
	size_t len;

	(void)state;
	limits.big_numbers = true;
	json = parse_json(text, &limits);
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
		cmocka_unit_test(comments_are_white_space),
		cmocka_unit_test(cut_texts_are_refused),
		cmocka_unit_test(values_are_told_apart),
		cmocka_unit_test(members_are_found_by_their_keys),
		cmocka_unit_test(integers_are_known),
		cmocka_unit_test(big_numbers_are_taken_as_they_are_written),
		cmocka_unit_test(numbers_of_what_is_no_json_end_somewhere),
		cmocka_unit_test(lines_are_found),
		cmocka_unit_test(lines_of_what_is_not_there_are_harmless),
		cmocka_unit_test(a_value_is_written_member_by_member),
		cmocka_unit_test(nothing_is_written_without_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
