/* SPDX-License-Identifier: MIT */
/* What a program finds in values, and how it compares them. */
#include "checks.h"

#include <math.h>
#include <string.h>

static const struct {
	const char *literal;
	int kind;
	const char *name;
} kinds[] = {
	{"None", TIELINE_NONE, "NoneType"},
	{"True", TIELINE_BOOL, "bool"},
	{"1", TIELINE_INT, "int"},
	{"100000000000000000000", TIELINE_INT, "int"},
	{"1.5", TIELINE_FLOAT, "float"},
	{"1j", TIELINE_COMPLEX, "complex"},
	{"'x'", TIELINE_STR, "str"},
	{"b'x'", TIELINE_BYTES, "bytes"},
	{"bytearray(b'x')", TIELINE_BYTEARRAY, "bytearray"},
	{"array('b', [1])", TIELINE_ARRAY, "array.array"},
	{"[1]", TIELINE_LIST, "list"},
	{"(1,)", TIELINE_TUPLE, "tuple"},
	{"{1: 2}", TIELINE_DICT, "dict"},
	{"{1}", TIELINE_SET, "set"},
	{"frozenset({1})", TIELINE_FROZENSET, "frozenset"},
	{"range(0, 1)", TIELINE_RANGE, "range"},
	{"slice(1, 2, None)", TIELINE_SLICE, "slice"},
};

/* An instance with a state, as Python pickles it. */
static tieline_value *point(tieline_values *values)
{
	static const char pickle[] =
		"\x80\2c__main__\nPoint\n)\x81}X\1\0\0\0xK\7sb.";
	tieline_value *object =
		tieline_value_unpickle(values, pickle, sizeof(pickle) - 1);

	assert_repr("<__main__.Point() {'x': 7}>", object);
	return object;
}

static void each_kind_has_a_name(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		int kind = tieline_value_kind(parsed(values, kinds[i].literal));

		assert_int_equal(kind, kinds[i].kind);
		assert_string_equal(tieline_kind_name(kind), kinds[i].name);
	}
	assert_int_equal(
		tieline_value_kind(tieline_value_global(values, "m", "f")),
		TIELINE_GLOBAL);
	assert_int_equal(tieline_value_kind(point(values)), TIELINE_OBJECT);
	assert_string_equal(tieline_kind_name(TIELINE_GLOBAL), "global");
	assert_string_equal(tieline_kind_name(TIELINE_OBJECT), "object");
	assert_string_equal(tieline_kind_name(-1), "unknown kind");
	assert_string_equal(
		tieline_kind_name(TIELINE_OBJECT + 1), "unknown kind");
	tieline_values_free(values);
}

static bool is_number(int kind)
{
	return kind >= TIELINE_BOOL && kind <= TIELINE_COMPLEX;
}

/* What a kind does not have, it says, and leaves alone. */
static void what_a_kind_does_not_have(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		tieline_value *value = parsed(values, kinds[i].literal);
		int kind = kinds[i].kind;
		int64_t integer = 77;
		double real = 77, imag = 77;
		size_t len = 77;

		if (!is_number(kind) || kind > TIELINE_INT)
			assert_code(TIELINE_ETYPE,
				tieline_value_get_int(value, &integer));
		if (!is_number(kind) || kind > TIELINE_FLOAT)
			assert_code(TIELINE_ETYPE,
				tieline_value_get_float(value, &real));
		if (!is_number(kind))
			assert_code(TIELINE_ETYPE,
				tieline_value_get_complex(value, &real, &imag));
		if (kind != TIELINE_STR)
			assert_null(tieline_value_get_str(value, &len));
		if (kind < TIELINE_BYTES || kind > TIELINE_ARRAY)
			assert_null(tieline_value_get_bytes(value, &len));
		if (kind != TIELINE_ARRAY)
			assert_int_equal(tieline_value_typecode(value), 0);
		if (kind < TIELINE_LIST)
			assert_null(tieline_value_item(value, 0));
		if (kind < TIELINE_ARRAY)
			assert_int_equal(tieline_value_count(value), 0);
		if (kind != TIELINE_DICT) {
			assert_null(tieline_value_key(value, 0));
			assert_null(tieline_value_find(value, value));
			assert_null(tieline_value_find_text(value, "x"));
		}
		assert_null(tieline_value_module(value));
		assert_null(tieline_value_name(value));
		assert_null(tieline_value_callable(value));
		assert_null(tieline_value_args(value));
		assert_null(tieline_value_state(value));
		assert_true(integer == 77 && real == 77 && imag == 77);
		assert_int_equal(len, 77);
	}
	tieline_values_free(values);
}

