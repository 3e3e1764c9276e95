/* SPDX-License-Identifier: MIT */
/* Python literals, right and wrong ones; test_literals.py compares with
 * Python. */
#include "unit.h"

#include "../../proto/value/literal.h"
#include "../../proto/value/repr.h"
#include "alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX     ((size_t)1 << 20)
#define MAX_DEPTH    5u
#define NEVER_NEEDED 1000ul /* more allocations than any literal needs here */

static struct tli_values values;

static int set_up(void **state)
{
	static const struct tli_value_limits limits = {
		(size_t)1 << 24, 1u << 16, MAX_DEPTH};

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

static struct tli_value *read_text(const char *text)
{
	struct tli_value *value = read_exact(text, strlen(text));

	if (!value)
		fail_msg("%s: %s", text, values.error.text);
	return value;
}

static void check_repr(
	const char *row, const struct tli_value *value, const char *expected)
{
	struct tli_buf text;

	tli_buf_init(&text, TEXT_MAX);
	assert_int_equal(tli_repr(value, &text), TLI_VALUE_OK);
	check_bytes(row, tli_buf_head(&text), tli_buf_len(&text), expected,
		strlen(expected));
	tli_buf_fini(&text);
}

/* Nothing may be in two containers, not even one that is gone. */
static void check_in_one_place(const char *row, const struct tli_value *value)
{
	if (value->kind < TLI_STR)
		return;
	check(row, !(value->flags & TLI_SHARED));
	for (uint32_t i = 0;
		tli_has_items(value) && i < tli_items_of(value)->count; i++)
		check_in_one_place(row, tli_items_of(value)->items[i]);
}

struct row {
	const char *text;
	const char *repr; /* NULL: the text */
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *text = rows[i].text;
		struct tli_value *value = read_text(text);

		check_repr(text, value, rows[i].repr ? rows[i].repr : text);
		check_in_one_place(text, value);
	}
}

