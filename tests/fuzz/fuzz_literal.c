/* SPDX-License-Identifier: MIT */
/* Python literals, as people write them: what is taken is printed, and wrapped
 * as JSON, and that is read as an equal value, which is printed alike. */
#include "fuzz.h"

#include "../../proto/value/compare.h"
#include "../../proto/value/json_value.h"
#include "../../proto/value/literal.h"
#include "../../proto/value/repr.h"

#include <string.h>

static const uint64_t seed[2] = {1, 2};

/* Whatever could be read has room here, and what it is printed as. */
static const struct tli_value_limits plenty = {(size_t)1 << 30, 1u << 30, 64};

static void is_explained(const struct tli_value_error *error)
{
	require(error->code < 0);
	require(error->text[0] != '\0');
	if (error->code == TLI_VALUE_SYNTAX)
		require(strncmp(error->text, "line ", 5) == 0);
}

static void print(const struct tli_value *value, struct tli_buf *text)
{
	tli_buf_init(text, SIZE_MAX / 4);
	require(tli_repr(value, text) == TLI_VALUE_OK);
}

static void are_same(const struct tli_buf *one, const struct tli_buf *other)
{
	require(tli_buf_len(one) == tli_buf_len(other));
	require(memcmp(tli_buf_head(one), tli_buf_head(other),
			tli_buf_len(one)) == 0);
}

static void is_the_same(const struct tli_value *value,
	const struct tli_buf *text, const struct tli_value *other)
{
	struct tli_buf again;

	require(other);
	print(other, &again);
	are_same(text, &again);
	/* A NaN is equal to itself alone. */
	if (!memmem(tli_buf_head(text), tli_buf_len(text), "nan", 3))
		require(tli_equal(value, other) == 1);
	tli_buf_fini(&again);
}

static void is_read_as_it_is_printed(const struct tli_value *value)
{
	struct tli_values others;
	struct tli_buf text;

	print(value, &text);
	tli_values_init(&others, &plenty, seed);
	is_the_same(value, &text,
		tli_literal(&others, (const char *)tli_buf_head(&text),
			tli_buf_len(&text), NULL));
	tli_buf_fini(&text);
	tli_values_fini(&others);
}

static void is_read_as_it_is_wrapped(const struct tli_value *value)
{
	struct tli_value_error error;
	struct tli_values others;
	struct tli_buf text;
	char *json;
	size_t len;

	/* What is wrapped adds a level. */
	if (tli_value_to_json(value, TLI_JSON_WRAPPED, 1u << 24, &json, &len,
		    &error) != TLI_VALUE_OK) {
		require(error.code == TLI_VALUE_LIMIT);
		return;
	}
	print(value, &text);
	tli_values_init(&others, &plenty, seed);
	is_the_same(value, &text,
		tli_value_from_json(&others, json, len, TLI_JSON_WRAPPED));
	tli_buf_fini(&text);
	tli_values_fini(&others);
	free(json);
}

/* Stands for 1, wherever it is. */
static struct tli_value *fill(struct tli_literal_filler *filler,
	struct tli_values *values, const char **cursor)
{
	(void)filler;
	(void)cursor;
	return tli_int(values, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct tli_value_limits limits = {
		(size_t)1 << 20, 1u << 14, 64};
	struct tli_literal_filler filler = {.fill = fill};
	struct tli_values values;
	struct tli_value *value;

	tli_values_init(&values, &limits, seed);
	value = tli_literal(&values, (const char *)data, size,
		size > 0 && data[0] == ' ' ? &filler : NULL);
	if (value) {
		is_read_as_it_is_printed(value);
		is_read_as_it_is_wrapped(value);
	} else
		is_explained(&values.error);
	tli_values_fini(&values);
	return 0;
}
