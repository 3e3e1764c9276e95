/* SPDX-License-Identifier: MIT */
/* Python literals that are wrong: what is said of them, and where. */
#include "unit.h"

#include "../../proto/value/literal.h"

#include <stdlib.h>
#include <string.h>

static struct tli_values values;

static int set_up(void **state)
{
	static const struct tli_value_limits limits = {
		(size_t)1 << 24, 1u << 16, 5};

	(void)state;
	tli_values_init(&values, &limits, (const uint64_t[2]){1, 2});
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tli_values_fini(&values);
	return 0;
}

/* Of a text that ends where its memory does. */
static struct tli_value *read_exact(const char *text, size_t len)
{
	uint8_t *copy = exact_copy(text, len);
	struct tli_value *value =
		tli_literal(&values, (const char *)copy, len, NULL);

	free(copy);
	return value;
}

#define A_VALUE                                                                \
	"a value (a number, a text in quotes, None, True, False, [...], "      \
	"(...) or {...})"

struct wrong {
	const char *text;
	const char *error;
};

static void check_wrong(const struct wrong *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = rows[i].text;

		check(text, !read_exact(text, strlen(text)));
		check_equal(text, values.error.code, TLI_VALUE_SYNTAX);
		assert_string_equal(values.error.text, rows[i].error);
	}
}

#define AT(column) "line 1, column " #column ": "

static void wrong_numbers_are_refused(void **state)
{
	static const struct wrong rows[] = {
		{"[7, 012]",
			AT(5) "an integer starts with no 0; an octal one is "
			      "written 0o17"},
		{"0_7",
			AT(1) "an integer starts with no 0; an octal one is "
			      "written 0o17"},
		{"1_", AT(2) "expected a digit behind each '_', found '_'"},
		{"1__0", AT(2) "expected a digit behind each '_', found '_'"},
		{"1_.5", AT(2) "expected a digit behind each '_', found '_'"},
		{"1._5", AT(3) "expected a digit behind each '_', found '_'"},
		{"0x", AT(3) "expected a hexadecimal digit, found the end"},
		{"0xg", AT(3) "expected a hexadecimal digit, found 'g'"},
		{"0o8", AT(3) "expected an octal digit, found '8'"},
		{"0b2", AT(3) "expected a binary digit, found '2'"},
		{"0b12", AT(4) "expected the end of the number, found '2'"},
		{"0x1j", AT(4) "expected the end of the number, found 'j'"},
		{"1e",
			AT(3) "expected the digits of an exponent, found the "
			      "end"},
		{"1e+_1",
			AT(4) "expected the digits of an exponent, found "
			      "'_'"},
		{"1a", AT(2) "expected the end of the number, found 'a'"},
		{"1.5jj", AT(5) "expected the end of the number, found 'j'"},
		{"--1", AT(2) "expected a number, found '-'"},
		{"-", AT(2) "expected a number, found the end"},
		{"-'a'", AT(2) "expected a number, found '''"},
		{"-True", AT(2) "expected a number, found 'T'"},
		{".", AT(1) "expected a number, found '.'"},
		{"1+2",
			AT(2) "only an imaginary number, such as 2j, can be "
			      "added"},
		{"1+-2j", AT(3) "expected a number, found '-'"},
		{"2j+1",
			AT(3) "expected nothing more behind the value, found "
			      "'+'"},
		{"1..2",
			AT(3) "expected nothing more behind the value, found "
			      "'.'"},
	};

	(void)state;
	check_wrong(rows, LENGTH(rows));
}

