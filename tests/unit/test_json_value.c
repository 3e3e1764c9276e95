/* SPDX-License-Identifier: MIT */
/* Values from JSON and as JSON: what each is as the other, in both wrappings,
 * what is refused and where, and the limits. */
#include "value_state.h"

#include "../../proto/value/json_value.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define D10         "1234567890"
#define D100        D10 D10 D10 D10 D10 D10 D10 D10 D10 D10
#define A8          "[[[[[[[["
#define Z8          "]]]]]]]]"
#define A64         A8 A8 A8 A8 A8 A8 A8 A8
#define Z64         Z8 Z8 Z8 Z8 Z8 Z8 Z8 Z8
#define CANNOT      " cannot be JSON, unless wrapped"
#define WAY_16      "at [0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]"
#define TOO_DEEP    WAY_16 "...: it is more than 64 levels deep"
#define WRAPPING(i) ((i) % 2 ? TLI_JSON_WRAPPED : TLI_JSON_PLAIN)
#define BESIDE      ": beside the key \"$repr\" there is one text and nothing else"
#define AMPLE       ((size_t)1 << 20)

/* Of an exact copy, so that reading behind it is noticed. */
static struct tli_value *read_bytes(struct tli_values *values, const char *json,
	size_t len, enum tli_json_wrapping wrapping)
{
	char *copy = (char *)exact_copy(json, len);
	struct tli_value *value =
		tli_value_from_json(values, copy, len, wrapping);

	free(copy);
	return value;
}

static struct tli_value *read_json(struct tli_values *values, const char *json,
	enum tli_json_wrapping wrapping)
{
	struct tli_value *value =
		read_bytes(values, json, strlen(json), wrapping);

	if (!value)
		fail_msg("%s: %s", json, values->error.text);
	return value;
}

/* Also that each byte less is too little. */
static void check_json(const char *row, const struct tli_value *value,
	enum tli_json_wrapping wrapping, const char *expected)
{
	struct tli_value_error error;
	char *text = NULL;
	size_t len = strlen(expected), text_len = 0;
	int result = tli_value_to_json(
		value, wrapping, len, &text, &text_len, &error);

	if (result != TLI_VALUE_OK)
		fail_msg("%s: %s", row, error.text);
	check_equal(row, text[text_len], '\0');
	check_bytes(row, text, text_len, expected, len);
	free(text);
	for (size_t max_bytes = 0; max_bytes < len && max_bytes < 300;
		max_bytes++) {
		result = tli_value_to_json(value, wrapping, len - 1 - max_bytes,
			&text, &text_len, &error);
		check_equal(row, result, TLI_VALUE_LIMIT);
		check_equal(row, error.code, TLI_VALUE_LIMIT);
		check(row, !text);
		check(row,
			strncmp(error.text, "the JSON is longer than ", 24) ==
				0);
	}
}

static void check_refused(const char *row, const struct tli_value *value,
	enum tli_json_wrapping wrapping, int code, const char *wrong)
{
	struct tli_value_error error;
	char *text = NULL;
	size_t len;

	check_equal(row,
		tli_value_to_json(value, wrapping, AMPLE, &text, &len, &error),
		code);
	assert_null(text);
	assert_int_equal(error.code, code);
	assert_string_equal(error.text, wrong);
}

