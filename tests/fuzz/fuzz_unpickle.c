/* SPDX-License-Identifier: MIT */
/*
 * Pickles of anybody's: what is read is written in each protocol and read
 * again as equal, copied as equal, and has a text; what is not has an error
 * with its place.
 */
#include "fuzz.h"

#include "../../proto/pickle/pickle.h"
#include "../../proto/pickle/unpickle.h"
#include "../../proto/value/compare.h"
#include "../../proto/value/copy.h"
#include "../../proto/value/repr.h"

#include <string.h>

static const struct tli_value_limits limits = {4u << 20, 20000, 200};
/* What is written of sets and old bytes can be a little more. */
static const struct tli_value_limits more = {32u << 20, 400000, 2000};
static const uint64_t seed[2] = {3, 4};

/* Not a number is equal to nothing, not even to itself read again. */
static bool has_nan(const struct tli_value *value)
{
	struct tli_buf text;
	bool found = true;

	tli_buf_init(&text, 1u << 20);
	if (tli_repr(value, &text) == TLI_VALUE_OK &&
		tli_buf_append(&text, "", 1) == TLI_BUF_OK)
		found = strstr((char *)tli_buf_head(&text), "nan") != NULL;
	tli_buf_fini(&text);
	return found;
}

static void is_same(
	const struct tli_value *value, const struct tli_value *again)
{
	int equal = tli_equal(value, again);

	require(equal == 1 || equal == TLI_VALUE_LIMIT || has_nan(value));
}

static void is_written_and_read_again(
	const struct tli_value *value, int protocol)
{
	struct tli_values values;
	struct tli_value_error error;
	struct tli_value *again;
	struct tli_buf pickle;
	int result;

	tli_values_init(&values, &more, seed);
	tli_buf_init(&pickle, 8u << 20);
	result = tli_pickle(value, protocol, &pickle, &error);
	if (result == TLI_VALUE_OK) {
		again = tli_unpickle(&values, tli_buf_head(&pickle),
			tli_buf_len(&pickle), TLI_UNPICKLE_BORROW, NULL);
		require(again);
		is_same(value, again);
	} else
		require(result == TLI_VALUE_LIMIT || result == TLI_VALUE_TYPE);
	tli_buf_fini(&pickle);
	tli_values_fini(&values);
}

static void is_copied(const struct tli_value *value)
{
	struct tli_values values;
	struct tli_value *copy;

	tli_values_init(&values, &more, seed);
	copy = tli_copy(&values, value);
	require(copy);
	is_same(value, copy);
	tli_values_fini(&values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tli_values values;
	struct tli_value *value;
	size_t used = 0;

	tli_values_init(&values, &limits, seed);
	value = tli_unpickle(&values, data, size, TLI_UNPICKLE_COPY, &used);
	if (value) {
		require(used > 0 && used <= size && data[used - 1] == '.');
		for (int protocol = TLI_PICKLE_PROTOCOL_MIN;
			protocol <= TLI_PICKLE_PROTOCOL_MAX; protocol++)
			is_written_and_read_again(value, protocol);
		is_copied(value);
	} else
		require(strncmp(values.error.text, "offset ", 7) == 0);
	tli_values_fini(&values);
	return 0;
}