static void numbers(void **state)
{
	tieline_values *values = new_values(NULL);
	int64_t integer;
	double real, imag;

	(void)state;
	assert_code(TIELINE_OK,
		tieline_value_get_int(parsed(values, "-5"), &integer));
	assert_int_equal(integer, -5);
	assert_code(TIELINE_OK,
		tieline_value_get_int(parsed(values, "True"), &integer));
	assert_int_equal(integer, 1);
	assert_code(TIELINE_OK,
		tieline_value_get_float(parsed(values, "-5"), &real));
	assert_true(real == -5);
	assert_code(TIELINE_OK,
		tieline_value_get_float(parsed(values, "True"), &real));
	assert_true(real == 1);
	assert_code(TIELINE_OK,
		tieline_value_get_float(parsed(values, "-0.0"), &real));
	assert_true(real == 0 && signbit(real));
	assert_code(TIELINE_OK,
		tieline_value_get_float(
			parsed(values, "18446744073709551616"), &real));
	assert_true(real == 18446744073709551616.0);
	assert_code(TIELINE_OK,
		tieline_value_get_complex(
			parsed(values, "(1-2j)"), &real, &imag));
	assert_true(real == 1 && imag == -2);
	assert_code(TIELINE_OK,
		tieline_value_get_complex(parsed(values, "3"), &real, &imag));
	assert_true(real == 3 && imag == 0);
	tieline_values_free(values);
}

static void numbers_that_do_not_fit(void **state)
{
	tieline_values *values = new_values(NULL);
	char digits[401] = "";
	tieline_value *huge;
	int64_t integer;
	double real, imag;

	(void)state;
	memset(digits, '9', 400);
	huge = parsed(values, digits);
	assert_fails(TIELINE_ELIMIT, "the int does not fit 64 bits",
		tieline_value_get_int(huge, &integer));
	assert_fails(TIELINE_ELIMIT, "the int does not fit 64 bits",
		tieline_value_get_int(
			tieline_value_uint(values, (uint64_t)1 << 63),
			&integer));
	assert_fails(TIELINE_ELIMIT, "the int is too large for a float",
		tieline_value_get_float(huge, &real));
	assert_fails(TIELINE_ELIMIT, "the int is too large for a float",
		tieline_value_get_complex(huge, &real, &imag));
	assert_fails(TIELINE_ETYPE, "int expected, not float",
		tieline_value_get_int(parsed(values, "1.0"), &integer));
	assert_fails(TIELINE_ETYPE, "float expected, not complex",
		tieline_value_get_float(parsed(values, "1j"), &real));
	assert_fails(TIELINE_ETYPE, "complex expected, not NoneType",
		tieline_value_get_complex(
			parsed(values, "None"), &real, &imag));
	tieline_values_free(values);
}

static void texts_and_bytes(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *array = parsed(values, "array('h', [1, -1])");
	size_t len;

	(void)state;
	assert_memory_equal(
		tieline_value_get_str(parsed(values, "'a\\0b'"), &len), "a\0b",
		4);
	assert_int_equal(len, 3);
	assert_string_equal(
		tieline_value_get_str(parsed(values, "'\xc3\xa4'"), NULL),
		"\xc3\xa4");
	assert_memory_equal(
		tieline_value_get_bytes(parsed(values, "b'a\\0'"), &len), "a\0",
		2);
	assert_int_equal(len, 2);
	assert_non_null(tieline_value_get_bytes(parsed(values, "b''"), &len));
	assert_int_equal(len, 0);
	assert_memory_equal(tieline_value_get_bytes(
				    parsed(values, "bytearray(b'x')"), NULL),
		"x", 1);
	assert_memory_equal(
		tieline_value_get_bytes(array, &len), "\1\0\xff\xff", 4);
	assert_int_equal(len, 4);
	assert_int_equal(tieline_value_typecode(array), 'h');
	assert_int_equal(tieline_value_count(array), 2);
	assert_null(tieline_value_item(array, 0));
	tieline_values_free(values);
}