/* JSON, and what Python prints of it. */
static const char *const readable[][2] = {
	{"null", "None"},
	{" true ", "True"},
	{"false", "False"},
	{"\"it's \\u00e9\\ud834\\udd1e\\n\"",
		"\"it's \xc3\xa9\xf0\x9d\x84\x9e"
		"\\n\""},
	{"[1,[2,[3]],{\"a\":[4]},5]", "[1, [2, [3]], {'a': [4]}, 5]"},
	{"{\"b\":1,\"a\":2,\"\":3}", "{'b': 1, 'a': 2, '': 3}"},
	{"[true,null,{\"a\":false}]", "[True, None, {'a': False}]"},
	{A64 "1" Z64, A64 "1" Z64},
	/* numbers, and texts that look like them between */
	{"0", "0"},
	{"-0", "0"},
	{"-0.0", "-0.0"},
	{"0.0", "0.0"},
	{"1.0", "1.0"},
	{"1e0", "1.0"},
	{"1E5", "100000.0"},
	{"1e-400", "0.0"},
	{"5e-324", "5e-324"},
	{"1.7976931348623157e308", "1.7976931348623157e+308"},
	{"0." D100, "0.12345678901234568"},
	{"9007199254740993", "9007199254740993"},
	{"9223372036854775808", "9223372036854775808"},
	{"-9223372036854775809", "-9223372036854775809"},
	{D100 D100 D100 D100, D100 D100 D100 D100},
	{"-" D100, "-" D100},
	{"{\"1\":2,\"\\\"3\":[\"4\",5.5,\"-6\",-7],\"8\":\"9\\\\\",\"10\":11}",
		"{'1': 2, '\"3': ['4', 5.5, '-6', -7], '8': '9\\\\', "
		"'10': 11}"},
};

static void json_is_read(void **state)
{
	for (size_t i = 0; i < 2 * LENGTH(readable); i++) {
		const char *const *row = readable[i / 2];
		enum tli_json_wrapping wrapping = WRAPPING(i);

		check_repr(row[0], read_json(*state, row[0], wrapping), row[1]);
	}
}

/* What is wrong with it, in both wrappings. */
static const char *const unreadable[][2] = {
	{"",
		"line 1: expected a value (a text in double quotes, a number, "
		"true, false, null, {...} or [...]), found the end"},
	{"[1,\n2", "line 2: expected a comma or ], found the end"},
	{"[1,\n\"\\ud800\"]",
		"line 2: \\ud800 to \\udfff are halves, and one "
		"is without its other"},
	{"\"\\u0000\"", "line 1: \\u0000 is not allowed in a text"},
	{"{\"a\":1,\n\"a\":1}",
		"line 2: the key \"a\" is there for the second time"},
	{"[1,\n{\"a\":[2,3,\n1e400]}]", "line 3: a number is too large"},
	{"{\"a\":\n[],\n\"b\":-1e400}", "line 3: a number is too large"},
	{A64 "\n[" Z64 "]",
		"line 2: there are more than 64 {...} and [...] "
		"inside one another"},
};

static void bad_json_is_refused_with_its_line(void **state)
{
	struct tli_values *values = *state;

	for (size_t i = 0; i < 2 * LENGTH(unreadable); i++) {
		const char *const *row = unreadable[i / 2];

		check(row[0],
			!read_bytes(
				values, row[0], strlen(row[0]), WRAPPING(i)));
		assert_string_equal(values->error.text, row[1]);
		assert_int_equal(values->error.code, TLI_VALUE_SYNTAX);
	}
}

/* Digits between two texts. */
static char *many_digits(const char *before, size_t count, const char *behind)
{
	size_t before_len = strlen(before);
	char *text = malloc(before_len + count + strlen(behind) + 1);

	assert_non_null(text);
	strcpy(text, before);
	memset(text + before_len, '9', count);
	strcpy(text + before_len + count, behind);
	return text;
}

static void integers_have_4300_digits(void **state)
{
	struct tli_values *values = *state;
	char *text = many_digits("-", 4300, "");
	struct tli_value *value = read_json(values, text, TLI_JSON_PLAIN);

	check_repr("4300 digits", value, text);
	check_json("4300 digits", value, TLI_JSON_WRAPPED, text);
	free(text);
	text = many_digits("[1,\n", 4301, "]");
	assert_null(read_bytes(values, text, strlen(text), TLI_JSON_PLAIN));
	assert_string_equal(values->error.text,
		"line 2: an integer has more than 4300 digits");
	assert_int_equal(values->error.code, TLI_VALUE_SYNTAX);
	free(text);
}

