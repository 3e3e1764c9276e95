/* SPDX-License-Identifier: MIT */
#include "number.h"

#include "integer.h"

#include <math.h>
#include <string.h>

#define TWO_TO_63 9223372036854775808.0

static void keep(struct tli_number *number, enum tli_number_form form,
	const void *bytes, size_t len)
{
	number->form = form;
	number->len = len;
	number->bytes = number->own;
	memcpy(number->own, bytes, len);
}

static void from_int64(int64_t integer, struct tli_number *number)
{
	number->form = TLI_NUMBER_WHOLE;
	number->len = tli_integer_from_int64(integer, number->own);
	number->bytes = number->own;
}

void tli_number_from_bytes(
	const uint8_t *bytes, size_t len, struct tli_number *number_out)
{
	number_out->form = TLI_NUMBER_WHOLE;
	number_out->len = tli_integer_minimal(bytes, len);
	number_out->bytes = bytes;
}

/* Of one that no int64_t can be: all of them are whole, or infinite. */
static void from_large(double real, struct tli_number *number)
{
	if (isinf(real)) {
		keep(number, TLI_NUMBER_FRACTION, &real, sizeof(real));
		return;
	}
	number->form = TLI_NUMBER_WHOLE;
	number->len = tli_integer_from_double(real, number->own);
	number->bytes = number->own;
}

void tli_number_from_double(double real, const struct tli_value *node,
	struct tli_number *number_out)
{
	int64_t whole;

	if (isnan(real)) {
		keep(number_out, TLI_NUMBER_NAN, &node, sizeof(node));
		return;
	}
	if (real < -TWO_TO_63 || real >= TWO_TO_63) {
		from_large(real, number_out);
		return;
	}
	whole = (int64_t)real;
	if ((double)whole < real || (double)whole > real)
		keep(number_out, TLI_NUMBER_FRACTION, &real, sizeof(real));
	else
		from_int64(whole, number_out);
}

static void from_complex(
	const struct tli_value *value, struct tli_number *number)
{
	const struct tli_float *node = tli_float_of(value);
	/* No zero is negative. */
	double parts[] = {node->real + 0.0, node->imag + 0.0};

	if (fpclassify(parts[1]) == FP_ZERO)
		tli_number_from_double(parts[0], value, number);
	else if (isnan(parts[0]) || isnan(parts[1]))
		keep(number, TLI_NUMBER_NAN, &value, sizeof(value));
	else
		keep(number, TLI_NUMBER_COMPLEX, parts, sizeof(parts));
}

void tli_number_of(const struct tli_value *value, struct tli_number *number_out)
{
	switch (value->kind) {
	case TLI_BIGINT:
		tli_number_from_bytes(tli_bytes_of(value)->data,
			tli_bytes_of(value)->len, number_out);
		break;
	case TLI_FLOAT:
		tli_number_from_double(
			tli_float_of(value)->real, value, number_out);
		break;
	case TLI_COMPLEX:
		from_complex(value, number_out);
		break;
	default:
		from_int64(tli_int_of(value)->integer, number_out);
	}
}

static double as_double(const struct tli_number *fraction)
{
	double real;

	memcpy(&real, fraction->bytes, sizeof(real));
	return real;
}

static int compare_wholes(
	const struct tli_number *one, const struct tli_number *other)
{
	return tli_integer_compare(
		one->bytes, one->len, other->bytes, other->len);
}

static int compare_to_fraction(
	const struct tli_number *whole, const struct tli_number *fraction)
{
	double real = as_double(fraction);
	struct tli_number floor;

	if (isinf(real))
		return real > 0 ? -1 : 1;
	/* Only doubles far below 2^63 have a fraction. */
	from_int64((int64_t)real - (real < 0), &floor);
	return compare_wholes(whole, &floor) > 0 ? 1 : -1;
}

static int compare_same_form(
	const struct tli_number *one, const struct tli_number *other)
{
	if (one->form == TLI_NUMBER_WHOLE || one->form == TLI_NUMBER_CHARACTER)
		return compare_wholes(one, other);
	if (one->form == TLI_NUMBER_NAN)
		return TLI_UNORDERED;
	if (memcmp(one->bytes, other->bytes, one->len) == 0)
		return 0;
	if (one->form == TLI_NUMBER_COMPLEX)
		return TLI_UNORDERED;
	return as_double(one) < as_double(other) ? -1 : 1;
}

int tli_number_compare(
	const struct tli_number *one, const struct tli_number *other)
{
	if (one->form == other->form)
		return compare_same_form(one, other);
	if (one->form == TLI_NUMBER_WHOLE && other->form == TLI_NUMBER_FRACTION)
		return compare_to_fraction(one, other);
	if (one->form == TLI_NUMBER_FRACTION && other->form == TLI_NUMBER_WHOLE)
		return -compare_to_fraction(other, one);
	return TLI_UNORDERED;
}
