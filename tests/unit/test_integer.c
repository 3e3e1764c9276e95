/* SPDX-License-Identifier: MIT */
/* Integers of any size, by tables; test_integer.py compares with Python. */
#include "unit.h"

#include "../../proto/value/integer.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LONG_BYTES 4000000u /* no time may be quadratic in that */

static void only_what_matters_counts(void **state)
{
	static const struct {
		const char *hex;
		size_t minimal;
	} rows[] = {
		{"", 0},
		{"00", 0},
		{"0000000000", 0},
		{"01", 1},
		{"0100", 1},
		{"7f0000", 1},
		{"80", 1},
		{"8000", 2},
		{"800000", 2},
		{"ff", 1},
		{"ffffff", 1},
		{"ff00", 2},
		{"ff7f", 2},
		{"ff7fff", 3},
		{"00ff", 2},
		{"00ffffff", 2},
		{"80ffff", 1},
		{"000000000000000080", 9},
		{"00000000000000008000", 10},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t bytes[16];
		size_t len = from_hex(rows[i].hex, bytes, sizeof(bytes));
		uint8_t *exact = exact_copy(bytes, len);

		check_equal(rows[i].hex, tli_integer_minimal(exact, len),
			rows[i].minimal);
		free(exact);
	}
}

/* Each with its bytes, as short as can be. */
static const struct {
	const char *hex;
	int64_t integer;
} small[] = {
	{"", 0},
	{"01", 1},
	{"ff", -1},
	{"7f", 127},
	{"8000", 128},
	{"80", -128},
	{"7fff", -129},
	{"ff00", 255},
	{"ffff00", 65535},
	{"0001", 256},
	{"ffffff7f", INT32_MAX},
	{"00000080", INT32_MIN},
	{"0000008000", INT32_MAX + INT64_C(1)},
	{"ffffffffffffff7f", INT64_MAX},
	{"feffffffffffff7f", INT64_MAX - 1},
	{"0000000000000080", INT64_MIN},
	{"0100000000000080", INT64_MIN + 1},
};

static void small_ones_are_int64(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(small); i++) {
		const char *hex = small[i].hex;
		uint8_t bytes[12], made[8];
		size_t len = from_hex(hex, bytes, sizeof(bytes));
		int64_t integer = 77;

		check(hex, tli_integer_to_int64(bytes, len, &integer));
		check_equal(hex, integer, small[i].integer);
		check_bytes(hex, made,
			tli_integer_from_int64(small[i].integer, made), bytes,
			len);
		memset(bytes + len, integer < 0 ? 0xff : 0, 3);
		check(hex, tli_integer_to_int64(bytes, len + 3, &integer));
		check_equal(hex, integer, small[i].integer);
	}
}

static void large_ones_are_no_int64(void **state)
{
	static const char *const rows[] = {
		"000000000000008000",
		"ffffffffffffffff00",
		"ffffffffffffff7fff",
		"00000000000000000001",
		"000000000000000000ff",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t bytes[16];
		size_t len = from_hex(rows[i], bytes, sizeof(bytes));
		int64_t integer;

		check(rows[i], !tli_integer_to_int64(bytes, len, &integer));
	}
}

static const struct {
	const char *hex;
	const char *decimal;
	const char *hexadecimal;
} texts[] = {
	{"", "0", "0x0"},
	{"01", "1", "0x1"},
	{"ff", "-1", "-0x1"},
	{"10", "16", "0x10"},
	{"f0", "-16", "-0x10"},
	{"80", "-128", "-0x80"},
	{"8000", "128", "0x80"},
	{"ff00", "255", "0xff"},
	{"01ff", "-255", "-0xff"},
	{"00ff", "-256", "-0x100"},
	{"ffc99a3b", "999999999", "0x3b9ac9ff"},
	{"00ca9a3b", "1000000000", "0x3b9aca00"},
	{"003665c4", "-1000000000", "-0x3b9aca00"},
	{"000064a7b3b6e00d", "1000000000000000000", "0xde0b6b3a7640000"},
	{"0000000000000080", "-9223372036854775808", "-0x8000000000000000"},
	{"000000000000008000", "9223372036854775808", "0x8000000000000000"},
	{"00000000000000000100", "18446744073709551616", "0x10000000000000000"},
	{"f0debc9a78563412f0debc9a78563412",
		"24197857203266734864793317670504947440",
		"0x123456789abcdef0123456789abcdef0"},
};