static void integers_beyond_are_wrapped(void **state)
{
	uint8_t bytes[2001] = {[2000] = 1};
	char expected[16 + 2 * sizeof(bytes)] = "{\"$repr\":\"0x1";
	struct tli_value *value =
		tli_int_from_bytes(*state, bytes, sizeof(bytes));

	memset(expected + strlen(expected), '0', 4000);
	strcat(expected, "\"}");
	check_json("2^16000", value, TLI_JSON_WRAPPED, expected);
	check_json("2^16000", read_json(*state, expected, TLI_JSON_WRAPPED),
		TLI_JSON_WRAPPED, expected);
	check_refused("2^16000", value, TLI_JSON_PLAIN, TLI_VALUE_TYPE,
		"an int of over 4300 digits" CANNOT);
}

/* What JSON can say, and how. */
static const char *const plain[][2] = {
	{"None", "null"},
	{"True", "true"},
	{"False", "false"},
	{"0", "0"},
	{"-5", "-5"},
	{"9007199254740993", "9007199254740993"},
	{"9223372036854775807", "9223372036854775807"},
	{"-9223372036854775808", "-9223372036854775808"},
	{D100, D100},
	{"-" D100, "-" D100},
	{"1.0", "1.0"},
	{"-0.0", "-0.0"},
	{"0.1", "0.1"},
	{"1e16", "1e+16"},
	{"123456789012345.0", "123456789012345.0"},
	{"1e-7", "1e-07"},
	{"5e-324", "5e-324"},
	{"1.7976931348623157e308", "1.7976931348623157e+308"},
	{"''", "\"\""},
	{"'a\"b\\\\/\\b\\f\\n\\r\\t\\x01\\x1f\\x7f'",
		"\"a\\\"b\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
	{"'\\xe9\\u20ac\\U0001d11e'",
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e\""},
	{"[]", "[]"},
	{"{}", "{}"},
	{"[1, [2.5, []], {}]", "[1,[2.5,[]],{}]"},
	{"{'a': 1, 'b\\n': [True, None], '': {'c': 'd'}}",
		"{\"a\":1,\"b\\n\":[true,null],\"\":{\"c\":\"d\"}}"},
	{"{'$rep': 1, '$repr ': 2}", "{\"$rep\":1,\"$repr \":2}"},
	{A64 Z64, A64 Z64},
};

static void plain_data_is_json_and_comes_back(void **state)
{
	for (size_t i = 0; i < 2 * LENGTH(plain); i++) {
		const char *const *row = plain[i / 2];
		enum tli_json_wrapping wrapping = WRAPPING(i);

		check_json(
			row[0], read_literal(*state, row[0]), wrapping, row[1]);
		check_json(row[0], read_json(*state, row[1], wrapping),
			wrapping, row[1]);
	}
}

static void tuples_are_arrays(void **state)
{
	check_json("tuples", read_literal(*state, "{'a': (1, (), [(2,)])}"),
		TLI_JSON_PLAIN, "{\"a\":[1,[],[[2]]]}");
}

/* What JSON cannot say: wrapped, and why it is not plain. */
static const struct {
	const char *literal;
	const char *wrapped;
	const char *wrong;
} others[] = {
	{"b'\\x00\"'", "{\"$repr\":\"b'\\\\x00\\\"'\"}", "bytes" CANNOT},
	{"{'a': [1, {'b': b''}]}", "{\"a\":[1,{\"b\":{\"$repr\":\"b''\"}}]}",
		"at ['a'][1]['b']: bytes" CANNOT},
	{"bytearray(b'a')", "{\"$repr\":\"bytearray(b'a')\"}",
		"bytearray" CANNOT},
	{"[inf]", "[{\"$repr\":\"inf\"}]", "at [0]: inf" CANNOT},
	{"[0, -inf]", "[0,{\"$repr\":\"-inf\"}]", "at [1]: -inf" CANNOT},
	{"nan", "{\"$repr\":\"nan\"}", "nan" CANNOT},
	{"(-0+1j)", "{\"$repr\":\"(-0+1j)\"}", "complex" CANNOT},
	{"{1, 2}", "{\"$repr\":\"{1, 2}\"}", "set" CANNOT},
	{"frozenset({'a'})", "{\"$repr\":\"frozenset({'a'})\"}",
		"frozenset" CANNOT},
	{"range(0, 3)", "{\"$repr\":\"range(0, 3)\"}", "range" CANNOT},
	{"slice(1, 2, None)", "{\"$repr\":\"slice(1, 2, None)\"}",
		"slice" CANNOT},
	{"array('i', [1, 2])", "{\"$repr\":\"array('i', [1, 2])\"}",
		"array.array" CANNOT},
	{"'a\\x00b'", "{\"$repr\":\"'a\\\\x00b'\"}", "a str with a NUL" CANNOT},
	{"['\\ud800']", "[{\"$repr\":\"'\\\\ud800'\"}]",
		"at [0]: a str with a lone surrogate" CANNOT},
	{"[{1: 'x', 'b': [2]}]", "[{\"$repr\":\"{1: 'x', 'b': [2]}\"}]",
		"at [0]: as a key, int" CANNOT},
	{"{'a': 1, None: 2}", "{\"$repr\":\"{'a': 1, None: 2}\"}",
		"as a key, NoneType" CANNOT},
	{"{'\\x00': 1}", "{\"$repr\":\"{'\\\\x00': 1}\"}",
		"as a key, a str with a NUL" CANNOT},
	{"{'\\udfff': 1}", "{\"$repr\":\"{'\\\\udfff': 1}\"}",
		"as a key, a str with a lone surrogate" CANNOT},
	{"[[[1, b'']]]", "[[[1,{\"$repr\":\"b''\"}]]]",
		"at [0][0][1]: bytes" CANNOT},
};

static void others_are_wrapped_or_refused(void **state)
{
	for (size_t i = 0; i < LENGTH(others); i++) {
		const char *row = others[i].literal;

		struct tli_value *value = read_literal(*state, row);

		check_refused(row, value, TLI_JSON_PLAIN, TLI_VALUE_TYPE,
			others[i].wrong);
		check_json(row, value, TLI_JSON_WRAPPED, others[i].wrapped);
		check_repr(row,
			read_json(*state, others[i].wrapped, TLI_JSON_WRAPPED),
			row);
	}
}

static void tuples_are_wrapped(void **state)
{
	static const char literal[] = "[(), (1, [2])]";
	static const char json[] =
		"[{\"$repr\":\"()\"},{\"$repr\":\"(1, [2])\"}]";

	check_json(
		literal, read_literal(*state, literal), TLI_JSON_WRAPPED, json);
	check_repr(json, read_json(*state, json, TLI_JSON_WRAPPED), literal);
}

/* So that nobody takes it for what is wrapped. */
static void dicts_with_our_key_are_wrapped(void **state)
{
	static const char json[] = "[{\"$repr\":\"1\"}]";
	struct tli_value *value = read_json(*state, json, TLI_JSON_PLAIN);

	check_repr(json, value, "[{'$repr': '1'}]");
	check_json(json, value, TLI_JSON_PLAIN, json);
	check_json(json, value, TLI_JSON_WRAPPED,
		"[{\"$repr\":\"{'$repr': '1'}\"}]");
	check_repr(json, read_json(*state, json, TLI_JSON_WRAPPED), "[1]");
}

static void bad_wrapping_is_refused_with_its_line(void **state)
{
	static const char *const rows[][2] = {
		{"[1,\n{\"$repr\":1}]", "line 2" BESIDE},
		{"{\"a\":1,\n\"$repr\":\"1\"}", "line 1" BESIDE},
		{"{\"$repr\":\"1\",\n\"a\":1}", "line 1" BESIDE},
		{"[\n\n{\"$repr\":\"\"}]", "line 3: in \"$repr\": "},
		{"{\"$repr\":\"[1\"}", "line 1: in \"$repr\": "},
		{"{\"$repr\":\"os.system('x')\"}", "line 1: in \"$repr\": "},
	};
	struct tli_values *values = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		check(rows[i][0],
			!read_bytes(values, rows[i][0], strlen(rows[i][0]),
				TLI_JSON_WRAPPED));
		check_equal(rows[i][0], values->error.code, TLI_VALUE_SYNTAX);
		check_bytes(rows[i][0], values->error.text, strlen(rows[i][1]),
			rows[i][1], strlen(rows[i][1]));
	}
}

