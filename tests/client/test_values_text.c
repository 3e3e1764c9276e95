/* SPDX-License-Identifier: MIT */
/* Values as texts, JSON and pickles, in both directions. */
#include "checks.h"

#include <stdlib.h>
#include <string.h>

static void literals_are_read_and_shown(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < literals_count; i++)
		assert_repr(literals[i], parsed(values, literals[i]));
	/* No more than the length says, whatever is behind. */
	assert_repr("[1]", tieline_value_parse(values, "[1]xyz", 3));
	tieline_values_free(values);
}

static void texts_that_are_no_literals(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	assert_unmade(TIELINE_ESYNTAX,
		"line 1, column 1: expected a value (a number, a text in "
		"quotes, None, True, False, [...], (...) or {...}), found the "
		"end",
		tieline_value_parse(values, "", 0));
	assert_unmade(TIELINE_ESYNTAX,
		"line 1, column 1: expected a value (a number, a text in "
		"quotes, None, True, False, [...], (...) or {...}), found the "
		"end",
		tieline_value_parse(values, NULL, 0));
	assert_unmade(TIELINE_ESYNTAX,
		"line 1, column 2: expected a value (a number, a text in "
		"quotes, None, True, False, [...], (...) or {...}), found '%'",
		tieline_value_parse(values, "[%d]", 4));
	assert_unmade(TIELINE_ESYNTAX,
		"line 2, column 3: expected ',' or ']', found the byte 0x00",
		tieline_value_parse(values, "[1,\n 2\0]", 8));
	assert_unmade(TIELINE_ETYPE, "unhashable type: 'dict'",
		tieline_value_parse(values, "{{}: 1}", 7));
	tieline_values_free(values);
}

/* ---- repr ------------------------------------------------------------ */

static void a_text_may_have_just_so_many_bytes(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *value = parsed(values, "'12345678'");
	char *text = NULL;

	(void)state;
	assert_code(TIELINE_OK, tieline_value_repr(value, 10, &text, NULL));
	assert_string_equal(text, "'12345678'");
	tieline_free(text);
	text = NULL;
	assert_fails(TIELINE_ELIMIT,
		"the text has more than 9 bytes, or too many levels",
		tieline_value_repr(value, 9, &text, NULL));
	assert_null(text);
	tieline_values_free(values);
}

/* Of little memory, but more than 64 MiB as text. */
static tieline_value *much_shared(tieline_values *values)
{
	char *text = calloc(1, 65537);
	tieline_value *value;

	assert_non_null(text);
	memset(text, 'x', 65536);
	value = tieline_value_str(values, text);
	free(text);
	for (int i = 0; i < 10; i++)
		value = tieline_value_build(values, "[%v, %v]", value, value);
	return value;
}

static void a_text_has_at_most_64_mib(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *value = much_shared(values);
	char *text;

	(void)state;
	assert_fails(TIELINE_ELIMIT,
		"the text has more than 67108864 bytes, or too many levels",
		tieline_value_repr(value, 0, &text, NULL));
	tieline_values_free(values);
}

/* 65,000 levels: of a list put into the one before it is not known. */
static tieline_value *very_deep(tieline_values *values)
{
	tieline_value *outermost = tieline_value_list(values);
	tieline_value *list = outermost;

	for (int i = 0; i < 64999; i++) {
		tieline_value *inner = tieline_value_list(values);

		assert_code(TIELINE_OK, tieline_value_append(list, inner));
		list = inner;
	}
	return outermost;
}

static void what_is_too_deep_is_not_written(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *deep = very_deep(values);
	tieline_value *deeper = tieline_value_list(values);
	char *text;
	void *data;

	(void)state;
	assert_code(TIELINE_OK, tieline_value_pickle(deep, 0, &data, NULL));
	tieline_free(data);
	assert_code(TIELINE_OK, tieline_value_append(deeper, deep));
	assert_code(
		TIELINE_ELIMIT, tieline_value_pickle(deeper, 0, &data, NULL));
	assert_code(TIELINE_ELIMIT, tieline_value_repr(deeper, 0, &text, NULL));
	assert_code(TIELINE_ELIMIT,
		tieline_value_to_json(deeper, TIELINE_JSON_PLAIN, &text, NULL));
	assert_null(tieline_value_copy(values, deeper));
	tieline_values_free(values);
}

