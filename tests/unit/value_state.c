/* SPDX-License-Identifier: MIT */
#include "value_state.h"

#include "../../proto/value/literal.h"
#include "../../proto/value/repr.h"

#include <stdlib.h>
#include <string.h>

#define AMPLE ((size_t)1 << 24)

const struct tli_value_limits value_limits = {
	.max_bytes = AMPLE, .max_nodes = 1 << 20, .max_depth = 1000};
const uint64_t value_seed[2] = {1, 2};

int values_set_up(void **state)
{
	struct tli_values *values = malloc(sizeof(*values));

	assert_non_null(values);
	tli_values_init(values, &value_limits, value_seed);
	*state = values;
	return 0;
}

int values_tear_down(void **state)
{
	tli_values_fini(*state);
	free(*state);
	return 0;
}

struct tli_value *read_literal(struct tli_values *values, const char *text)
{
	struct tli_value *value = tli_literal(values, text, strlen(text), NULL);

	if (!value)
		fail_msg("%s: %s", text, values->error.text);
	return value;
}

void check_repr(
	const char *row, const struct tli_value *value, const char *expected)
{
	struct tli_buf text;

	tli_buf_init(&text, AMPLE);
	assert_int_equal(tli_repr(value, &text), TLI_VALUE_OK);
	check_bytes(row, tli_buf_head(&text), tli_buf_len(&text), expected,
		strlen(expected));
	tli_buf_fini(&text);
}
