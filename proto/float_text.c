/* SPDX-License-Identifier: MIT */
#include "float_text.h"

#include <ctype.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17 /* as many as tell any two doubles apart */

/* Where Python changes to the form with an exponent. */
#define EXPONENT_MIN (-4)
#define EXPONENT_END 16

/* No double, and no half-way point between two, has more digits than this. */
#define READ_DIGITS_MAX 800
/* Beyond it, with so many digits, all is 0 or infinite. */
#define READ_EXPONENT_MAX 10000

/*
 * Digits that say D.DDDe+X. A locale's decimal point never comes up: what
 * strtod() gets is a whole number with an exponent.
 */
struct decimal {
	char digits[DIGITS_MAX + 1];
	int count;
	int exponent;
};

static double read_whole(const char *digits, int64_t exponent)
{
	char text[READ_DIGITS_MAX + 32];

	snprintf(text, sizeof(text), "%se%" PRId64, digits, exponent);
	return strtod(text, NULL);
}

static bool is_same(const struct decimal *decimal, double number)
{
	return read_whole(decimal->digits,
		       decimal->exponent - decimal->count + 1) == number;
}

/* The nearest one with so many digits. */
static void round_to(struct decimal *decimal, double number, int count)
{
	char text[DIGITS_MAX + 40]; /* and a decimal point of any length */
	const char *c;

	snprintf(text, sizeof(text), "%.*e", count - 1, number);
	decimal->count = 0;
	for (c = text; *c != 'e'; c++)
		if (isdigit((unsigned char)*c))
			decimal->digits[decimal->count++] = *c;
	decimal->digits[decimal->count] = '\0';
	decimal->exponent = atoi(c + 1);
}

/* The next one with as many digits. */
static void round_up(struct decimal *decimal)
{
	int i = decimal->count - 1;

	while (i > 0 && decimal->digits[i] == '9')
		decimal->digits[i--] = '0';
	if (decimal->digits[i]++ < '9')
		return;
	decimal->digits[0] = '1';
	decimal->exponent++;
}

/*
 * The fewest digits that are read as the same number, which is positive. Up to
 * DBL_DIG ones survive being read and printed, but for subnormal numbers, so
 * that fewer are found by dropping zeros. Powers of two are nearer to the
 * number below than to that above them: so what is too low for one when it is
 * the nearest may be right when it is the next.
 */
static void shorten(struct decimal *decimal, double number)
{
	int count = number < DBL_MIN ? 1 : DBL_DIG;

	for (;; count++) {
		round_to(decimal, number, count);
		if (count == DIGITS_MAX || is_same(decimal, number))
			break;
		round_up(decimal);
		if (is_same(decimal, number))
			break;
	}
	while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0')
		decimal->digits[--decimal->count] = '\0';
}

#define ROOM (TLI_FLOAT_TEXT - 1) /* behind a sign */

static int put_exponential(const struct decimal *decimal, char *text)
{
	return snprintf(text, ROOM, "%c%s%se%+03d", decimal->digits[0],
		decimal->count > 1 ? "." : "", decimal->digits + 1,
		decimal->exponent);
}

static int put_fixed(const struct decimal *decimal, char *text)
{
	static const char zeros[] = "0000000000000000";
	int whole = decimal->exponent + 1;

	if (whole <= 0)
		return snprintf(
			text, ROOM, "0.%.*s%s", -whole, zeros, decimal->digits);
	if (whole >= decimal->count)
		return snprintf(text, ROOM, "%s%.*s", decimal->digits,
			whole - decimal->count, zeros);
	return snprintf(text, ROOM, "%.*s.%s", whole, decimal->digits,
		decimal->digits + whole);
}

static int put_positive(double number, char *text)
{
	struct decimal decimal;

	if (isinf(number))
		return snprintf(text, ROOM, "inf");
	if (number == 0)
		return snprintf(text, ROOM, "0");
	shorten(&decimal, number);
	if (decimal.exponent < EXPONENT_MIN || decimal.exponent >= EXPONENT_END)
		return put_exponential(&decimal, text);
	return put_fixed(&decimal, text);
}

