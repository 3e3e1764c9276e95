/* SPDX-License-Identifier: MIT */
/* Values made one by one: each kind, and what cannot be made. */
#include "checks.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static void plain_values(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	assert_repr("None", tieline_value_none(values));
	assert_repr("True", tieline_value_bool(values, true));
	assert_repr("False", tieline_value_bool(values, false));
	assert_repr("0", tieline_value_int(values, 0));
	assert_repr(
		"-9223372036854775808", tieline_value_int(values, INT64_MIN));
	assert_repr(
		"9223372036854775807", tieline_value_int(values, INT64_MAX));
	assert_repr("0", tieline_value_uint(values, 0));
	assert_repr("9223372036854775808",
		tieline_value_uint(values, (uint64_t)INT64_MAX + 1));
	assert_repr(
		"18446744073709551615", tieline_value_uint(values, UINT64_MAX));
	assert_repr("0.1", tieline_value_float(values, 0.1));
	assert_repr("-inf", tieline_value_float(values, -INFINITY));
	assert_repr("nan", tieline_value_float(values, NAN));
	assert_repr("(1-0.5j)", tieline_value_complex(values, 1, -0.5));
	assert_repr("1j", tieline_value_complex(values, 0, 1));
	tieline_values_free(values);
}

static void texts_and_bytes(void **state)
{
	tieline_values *values = new_values(NULL);
	char text[] = "text";
	tieline_value *copied = tieline_value_str(values, text);

	(void)state;
	memset(text, 'x', 4);
	assert_repr("'text'", copied);
	assert_repr("''", tieline_value_str(values, ""));
	assert_repr("''", tieline_value_str_len(values, NULL, 0));
	assert_repr("'a\\x00b'", tieline_value_str_len(values, "a\0b", 3));
	assert_repr("'\xc3\xa4'", tieline_value_str(values, "\xc3\xa4"));
	assert_repr("'\\udfff'", tieline_value_str(values, "\xed\xbf\xbf"));
	assert_repr("b''", tieline_value_bytes(values, NULL, 0));
	assert_repr(
		"b'a\\x00\\xff'", tieline_value_bytes(values, "a\0\xff", 3));
	assert_repr("bytearray(b'')", tieline_value_bytearray(values, NULL, 0));
	assert_repr(
		"bytearray(b'ab')", tieline_value_bytearray(values, "ab", 2));
	tieline_values_free(values);
}

static void texts_that_are_not_utf8(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	assert_unmade(TIELINE_ESYNTAX,
		"the text is not UTF-8: wrong byte 0xff at offset 2 of it",
		tieline_value_str(values, "ab\xff"));
	assert_unmade(TIELINE_ESYNTAX,
		"the text is not UTF-8: wrong byte 0xc3 at offset 0 of it",
		tieline_value_str_len(values, "\xc3\xa4", 1));
	assert_unmade(TIELINE_ESYNTAX,
		"the text is not UTF-8: wrong byte 0xfe at offset 0 of it",
		tieline_value_strs(
			values, (const char *const[]){"good", "\xfe"}, 2));
	assert_unmade(TIELINE_ESYNTAX,
		"the text is not UTF-8: wrong byte 0xfe at offset 0 of it",
		tieline_value_global(values, "\xfe", "name"));
	assert_unmade(TIELINE_ESYNTAX,
		"the text is not UTF-8: wrong byte 0xfd at offset 0 of it",
		tieline_value_global(values, "module", "\xfd"));
	tieline_values_free(values);
}

static void arrays(void **state)
{
	static const struct {
		char typecode;
		const char *data;
		size_t len;
		const char *text;
	} cases[] = {
		{'b', "\xff\1", 2, "array('b', [-1, 1])"},
		{'B', "\xff\1", 2, "array('B', [255, 1])"},
		{'h', "\xfe\xff", 2, "array('h', [-2])"},
		{'H', "\xfe\xff", 2, "array('H', [65534])"},
		{'i', "\1\0\0\0", 4, "array('i', [1])"},
		{'I', "\1\0\0\x80", 4, "array('I', [2147483649])"},
		{'l', "\1\0\0\0\0\0\0\0", 8, "array('l', [1])"},
		{'L', "\1\0\0\0\0\0\0\0", 8, "array('L', [1])"},
		{'q', "\xff\xff\xff\xff\xff\xff\xff\xff", 8,
			"array('q', [-1])"},
		{'Q', "\xff\xff\xff\xff\xff\xff\xff\xff", 8,
			"array('Q', [18446744073709551615])"},
		{'f', "\0\0\xc0\x3f", 4, "array('f', [1.5])"},
		{'d', "\0\0\0\0\0\0\xf8\x3f", 8, "array('d', [1.5])"},
		{'u', "a\0\0\0\xac\x20\0\0", 8, "array('u', 'a\xe2\x82\xac')"},
		{'w', "a\0\0\0", 4, "array('w', 'a')"},
		{'d', NULL, 0, "array('d')"},
	};
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_repr(cases[i].text,
			tieline_value_array(values, cases[i].typecode,
				cases[i].data, cases[i].len));
	tieline_values_free(values);
}

static void arrays_that_are_none(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	assert_unmade(TIELINE_EINVAL, "there is no such typecode",
		tieline_value_array(values, 'x', "", 0));
	assert_unmade(TIELINE_EINVAL, "there is no such typecode",
		tieline_value_array(values, '\0', "", 0));
	assert_unmade(TIELINE_EINVAL, "5 bytes are no whole items",
		tieline_value_array(values, 'i', "12345", 5));
	assert_unmade(TIELINE_ESYNTAX, "a character is beyond U+10FFFF",
		tieline_value_array(values, 'u', "\0\0\x11\0", 4));
	tieline_values_free(values);
}