static void texts_are_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		const char *hex = texts[i].hex;
		char decimal[TLI_INTEGER_DIGITS_MAX + 2];
		uint8_t bytes[24];
		size_t len = from_hex(hex, bytes, sizeof(bytes));
		char *text = malloc(2 * len + 5);

		check(hex, tli_integer_to_decimal(bytes, len, decimal));
		assert_string_equal(decimal, texts[i].decimal);
		check_equal(hex, tli_integer_to_hex(bytes, len, text),
			strlen(texts[i].hexadecimal));
		assert_string_equal(text, texts[i].hexadecimal);
		free(text);
	}
}

static void digits_are_read(void **state)
{
	static const struct {
		const char *digits;
		unsigned base;
		bool negative;
		const char *hex;
	} rows[] = {
		{"0", 10, true, ""},
		{"0", 2, true, ""},
		{"000000000000000000000000000001", 10, false, "01"},
		{"128", 10, false, "8000"},
		{"128", 10, true, "80"},
		{"1000000000", 10, false, "00ca9a3b"},
		{"00001000000000", 10, false, "00ca9a3b"},
		{"18446744073709551616", 10, false, "000000000000000001"},
		{"18446744073709551616", 10, true, "0000000000000000ff"},
		{"1", 2, false, "01"},
		{"10000000", 2, false, "8000"},
		{"10000000", 2, true, "80"},
		{"111111111", 2, true, "01fe"},
		{"777", 8, false, "ff01"},
		{"00000000777", 8, false, "ff01"},
		{"200", 8, true, "80"},
		{"ff", 16, false, "ff00"},
		{"aAbBcCdDeEfF", 16, false, "ffeeddccbbaa00"},
		{"0123456789", 16, false, "8967452301"},
		{"8000000000000000", 16, true, "0000000000000080"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t bytes[24], made[TLI_INTEGER_BYTES_MAX];
		size_t len = from_hex(rows[i].hex, bytes, sizeof(bytes));
		size_t count = strlen(rows[i].digits);
		uint8_t *digits = exact_copy(rows[i].digits, count);
		int64_t made_len = tli_integer_from_digits((char *)digits,
			count, rows[i].base, rows[i].negative, made);

		check_bytes(rows[i].digits, made, (size_t)made_len, bytes, len);
		free(digits);
	}
}

/* The most that is converted, and one more. */
static void conversion_has_a_limit(void **state)
{
	static char digits[TLI_INTEGER_DIGITS_MAX + 1];
	static char text[TLI_INTEGER_DIGITS_MAX + 2];
	uint8_t *bytes = malloc(TLI_INTEGER_BYTES_MAX);
	int64_t len;

	(void)state;
	memset(digits, '9', sizeof(digits));
	for (int negative = 0; negative < 2; negative++) {
		len = tli_integer_from_digits(
			digits, TLI_INTEGER_DIGITS_MAX, 10, negative, bytes);
		assert_in_range(len, 1786, TLI_INTEGER_BYTES_MAX);
		assert_true(tli_integer_to_decimal(bytes, (size_t)len, text));
		assert_int_equal(text[0], negative ? '-' : '9');
		assert_memory_equal(
			text + negative, digits, TLI_INTEGER_DIGITS_MAX);
		assert_int_equal(strlen(text),
			TLI_INTEGER_DIGITS_MAX + (size_t)negative);
		assert_int_equal(tli_integer_from_digits(digits, sizeof(digits),
					 10, negative, bytes),
			-1);
	}
	/* One more than the largest. */
	len = tli_integer_from_digits(
		digits, TLI_INTEGER_DIGITS_MAX, 10, false, bytes);
	for (int64_t i = 0; i < len && ++bytes[i] == 0; i++)
		;
	assert_false(tli_integer_to_decimal(bytes, (size_t)len, text));
	free(bytes);
}

static void the_longest_take_no_time(void **state)
{
	uint8_t *bytes = calloc(1, LONG_BYTES), *back = malloc(LONG_BYTES + 2);
	char *text = malloc(2 * (size_t)LONG_BYTES + 5);
	int64_t integer;
	size_t len;

	(void)state;
	bytes[LONG_BYTES - 1] = 0x80;
	assert_int_equal(tli_integer_minimal(bytes, LONG_BYTES), LONG_BYTES);
	assert_false(tli_integer_to_decimal(bytes, LONG_BYTES, text));
	assert_false(tli_integer_to_int64(bytes, LONG_BYTES, &integer));
	assert_true(tli_integer_to_double(bytes, LONG_BYTES) < -DBL_MAX);
	len = tli_integer_to_hex(bytes, LONG_BYTES, text);
	assert_int_equal(len, 2 * LONG_BYTES + 3);
	assert_memory_equal(text, "-0x800", 6);
	assert_int_equal(
		tli_integer_from_digits(text + 3, len - 3, 16, true, back),
		LONG_BYTES);
	assert_memory_equal(back, bytes, LONG_BYTES);
	memset(bytes, 0xff, LONG_BYTES);
	assert_int_equal(tli_integer_minimal(bytes, LONG_BYTES), 1);
	memset(text, '1', 1000000);
	assert_int_equal(
		tli_integer_from_digits(text, 1000000, 2, false, back), 125001);
	free(text);
	free(back);
	free(bytes);
}

static void doubles_are_the_nearest(void **state)
{
	static const struct {
		const char *digits; /* hexadecimal */
		double number;
	} rows[] = {
		{"0", 0},
		{"1", 1},
		{"1fffffffffffff", 0x1fffffffffffffp0},
		{"20000000000001", 0x20000000000000p0},
		{"20000000000002", 0x20000000000002p0},
		{"20000000000003", 0x20000000000004p0},
		{"ffffffffffffffff", 0x1p64},
		{"fffffffffffffbff", 0xfffffffffffff8p8},
		{"fffffffffffffc00", 0x1p64},
		{"100000000000008000000000000000000", 0x1p128},
		{"100000000000008000000000000000001", 0x10000000000001p76},
		{"100000000000018000000000000000000", 0x10000000000002p76},
		{"100000000000007ffffffffffffffffff", 0x1p128},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *digits = rows[i].digits;
		uint8_t bytes[24];

		for (int negative = 0; negative < 2; negative++) {
			size_t len = (size_t)tli_integer_from_digits(
				digits, strlen(digits), 16, negative, bytes);
			double number = tli_integer_to_double(bytes, len);

			check(digits,
				number ==
					(negative ? -rows[i].number
						  : rows[i].number));
		}
	}
}

/* 2 to the 1024th less 2 to the 970th: half-way to what would be the next. */
static void what_is_too_large_is_infinite(void **state)
{
	uint8_t bytes[130] = {0};

	(void)state;
	memset(bytes + 122, 0xff, 6);
	bytes[121] = 0xfc;
	assert_true(tli_integer_to_double(bytes, 129) == INFINITY);
	bytes[121] = 0xfb;
	assert_true(tli_integer_to_double(bytes, 129) == DBL_MAX);
	memset(bytes, 0xff, 121);
	assert_true(tli_integer_to_double(bytes, 129) == DBL_MAX);
	bytes[121] = 0xfc;
	assert_true(tli_integer_to_double(bytes, 129) == INFINITY);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)~bytes[i];
	assert_true(tli_integer_to_double(bytes, 129) == -INFINITY);
	memset(bytes, 0, sizeof(bytes));
	bytes[128] = 1;
	assert_true(tli_integer_to_double(bytes, 129) == INFINITY);
	bytes[129] = 1;
	assert_true(tli_integer_to_double(bytes, 130) == INFINITY);
}