/* Shown, but not read back. */
static void objects_are_wrapped(void **state)
{
	struct tli_values *values = *state;
	static const char json[] = "[{\"$repr\":\"m.C(1)\"}]";
	struct tli_value *one = tli_int(values, 1);
	struct tli_value *object =
		tli_object(values, TLI_REDUCE, tli_global(values, "m", "C"),
			tli_items(values, TLI_TUPLE, &one, 1), NULL);
	struct tli_value *list = tli_items(values, TLI_LIST, &object, 1);

	check_json("object", list, TLI_JSON_WRAPPED, json);
	check_refused("object", list, TLI_JSON_PLAIN, TLI_VALUE_TYPE,
		"at [0]: object" CANNOT);
	check_refused("global", tli_global(values, "m", "C"), TLI_JSON_PLAIN,
		TLI_VALUE_TYPE, "global" CANNOT);
	assert_null(read_bytes(values, json, strlen(json), TLI_JSON_WRAPPED));
	assert_int_equal(values->error.code, TLI_VALUE_SYNTAX);
}

/* In a list, a dict, and inside something that would be wrapped. */
static void what_is_inside_itself_is_refused(void **state)
{
	struct tli_values *values = *state;
	struct tli_value *list = read_literal(values, "[1]");
	struct tli_value *tuple = tli_items(values, TLI_TUPLE, &list, 1);
	struct tli_value *root = read_literal(values, "[[], {'a': 0}]");
	struct tli_items *dict =
		(struct tli_items *)tli_items_of(root)->items[1];

	dict->items[1] = tuple;
	assert_true(tli_append(list, list));
	for (int i = 0; i < 2; i++) {
		enum tli_json_wrapping wrapping = WRAPPING(i);

		check_refused("list", list, wrapping, TLI_VALUE_TYPE,
			"at [1]: what is inside itself cannot be JSON");
		check_refused("tuple", root, wrapping, TLI_VALUE_TYPE,
			"at [1]['a'][0][1]: what is inside itself cannot be "
			"JSON");
	}
}