static void containers(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *one = tieline_value_int(values, 1);
	tieline_value *two = tieline_value_str(values, "two");
	tieline_value *list = tieline_value_list(values);
	tieline_value *set = tieline_value_set(values);
	tieline_value *dict = tieline_value_dict(values);

	(void)state;
	assert_repr("[]", list);
	assert_repr("set()", set);
	assert_repr("{}", dict);
	assert_code(TIELINE_OK, tieline_value_append(list, one));
	assert_code(TIELINE_OK, tieline_value_append(list, one));
	assert_code(TIELINE_OK, tieline_value_append(list, two));
	assert_repr("[1, 1, 'two']", list);
	assert_code(TIELINE_OK, tieline_value_add(set, one));
	assert_code(TIELINE_OK,
		tieline_value_add(set, tieline_value_float(values, 1)));
	assert_repr("{1}", set);
	assert_code(TIELINE_OK, tieline_value_set_item(dict, one, two));
	assert_code(TIELINE_OK, tieline_value_set_text(dict, "two", list));
	assert_code(TIELINE_OK, tieline_value_set_item(dict, two, set));
	assert_code(TIELINE_OK,
		tieline_value_set_item(
			dict, tieline_value_bool(values, true), one));
	assert_repr("{1: 1, 'two': {1}}", dict);
	tieline_values_free(values);
}

static void tuples_and_frozensets(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *items[] = {
		tieline_value_int(values, 1),
		tieline_value_str(values, "x"),
		tieline_value_int(values, 1),
	};

	(void)state;
	assert_repr("()", tieline_value_tuple(values, NULL, 0));
	assert_repr("(1,)", tieline_value_tuple(values, items, 1));
	assert_repr("(1, 'x', 1)", tieline_value_tuple(values, items, 3));
	assert_repr("frozenset()", tieline_value_frozenset(values, NULL, 0));
	assert_repr("frozenset({1})",
		tieline_value_frozenset(values,
			(tieline_value *const[]){items[0], items[2]}, 2));
	items[1] = tieline_value_list(values);
	assert_unmade(TIELINE_ETYPE, "unhashable type: 'list'",
		tieline_value_frozenset(values, items, 3));
	assert_repr("[]", tieline_value_strs(values, NULL, 0));
	assert_repr("['a', '']",
		tieline_value_strs(values, (const char *const[]){"a", ""}, 2));
	tieline_values_free(values);
}

static void symbols(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *class =
		tieline_value_global(values, "decimal", "Decimal");
	tieline_value *args = parsed(values, "('1.5',)");
	tieline_value *call = tieline_value_call(values, class, args);

	(void)state;
	assert_repr("decimal.Decimal", class);
	assert_repr("decimal.Decimal('1.5')", call);
	assert_repr("decimal.Decimal('1.5')()",
		tieline_value_call(values, call, parsed(values, "()")));
	assert_unmade(TIELINE_ETYPE, "what is called is of type int",
		tieline_value_call(values, parsed(values, "1"), args));
	assert_unmade(TIELINE_ETYPE, "the tuple of arguments is of type list",
		tieline_value_call(values, class, parsed(values, "[]")));
	tieline_values_free(values);
}

static void containers_of_another_kind(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *tuple = parsed(values, "(1,)");
	tieline_value *frozenset = parsed(values, "frozenset({1})");
	tieline_value *one = tieline_value_int(values, 1);

	(void)state;
	assert_fails(TIELINE_ETYPE, "list expected, not tuple",
		tieline_value_append(tuple, one));
	assert_fails(TIELINE_ETYPE, "set expected, not frozenset",
		tieline_value_add(frozenset, one));
	assert_fails(TIELINE_ETYPE, "dict expected, not tuple",
		tieline_value_set_item(tuple, one, one));
	assert_fails(TIELINE_ETYPE, "dict expected, not int",
		tieline_value_set_text(one, "key", one));
	/* They are as they were, and whole. */
	assert_repr("[(1,), frozenset({1})]",
		tieline_value_build(values, "[%v, %v]", tuple, frozenset));
	tieline_values_free(values);
}

static void what_is_in_many_places(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *list = tieline_value_list(values);
	tieline_value *dict = tieline_value_dict(values);

	(void)state;
	assert_code(TIELINE_OK, tieline_value_append(list, list));
	assert_code(TIELINE_OK, tieline_value_append(list, dict));
	assert_code(TIELINE_OK, tieline_value_set_text(dict, "up", list));
	assert_code(TIELINE_OK, tieline_value_set_text(dict, "self", dict));
	assert_repr("[[...], {'up': [...], 'self': {...}}]", list);
	/* Being inside itself is one level, however often it is. */
	for (int i = 0; i < 2000; i++)
		assert_code(TIELINE_OK, tieline_value_append(list, list));
	assert_int_equal(tieline_value_count(list), 2002);
	tieline_values_free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_values),
		cmocka_unit_test(texts_and_bytes),
		cmocka_unit_test(texts_that_are_not_utf8),
		cmocka_unit_test(arrays),
		cmocka_unit_test(arrays_that_are_none),
		cmocka_unit_test(containers),
		cmocka_unit_test(tuples_and_frozensets),
		cmocka_unit_test(symbols),
		cmocka_unit_test(containers_of_another_kind),
		cmocka_unit_test(what_is_in_many_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
