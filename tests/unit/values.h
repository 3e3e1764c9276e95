/* SPDX-License-Identifier: MIT */
/* Values for unit tests, in memory of which there is enough. */
#ifndef TESTS_VALUES_H
#define TESTS_VALUES_H

#include "../../proto/value/value.h"

/* With a seed that is the same each time. */
void values_init(struct tli_values *values);

/* A tuple, list ... of items up to a NULL. */
struct tli_value *items_of(struct tli_values *values, enum tli_kind kind, ...);

struct tli_value *text_of(struct tli_values *values, const char *text);

#endif
