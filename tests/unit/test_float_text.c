/* SPDX-License-Identifier: MIT */
/* Floating-point numbers as text and back, at their edges. Many more, against
 * Python, are in test_texts.py. */
#include "unit.h"

#include "../../proto/float_text.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z10  "0000000000"
#define Z100 Z10 Z10 Z10 Z10 Z10 Z10 Z10 Z10 Z10 Z10

static void check_text(double number, const char *expected)
{
	char text[TLI_FLOAT_TEXT];
	size_t len = tli_float_to_text(number, text);

	assert_string_equal(text, expected);
	assert_int_equal(len, strlen(expected));
}

static void numbers_are_written_as_python_does(void **state)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {
		{0, "0"},
		{-0.0, "-0"},
		{1, "1"},
		{-1, "-1"},
		{0.1, "0.1"},
		{-2.5, "-2.5"},
		{1.0 / 3, "0.3333333333333333"},
		{0.1 + 0.2, "0.30000000000000004"},
		{123456.789, "123456.789"},
		{0.0001, "0.0001"},
		{0.00012345, "0.00012345"},
		{0.00001, "1e-05"},
		{0.000012345, "1.2345e-05"},
		{1e15, "1000000000000000"},
		{9999999999999998, "9999999999999998"},
		{1e16, "1e+16"},
		{12345678901234567890.0, "1.2345678901234567e+19"},
		{1e22, "1e+22"},
		{1e23, "1e+23"},
		{1e100, "1e+100"},
		{-1e-100, "-1e-100"},
		{DBL_MAX, "1.7976931348623157e+308"},
		{-DBL_MAX, "-1.7976931348623157e+308"},
		{DBL_MIN, "2.2250738585072014e-308"},
		{5e-324, "5e-324"},
		{1e-323, "1e-323"},
		{-1.5e-320, "-1.5e-320"},
		{0x1p-44, "5.684341886080802e-14"},
		{0x1p-1022 - 0x1p-1074, "2.225073858507201e-308"},
		{524288.00048828125, "524288.0004882812"},
		{INFINITY, "inf"},
		{-INFINITY, "-inf"},
		{NAN, "nan"},
		{-NAN, "nan"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		check_text(rows[i].number, rows[i].text);
}

/* Of an exact copy, so that reading behind it is noticed. */
static bool read_number(const char *text, size_t len, double *number_out)
{
	char *copy = (char *)exact_copy(text, len);
	bool good = tli_float_from_text(copy, len, number_out);

	free(copy);
	return good;
}

static void texts_are_read(void **state)
{
	static const struct {
		const char *text;
		double number;
	} rows[] = {
		{"0", 0},
		{"-0", -0.0},
		{"+1", 1},
		{"1.", 1},
		{".5", 0.5},
		{"-.5e1", -5},
		{"00012.500", 12.5},
		{"1e5", 1e5},
		{"1E+05", 1e5},
		{"1e-5", 1e-5},
		{"123456789012345678901234567890",
			123456789012345678901234567890.0},
		{"1.7976931348623157e308", DBL_MAX},
		{"1.7976931348623159e308", INFINITY},
		{"1e309", INFINITY},
		{"-1e999999999999999999999999999", -INFINITY},
		{"1e-999999999999999999999999999", 0},
		{"0e999999999999999999999999999", 0},
		{"5e-324", 5e-324},
		{"2e-324", 0},
		{"9007199254740993", 9007199254740992},
		{"9007199254740993." Z100 Z100 Z100 Z100 Z100 Z100 Z100 Z100
				Z100 "1",
			9007199254740994},
		{"9007199254740993" Z100 Z100 Z100 Z100 Z100 Z100 Z100 Z100 Z100
		 "1e-901",
			9007199254740994},
		{"0." Z100 Z100 Z100 Z100 "1e401", 1},
		{"1" Z100 Z100 Z100 Z100 Z100 Z100 Z100 Z100 Z100 "e-900", 1},
		{"inf", INFINITY},
		{"-INF", -INFINITY},
		{"+Infinity", INFINITY},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		double number = 7;

		check(rows[i].text,
			read_number(
				rows[i].text, strlen(rows[i].text), &number));
		check(rows[i].text, number == rows[i].number);
		check_equal(rows[i].text, signbit(number) != 0,
			signbit(rows[i].number) != 0);
	}
}

static void a_nan_is_read(void **state)
{
	static const char *const texts[] = {"nan", "NaN", "+NAN", "-nan"};

	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		double number = 7;

		check(texts[i],
			read_number(texts[i], strlen(texts[i]), &number));
		check(texts[i], isnan(number));
	}
}

static void what_is_no_number_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
		{"", 0},
		{"-", 1},
		{"+-1", 3},
		{".", 1},
		{"e5", 2},
		{".e5", 3},
		{"1e", 2},
		{"1e+", 3},
		{"1e+-5", 5},
		{"1e5.", 4},
		{"1.2.3", 5},
		{"1,5", 3},
		{" 1", 2},
		{"1 ", 2},
		{"1_0", 3},
		{"0x10", 4},
		{"1\0", 2},
		{"1e5\0", 4},
		{"\0", 1},
		{"1f", 2},
		{"in", 2},
		{"infi", 4},
		{"infinit", 7},
		{"infinity1", 9},
		{"nan(1)", 6},
		{"n\x01n", 3},
		{"\r1", 2},
		{"--1", 3},
		{"\xd9\xa1", 2},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		double number = 7;

		check(rows[i].text,
			!read_number(rows[i].text, rows[i].len, &number));
		check(rows[i].text, number == 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_written_as_python_does),
		cmocka_unit_test(texts_are_read),
		cmocka_unit_test(a_nan_is_read),
		cmocka_unit_test(what_is_no_number_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