static void wrong_texts_are_refused(void **state)
{
	static const struct wrong rows[] = {
		{"'a", AT(1) "what starts here lacks its closing '"},
		{"['a', b\"a]", AT(7) "what starts here lacks its closing \""},
		{"'a\nb'", AT(1) "what starts here lacks its closing '"},
		{"'a\rb'", AT(1) "what starts here lacks its closing '"},
		{"'''a''", AT(1) "what starts here lacks its closing '''"},
		{"\"\"\"a\"\"\\",
			AT(1) "what starts here lacks its closing \"\"\""},
		{"r'\\'", AT(1) "what starts here lacks its closing '"},
		{"'ab\\xg'", AT(4) "behind \\x come 2 hexadecimal digits"},
		{"'\\x1'", AT(2) "behind \\x come 2 hexadecimal digits"},
		{"b'\\x1g'", AT(3) "behind \\x come 2 hexadecimal digits"},
		{"'\\u123'", AT(2) "behind \\u come 4 hexadecimal digits"},
		{"'\\U0001234'", AT(2) "behind \\U come 8 hexadecimal digits"},
		{"'\\U00110000'",
			AT(2) "there is no character above \\U0010ffff"},
		{"'\\N{DASH}'",
			AT(2) "characters by name, \\N{...}, are not known "
			      "here; write \\uXXXX"},
		{"b'\xc3\xa9'",
			AT(3) "bytes that are not ASCII are written \\xNN"},
		{"'\xc3\xa9' b'a'",
			AT(5) "text and bytes are not joined to one; a ',' is "
			      "missing before this"},
		{"f'{a}'",
			AT(1) "before a quote can be r, b, u, br or rb, but "
			      "not 'f'"},
		{"ur''",
			AT(1) "before a quote can be r, b, u, br or rb, but "
			      "not 'ur'"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa''",
			AT(1) "before a quote can be r, b, u, br or rb, but "
			      "not 'aaaaaaaaaaaaaaaaaaaa'"},
		{"'\xff'", AT(2) "the byte 0xff is not UTF-8"},
		{"# \xc3\n1", AT(3) "the byte 0xc3 is not UTF-8"},
	};

	(void)state;
	check_wrong(rows, LENGTH(rows));
}

static void wrong_brackets_are_refused(void **state)
{
	static const struct wrong rows[] = {
		{"", AT(1) "expected " A_VALUE ", found the end"},
		{" # 1", AT(5) "expected " A_VALUE ", found the end"},
		{"\n\n  ]",
			"line 3, column 3: expected " A_VALUE ", found ']'"},
		{"['\xc3\xa9\n", AT(2) "what starts here lacks its closing '"},
		{"['\xc3\xa9' }", AT(6) "expected ',' or ']', found '}'"},
		{"'''\n\n''' 1",
			"line 3, column 5: expected nothing more "
			"behind the value, found '1'"},
		{"1, 2",
			AT(2) "expected nothing more behind the value, found "
			      "','"},
		{"1 \x01",
			AT(3) "expected nothing more behind the value, found "
			      "the byte 0x01"},
		{"[1,\n(2, [3], 4",
			"line 2, column 1: the '(' here is not closed; "
			"expected ',' or ')', found the end"},
		{"[",
			AT(1) "the '[' here is not closed; expected " A_VALUE
			      ", found the end"},
		{"[,]", AT(2) "expected " A_VALUE ", found ','"},
		{"[1,,]", AT(4) "expected " A_VALUE ", found ','"},
		{"[1:2]", AT(3) "expected ',' or ']', found ':'"},
		{"{1]", AT(3) "expected ':', ',' or '}', found ']'"},
		{"{1:2, 3}",
			AT(8) "expected ':' and the key's value, found "
			      "'}'"},
		{"{1:2, 3, 4}",
			AT(8) "expected ':' and the key's value, found "
			      "','"},
		{"{1:}", AT(4) "expected " A_VALUE ", found '}'"},
		{"{1:2:3}", AT(5) "expected ',' or '}', found ':'"},
		{"{1, 2:3}", AT(6) "expected ',' or '}', found ':'"},
		{"{:}", AT(2) "expected " A_VALUE ", found ':'"},
		{"(1 2)", AT(4) "expected ',' or ')', found '2'"},
		{"none", AT(1) "'none' is no literal; expected " A_VALUE},
		{"[Nonesense]",
			AT(2) "'Nonesense' is no literal; expected " A_VALUE},
		{"%d", AT(1) "expected " A_VALUE ", found '%'"},
		{"__import__('os')",
			AT(1) "'__import__' is no literal; expected " A_VALUE},
	};

	(void)state;
	check_wrong(rows, LENGTH(rows));
}

#define SET_TAKES "takes nothing, or one list, tuple or set of items"
#define ARRAY_TAKES                                                            \
	"array() takes a typecode of 'bBuwhHiIlLqQfd', and a list of numbers " \
	"that fit it, or a text"