static void what_is_broken_is_refused(void **state)
{
	struct tli_value *root = read_literal(*state, "[[1], [2]]");

	assert_false(tli_append(tli_items_of(root)->items[1], NULL));
	check_refused("broken", root, TLI_JSON_PLAIN, TLI_VALUE_BROKEN,
		"at [1]: something could not be put inside");
}

static void long_ways_are_cut(void **state)
{
	static const char deep[] = "[[[[[[[[[[[[[[[[b'']]]]]]]]]]]]]]]]";
	static const char deeper[] = "[[[[[[[[[[[[[[[[[b'']]]]]]]]]]]]]]]]]";
	static const char wide[] =
		"{'x\\n" D100 "': {-9223372036854775808: {(): {'yyyyyyyyyyyyyyy"
		"': {'zzzzzzzzzzzz': {'cut': b''}}}}}}";
	struct tli_values *values = *state;
	struct tli_value *root = read_literal(values, wide);
	struct tli_value *inner = root;

	check_refused("deep", read_literal(values, deep), TLI_JSON_PLAIN,
		TLI_VALUE_TYPE, WAY_16 ": bytes" CANNOT);
	check_refused("deeper", read_literal(values, deeper), TLI_JSON_PLAIN,
		TLI_VALUE_TYPE, WAY_16 "...: bytes" CANNOT);
	while (tli_items_of(inner)->items[1]->kind == TLI_DICT)
		inner = tli_items_of(inner)->items[1];
	inner->flags |= TLI_BROKEN;
	check_refused("wide", root, TLI_JSON_PLAIN, TLI_VALUE_BROKEN,
		"at ['x?123456789012345678901...'][-9223372036854775808]"
		"[<tuple>]['yyyyyyyyyyyyyyy']...: something could not be put "
		"inside");
}

