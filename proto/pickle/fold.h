/* SPDX-License-Identifier: MIT */
/*
 * The closed table of constructors that become data instead of a symbol,
 * because CPython itself writes plain data so: range, slice, complex, bytes
 * and bytearray and sets in old protocols, arrays, and lists that are copies
 * (of dict views). Each only with arguments as CPython writes them.
 */
#ifndef TLI_FOLD_H
#define TLI_FOLD_H

#include "../value/value.h"

/*
 * What the global would return for the tuple of arguments, if it is in the
 * table and they are as it takes them; *folded_out is NULL if not. False if it
 * is, but could not be made; the error is set.
 */
bool tli_fold(struct tli_values *values, const struct tli_value *global,
	const struct tli_value *args, struct tli_value **folded_out);

#endif
