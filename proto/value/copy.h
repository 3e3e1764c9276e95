/* SPDX-License-Identifier: MIT */
/* A tree, with its sharing, in other values. */
#ifndef TLI_VALUE_COPY_H
#define TLI_VALUE_COPY_H

#include "value.h"

/* NULL with values->error set. is_broken_out, which may be NULL, tells whether
 * anything in the copy is broken. */
struct tli_value *tli_copy(struct tli_values *values,
	const struct tli_value *value, bool *is_broken_out);

#endif