/* A tuple of lists which all have it inside: made anew for each of them. */
static void what_would_grow_out_of_all_proportion_is_not_pickled(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *lists[2000], *tuple;
	void *data;

	(void)state;
	for (size_t i = 0; i < LENGTH(lists); i++)
		lists[i] = tieline_value_list(values);
	tuple = tieline_value_tuple(values, lists, LENGTH(lists));
	for (size_t i = 0; i < LENGTH(lists); i++)
		assert_code(TIELINE_OK, tieline_value_append(lists[i], tuple));
	assert_code(
		TIELINE_ELIMIT, tieline_value_pickle(tuple, 0, &data, NULL));
	tieline_values_free(values);
}

/* Long bytes that stay in a pickle are the program's, but count too. */
static void bytes_in_place_are_pickled(void **state)
{
	static char pickle[100000 + 9] = "]B\xa0\x86\1";
	tieline_values *values = new_values(NULL);
	tieline_value *list;
	size_t len;
	void *data;

	(void)state;
	memcpy(pickle + sizeof(pickle) - 3, "a.", 3);
	list = tieline_value_unpickle_in_place(
		values, pickle, sizeof(pickle) - 1);
	assert_non_null(list);
	assert_code(TIELINE_OK, tieline_value_pickle(list, 0, &data, &len));
	assert_true(len > 100000);
	tieline_free(data);
	tieline_values_free(values);
}

/* ---- JSON ------------------------------------------------------------ */

static void assert_json(const char *json, const tieline_value *value,
	tieline_json_wrapping wrapping)
{
	char *text;
	size_t len;

	assert_code(TIELINE_OK,
		tieline_value_to_json(value, wrapping, &text, &len));
	assert_int_equal(strlen(text), len);
	assert_string_equal(text, json);
	tieline_free(text);
}

static tieline_value *of_json(tieline_values *values, const char *json,
	tieline_json_wrapping wrapping)
{
	return tieline_value_from_json(values, json, strlen(json), wrapping);
}

static void json_both_ways(void **state)
{
	static const struct {
		const char *json;
		const char *literal;
	} cases[] = {
		{"null", "None"},
		{"[true,false]", "[True, False]"},
		{"-12345678901234567890123", "-12345678901234567890123"},
		{"1.5", "1.5"},
		{"1.0", "1.0"},
		{"\"\xe2\x82\xac\\n\\\"\"", "'\xe2\x82\xac\\n\"'"},
		{"{\"a\":[1,{}],\"\":[]}", "{'a': [1, {}], '': []}"},
	};
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		for (unsigned wrapping = TIELINE_JSON_PLAIN;
			wrapping <= TIELINE_JSON_WRAPPED; wrapping++) {
			tieline_value *value =
				of_json(values, cases[i].json, wrapping);

			assert_repr(cases[i].literal, value);
			assert_json(cases[i].json, value, wrapping);
			assert_json(cases[i].json,
				parsed(values, cases[i].literal), wrapping);
		}
	tieline_values_free(values);
}

/* All that repr() shows as a literal goes there and back. */
static void everything_can_be_wrapped(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < literals_count; i++) {
		tieline_value *value = parsed(values, literals[i]);
		char *text;
		size_t len;

		assert_code(TIELINE_OK,
			tieline_value_to_json(
				value, TIELINE_JSON_WRAPPED, &text, &len));
		assert_repr(literals[i],
			tieline_value_from_json(
				values, text, len, TIELINE_JSON_WRAPPED));
		tieline_free(text);
	}
	assert_json("{\"a\":{\"$repr\":\"(1, b'x')\"}}",
		parsed(values, "{'a': (1, b'x')}"), TIELINE_JSON_WRAPPED);
	assert_json("{\"$repr\":\"m.f(1)\"}",
		tieline_value_call(values,
			tieline_value_global(values, "m", "f"),
			parsed(values, "(1,)")),
		TIELINE_JSON_WRAPPED);
	tieline_values_free(values);
}

static void plain_json_has_no_wrapping(void **state)
{
	tieline_values *values = new_values(NULL);
	const char *json = "{\"$repr\":\"(1,)\"}";

	(void)state;
	assert_repr("(1,)", of_json(values, json, TIELINE_JSON_WRAPPED));
	assert_repr(
		"{'$repr': '(1,)'}", of_json(values, json, TIELINE_JSON_PLAIN));
	assert_json(json, of_json(values, json, TIELINE_JSON_PLAIN),
		TIELINE_JSON_PLAIN);
	assert_json("[1,[2]]", parsed(values, "(1, (2,))"), TIELINE_JSON_PLAIN);
	tieline_values_free(values);
}

