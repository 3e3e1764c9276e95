/* SPDX-License-Identifier: MIT */
#include "integer.h"

#include <math.h>
#include <string.h>

/* Decimal conversion is done in words, nine digits at a time. */
#define WORDS         (TLI_INTEGER_BYTES_MAX / 4)
#define CHUNK         1000000000u
#define CHUNK_DIGITS  9u
#define CHUNKS        (TLI_INTEGER_DIGITS_MAX / CHUNK_DIGITS + 2)
#define DOUBLE_DIGITS 53
#define DOUBLE_BYTES  128u /* a finite double's magnitude has no more */

static const char hex_digits[] = "0123456789abcdef";

/* An integer without its sign, as bytes from low to high. */
struct magnitude {
	const uint8_t *bytes;
	size_t len;    /* without zeros at the high end */
	size_t lowest; /* the first that is not zero; len if there is none */
	bool negative;
};

static bool is_negative(const uint8_t *bytes, size_t len)
{
	return len > 0 && bytes[len - 1] & 0x80;
}

static uint8_t magnitude_byte(const struct magnitude *magnitude, size_t i)
{
	if (!magnitude->negative || i < magnitude->lowest)
		return magnitude->bytes[i];
	return (uint8_t)(i == magnitude->lowest ? 0 - magnitude->bytes[i]
						: ~magnitude->bytes[i]);
}

static struct magnitude magnitude_of(const uint8_t *bytes, size_t len)
{
	struct magnitude magnitude = {
		.bytes = bytes,
		.len = tli_integer_minimal(bytes, len),
		.negative = is_negative(bytes, len),
	};

	while (magnitude.lowest < magnitude.len && bytes[magnitude.lowest] == 0)
		magnitude.lowest++;
	if (magnitude.len > 0 &&
		magnitude_byte(&magnitude, magnitude.len - 1) == 0)
		magnitude.len--;
	return magnitude;
}

static void negate(uint8_t *bytes, size_t len)
{
	unsigned carry = 1;

	for (size_t i = 0; i < len; i++) {
		carry += (uint8_t)~bytes[i];
		bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

/* Gives a magnitude, which has a byte of room for it, its sign. */
static size_t with_sign(uint8_t *bytes, size_t len, bool negative)
{
	while (len > 0 && bytes[len - 1] == 0)
		len--;
	bytes[len++] = 0;
	if (negative)
		negate(bytes, len);
	return tli_integer_minimal(bytes, len);
}

size_t tli_integer_minimal(const uint8_t *bytes, size_t len)
{
	uint8_t fill = is_negative(bytes, len) ? 0xff : 0;

	while (len > 1 && bytes[len - 1] == fill &&
		is_negative(bytes, len - 1) == (fill != 0))
		len--;
	return len == 1 && bytes[0] == 0 ? 0 : len;
}

bool tli_integer_to_int64(
	const uint8_t *bytes, size_t len, int64_t *integer_out)
{
	uint64_t bits = is_negative(bytes, len) ? UINT64_MAX : 0;

	len = tli_integer_minimal(bytes, len);
	if (len > sizeof(bits))
		return false;
	while (len > 0)
		bits = bits << 8 | bytes[--len];
	*integer_out = (int64_t)bits;
	return true;
}

size_t tli_integer_from_int64(int64_t integer, uint8_t bytes[8])
{
	const unsigned bits = 64u - (unsigned)__builtin_clrsbll(integer);

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)integer >> 8 * i);
	return integer == 0 ? 0 : (bits + 7) / 8;
}

static size_t load_words(
	const struct magnitude *magnitude, uint32_t words[WORDS])
{
	memset(words, 0, WORDS * sizeof(*words));
	for (size_t i = 0; i < magnitude->len; i++)
		words[i / 4] |= (uint32_t)magnitude_byte(magnitude, i)
			<< 8 * (i % 4);
	return (magnitude->len + 3) / 4;
}

/* Divides by CHUNK; returns the remainder. */
static uint32_t take_chunk(uint32_t *words, size_t *count)
{
	uint64_t rest = 0;

	for (size_t i = *count; i-- > 0;) {
		rest = rest << 32 | words[i];
		words[i] = (uint32_t)(rest / CHUNK);
		rest %= CHUNK;
	}
	while (*count > 0 && words[*count - 1] == 0)
		--*count;
	return (uint32_t)rest;
}

bool tli_integer_to_decimal(const uint8_t *bytes, size_t len, char *text)
{
	struct magnitude magnitude = magnitude_of(bytes, len);
	char digits[CHUNKS * CHUNK_DIGITS + 1] = "";
	char *first = digits + sizeof(digits) - 1;
	uint32_t words[WORDS];
	size_t count;

	if (magnitude.len > sizeof(words))
		return false;
	count = load_words(&magnitude, words);
	do {
		uint32_t chunk = take_chunk(words, &count);

		for (unsigned i = 0; i < CHUNK_DIGITS; i++, chunk /= 10)
			*--first = hex_digits[chunk % 10];
	} while (count > 0);
	first += strspn(first, "0");
	if (!*first)
		first--;
	if (strlen(first) > TLI_INTEGER_DIGITS_MAX)
		return false;
	if (magnitude.negative)
		*text++ = '-';
	strcpy(text, first);
	return true;
}

