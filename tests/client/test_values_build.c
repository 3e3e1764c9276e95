/* SPDX-License-Identifier: MIT */
/* Values of literals with holes, as printf fills them. */
#include "checks.h"

#include <limits.h>
#include <math.h>

static void each_hole(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	assert_repr("'te\xc3\xa4t'",
		tieline_value_build(values, "%s", "te\xc3\xa4t"));
	assert_repr("None", tieline_value_build(values, "%s", NULL));
	assert_repr("b'a\\x00b'",
		tieline_value_build(values, "%b", "a\0b", (size_t)3));
	assert_repr("b''", tieline_value_build(values, "%b", NULL, (size_t)0));
	assert_repr("-2147483648", tieline_value_build(values, "%d", INT_MIN));
	assert_repr("-9223372036854775808",
		tieline_value_build(values, "%ld", LONG_MIN));
	assert_repr("9223372036854775807",
		tieline_value_build(values, "%lld", LLONG_MAX));
	assert_repr("4294967295", tieline_value_build(values, "%u", UINT_MAX));
	assert_repr("18446744073709551615",
		tieline_value_build(values, "%lu", ULONG_MAX));
	assert_repr("18446744073709551615",
		tieline_value_build(values, "%llu", ULLONG_MAX));
	assert_repr("18446744073709551615",
		tieline_value_build(values, "%zu", SIZE_MAX));
	assert_repr("-0.5", tieline_value_build(values, "%f", -0.5));
	assert_repr("nan", tieline_value_build(values, "%f", NAN));
	assert_repr("True", tieline_value_build(values, "%t", -1));
	assert_repr("False", tieline_value_build(values, "%t", 0));
	assert_repr("[1]",
		tieline_value_build(values, "%v", parsed(values, "[1]")));
	tieline_values_free(values);
}

static void holes_are_filled_in_order(void **state)
{
	tieline_values *values = new_values(NULL);

	(void)state;
	assert_repr("{'op': 'add', 'args': [1, -2], 3: (True, b'x', 4.5)}",
		tieline_value_build(values,
			"{'op': %s, 'args': [%d, %ld], %u: (%t, %b, %f)}",
			"add", 1, -2L, 3u, 1, "x", (size_t)1, 4.5));
	assert_repr("{'a': 'b', frozenset({'c'}): {'d'}}",
		tieline_value_build(values,
			" { %s : %s, frozenset({%s}): {%s,}, } ", "a", "b", "c",
			"d"));
	/* In quotes it is text, and in a comment nothing. */
	assert_repr("['%d %s', b'%d', 7]",
		tieline_value_build(values, "['%d %s', b'%d', # %d\n %d]", 7));
	/* What follows a hole need not be apart from it. */
	assert_repr("[1, 'x']", tieline_value_build(values, "[%d,%s]", 1, "x"));
	tieline_values_free(values);
}

static void a_value_in_many_holes_is_one(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *list = tieline_value_list(values);
	tieline_value *pair =
		tieline_value_build(values, "(%v, %v)", list, list);

	(void)state;
	assert_ptr_equal(tieline_value_item(pair, 0), list);
	assert_ptr_equal(tieline_value_item(pair, 1), list);
	tieline_values_free(values);
}

static void a_hole_takes_values_of_others(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_values *others = new_values(NULL);
	tieline_value *built = tieline_value_build(values, "[%v, %v, %v]",
		parsed(others, "[1]"), tieline_value_none(others),
		tieline_value_bool(others, true));

	(void)state;
	tieline_values_free(others);
	assert_repr("[[1], None, True]", built);
	tieline_values_free(values);
}

static void holes_that_are_none(void **state)
{
	static const struct {
		const char *format;
		const char *text;
	} cases[] = {
		{"%x",
			"hole 1: there is no %x: s b d ld lld u lu llu zu f t "
			"v "
			"are"},
		{"%", "hole 1: nothing follows the '%'"},
		{"[%d, %", "hole 2: nothing follows the '%'"},
		{"[%d, %l",
			"hole 2: there is no %l: s b d ld lld u lu llu zu f t "
			"v "
			"are"},
		{"[%d, %ll]",
			"hole 2: there is no %l: s b d ld lld u lu llu zu f t "
			"v "
			"are"},
		{"[%d, %z]",
			"hole 2: there is no %z: s b d ld lld u lu llu zu f t "
			"v "
			"are"},
		{"[%d, % d]",
			"hole 2: there is no % : s b d ld lld u lu llu zu f t "
			"v "
			"are"},
		{"[%d, %%]",
			"hole 2: there is no %%: s b d ld lld u lu llu zu f t "
			"v "
			"are"},
		{"[%d, %2d]",
			"hole 2: there is no %2: s b d ld lld u lu llu zu f t "
			"v "
			"are"},
		{"[%d, %\xc3\xa4]",
			"hole 2: there is no %?: s b d ld lld u lu llu zu f t "
			"v "
			"are"},
	};
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_unmade(TIELINE_ESYNTAX, cases[i].text,
			tieline_value_build(values, cases[i].format, 1, 2));
	tieline_values_free(values);
}

