/* SPDX-License-Identifier: MIT */
#include "unpickling.h"

#include "../../proto/value/repr.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

const struct tli_value_limits unpickle_limits = {1u << 24, 1u << 16, 100};
const uint64_t unpickle_seed[2] = {1, 2};

char *read_pickle_row(
	const struct pickle_row *row, enum tli_unpickle_bytes bytes)
{
	struct tli_values values;
	struct tli_buf text;
	uint8_t *pickle = exact_copy(row->pickle, row->len);
	struct tli_value *value;

	tli_values_init(&values, &unpickle_limits, unpickle_seed);
	tli_buf_init(&text, 4096);
	value = tli_unpickle(&values, pickle, row->len, bytes, NULL);
	if (value)
		assert_int_equal(tli_repr(value, &text), TLI_VALUE_OK);
	else
		assert_int_equal(tli_buf_append(&text, values.error.text,
					 strlen(values.error.text)),
			TLI_BUF_OK);
	assert_int_equal(tli_buf_append(&text, "", 1), TLI_BUF_OK);
	tli_values_fini(&values);
	free(pickle);
	return (char *)tli_buf_steal(&text);
}

void check_pickles(const struct pickle_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (int bytes = 0; bytes < 2; bytes++) {
			char *text = read_pickle_row(
				&rows[i], (enum tli_unpickle_bytes)bytes);

			assert_string_equal(text, rows[i].text);
			free(text);
		}
}