static void wrong_calls_are_refused(void **state)
{
	static const struct wrong rows[] = {
		{"set", AT(4) "expected '(', found the end"},
		{"[range]", AT(7) "expected '(', found ']'"},
		{"set(1)", AT(4) "set() " SET_TAKES},
		{"set((1))", AT(4) "set() " SET_TAKES},
		{"set({1:2})", AT(7) "expected ',' or '}', found ':'"},
		{"set([1], [2])", AT(4) "set() " SET_TAKES},
		{"set(frozenset())", AT(4) "set() " SET_TAKES},
		{"frozenset('ab')", AT(10) "frozenset() " SET_TAKES},
		{"bytearray('a')",
			AT(10) "bytearray() takes nothing, or bytes such as "
			       "b'...'"},
		{"[\nrange()]",
			"line 2, column 6: range() takes one to three "
			"integers, of which the step is not 0"},
		{"range(1, 2, 0)",
			AT(6) "range() takes one to three integers, of which "
			      "the step is not 0"},
		{"range(1.0)",
			AT(6) "range() takes one to three integers, of which "
			      "the step is not 0"},
		{"slice()", AT(6) "slice() takes one to three values"},
		{"slice(1, 2, 3, 4)",
			AT(6) "slice() takes one to three values"},
		{"array()", AT(6) ARRAY_TAKES},
		{"array(1)", AT(6) ARRAY_TAKES},
		{"array('x')", AT(6) ARRAY_TAKES},
		{"array('ii')", AT(6) ARRAY_TAKES},
		{"array('B', [256])", AT(6) ARRAY_TAKES},
		{"array('i', ['a'])", AT(6) ARRAY_TAKES},
		{"array('i', 'a')", AT(6) ARRAY_TAKES},
		{"array('i', b'abcd')", AT(6) ARRAY_TAKES},
	};

	(void)state;
	check_wrong(rows, LENGTH(rows));
}

static void nul_is_no_white_space(void **state)
{
	(void)state;
	assert_null(read_exact("1\0", 2));
	assert_string_equal(values.error.text,
		AT(2) "expected nothing more behind the value, found the byte "
		      "0x00");
	assert_null(read_exact("[\0]", 3));
	assert_non_null(strstr(values.error.text, "found the byte 0x00"));
	assert_null(read_exact("'\0'", 3));
	assert_string_equal(
		values.error.text, AT(2) "a NUL in a text is written \\0");
	assert_null(read_exact("b'\\\0'", 5));
	assert_string_equal(
		values.error.text, AT(4) "a NUL in a text is written \\0");
}

static void unhashable_keys_are_refused(void **state)
{
	static const char *const rows[] = {"{[]: 1}", "{(1, []): 1}", "{{}}",
		"frozenset([[]])", "{set(): 1}", "{bytearray()}"};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		check(rows[i], !read_exact(rows[i], strlen(rows[i])));
		check_equal(rows[i], values.error.code, TLI_VALUE_TYPE);
		check(rows[i], strstr(values.error.text, "unhashable type"));
	}
}

/* The most digits, and one more. */
static void long_numbers_have_a_limit(void **state)
{
	static char text[4400];

	(void)state;
	memset(text, '9', sizeof(text));
	memcpy(text, "[-", 2);
	assert_null(read_exact(text, 2 + 4301));
	assert_string_equal(values.error.text,
		AT(3) "the integer that starts here has more than 4300 "
		      "digits; write it in hexadecimal");
	assert_int_equal(read_exact(text + 1, 1 + 4300)->kind, TLI_BIGINT);
	memcpy(text, "0x", 2);
	assert_int_equal(read_exact(text, sizeof(text))->kind, TLI_BIGINT);
	/* As a float it has none. */
	text[sizeof(text) - 1] = '.';
	assert_int_equal(
		read_exact(text + 2, sizeof(text) - 2)->kind, TLI_FLOAT);
	memcpy(text + 1002, "+1j", 3);
	assert_null(read_exact(text + 2, 1003));
	assert_string_equal(values.error.text,
		"line 1, column 1001: the integer before this is too large "
		"for a complex number");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wrong_numbers_are_refused),
		TEST(wrong_texts_are_refused),
		TEST(wrong_brackets_are_refused),
		TEST(wrong_calls_are_refused),
		TEST(nul_is_no_white_space),
		TEST(unhashable_keys_are_refused),
		TEST(long_numbers_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