static void items(void **state)
{
	static const char *const sequences[] = {"[1, 'b']", "(1, 'b')"};
	tieline_values *values = new_values(NULL);
	tieline_value *dict = parsed(values, "{'k': 1, 2: 'b'}");
	tieline_value *range = parsed(values, "range(5, 9, 2)");

	(void)state;
	for (size_t i = 0; i < LENGTH(sequences); i++) {
		tieline_value *value = parsed(values, sequences[i]);

		assert_int_equal(tieline_value_count(value), 2);
		assert_repr("1", tieline_value_item(value, 0));
		assert_repr("'b'", tieline_value_item(value, 1));
		assert_null(tieline_value_item(value, 2));
		assert_null(tieline_value_item(value, SIZE_MAX));
		assert_null(tieline_value_key(value, 0));
	}
	assert_int_equal(tieline_value_count(dict), 2);
	assert_repr("'k'", tieline_value_key(dict, 0));
	assert_repr("1", tieline_value_item(dict, 0));
	assert_repr("2", tieline_value_key(dict, 1));
	assert_repr("'b'", tieline_value_item(dict, 1));
	assert_null(tieline_value_key(dict, 2));
	assert_null(tieline_value_item(dict, 2));
	assert_null(tieline_value_item(dict, SIZE_MAX / 2 + 1));
	assert_int_equal(tieline_value_count(parsed(values, "{1, 1, 2}")), 2);
	assert_repr("3", tieline_value_item(parsed(values, "{3}"), 0));
	assert_int_equal(tieline_value_count(range), 3);
	assert_repr("5", tieline_value_item(range, 0));
	assert_repr("9", tieline_value_item(range, 1));
	assert_repr("2", tieline_value_item(range, 2));
	assert_null(tieline_value_item(range, 3));
	assert_repr("None",
		tieline_value_item(parsed(values, "slice(1, 2, None)"), 2));
	tieline_values_free(values);
}

static void keys_are_found(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *dict = parsed(values,
		"{'k': 1, 2: 'two', (1, 'x'): 3, None: 4, frozenset({5}): 5}");

	(void)state;
	assert_repr("1", tieline_value_find_text(dict, "k"));
	assert_null(tieline_value_find_text(dict, "K"));
	assert_null(tieline_value_find_text(dict, "k "));
	assert_repr("'two'", tieline_value_find(dict, parsed(values, "2.0")));
	assert_repr(
		"3", tieline_value_find(dict, parsed(values, "(True, 'x')")));
	assert_repr("4", tieline_value_find(dict, parsed(values, "None")));
	assert_repr("5",
		tieline_value_find(dict, parsed(values, "frozenset({5.0})")));
	assert_null(tieline_value_find(dict, parsed(values, "b'k'")));
	assert_null(tieline_value_find(dict, parsed(values, "[]")));
	tieline_values_free(values);
}

static void what_is_in_a_container(void **state)
{
	static const char *const with[] = {"[0, 1, 'x']", "(1, 'x')",
		"{1, 'x'}", "frozenset({'x', 1})", "{1: 2, 'x': 3}"};
	tieline_values *values = new_values(NULL);
	tieline_value *list = parsed(values, "[]");

	(void)state;
	for (size_t i = 0; i < LENGTH(with); i++) {
		tieline_value *container = parsed(values, with[i]);

		assert_int_equal(tieline_value_contains(
					 container, parsed(values, "1.0")),
			1);
		assert_int_equal(tieline_value_contains(
					 container, parsed(values, "'x'")),
			1);
		assert_int_equal(
			tieline_value_contains(container, parsed(values, "2")),
			0);
		if (i >= 2)
			assert_fails(TIELINE_ETYPE, "unhashable type: 'list'",
				tieline_value_contains(container, list));
		else
			assert_int_equal(
				tieline_value_contains(container, list), 0);
	}
	assert_fails(TIELINE_ETYPE, "a container expected, not str",
		tieline_value_contains(parsed(values, "'x'"), list));
	assert_fails(TIELINE_ETYPE, "a container expected, not range",
		tieline_value_contains(parsed(values, "range(0, 3)"), list));
	tieline_values_free(values);
}