static void depth_is_64(void **state)
{
	check_refused("65", read_literal(*state, A64 "[" Z64 "]"),
		TLI_JSON_PLAIN, TLI_VALUE_LIMIT, TOO_DEEP);
	check_refused("65", read_literal(*state, A64 "{}" Z64),
		TLI_JSON_WRAPPED, TLI_VALUE_LIMIT, TOO_DEEP);
	check_refused("64 and one for wrapping",
		read_literal(*state, A64 "b''" Z64), TLI_JSON_WRAPPED,
		TLI_VALUE_LIMIT, TOO_DEEP);
}

/* Written out, each is 2^60 times the innermost. */
static void what_is_shared_is_bounded(void **state)
{
	static const enum tli_kind kinds[] = {TLI_LIST, TLI_TUPLE};

	for (size_t i = 0; i < 2 * LENGTH(kinds); i++) {
		struct tli_value *value = tli_int(*state, 1);

		for (int level = 0; level < 60; level++)
			value = tli_items(*state, kinds[i / 2],
				(struct tli_value *[]){value, value}, 2);
		check_refused("laughs", value, WRAPPING(i), TLI_VALUE_LIMIT,
			"the JSON is longer than 1048576 bytes");
	}
}

static void what_is_shared_is_written_twice(void **state)
{
	struct tli_value *inner = read_literal(*state, "{'a': [1]}");

	check_json("shared",
		tli_items(*state, TLI_LIST,
			(struct tli_value *[]){inner, inner}, 2),
		TLI_JSON_PLAIN, "[{\"a\":[1]},{\"a\":[1]}]");
}

static void limits_are_kept(void **state)
{
	static const struct {
		struct tli_value_limits limits;
		const char *json;
		int code;
		const char *wrong;
	} rows[] = {
		{{9, 100, 100}, "[1, 2, 3] ", TLI_VALUE_LIMIT,
			"the JSON is longer than 9 bytes"},
		{{9, 100, 100}, "[1, 2, 3]", TLI_VALUE_LIMIT,
			"it needs more than 9 bytes of memory"},
		{{AMPLE, 4, 100}, "[1,2,\n3,4]", TLI_VALUE_SYNTAX,
			"line 2: there are more than 4 values"},
		{{AMPLE, 4, 100}, "{\"a\":1,\"b\":2}", TLI_VALUE_LIMIT,
			"it has more than 4 parts"},
		{{AMPLE, 100, 2}, "[[[]]]", TLI_VALUE_SYNTAX,
			"line 1: there are more than 2 {...} and [...] inside "
			"one another"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct tli_values values;

		tli_values_init(&values, &rows[i].limits, value_seed);
		assert_null(read_bytes(&values, rows[i].json,
			strlen(rows[i].json), TLI_JSON_PLAIN));
		assert_string_equal(values.error.text, rows[i].wrong);
		assert_int_equal(values.error.code, rows[i].code);
		tli_values_fini(&values);
	}
}

/* A text that is cut anywhere is refused, and not read past its end. */
static void cut_texts_are_refused(void **state)
{
	static const char json[] = "{\"a\":[1.5,-12,{\"$repr\":\"(1,)\"}],"
				   "\"b\":null}";

	for (size_t len = 0; len < strlen(json); len++)
		assert_null(read_bytes(*state, json, len, TLI_JSON_WRAPPED));
	read_json(*state, json, TLI_JSON_WRAPPED);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, values_set_up, values_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(json_is_read),
		TEST(bad_json_is_refused_with_its_line),
		TEST(integers_have_4300_digits),
		TEST(integers_beyond_are_wrapped),
		TEST(plain_data_is_json_and_comes_back),
		TEST(tuples_are_arrays),
		TEST(others_are_wrapped_or_refused),
		TEST(tuples_are_wrapped),
		TEST(dicts_with_our_key_are_wrapped),
		TEST(bad_wrapping_is_refused_with_its_line),
		TEST(objects_are_wrapped),
		TEST(what_is_inside_itself_is_refused),
		TEST(what_is_broken_is_refused),
		TEST(long_ways_are_cut),
		TEST(depth_is_64),
		TEST(what_is_shared_is_bounded),
		TEST(what_is_shared_is_written_twice),
		TEST(limits_are_kept),
		TEST(cut_texts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