static void formats_that_are_no_literals(void **state)
{
	static const struct {
		const char *format;
		const char *text;
	} cases[] = {
		{"[%d %d]", "line 1, column 5: expected ',' or ']', found '%'"},
		{"[1,\n %d",
			"line 1, column 1: the '[' here is not closed; "
			"expected ',' or ']', found the end"},
		{"%dx",
			"line 1, column 3: expected nothing more behind the "
			"value, found 'x'"},
		{"1%d",
			"line 1, column 2: expected nothing more behind the "
			"value, found '%'"},
		{"[\xff%d]", "line 1, column 2: the byte 0xff is not UTF-8"},
	};
	tieline_values *values = new_values(NULL);

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_unmade(TIELINE_ESYNTAX, cases[i].text,
			tieline_value_build(values, cases[i].format, 1, 2));
	tieline_values_free(values);
}

static void what_fills_a_hole_fails(void **state)
{
	tieline_values *values = new_values(&(tieline_value_limits){
		.size = sizeof(tieline_value_limits), .max_values = 4});

	(void)state;
	assert_unmade(TIELINE_ESYNTAX,
		"hole 2: the text is not UTF-8: wrong byte 0xff at offset 1 of "
		"it",
		tieline_value_build(values, "[%d, %s, %d]", 1, "x\xff", 2));
	tieline_values_clear(values);
	/* A list is made as soon as something is to go in: four with that. */
	assert_unmade(TIELINE_ELIMIT, "hole 4: it has more than 4 parts",
		tieline_value_build(values, "[%d, %d, %d, %d]", 1, 2, 3, 4));
	tieline_values_clear(values);
	assert_unmade(TIELINE_ETYPE, "unhashable type: 'list'",
		tieline_value_build(
			values, "{%v: %d}", tieline_value_list(values), 1));
	tieline_values_clear(values);
	/* What made the value fail stays what is told. */
	assert_unmade(TIELINE_EINVAL, "hole 1: there is no such typecode",
		tieline_value_build(values, "[%v, %d]",
			tieline_value_array(values, '?', "", 0), 1));
	assert_repr("[1]", tieline_value_build(values, "[%d]", 1));
	tieline_values_free(values);
}

/* The same that tieline_send_value() and tieline_value_build() do. */
static void built_and_sent(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_connection *first, *second;
	tieline_value *got;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_code(TIELINE_OK,
		tieline_send_built(first, 0, "{%s: [%d, %v]}", "key", 7,
			parsed(values, "(1, 2)")));
	assert_code(TIELINE_OK, tieline_recv_value(second, 0, values, &got));
	assert_repr("{'key': [7, (1, 2)]}", got);
	assert_code(TIELINE_ESYNTAX, tieline_send_built(first, 0, "[%d", 7));
	assert_string_equal(
		tieline_handle_error(tieline_connection_handle(first)),
		"line 1, column 1: the '[' here is not closed; expected ',' or "
		"']', found the end");
	assert_code(
		TIELINE_ESYNTAX, tieline_send_built(first, 0, "%s", "\xff"));
	assert_string_equal(
		tieline_handle_error(tieline_connection_handle(first)),
		"hole 1: the text is not UTF-8: wrong byte 0xff at offset 0 of "
		"it");
	(void)nothing();
	assert_code(TIELINE_EINVAL, tieline_send_built(first, 0, "%v", NULL));
	assert_code(
		TIELINE_ETIMEDOUT, tieline_recv_value(second, 0, values, &got));
	tieline_connection_close(second);
	assert_code(TIELINE_ELOST, tieline_send_built(first, 0, "%d", 1));
	tieline_connection_close(first);
	tieline_values_free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_hole),
		cmocka_unit_test(holes_are_filled_in_order),
		cmocka_unit_test(a_value_in_many_holes_is_one),
		cmocka_unit_test(a_hole_takes_values_of_others),
		cmocka_unit_test(holes_that_are_none),
		cmocka_unit_test(formats_that_are_no_literals),
		cmocka_unit_test(what_fills_a_hole_fails),
		cmocka_unit_test(built_and_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