/* In a list, a NaN is what it is; by itself it is equal to nothing. */
static void what_is_the_same_is_in_a_list(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *nan = tieline_value_float(values, NAN);
	tieline_value *list = tieline_value_build(values, "[%v]", nan);

	(void)state;
	assert_int_equal(tieline_value_contains(list, nan), 1);
	assert_int_equal(
		tieline_value_contains(list, tieline_value_float(values, NAN)),
		0);
	assert_int_equal(tieline_value_equal(nan, nan), 0);
	tieline_values_free(values);
}

static void symbols(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *class = tieline_value_global(values, "a.b", "C.D");
	tieline_value *call =
		tieline_value_call(values, class, parsed(values, "(1, 'x')"));
	tieline_value *object = point(values);

	(void)state;
	assert_string_equal(tieline_value_module(class), "a.b");
	assert_string_equal(tieline_value_name(class), "C.D");
	assert_null(tieline_value_callable(class));
	assert_ptr_equal(tieline_value_callable(call), class);
	assert_repr("(1, 'x')", tieline_value_args(call));
	assert_null(tieline_value_state(call));
	assert_null(tieline_value_module(call));
	assert_int_equal(tieline_value_count(call), 0);
	assert_null(tieline_value_item(call, 0));
	assert_repr("__main__.Point", tieline_value_callable(object));
	assert_repr("()", tieline_value_args(object));
	assert_repr("{'x': 7}", tieline_value_state(object));
	tieline_values_free(values);
}

/* Symbols are equal by structure; as keys, objects only each to itself, but
 * they are found by structure. */
static void symbols_as_keys(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *first = point(values), *second = point(values);
	tieline_value *dict =
		tieline_value_build(values, "{%v: 1, %v: 2}", first, second);

	(void)state;
	assert_int_equal(tieline_value_equal(first, second), 1);
	assert_int_equal(tieline_value_count(dict), 2);
	assert_non_null(tieline_value_find(dict, first));
	assert_int_equal(tieline_value_contains(dict, point(values)), 1);
	assert_null(tieline_value_find(
		dict, tieline_value_global(values, "__main__", "Point")));
	tieline_values_free(values);
}

/* ---- Comparing ------------------------------------------------------- */

static void equality(void **state)
{
	static const struct {
		const char *one;
		const char *other;
		int equal;
	} cases[] = {
		{"1", "1.0", 1},
		{"1", "True", 1},
		{"1", "(1+0j)", 1},
		{"0.0", "-0.0", 1},
		{"9007199254740993", "9007199254740992.0", 0},
		{"'a'", "b'a'", 0},
		{"b'a'", "bytearray(b'a')", 1},
		{"[1]", "(1,)", 0},
		{"[1, [2]]", "[1.0, [2]]", 1},
		{"{1: 2, 3: 4}", "{3: 4, 1: 2}", 1},
		{"{1: 2}", "{1: 3}", 0},
		{"{1, 2}", "frozenset({2, 1})", 1},
		{"None", "None", 1},
		{"None", "0", 0},
	};
	tieline_values *values = new_values(NULL);
	tieline_values *others = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		tieline_value *one = parsed(values, cases[i].one);
		tieline_value *other = parsed(others, cases[i].other);
		uint64_t hashes[2];

		assert_int_equal(
			tieline_value_equal(one, other), cases[i].equal);
		assert_int_equal(
			tieline_value_equal(other, one), cases[i].equal);
		if (cases[i].equal &&
			tieline_value_hash(one, &hashes[0]) == 0 &&
			tieline_value_hash(other, &hashes[1]) == 0)
			assert_int_equal(hashes[0], hashes[1]);
	}
	tieline_values_free(values);
	tieline_values_free(others);
}

static void order(void **state)
{
	static const struct {
		const char *one;
		const char *other;
		int less;
	} cases[] = {
		{"1", "1.5", 1},
		{"2", "1.5", 0},
		{"'a'", "'b'", 1},
		{"'b'", "'a'", 0},
		{"b'a'", "bytearray(b'b')", 1},
		{"[1, 2]", "[1, 3]", 1},
		{"(1,)", "(1, 0)", 1},
		{"(1, 0)", "(1,)", 0},
		{"{1}", "{1, 2}", 1},
		{"{1, 2}", "{1, 2}", 0},
	};
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_int_equal(
			tieline_value_less(parsed(values, cases[i].one),
				parsed(values, cases[i].other)),
			cases[i].less);
	tieline_values_free(values);
}

