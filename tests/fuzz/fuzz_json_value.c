/* SPDX-License-Identifier: MIT */
/* Values from JSON: what is read is written, in as many bytes as it needs, and
 * read again as the same, in both wrappings. */
#include "fuzz.h"

#include "../../proto/value/json_value.h"
#include "../../proto/value/repr.h"

#include <string.h>

#define MAX_BYTES 65536u

static const struct tli_value_limits limits = {
	.max_bytes = 1 << 24, .max_nodes = 1 << 16, .max_depth = 200};
static const uint64_t seed[2] = {1, 2};

static void have_same_repr(
	const struct tli_value *one, const struct tli_value *copy)
{
	struct tli_buf texts[2];

	for (int i = 0; i < 2; i++) {
		tli_buf_init(&texts[i], 1 << 24);
		require(tli_repr(i ? copy : one, &texts[i]) == TLI_VALUE_OK);
	}
	require(tli_buf_len(&texts[0]) == tli_buf_len(&texts[1]));
	require(memcmp(tli_buf_head(&texts[0]), tli_buf_head(&texts[1]),
			tli_buf_len(&texts[0])) == 0);
	for (int i = 0; i < 2; i++)
		tli_buf_fini(&texts[i]);
}

static void is_read_as_it_is_written(
	const struct tli_value *value, enum tli_json_wrapping wrapping)
{
	struct tli_value_error error;
	struct tli_values values;
	struct tli_value *copy;
	char *text, *again;
	size_t len, again_len;

	/* What was wrapped may have more levels than JSON. */
	if (tli_value_to_json(value, wrapping, 1 << 24, &text, &len, &error) !=
		TLI_VALUE_OK) {
		require(error.code == TLI_VALUE_LIMIT && !text);
		return;
	}
	require(strlen(text) == len);
	require(tli_value_to_json(value, wrapping, len - 1, &again, &again_len,
			&error) == TLI_VALUE_LIMIT);
	tli_values_init(&values, &limits, seed);
	copy = tli_value_from_json(&values, text, len, wrapping);
	require(copy);
	have_same_repr(value, copy);
	tli_values_fini(&values);
	free(text);
}

static void read_one(
	const char *text, size_t len, enum tli_json_wrapping wrapping)
{
	struct tli_values values;
	struct tli_value *value;

	tli_values_init(&values, &limits, seed);
	value = tli_value_from_json(&values, text, len, wrapping);
	if (value) {
		is_read_as_it_is_written(value, wrapping);
		is_read_as_it_is_written(value, TLI_JSON_WRAPPED);
	} else {
		require(values.error.code < 0);
		require(strlen(values.error.text) > 0);
	}
	tli_values_fini(&values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > MAX_BYTES)
		return 0;
	read_one((const char *)data, size, TLI_JSON_PLAIN);
	read_one((const char *)data, size, TLI_JSON_WRAPPED);
	return 0;
}
