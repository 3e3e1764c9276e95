/* SPDX-License-Identifier: MIT */
/* XML-RPC: what is read is written, in as many bytes as it needs, and read
 * again as the same. */
#include "fuzz.h"

#include "../../proto/value/repr.h"
#include "../../proto/xmlrpc.h"

#include <string.h>

#define AMPLE ((size_t)1 << 24)

static const struct tli_value_limits limits = {
	.max_bytes = 1 << 20, .max_nodes = 1 << 14, .max_depth = 64};
/* Whatever could be read has room here, though it was shared before. */
static const struct tli_value_limits plenty = {
	.max_bytes = AMPLE, .max_nodes = 1 << 20, .max_depth = 64};
static const uint64_t seed[2] = {1, 2};

static void have_same_repr(
	const struct tli_value *one, const struct tli_value *copy)
{
	struct tli_buf texts[2];

	for (int i = 0; i < 2; i++) {
		tli_buf_init(&texts[i], AMPLE);
		require(tli_repr(i ? copy : one, &texts[i]) == TLI_VALUE_OK);
	}
	require(tli_buf_len(&texts[0]) == tli_buf_len(&texts[1]));
	require(memcmp(tli_buf_head(&texts[0]), tli_buf_head(&texts[1]),
			tli_buf_len(&texts[0])) == 0);
	for (int i = 0; i < 2; i++)
		tli_buf_fini(&texts[i]);
}

static void needs_all_its_bytes(const struct tli_value *value, size_t len)
{
	struct tli_value_error error;
	struct tli_buf out;

	tli_buf_init(&out, len - 1);
	require(tli_xmlrpc_write(value, &out, &error) == TLI_VALUE_LIMIT);
	tli_buf_fini(&out);
}

static void is_read_as_it_is_written(const struct tli_value *value)
{
	struct tli_value_error error;
	struct tli_values values;
	struct tli_value *copy;
	struct tli_buf out;
	int result;

	tli_buf_init(&out, AMPLE);
	result = tli_xmlrpc_write(value, &out, &error);
	if (result == TLI_VALUE_OK) {
		needs_all_its_bytes(value, tli_buf_len(&out));
		tli_values_init(&values, &plenty, seed);
		copy = tli_xmlrpc_read(
			&values, tli_buf_head(&out), tli_buf_len(&out));
		require(copy);
		have_same_repr(value, copy);
		tli_values_fini(&values);
	} else {
		/* Integers of more than 32 bits are read. */
		require(result == TLI_VALUE_TYPE);
		require(strstr(error.text, "int exceeds XML-RPC limits"));
	}
	tli_buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tli_values values;
	struct tli_value *value;

	tli_values_init(&values, &limits, seed);
	value = tli_xmlrpc_read(&values, data, size);
	if (value) {
		is_read_as_it_is_written(value);
	} else {
		require(values.error.code < 0);
		require(values.error.code != TLI_VALUE_SYNTAX ||
			strncmp(values.error.text, "line ", 5) == 0);
	}
	tli_values_fini(&values);
	return 0;
}