static void numbers_are_read(void **state)
{
	static const struct row rows[] = {
		{"0", NULL},
		{"-0", "0"},
		{"+7", "7"},
		{"- 7", "-7"},
		{"00_0", "0"},
		{"1_000_000", "1000000"},
		{"0x_fF", "255"},
		{"-0XA_b", "-171"},
		{"0o17", "15"},
		{"0O0_7", "7"},
		{"0b1_0", "2"},
		{"0B_1", "1"},
		{"9223372036854775807", NULL},
		{"-9223372036854775808", NULL},
		{"9223372036854775808", NULL},
		{"0xffffffffffffffffffff", "1208925819614629174706175"},
		{"1.", "1.0"},
		{".5", "0.5"},
		{"-.5e1", "-5.0"},
		{"1_0.2_5", "10.25"},
		{"1e1_0", "10000000000.0"},
		{"1E+2", "100.0"},
		{"0e0", "0.0"},
		{"-0.0", NULL},
		{"007.5", "7.5"},
		{"1e400", "inf"},
		{"-1e400", "-inf"},
		{"inf", NULL},
		{"- inf", "-inf"},
		{"nan", NULL},
		{"-nan", "nan"},
		{"2j", NULL},
		{"-2j", NULL},
		{"1_0.5J", "10.5j"},
		{"010j", "10j"},
		{"1+2j", "(1+2j)"},
		{"-1-2j", "(-1-2j)"},
		{"(1 -\n2j)", "(1-2j)"},
		{"(0-0j)", "-0j"},
		{"(-0-0j)", NULL},
		{"(-0.0-0j)", "(-0-0j)"},
		{"0x10+1e400j", "(16+infj)"},
		{"(nan+infj)", NULL},
		{"(-inf+nanj)", NULL},
		{"infj", NULL},
		{"18446744073709551616+1j", "(1.8446744073709552e+19+1j)"},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

static void texts_are_read(void **state)
{
	static const struct row rows[] = {
		{"''", NULL},
		{"\"\"", "''"},
		{"'''a'''", "'a'"},
		{"\"\"\"a\"b\"\"\"", "'a\"b'"},
		{"''''a'''", "\"'a\""},
		{"'''a\nb\r\nc\rd'''", "'a\\nb\\nc\\nd'"},
		{"\"it's\"", NULL},
		{"'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'", NULL},
		{"'\\\\\\'\\\"\\a\\b\\f\\n\\r\\t\\v'",
			"'\\\\\\'\"\\x07\\x08\\x0c\\n\\r\\t\\x0b'"},
		{"'\\0\\08\\1777\\777'", "'\\x00\\x008\\x7f7\xc7\xbf'"},
		{"'\\x41\\xe9\\u20ac\\U0001F600'",
			"'A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'"},
		{"'\\ud83d\\ude00'", "'\\ud83d\\ude00'"},
		{"'\\d\\8\\\xc3\xa9'", "'\\\\d\\\\8\\\\\xc3\xa9'"},
		{"'a\\\nb\\\r\nc\\\rd'", "'abcd'"},
		{"r'\\n\\''", "\"\\\\n\\\\'\""},
		{"r'a\\\r\nb'", "'a\\\\\\nb'"},
		{"R'\\\\'", "'\\\\\\\\'"},
		{"u'a' U'b'", "'ab'"},
		{"'a' \"b\"\n# comment\n'''c'''r'\\''", "\"abc\\\\'\""},
		{"b''", NULL},
		{"B'a\\x00\\xff\\377\\777'", "b'a\\x00\\xff\\xff\\xff'"},
		{"b'\\u1234\\U1\\N{A}'", "b'\\\\u1234\\\\U1\\\\N{A}'"},
		{"rb'\\x' Rb'1' bR'2' BR'3' b'4'", "b'\\\\x1234'"},
		{"b'''\r'''", "b'\\n'"},
		{"'a'\"b\"''", "'ab'"},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

static void containers_are_read(void **state)
{
	static const struct row rows[] = {
		{"None", NULL},
		{"[True, False]", NULL},
		{"[]", NULL},
		{"[1,]", "[1]"},
		{"( )", "()"},
		{"(1)", "1"},
		{"((1))", "1"},
		{"(1,)", NULL},
		{"([1],2,)", "([1], 2)"},
		{"('a'\n'b')", "'ab'"},
		{"{}", NULL},
		{"{1}", NULL},
		{"{1:2}", "{1: 2}"},
		{"{1:2,'a':{3},(4,):{},}", "{1: 2, 'a': {3}, (4,): {}}"},
		{"{1: 'a', 2: 'b', 1.0: 'c'}", "{1: 'c', 2: 'b'}"},
		{"{1, True, 1.0, 2}", "{1, 2}"},
		{"[[[[[]]]]]", NULL},
		{"[(((((((1)))))))]", "[1]"},
		{" \t\f\r\n# one\n[ # two\n1 # three\n, # [\n2 ]\n# end",
			"[1, 2]"},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

static void calls_are_read(void **state)
{
	static const struct row rows[] = {
		{"set()", NULL},
		{"set({1})", "{1}"},
		{"set([1, 1])", "{1}"},
		{"set((1,))", "{1}"},
		{"set({})", "set()"},
		{"set([],)", "set()"},
		{"frozenset()", NULL},
		{"frozenset({1})", NULL},
		{"frozenset ( [ (1,), ] )", "frozenset({(1,)})"},
		{"{frozenset({frozenset()})}", NULL},
		{"frozenset(())", "frozenset()"},
		{"[frozenset({(1, 2)}), [3]]", NULL},
		{"bytearray()", "bytearray(b'')"},
		{"bytearray(b'\\x00a' b'b')", "bytearray(b'\\x00ab')"},
		{"range(3)", "range(0, 3)"},
		{"range(1, 3)", NULL},
		{"range(1, -3, -2)", NULL},
		{"range(0, 99999999999999999999)", NULL},
		{"slice(1)", "slice(None, 1, None)"},
		{"slice(None, 'a')", "slice(None, 'a', None)"},
		{"slice([1], (2,), {3: 4},)", "slice([1], (2,), {3: 4})"},
		{"array('i')", NULL},
		{"array('i', [])", "array('i')"},
		{"array('b', [1, -128])", NULL},
		{"array('d', [1, .5])", "array('d', [1.0, 0.5])"},
		{"array('u', 'a\\u20ac')", "array('u', 'a\xe2\x82\xac')"},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
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

static void check_limit(const char *text, size_t len)
{
	assert_null(tli_literal(&values, text, len, NULL));
	assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
}

static void depth_has_a_limit(void **state)
{
	static const char *const rows[] = {"[[[[[[]]]]]]",
		"(((((((),),),),),),)", "{1:{1:{1:{1:{1:{}}}}}}",
		"slice(slice(slice(slice(slice([])))))"};
	static const char openers[] = "[({";
	size_t len = 1000000;
	char *text = malloc(len);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		check_limit(rows[i], strlen(rows[i]));
		assert_string_equal(
			values.error.text, "it is more than 5 levels deep");
	}
	for (const char *opener = openers; *opener; opener++) {
		memset(text, *opener, len);
		check_limit(text, len);
	}
	for (size_t i = 0; i < len; i++)
		text[i] = "set("[i % 4];
	check_limit(text, len);
	free(text);
}

/* Brackets side by side need no more memory than one of them. */
static void brackets_are_used_again(void **state)
{
	static const char group[] = "(((None))),";
	const struct tli_value_limits limits = {1u << 16, 2000, MAX_DEPTH};
	char *text = malloc(1000 * strlen(group) + 2), *end = text;
	const struct tli_value *list;

	(void)state;
	tli_values_init(&values, &limits, (const uint64_t[2]){1, 2});
	*end++ = '[';
	for (unsigned i = 0; i < 1000; i++)
		end = stpcpy(end, group);
	*end++ = ']';
	list = tli_literal(&values, text, (size_t)(end - text), NULL);
	assert_non_null(list);
	assert_int_equal(tli_items_of(list)->count, 1000);
	free(text);
}

static void parts_have_a_limit(void **state)
{
	size_t len = (size_t)1 << 18;
	char *text = malloc(len);

	(void)state;
	for (size_t i = 0; i < len; i++)
		text[i] = ",1"[i % 2];
	text[0] = '[';
	check_limit(text, len);
	assert_non_null(strstr(values.error.text, "parts"));
	free(text);
}

/* Stands for a letter behind the '%' by its number in the alphabet. */
static struct tli_value *fill_letter(struct tli_literal_filler *filler,
	struct tli_values *of, const char **cursor)
{
	(void)filler;
	if (**cursor == '!') {
		tli_value_error_set(&of->error, TLI_VALUE_TYPE, "no letter");
		return NULL;
	}
	return tli_int(of, *(*cursor)++ - 'a');
}

static void fillers_stand_for_values(void **state)
{
	static const struct {
		const char *text;
		const char *repr;
	} rows[] = {
		{"%b", "1"},
		{"[%a, %%]", NULL},
		{"{%b: (%c,), '%d': %e}", "{1: (2,), '%d': 4}"},
		{"range(%c)", "range(0, 2)"},
		{"%bc", NULL},
		{"-%b", NULL},
		{"[%!]", NULL},
	};
	struct tli_literal_filler filler = {.fill = fill_letter};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct tli_value *value = tli_literal(
			&values, rows[i].text, strlen(rows[i].text), &filler);

		if (rows[i].repr)
			check_repr(rows[i].text, value, rows[i].repr);
	}
	assert_int_equal(values.error.code, TLI_VALUE_TYPE);
	assert_string_equal(values.error.text, "no letter");
}

/* Each allocation fails once. */
static void short_memory_is_an_error(void **state)
{
	static const char text[] =
		"[1, 99999999999999999999, 2.5, 1+2j, 'a' 'b', b'c', (3,), "
		"{4: 5}, {6}, frozenset([7]), set(), range(8), slice(9), "
		"bytearray(b'd'), array('i', [10]), array('u', 'e')]";

	(void)state;
	for (unsigned long n = 1;; n++) {
		struct tli_value *value;

		assert_in_range(n, 1, NEVER_NEEDED);
		alloc_fail_from(n, false);
		value = tli_literal(&values, text, sizeof(text) - 1, NULL);
		if (value && alloc_count() < n)
			break;
		assert_null(value);
		assert_int_equal(values.error.code, TLI_VALUE_NOMEM);
		assert_string_equal(values.error.text, "out of memory");
		tli_values_fini(&values);
	}
	alloc_reset();
}

/* Nor may there be too little room in the arena, whatever it is taken for. */
static void little_room_is_an_error(void **state)
{
	static const char text[] = "[(1, {2: [3.5]}), 'a', {4}, range(5)]";
	struct tli_value_limits limits = values.limits;
	struct tli_value *value = NULL;

	(void)state;
	for (limits.max_bytes = 0; !value; limits.max_bytes += 8) {
		tli_values_fini(&values);
		tli_values_init(&values, &limits, (const uint64_t[2]){1, 2});
		value = tli_literal(&values, text, sizeof(text) - 1, NULL);
		if (!value)
			assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
		assert_in_range(limits.max_bytes, 0, TEXT_MAX);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers_are_read),
		TEST(texts_are_read),
		TEST(containers_are_read),
		TEST(calls_are_read),
		TEST(wrong_numbers_are_refused),
		TEST(wrong_texts_are_refused),
		TEST(wrong_brackets_are_refused),
		TEST(wrong_calls_are_refused),
		TEST(nul_is_no_white_space),
		TEST(unhashable_keys_are_refused),
		TEST(long_numbers_have_a_limit),
		TEST(depth_has_a_limit),
		TEST(brackets_are_used_again),
		TEST(parts_have_a_limit),
		TEST(fillers_stand_for_values),
		TEST(short_memory_is_an_error),
		TEST(little_room_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