static void whole_doubles_are_integers(void **state)
{
	static const double rows[] = {0.0, 1, 2, 127, 128, 255, 256, 0x1p31,
		0x1p53, 0x1p53 - 1, 0x1p54 + 4, 0x1p63, 0x1p64, 0x1.8p100,
		0x1.fffffffffffffp500, 0x1p1023, DBL_MAX};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		for (int sign = -1; sign < 2; sign += 2) {
			uint8_t bytes[129];
			size_t len =
				tli_integer_from_double(sign * rows[i], bytes);

			assert_int_equal(tli_integer_minimal(bytes, len), len);
			assert_true(tli_integer_to_double(bytes, len) ==
				sign * rows[i]);
		}
	}
}

static void they_are_compared(void **state)
{
	/* From low to high. */
	static const char *const rows[] = {"000000000000000000ff",
		"0000000000000080", "0080", "0180", "7fff", "80", "fe", "ff",
		"", "01", "02", "7f", "8000", "ff00", "0001", "0101", "ff7f",
		"000000000000000001"};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		for (size_t j = 0; j < LENGTH(rows); j++) {
			uint8_t one[16], other[16];
			size_t one_len = from_hex(rows[i], one, sizeof(one));
			size_t other_len =
				from_hex(rows[j], other, sizeof(other));
			int order = tli_integer_compare(
				one, one_len, other, other_len);

			check_equal(rows[i], (order > 0) - (order < 0),
				(i > j) - (i < j));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_matters_counts),
		cmocka_unit_test(small_ones_are_int64),
		cmocka_unit_test(large_ones_are_no_int64),
		cmocka_unit_test(texts_are_written),
		cmocka_unit_test(digits_are_read),
		cmocka_unit_test(conversion_has_a_limit),
		cmocka_unit_test(the_longest_take_no_time),
		cmocka_unit_test(doubles_are_the_nearest),
		cmocka_unit_test(what_is_too_large_is_infinite),
		cmocka_unit_test(whole_doubles_are_integers),
		cmocka_unit_test(they_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