static void what_has_no_order(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	assert_fails(TIELINE_ETYPE,
		"'<' not supported between instances of 'str' and 'int'",
		tieline_value_less(parsed(values, "'1'"), parsed(values, "1")));
	assert_fails(TIELINE_ETYPE,
		"'<' not supported between instances of 'dict' and 'dict'",
		tieline_value_less(
			parsed(values, "[{}]"), parsed(values, "[{1: 2}]")));
	assert_fails(TIELINE_ETYPE,
		"'<' not supported between instances of 'NoneType' and "
		"'NoneType'",
		tieline_value_less(
			parsed(values, "None"), parsed(values, "None")));
	assert_fails(TIELINE_ETYPE,
		"'<' not supported between instances of 'object' and 'object'",
		tieline_value_less(point(values), point(values)));
	tieline_values_free(values);
}

static void hashes(void **state)
{
	tieline_values *values = new_values(NULL);
	uint64_t one, other = 0;

	(void)state;
	assert_code(TIELINE_OK,
		tieline_value_hash(parsed(values, "(1, 'x')"), &one));
	assert_code(TIELINE_OK,
		tieline_value_hash(parsed(values, "(1, 'y')"), &other));
	assert_true(one != other);
	assert_code(TIELINE_OK, tieline_value_hash(point(values), &one));
	assert_code(TIELINE_OK, tieline_value_hash(point(values), &other));
	assert_int_equal(one, other);
	assert_fails(TIELINE_ETYPE, "unhashable type: 'list'",
		tieline_value_hash(parsed(values, "([],)"), &other));
	assert_fails(TIELINE_ETYPE, "unhashable type: 'dict'",
		tieline_value_hash(parsed(values, "{}"), &other));
	assert_fails(TIELINE_ETYPE, "unhashable type: 'set'",
		tieline_value_hash(parsed(values, "{1}"), &other));
	assert_int_equal(one, other);
	tieline_values_free(values);
}

/* More levels than anything is looked at: a list in the one before. */
static tieline_value *too_deep(tieline_values *values)
{
	tieline_value *outermost = tieline_value_list(values);
	tieline_value *list = outermost;

	for (int i = 0; i < 65001; i++) {
		tieline_value *inner = tieline_value_list(values);

		assert_code(TIELINE_OK, tieline_value_append(list, inner));
		list = inner;
	}
	return outermost;
}

static void what_is_too_deep_to_compare(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *one = too_deep(values), *other = too_deep(values);
	uint64_t hash;

	(void)state;
	assert_fails(TIELINE_ELIMIT,
		"it is too deep, or inside itself in too many ways",
		tieline_value_equal(one, other));
	assert_fails(TIELINE_ELIMIT,
		"it is too deep, or inside itself in too many ways",
		tieline_value_less(one, other));
	assert_code(TIELINE_ELIMIT,
		tieline_value_contains(
			tieline_value_build(values, "[%v]", one), other));
	/* A list has no hash, however deep it is; an object has one. */
	assert_code(TIELINE_ETYPE, tieline_value_hash(one, &hash));
	assert_fails(TIELINE_ELIMIT,
		"it is too deep, or inside itself in too many ways",
		tieline_value_hash(
			tieline_value_call(values,
				tieline_value_global(values, "m", "f"),
				tieline_value_tuple(values, &one, 1)),
			&hash));
	tieline_values_free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_a_name),
		cmocka_unit_test(what_a_kind_does_not_have),
		cmocka_unit_test(numbers),
		cmocka_unit_test(numbers_that_do_not_fit),
		cmocka_unit_test(texts_and_bytes),
		cmocka_unit_test(items),
		cmocka_unit_test(keys_are_found),
		cmocka_unit_test(what_is_in_a_container),
		cmocka_unit_test(what_is_the_same_is_in_a_list),
		cmocka_unit_test(symbols),
		cmocka_unit_test(symbols_as_keys),
		cmocka_unit_test(equality),
		cmocka_unit_test(order),
		cmocka_unit_test(what_has_no_order),
		cmocka_unit_test(hashes),
		cmocka_unit_test(what_is_too_deep_to_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
