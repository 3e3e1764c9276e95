/* SPDX-License-Identifier: MIT */
/* Values as items and back, in each format, at the limit and without memory. */
#include "unit.h"

#include "../../proto/item_value.h"
#include "../../proto/value/literal.h"
#include "../../proto/value/repr.h"
#include "alloc.h"

#include <string.h>

static const struct tli_value_limits limits = {1u << 20, 1000, 10};
static const uint64_t secret[2] = {1, 2};

static struct tli_value *value_of(struct tli_values *values, const char *text)
{
	tli_values_init(values, &limits, secret);
	return tli_literal(values, text, strlen(text), NULL);
}

static struct tli_item *item_of(
	enum tli_format format, const char *text, size_t max_bytes, int *code)
{
	struct tli_value_error error = {.code = TLI_VALUE_OK};
	struct tli_values values;
	struct tli_item *item = tli_item_of_value(
		format, value_of(&values, text), max_bytes, &error);

	tli_values_fini(&values);
	*code = error.code;
	return item;
}

static void check_value(const struct tli_item *item, const char *text)
{
	struct tli_values values;
	struct tli_buf repr;

	tli_values_init(&values, &limits, secret);
	tli_buf_init(&repr, 100);
	assert_int_equal(
		tli_repr(tli_item_value(&values, item), &repr), TLI_VALUE_OK);
	check_bytes("repr", tli_buf_head(&repr), tli_buf_len(&repr), text,
		strlen(text));
	tli_buf_fini(&repr);
	tli_values_fini(&values);
}

static void what_was_a_value_is_that_value(void **state)
{
	static const enum tli_format formats[] = {
		TLI_FORMAT_PICKLE, TLI_FORMAT_JSON};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int code;
		struct tli_item *item =
			item_of(formats[i], "{'a': [1, None]}", 100, &code);

		assert_int_equal(item->format, formats[i]);
		check_value(item, "{'a': [1, None]}");
		tli_item_unref(item);
	}
}

static void texts_and_bytes_are_str_and_bytes(void **state)
{
	struct tli_item *text = tli_item_of(TLI_FORMAT_TEXT, "x", 1);
	struct tli_item *bytes = tli_item_of(TLI_FORMAT_BYTES, "x", 1);

	(void)state;
	check_value(text, "'x'");
	check_value(bytes, "b'x'");
	tli_item_unref(text);
	tli_item_unref(bytes);
}

static void what_is_no_value_is_none(void **state)
{
	static const enum tli_format formats[] = {
		TLI_FORMAT_PICKLE, TLI_FORMAT_JSON};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct tli_item *item = tli_item_of(formats[i], "[", 1);
		struct tli_values values;

		tli_values_init(&values, &limits, secret);
		assert_null(tli_item_value(&values, item));
		assert_int_equal(values.error.code, TLI_VALUE_SYNTAX);
		tli_values_fini(&values);
		tli_item_unref(item);
	}
}

static void so_many_bytes_and_no_more(void **state)
{
	struct tli_item *item;
	int code;

	(void)state;
	item = item_of(TLI_FORMAT_JSON, "[1]", 3, &code);
	assert_int_equal(item->body_len, 3);
	tli_item_unref(item);
	assert_null(item_of(TLI_FORMAT_JSON, "[1]", 2, &code));
	assert_int_equal(code, TLI_VALUE_LIMIT);
	item = item_of(TLI_FORMAT_PICKLE, "None", 4, &code);
	assert_int_equal(item->body_len, 4);
	tli_item_unref(item);
	assert_null(item_of(TLI_FORMAT_PICKLE, "None", 3, &code));
	assert_int_equal(code, TLI_VALUE_LIMIT);
}

/* True if it needed less than n allocations. */
static bool is_made_with(
	unsigned long n, const struct tli_value *value, enum tli_format format)
{
	struct tli_value_error error;
	struct tli_item *item;
	bool is_enough;

	alloc_fail_from(n, false);
	item = tli_item_of_value(format, value, 100, &error);
	is_enough = alloc_count() < n;
	alloc_reset();
	assert_int_equal(item != NULL, is_enough);
	if (!item)
		assert_int_equal(error.code, TLI_VALUE_NOMEM);
	tli_item_unref(item);
	return is_enough;
}

static void without_memory_there_is_none(void **state)
{
	struct tli_values values;
	const struct tli_value *value = value_of(&values, "[1]");
	unsigned long n;

	(void)state;
	for (n = 1; !is_made_with(n, value, TLI_FORMAT_PICKLE); n++)
		;
	assert_true(n > 1);
	for (n = 1; !is_made_with(n, value, TLI_FORMAT_JSON); n++)
		;
	assert_true(n > 1);
	tli_values_fini(&values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_a_value_is_that_value),
		cmocka_unit_test(texts_and_bytes_are_str_and_bytes),
		cmocka_unit_test(what_is_no_value_is_none),
		cmocka_unit_test(so_many_bytes_and_no_more),
		cmocka_unit_test(without_memory_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
