/* SPDX-License-Identifier: MIT */
/* Values as what a test has from its set-up, and what it looks at them with. */
#ifndef TESTS_VALUE_STATE_H
#define TESTS_VALUE_STATE_H

#include "unit.h"

#include "../../proto/value/value.h"

extern const struct tli_value_limits value_limits;
extern const uint64_t value_seed[2];

/* The state is a struct tli_values. */
int values_set_up(void **state);
int values_tear_down(void **state);

#define WITH_VALUES(test)                                                      \
	cmocka_unit_test_setup_teardown(test, values_set_up, values_tear_down)

/* Fails the test if it is none. */
struct tli_value *read_literal(struct tli_values *values, const char *text);

void check_repr(
	const char *row, const struct tli_value *value, const char *expected);

#endif
