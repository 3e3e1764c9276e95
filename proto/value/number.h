/* SPDX-License-Identifier: MIT */
/* Numbers of any kind by what they amount to: 1, 1.0, True and 1+0j are the
 * same, and have the same bytes. */
#ifndef TLI_NUMBER_H
#define TLI_NUMBER_H

#include "value.h"

#define TLI_NUMBER_BYTES 129u

enum tli_number_form {
	TLI_NUMBER_WHOLE,     /* two's complement, as short as can be */
	TLI_NUMBER_FRACTION,  /* a double that is not whole, or infinite */
	TLI_NUMBER_COMPLEX,   /* two doubles; the second is not zero */
	TLI_NUMBER_NAN,       /* the address of the node that it is in */
	TLI_NUMBER_CHARACTER, /* what arrays of 'u' have: as if it were whole */
};

/* It can refer to itself and to the value that it is of: never copied. */
struct tli_number {
	enum tli_number_form form;
	size_t len;
	const uint8_t *bytes;
	uint8_t own[TLI_NUMBER_BYTES];
};

static inline bool tli_is_number(const struct tli_value *value)
{
	return value->kind >= TLI_BOOL && value->kind <= TLI_COMPLEX;
}

/* Of a value that is a number. */
void tli_number_of(
	const struct tli_value *value, struct tli_number *number_out);

/* Of two's complement, little-endian bytes, which are not copied. */
void tli_number_from_bytes(
	const uint8_t *bytes, size_t len, struct tli_number *number_out);

/* Of a double in that node. */
void tli_number_from_double(double real, const struct tli_value *node,
	struct tli_number *number_out);

/* Negative, 0 or positive, or TLI_UNORDERED: a NaN, a complex number that is
 * not equal, a character with a number. */
#define TLI_UNORDERED 2
int tli_number_compare(
	const struct tli_number *one, const struct tli_number *other);

#endif
