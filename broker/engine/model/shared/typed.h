/* SPDX-License-Identifier: MIT */
/*
 * Values of a type: what Value and Array have. Types are array.array's: what
 * does not fit raises what it raises there, with its text; nothing is cut to
 * fit, as ctypes would.
 */
#ifndef MODEL_TYPED_H
#define MODEL_TYPED_H

#include "../call.h"

/* The typecode that a value is, or that one of ctypes' types has; 0 if it is
 * none. */
char typed_code(const struct tli_value *typecode);

/* An array.array of these values. NULL with OverflowError or TypeError raised.
 */
struct tli_value *typed_array(
	struct call *call, char typecode, const struct tli_items *values);

/* The same of one. */
struct tli_value *typed_single(
	struct call *call, char typecode, struct tli_value *value);

/* As Python's + has it, of any two values; NULL with the error raised. */
struct tli_value *typed_sum(struct call *call, const struct tli_value *one,
	const struct tli_value *other);

#endif
