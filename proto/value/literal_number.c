/* SPDX-License-Identifier: MIT */
#include "literal_number.h"

#include "../float_text.h"
#include "integer.h"

#include <math.h>

#define DIGITS "0123456789"

/* How an integer of a base is written. */
struct base {
	unsigned base;
	const char *letters;
	const char *digits;
	const char *expected;
};

static const struct base bases[] = {
	{16, "xX", DIGITS "abcdefABCDEF", "a hexadecimal digit"},
	{8, "oO", "01234567", "an octal digit"},
	{2, "bB", "01", "a binary digit"},
};

static const struct {
	const char *name;
	double number;
	bool imaginary;
} names[] = {
	{"inf", INFINITY, false},
	{"nan", NAN, false},
	{"infj", INFINITY, true},
	{"nanj", NAN, true},
};

#define NAMES (sizeof(names) / sizeof(names[0]))

/* The name that comes next; NAMES if none does. */
static size_t find_name(const struct tli_literal_reader *reader)
{
	size_t len = tli_literal_word_len(reader, 0), i = 0;

	while (i < NAMES &&
		(len != strlen(names[i].name) ||
			memcmp(reader->at, names[i].name, len) != 0))
		i++;
	return i;
}

static bool is_digit_ahead(
	const struct tli_literal_reader *reader, size_t distance)
{
	return tli_literal_is_one_of(
		tli_literal_ahead(reader, distance), DIGITS);
}

static bool is_unsigned_number(const struct tli_literal_reader *reader)
{
	bool has_point = tli_literal_peek(reader) == '.';

	return is_digit_ahead(reader, has_point) || find_name(reader) < NAMES;
}

bool tli_literal_is_number(const struct tli_literal_reader *reader)
{
	return tli_literal_is_one_of(tli_literal_peek(reader), "+-.") ||
		is_unsigned_number(reader);
}

static void take(struct tli_literal_reader *reader)
{
	reader->scratch[reader->used++] = (uint8_t)*reader->at++;
}

/* Takes digits, which may have underscores between them. Returns how many. */
static size_t take_digits(struct tli_literal_reader *reader, const char *digits)
{
	size_t before = reader->used;

	for (;;) {
		if (tli_literal_is_one_of(tli_literal_peek(reader), digits))
			take(reader);
		else if (reader->used > before &&
			tli_literal_peek(reader) == '_' &&
			tli_literal_is_one_of(
				tli_literal_ahead(reader, 1), digits))
			reader->at++;
		else
			return reader->used - before;
	}
}

/* A number ends where no word goes on. */
static bool check_end(const struct tli_literal_reader *reader)
{
	if (tli_literal_word_len(reader, 0) == 0)
		return true;
	return tli_literal_expected(reader,
		tli_literal_peek(reader) == '_' ? "a digit behind each '_'"
						: "the end of the number");
}

/* Of the digits in the scratch; the bytes come behind them. */
static struct tli_value *make_integer(
	struct tli_literal_reader *reader, unsigned base, bool negative)
{
	uint8_t *bytes = reader->scratch + reader->used;
	int64_t len;

	if (!check_end(reader))
		return NULL;
	len = tli_integer_from_digits((const char *)reader->scratch,
		reader->used, base, negative, bytes);
	if (len < 0)
		return tli_literal_fail(reader, reader->start,
			"the integer that starts here has more than %u digits; "
			"write it in hexadecimal",
			TLI_INTEGER_DIGITS_MAX);
	return tli_int_from_bytes(reader->values, bytes, (size_t)len);
}

static struct tli_value *based_integer(struct tli_literal_reader *reader,
	const struct base *base, bool negative)
{
	reader->at += 2;
	if (tli_literal_peek(reader) == '_')
		reader->at++;
	if (take_digits(reader, base->digits) == 0)
		return tli_literal_expected(reader, base->expected);
	return make_integer(reader, base->base, negative);
}

static struct tli_value *decimal_integer(
	struct tli_literal_reader *reader, bool negative)
{
	size_t zeros = 0;

	while (zeros < reader->used && reader->scratch[zeros] == '0')
		zeros++;
	if (zeros > 0 && zeros < reader->used)
		return tli_literal_fail(reader, reader->start,
			"an integer starts with no 0; an octal one is written "
			"0o17");
	return make_integer(reader, 10, negative);
}

