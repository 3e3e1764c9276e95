/* SPDX-License-Identifier: MIT */
/* Values from JSON and as JSON when memory is short: each allocation is made
 * to fail, cJSON's own too. */
#include "unit.h"

#include "../../proto/value/json_value.h"
#include "alloc_each.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define A16 "[[[[[[[[[[[[[[[["
#define Z16 "]]]]]]]]]]]]]]]]"

static const struct tli_value_limits limits = {
	.max_bytes = 1 << 20, .max_nodes = 1 << 16, .max_depth = 100};
static const uint64_t seed[2] = {1, 2};

/* True if it was done, false if there was no memory for it. */
static bool write_value(const struct tli_value *value, const char *json)
{
	struct tli_value_error error = {.code = TLI_VALUE_OK};
	char *text;
	size_t len;
	int result = tli_value_to_json(
		value, TLI_JSON_WRAPPED, 1 << 16, &text, &len, &error);

	if (result != TLI_VALUE_OK) {
		assert_int_equal(result, TLI_VALUE_NOMEM);
		assert_int_equal(error.code, TLI_VALUE_NOMEM);
		assert_string_equal(error.text, "out of memory");
		assert_null(text);
		return false;
	}
	check_bytes("written", text, len, json, strlen(json));
	free(text);
	return true;
}

static bool read_and_write(const char *json)
{
	struct tli_values values;
	struct tli_value *value;
	bool done;

	tli_values_init(&values, &limits, seed);
	value = tli_value_from_json(
		&values, json, strlen(json), TLI_JSON_WRAPPED);
	if (!value) {
		assert_int_equal(values.error.code, TLI_VALUE_NOMEM);
		assert_string_equal(values.error.text, "out of memory");
	}
	done = value && write_value(value, json);
	tli_values_fini(&values);
	return done;
}

static const char *const texts[] = {
	"1",
	"-123456789012345678901234567890",
	"[null,true,[1.5,\"text\",{}],{\"a\":{\"b\":[]},\"c\":-1}]",
	"[{\"$repr\":\"(1, b'a', {2: {3.5, 'x'}})\"},{\"$repr\":\"()\"}]",
	/* more levels than a walk has room for from the start */
	A16 A16 A16 "{\"a\":{\"$repr\":\"b''\"}}" Z16 Z16 Z16,
};

static void each_allocation_may_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(texts); i++)
		alloc_fail_each(read_and_write, texts[i], 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_may_fail),
	};
	cJSON_Hooks hooks = {malloc, free};

	cJSON_InitHooks(&hooks);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