static void what_json_cannot_say(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *cyclic = tieline_value_list(values);
	char untouched;
	char *text = &untouched;
	size_t len = 77;

	(void)state;
	assert_fails(TIELINE_ETYPE,
		"at ['a'][1]: bytes cannot be JSON, unless wrapped",
		tieline_value_to_json(parsed(values, "{'a': [1, b'x']}"),
			TIELINE_JSON_PLAIN, &text, &len));
	assert_fails(TIELINE_ETYPE,
		"as a key, int cannot be JSON, unless wrapped",
		tieline_value_to_json(parsed(values, "{1: 2}"),
			TIELINE_JSON_PLAIN, &text, &len));
	assert_code(TIELINE_OK, tieline_value_append(cyclic, cyclic));
	for (unsigned wrapping = TIELINE_JSON_PLAIN;
		wrapping <= TIELINE_JSON_WRAPPED; wrapping++)
		assert_fails(TIELINE_ETYPE,
			"at [0]: what is inside itself cannot be JSON",
			tieline_value_to_json(cyclic, wrapping, &text, &len));
	assert_ptr_equal(text, &untouched);
	assert_int_equal(len, 77);
	tieline_values_free(values);
}

static void json_of_many_levels(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *value = parsed(values, "1");
	char json[200] = "", *text;

	(void)state;
	for (int i = 0; i < 64; i++) {
		value = tieline_value_build(values, "[%v]", value);
		strcat(json, "[");
	}
	strcat(json, "1");
	for (int i = 0; i < 64; i++)
		strcat(json, "]");
	assert_json(json, value, TIELINE_JSON_PLAIN);
	assert_int_equal(tieline_value_equal(value,
				 of_json(values, json, TIELINE_JSON_PLAIN)),
		1);
	assert_code(TIELINE_ELIMIT,
		tieline_value_to_json(
			tieline_value_build(values, "[%v]", value),
			TIELINE_JSON_PLAIN, &text, NULL));
	memmove(json + 1, json, strlen(json) + 1);
	strcat(json, "]");
	assert_null(of_json(values, json, TIELINE_JSON_PLAIN));
	tieline_values_free(values);
}

static void json_of_more_than_64_mib(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *value = much_shared(values);
	char *text;

	(void)state;
	assert_fails(TIELINE_ELIMIT, "the JSON is longer than 67108864 bytes",
		tieline_value_to_json(
			value, TIELINE_JSON_WRAPPED, &text, NULL));
	tieline_values_free(values);
}

static void texts_that_are_no_json(void **state)
{
	static const char *const wrong[] = {
		"",
		"[",
		"[1,]",
		"nul",
		"'x'",
		"[1]]",
		"{1:2}",
		"{\"a\":1,\"a\":2}",
		"\"\\u0000\"",
		"\"\xff\"",
		"NaN",
		"1e999",
		"{\"$repr\":\"(\"}",
	};
	tieline_values *values = new_values(NULL);
	void *data;

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		assert_null(of_json(values, wrong[i], TIELINE_JSON_WRAPPED));
		assert_code(TIELINE_ESYNTAX,
			tieline_value_pickle(NULL, 0, &data, NULL));
	}
	tieline_values_free(values);
}

/* ---- Pickles --------------------------------------------------------- */

static void pickles_there_and_back(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < literals_count; i++)
		for (int protocol = 2; protocol <= 5; protocol++) {
			void *pickle;
			size_t len;

			assert_code(TIELINE_OK,
				tieline_value_pickle(
					parsed(values, literals[i]), protocol,
					&pickle, &len));
			assert_memory_equal(
				pickle, ((char[]){'\x80', (char)protocol}), 2);
			assert_repr(literals[i],
				tieline_value_unpickle(values, pickle, len));
			tieline_free(pickle);
		}
	tieline_values_free(values);
}