static struct tli_value *make_real(struct tli_literal_reader *reader,
	double number, bool negative, bool imaginary)
{
	number = negative ? -number : number;
	return imaginary ? tli_complex(reader->values, 0.0, number)
			 : tli_float(reader->values, number);
}

/* Takes the rest of a number behind its first digits. False if an exponent has
 * none; *is_real_out is whether there was any rest. */
static bool take_fraction(struct tli_literal_reader *reader, bool *is_real_out)
{
	size_t before = reader->used;

	if (tli_literal_peek(reader) == '.') {
		take(reader);
		take_digits(reader, DIGITS);
	}
	if (tli_literal_is_one_of(tli_literal_peek(reader), "eE")) {
		take(reader);
		if (tli_literal_is_one_of(tli_literal_peek(reader), "+-"))
			take(reader);
		if (take_digits(reader, DIGITS) == 0)
			return tli_literal_expected(
				reader, "the digits of an exponent");
	}
	*is_real_out = reader->used > before;
	return true;
}

static struct tli_value *decimal(
	struct tli_literal_reader *reader, bool negative)
{
	bool is_real = false, imaginary;
	double number;

	take_digits(reader, DIGITS);
	if (!take_fraction(reader, &is_real))
		return NULL;
	imaginary = tli_literal_is_one_of(tli_literal_peek(reader), "jJ");
	if (!is_real && !imaginary)
		return decimal_integer(reader, negative);
	reader->at += imaginary;
	if (!check_end(reader))
		return NULL;
	if (!tli_float_from_text(
		    (const char *)reader->scratch, reader->used, &number))
		return tli_literal_expected(reader, "a number before this");
	return make_real(reader, number, negative, imaginary);
}

static struct tli_value *unsigned_number(
	struct tli_literal_reader *reader, bool negative)
{
	size_t name = find_name(reader);

	reader->used = 0;
	reader->start = reader->at;
	if (name < NAMES) {
		reader->at += strlen(names[name].name);
		return make_real(reader, names[name].number, negative,
			names[name].imaginary);
	}
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if (tli_literal_peek(reader) == '0' &&
			tli_literal_is_one_of(
				tli_literal_ahead(reader, 1), bases[i].letters))
			return based_integer(reader, &bases[i], negative);
	return decimal(reader, negative);
}

/* A number with one sign at most. */
static struct tli_value *signed_number(struct tli_literal_reader *reader)
{
	bool negative = tli_literal_peek(reader) == '-';

	if (negative || tli_literal_peek(reader) == '+') {
		reader->at++;
		tli_literal_skip_space(reader);
	}
	if (!is_unsigned_number(reader))
		return tli_literal_expected(reader, "a number");
	return unsigned_number(reader, negative);
}

/* A float or an integer as a double; infinite if that is too large. */
static double as_double(const struct tli_value *number)
{
	if (number->kind == TLI_FLOAT)
		return tli_float_of(number)->real;
	if (number->kind == TLI_INT)
		return (double)tli_int_of(number)->integer;
	return tli_integer_to_double(
		tli_bytes_of(number)->data, tli_bytes_of(number)->len);
}

struct tli_value *tli_literal_number(struct tli_literal_reader *reader)
{
	double sign = tli_literal_peek(reader) == '-' ? -1 : 1, real;
	struct tli_value *number = signed_number(reader), *imaginary;
	const char *place;

	if (!number || number->kind == TLI_COMPLEX)
		return number;
	tli_literal_skip_space(reader);
	if (!tli_literal_is_one_of(tli_literal_peek(reader), "+-"))
		return number;
	real = copysign(as_double(number), sign); /* (-0-0j) has a real -0.0 */
	if (number->kind != TLI_FLOAT && isinf(real))
		return tli_literal_fail(reader, reader->at,
			"the integer before this is too large for a complex "
			"number");
	place = reader->at;
	imaginary = signed_number(reader);
	if (imaginary && imaginary->kind != TLI_COMPLEX)
		return tli_literal_fail(reader, place,
			"only an imaginary number, such as 2j, can be added");
	return imaginary ? tli_complex(reader->values, real,
				   tli_float_of(imaginary)->imag)
			 : NULL;
}