size_t tli_integer_to_hex(const uint8_t *bytes, size_t len, char *text)
{
	struct magnitude magnitude = magnitude_of(bytes, len);
	char *end = text;

	if (magnitude.negative)
		*end++ = '-';
	*end++ = '0';
	*end++ = 'x';
	for (size_t i = magnitude.len; i-- > 0;) {
		uint8_t byte = magnitude_byte(&magnitude, i);

		if (i + 1 < magnitude.len || byte > 0xf)
			*end++ = hex_digits[byte >> 4];
		*end++ = hex_digits[byte & 0xf];
	}
	if (magnitude.len == 0)
		*end++ = '0';
	*end = '\0';
	return (size_t)(end - text);
}

/* 10 to the power of so many digits, up to a chunk of them. */
static uint32_t power_of_ten(size_t digits)
{
	uint32_t power = 1;

	while (digits-- > 0)
		power *= 10;
	return power;
}

static void multiply_and_add(
	uint32_t words[WORDS], size_t *count, uint32_t factor, uint32_t add)
{
	uint64_t carry = add;

	for (size_t i = 0; i < *count; i++) {
		carry += (uint64_t)words[i] * factor;
		words[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry > 0)
		words[(*count)++] = (uint32_t)carry;
}

/* Returns how many bytes the magnitude has. */
static size_t from_decimal(const char *digits, size_t count, uint8_t *bytes)
{
	uint32_t words[WORDS];
	size_t used = 0;

	while (count > 0) {
		size_t taken = count % CHUNK_DIGITS ? count % CHUNK_DIGITS
						    : CHUNK_DIGITS;
		uint32_t chunk = 0;

		for (size_t i = 0; i < taken; i++)
			chunk = chunk * 10 + (uint32_t)(*digits++ - '0');
		multiply_and_add(words, &used, power_of_ten(taken), chunk);
		count -= taken;
	}
	for (size_t i = 0; i < 4 * used; i++)
		bytes[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
	return 4 * used;
}

static unsigned digit_value(char digit)
{
	/* The low bits of a letter, of either case, count from 1. */
	return digit <= '9' ? (unsigned)(digit - '0')
			    : ((unsigned)digit & 0x7) + 9;
}

/* Of digits that are so many bits each. */
static size_t from_bits(
	const char *digits, size_t count, unsigned bits, uint8_t *bytes)
{
	unsigned held = 0, held_bits = 0;
	size_t len = 0;

	while (count > 0) {
		held |= digit_value(digits[--count]) << held_bits;
		held_bits += bits;
		if (held_bits >= 8) {
			bytes[len++] = (uint8_t)held;
			held >>= 8;
			held_bits -= 8;
		}
	}
	bytes[len++] = (uint8_t)held;
	return len;
}

int64_t tli_integer_from_digits(const char *digits, size_t count, unsigned base,
	bool negative, uint8_t *bytes)
{
	size_t len;

	if (base != 10) {
		unsigned bits = base == 2 ? 1 : base == 8 ? 3 : 4;

		len = from_bits(digits, count, bits, bytes);
	} else if (count > TLI_INTEGER_DIGITS_MAX) {
		return -1;
	} else {
		len = from_decimal(digits, count, bytes);
	}
	return (int64_t)with_sign(bytes, len, negative);
}

double tli_integer_to_double(const uint8_t *bytes, size_t len)
{
	struct magnitude magnitude = magnitude_of(bytes, len);
	size_t left_out = magnitude.len > 8 ? magnitude.len - 8 : 0;
	uint64_t highest = 0;
	double number = INFINITY;

	for (size_t i = magnitude.len; i-- > left_out;)
		highest = highest << 8 | magnitude_byte(&magnitude, i);
	/* At least 57 bits: the lowest can stand for all that are left out. */
	highest |= magnitude.lowest < left_out;
	if (magnitude.len <= DOUBLE_BYTES)
		number = ldexp((double)highest, 8 * (int)left_out);
	return magnitude.negative ? -number : number;
}

size_t tli_integer_from_double(double whole, uint8_t bytes[129])
{
	int exponent;
	double fraction = frexp(fabs(whole), &exponent);
	uint64_t bits = (uint64_t)ldexp(fraction, DOUBLE_DIGITS);
	unsigned shift = 0;

	if (exponent < DOUBLE_DIGITS)
		bits >>= DOUBLE_DIGITS - exponent;
	else
		shift = (unsigned)(exponent - DOUBLE_DIGITS);
	bits <<= shift % 8;
	memset(bytes, 0, shift / 8);
	for (unsigned i = 0; i < 8; i++)
		bytes[shift / 8 + i] = (uint8_t)(bits >> 8 * i);
	/* Of the 64 bits no more than 60 are used. */
	if (whole < 0)
		negate(bytes, shift / 8 + 8);
	return tli_integer_minimal(bytes, shift / 8 + 8);
}

int tli_integer_compare(const uint8_t *one, size_t one_len,
	const uint8_t *other, size_t other_len)
{
	bool negative = is_negative(one, one_len);

	if (negative != is_negative(other, other_len))
		return negative ? -1 : 1;
	if (one_len != other_len)
		return (one_len < other_len) != negative ? -1 : 1;
	while (one_len-- > 0)
		if (one[one_len] != other[one_len])
			return one[one_len] < other[one_len] ? -1 : 1;
	return 0;
}