size_t tli_float_to_text(double number, char text[TLI_FLOAT_TEXT])
{
	int len = 0;

	if (isnan(number))
		return (size_t)snprintf(text, ROOM, "nan");
	if (signbit(number))
		text[len++] = '-';
	return (size_t)(len + put_positive(fabs(number), text + len));
}

/* What is being read, and what is known of it. */
struct scan {
	const char *at;
	const char *end;
	char digits[READ_DIGITS_MAX + 2]; /* without zeros in front */
	size_t count;
	int64_t exponent; /* of the last of these digits */
	bool has_digits;
};

static bool take(struct scan *scan, const char *one_of)
{
	if (scan->at == scan->end || !*scan->at || !strchr(one_of, *scan->at))
		return false;
	scan->at++;
	return true;
}

static bool take_digit(struct scan *scan, char *digit_out)
{
	if (scan->at == scan->end || !isdigit((unsigned char)*scan->at))
		return false;
	*digit_out = *scan->at++;
	return true;
}

/* Of the digits that are not kept it only matters whether all are zeros. */
static void keep(struct scan *scan, char digit)
{
	if (scan->count == 0 && digit == '0')
		return;
	if (scan->count < READ_DIGITS_MAX) {
		scan->digits[scan->count++] = digit;
		return;
	}
	if (digit != '0')
		scan->digits[READ_DIGITS_MAX - 1] = '1';
	scan->exponent++;
}

static void read_digits(struct scan *scan, int exponent_step)
{
	char digit;

	while (take_digit(scan, &digit)) {
		scan->has_digits = true;
		scan->exponent += exponent_step;
		keep(scan, digit);
	}
}

static bool read_exponent(struct scan *scan)
{
	bool negative = take(scan, "-");
	int64_t exponent = 0;
	char digit;

	if (!negative)
		take(scan, "+");
	if (!take_digit(scan, &digit))
		return false;
	do {
		if (exponent < INT64_MAX / 100)
			exponent = exponent * 10 + (digit - '0');
	} while (take_digit(scan, &digit));
	scan->exponent += negative ? -exponent : exponent;
	return true;
}

static bool read_decimal(struct scan *scan, double *number_out)
{
	read_digits(scan, 0);
	if (take(scan, "."))
		read_digits(scan, -1);
	if (!scan->has_digits)
		return false;
	if (take(scan, "eE") && !read_exponent(scan))
		return false;
	scan->digits[scan->count] = '\0';
	if (scan->exponent > READ_EXPONENT_MAX)
		scan->exponent = READ_EXPONENT_MAX;
	if (scan->exponent < -READ_EXPONENT_MAX)
		scan->exponent = -READ_EXPONENT_MAX;
	*number_out =
		scan->count == 0 ? 0 : read_whole(scan->digits, scan->exponent);
	return true;
}

/* A word of small letters, in any case. */
static bool is_word(const struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(scan->end - scan->at) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((scan->at[i] | ('a' ^ 'A')) != word[i])
			return false;
	return true;
}

static bool read_word(struct scan *scan, double *number_out)
{
	static const struct {
		const char *word;
		double number;
	} words[] = {
		{"inf", INFINITY},
		{"infinity", INFINITY},
		{"nan", NAN},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(scan, words[i].word)) {
			scan->at = scan->end;
			*number_out = words[i].number;
			return true;
		}
	return false;
}

bool tli_float_from_text(const char *text, size_t len, double *number_out)
{
	struct scan scan = {.at = text, .end = text + len};
	bool negative = take(&scan, "-");
	double number;

	if (!negative)
		take(&scan, "+");
	if (!read_word(&scan, &number) && !read_decimal(&scan, &number))
		return false;
	if (scan.at < scan.end)
		return false;
	*number_out = negative ? -number : number;
	return true;
}
