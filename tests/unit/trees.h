/* SPDX-License-Identifier: MIT */
/* Values of every kind, by name. What Python is to read of them as pickles,
 * tests/interop/programs/pickled.py knows. */
#ifndef TESTS_TREES_H
#define TESTS_TREES_H

#include "../../proto/value/value.h"

struct tree {
	const char *name;
	struct tli_value *(*build)(struct tli_values *values);
	int protocol_min; /* 0: any */
};

/* Ends with a NULL for a name. */
extern const struct tree trees[];

/* Values with limits that no tree reaches. */
void trees_values_init(struct tli_values *values);

#endif
