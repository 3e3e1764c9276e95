/* SPDX-License-Identifier: MIT */
/* Equality and order, as Python's == and <. */
#ifndef TLI_COMPARE_H
#define TLI_COMPARE_H

#include "value.h"

/* Whether they are equal, if one of them is None, a number, a str or bytes. */
bool tli_scalar_equal(
	const struct tli_value *one, const struct tli_value *other);

/* 1 if they are equal (fingerprint.h has the rules), 0 if not, or a negative
 * enum tli_value_result: TLI_VALUE_NOMEM, TLI_VALUE_LIMIT. */
int tli_equal(const struct tli_value *one, const struct tli_value *other);

/*
 * 1 if one < other, 0 if not; TLI_VALUE_TYPE, with Python's text in *error, if
 * Python has no order for them: None, dicts, complex numbers, different kinds
 * that are not both numbers, objects. TLI_VALUE_NOMEM, TLI_VALUE_LIMIT, with a
 * text too.
 */
int tli_less(const struct tli_value *one, const struct tli_value *other,
	struct tli_value_error *error);

#endif