static void protocols(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *none = tieline_value_none(values);
	char untouched;
	void *pickle = &untouched;
	size_t len = 77;

	(void)state;
	assert_fails(TIELINE_EINVAL,
		"there is no protocol 1 to write, only 2 to 5",
		tieline_value_pickle(none, 1, &pickle, &len));
	assert_fails(TIELINE_EINVAL,
		"there is no protocol 6 to write, only 2 to 5",
		tieline_value_pickle(none, 6, &pickle, &len));
	assert_fails(TIELINE_EINVAL,
		"there is no protocol -1 to write, only 2 to 5",
		tieline_value_pickle(none, -1, &pickle, &len));
	assert_ptr_equal(pickle, &untouched);
	assert_int_equal(len, 77);
	assert_code(TIELINE_OK, tieline_value_pickle(none, 0, &pickle, &len));
	assert_int_equal(len, 4);
	assert_memory_equal(pickle, "\x80\4N.", 5); /* with a NUL behind it */
	tieline_free(pickle);
	tieline_values_free(values);
}

static void the_end_of_a_pickle_is_its_end(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	assert_repr("None", tieline_value_unpickle(values, "N.rest", 6));
	tieline_values_free(values);
}

static void pickles_that_are_none(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	assert_unmade(TIELINE_ESYNTAX,
		"offset 0, opcode: the pickle ends without STOP",
		tieline_value_unpickle(values, NULL, 0));
	assert_null(tieline_value_unpickle(values, "hello", 5));
	assert_unmade(TIELINE_ETYPE,
		"offset 3, SETITEM: unhashable type: 'list'",
		tieline_value_unpickle(values, "}]Ns.", 5));
	assert_null(tieline_value_unpickle(values, "Pid\n.", 5));
	tieline_values_free(values);
}

/* ---- Disassembling --------------------------------------------------- */

static void a_pickle_is_shown(void **state)
{
	char *text;
	size_t len;

	(void)state;
	assert_code(TIELINE_OK,
		tieline_pickle_disassemble("\x80\4](K\1e.", 8, &text, &len));
	assert_int_equal(strlen(text), len);
	assert_string_equal(text,
		"    0: \\x80 PROTO      4\n"
		"    2: ]    EMPTY_LIST\n"
		"    3: (    MARK\n"
		"    4: K        BININT1    1\n"
		"    6: e        APPENDS    (MARK at 3)\n"
		"    7: .    STOP\n");
	tieline_free(text);
	/* Up to what cannot be read. */
	assert_code(TIELINE_ESYNTAX,
		tieline_pickle_disassemble("N\xfe.", 3, &text, NULL));
	assert_string_equal(text, "    0: N    NONE\n");
	tieline_free(text);
	assert_code(TIELINE_ESYNTAX,
		tieline_pickle_disassemble(NULL, 0, &text, NULL));
	assert_string_equal(text, "");
	tieline_free(text);
}

static void a_pickle_that_is_too_long_to_show(void **state)
{
	size_t len = 8u << 20;
	char *pickle = malloc(len);
	char untouched;
	char *text = &untouched;

	(void)state;
	assert_non_null(pickle);
	memset(pickle, 'N', len);
	assert_code(TIELINE_ELIMIT,
		tieline_pickle_disassemble(pickle, len, &text, NULL));
	assert_ptr_equal(text, &untouched);
	free(pickle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals_are_read_and_shown),
		cmocka_unit_test(texts_that_are_no_literals),
		cmocka_unit_test(a_text_may_have_just_so_many_bytes),
		cmocka_unit_test(a_text_has_at_most_64_mib),
		cmocka_unit_test(
			what_would_grow_out_of_all_proportion_is_not_pickled),
		cmocka_unit_test(bytes_in_place_are_pickled),
		cmocka_unit_test(what_is_too_deep_is_not_written),
		cmocka_unit_test(json_both_ways),
		cmocka_unit_test(everything_can_be_wrapped),
		cmocka_unit_test(plain_json_has_no_wrapping),
		cmocka_unit_test(what_json_cannot_say),
		cmocka_unit_test(json_of_many_levels),
		cmocka_unit_test(json_of_more_than_64_mib),
		cmocka_unit_test(texts_that_are_no_json),
		cmocka_unit_test(pickles_there_and_back),
		cmocka_unit_test(protocols),
		cmocka_unit_test(the_end_of_a_pickle_is_its_end),
		cmocka_unit_test(pickles_that_are_none),
		cmocka_unit_test(a_pickle_is_shown),
		cmocka_unit_test(a_pickle_that_is_too_long_to_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
