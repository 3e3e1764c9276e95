/* SPDX-License-Identifier: MIT */
/*
 * Integers of any size, as two's complement, little-endian bytes: the form in
 * which pickles have them.
 */
#ifndef TLI_INTEGER_H
#define TLI_INTEGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most digits that are converted, in either direction, as in Python: more
 * would take too long. */
#define TLI_INTEGER_DIGITS_MAX 4300u
/* What these can need as bytes. */
#define TLI_INTEGER_BYTES_MAX 1788u

/* How many of the bytes matter: the rest only repeats the sign. 0 for 0. */
size_t tli_integer_minimal(const uint8_t *bytes, size_t len);

/* True, with the value, if it fits. */
bool tli_integer_to_int64(
	const uint8_t *bytes, size_t len, int64_t *integer_out);

/* As few bytes as can be; returns how many (0 to 8). */
size_t tli_integer_from_int64(int64_t integer, uint8_t bytes[8]);

/*
 * The decimal digits, with a '-' if negative and a NUL behind. False if there
 * are more than TLI_INTEGER_DIGITS_MAX. text has room for
 * TLI_INTEGER_DIGITS_MAX + 2.
 */
bool tli_integer_to_decimal(const uint8_t *bytes, size_t len, char *text);

/* Writes "-0x1f..." with a NUL behind into text, which has room for
 * 2 * len + 5. Returns how long it is. */
size_t tli_integer_to_hex(const uint8_t *bytes, size_t len, char *text);

/*
 * Reads digits of a base of 2, 8, 10 or 16, of which there is at least one and
 * nothing else. Returns the number of bytes (as few as can be), or -1 if there
 * are more than TLI_INTEGER_DIGITS_MAX digits. bytes has room for
 * TLI_INTEGER_BYTES_MAX for base 10 and 2 bytes more than digits need else;
 * other bases than 10 have no limit but that.
 */
int64_t tli_integer_from_digits(const char *digits, size_t count, unsigned base,
	bool negative, uint8_t *bytes);

/* The nearest double (ties to even); an infinity if it is too large. */
double tli_integer_to_double(const uint8_t *bytes, size_t len);

/* A double without a fraction as an integer, of at most 129 bytes; returns how
 * many. */
size_t tli_integer_from_double(double whole, uint8_t bytes[129]);

/* Negative, 0 or positive, as one is less than, equal to or more than other;
 * both as short as can be. */
int tli_integer_compare(const uint8_t *one, size_t one_len,
	const uint8_t *other, size_t other_len);

#endif
