/* SPDX-License-Identifier: MIT */
/* Python literals that are right, and limits; test_literals.py compares with
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
static struct tli_value *read_text(const char *text)
{
	size_t len = strlen(text);
	uint8_t *copy = exact_copy(text, len);
	struct tli_value *value =
		tli_literal(&values, (const char *)copy, len, NULL);

	free(copy);
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
		TEST(depth_has_a_limit),
		TEST(brackets_are_used_again),
		TEST(parts_have_a_limit),
		TEST(fillers_stand_for_values),
		TEST(short_memory_is_an_error),
		TEST(little_room_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
