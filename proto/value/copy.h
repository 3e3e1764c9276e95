/* SPDX-License-Identifier: MIT */
/* A tree, with its sharing, in other values. */
#ifndef TLI_VALUE_COPY_H
#define TLI_VALUE_COPY_H

#include "value.h"

/* NULL with values->error set. */
struct tli_value *tli_copy(
	struct tli_values *values, const struct tli_value *value);

#endif
