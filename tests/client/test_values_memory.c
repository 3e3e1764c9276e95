/* SPDX-License-Identifier: MIT */
/*
 * Every allocation for values made to fail in turn, cJSON's too: once, and from
 * then on for good. Each time that is what the caller is told, nothing leaks,
 * and a message is sent or not, received or still there.
 */
#include "checks.h"

#include "../unit/alloc.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define SITES_MAX  5000 /* far more allocations than any scenario makes */
#define LONG_BYTES 100000

static tieline_connection *ends[2];
static uint8_t *data;

static int open_pipe(void **state)
{
	(void)state;
	data = pattern(LONG_BYTES);
	return tieline_pipe(true, NULL, &ends[0], &ends[1]);
}

static int close_pipe(void **state)
{
	(void)state;
	tieline_connection_close(ends[0]);
	tieline_connection_close(ends[1]);
	free(data);
	return 0;
}

/* The code that a failure to make something is passed on with. */
static int why_missing(void)
{
	void *pickle;

	return tieline_value_pickle(NULL, 0, &pickle, NULL);
}

/* ---- Scenarios: each returns 0, or the first code that is not --------- */

/* Of every kind, with what is known of keys, and with sharing. */
static tieline_value *make_all(tieline_values *values)
{
	tieline_value *dict = tieline_value_dict(values);
	tieline_value *list = tieline_value_list(values);
	tieline_value *set = tieline_value_set(values);
	tieline_value *text = tieline_value_str(values, "text");
	tieline_value *pair[] = {text, tieline_value_float(values, 1.5)};

	for (int i = 0; i < 20; i++)
		tieline_value_add(set, tieline_value_int(values, i));
	tieline_value_append(list, list);
	tieline_value_append(list, set);
	tieline_value_append(
		list, tieline_value_bytes(values, data, LONG_BYTES));
	tieline_value_append(list, tieline_value_array(values, 'B', data, 100));
	tieline_value_append(list,
		tieline_value_strs(
			values, (const char *const[]){"a", "b", "c"}, 3));
	tieline_value_append(list,
		tieline_value_call(values,
			tieline_value_global(values, "module", "name"),
			tieline_value_tuple(values, pair, 2)));
	tieline_value_append(list, tieline_value_uint(values, UINT64_MAX));
	tieline_value_append(list, tieline_value_complex(values, 1, 2));
	tieline_value_set_text(dict, "list", list);
	tieline_value_set_item(dict, tieline_value_frozenset(values, pair, 2),
		tieline_value_bytearray(values, data, 2000));
	return dict;
}

static int make_and_pickle(void)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *all = make_all(values);
	void *pickle = NULL;
	size_t len;
	int result = tieline_value_pickle(all, 0, &pickle, &len);

	if (result == TIELINE_OK &&
		!tieline_value_unpickle(values, pickle, len))
		result = why_missing();
	tieline_free(pickle);
	tieline_values_free(values);
	return result;
}

static int put_elsewhere(void)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_values *others = tieline_values_new(NULL);
	tieline_value *list = tieline_value_list(values);
	void *pickle = NULL;
	int result = tieline_value_append(list, make_all(others));

	if (result == TIELINE_OK)
		result = tieline_value_pickle(list, 2, &pickle, NULL);
	tieline_free(pickle);
	tieline_values_free(others);
	tieline_values_free(values);
	return result;
}

static int build_and_repr(void)
{
	tieline_values *values = tieline_values_new(NULL);
	char *text = NULL;
	int result = tieline_value_repr(
		tieline_value_build(values,
			"{'a': [%s, %b, %d], (%f, %v): frozenset({'x', 'y'}), "
			"'array': array('i', [1, 2]), 7: %zu}",
			"text", data, (size_t)3000, 7, 1.5,
			tieline_value_none(values), SIZE_MAX),
		0, &text, NULL);

	if (result == TIELINE_OK &&
		!tieline_value_parse(values, text, strlen(text)))
		result = why_missing();
	tieline_free(text);
	tieline_values_free(values);
	return result;
}

static int json_both_ways(void)
{
	static const char json[] =
		"{\"a\":[1,2.5,\"text\",null],\"b\":{\"$repr\":\"(1, b'x')\"},"
		"\"c\":123456789012345678901234567890}";
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *value = tieline_value_from_json(
		values, json, sizeof(json) - 1, TIELINE_JSON_WRAPPED);
	char *text = NULL;
	int result =
		tieline_value_to_json(value, TIELINE_JSON_WRAPPED, &text, NULL);

	if (result == TIELINE_OK)
		assert_string_equal(text, json);
	tieline_free(text);
	tieline_values_free(values);
	return result;
}

static int disassemble(void)
{
	char *text = NULL;
	int result =
		tieline_pickle_disassemble("\x80\4](K\1K\2e.", 10, &text, NULL);

	if (result == TIELINE_OK)
		assert_non_null(strstr(text, "(MARK at 3)"));
	tieline_free(text);
	return result;
}

static int look_at(const tieline_value *all)
{
	uint64_t hash;
	int result = tieline_value_equal(all, all);

	if (result >= 0)
		result = tieline_value_equal(
			tieline_value_item(all, 0), tieline_value_item(all, 1));
	if (result >= 0)
		result = tieline_value_less(
			tieline_value_item(all, 2), tieline_value_item(all, 3));
	if (result >= 0)
		result = tieline_value_contains(
			tieline_value_item(all, 4), tieline_value_item(all, 5));
	if (result >= 0)
		result = tieline_value_hash(tieline_value_item(all, 5), &hash);
	return result < 0 ? result : TIELINE_OK;
}

static int compare(void)
{
	static const char text[] = "[{'a': [1, 2, {3}]}, {'a': [1, 2, {3}]}, "
				   "[(1, 2), {3, 4}], [(1, 2), {3, 4, 5}], "
				   "{1: 2, (1, (2, 'x')): 3}, (1, (2, 'x'))]";
	tieline_values *values;
	tieline_value *all;
	int result;

	alloc_pause(true);
	values = new_values(NULL);
	all = parsed(values, text);
	alloc_pause(false);
	result = look_at(all);
	tieline_values_free(values);
	return result;
}

/* ---- Messages -------------------------------------------------------- */

/* With all the memory it needs, and free of what fails. */
static void check_value(const char *literal)
{
	tieline_values *values;
	tieline_value *value = NULL;

	alloc_pause(true);
	values = new_values(NULL);
	assert_code(TIELINE_OK, tieline_recv_value(ends[1], 0, values, &value));
	assert_repr(literal, value);
	tieline_values_free(values);
	alloc_pause(false);
}

static void check_quiet(void)
{
	alloc_pause(true);
	assert_int_equal(tieline_poll(ends[1], 0), 0);
	alloc_pause(false);
}

/* Sent, or not at all. */
static int send(void)
{
	tieline_values *values = tieline_values_new(NULL);
	int result = tieline_send_value(
		ends[0], tieline_value_build(values, "[%s, %d]", "text", 7), 0);

	tieline_values_free(values);
	if (result == TIELINE_OK)
		check_value("['text', 7]");
	else
		check_quiet();
	return result;
}

static int send_built(void)
{
	int result = tieline_send_built(
		ends[0], TIELINE_FOREVER, "{%s: (%d, %f)}", "text", 7, 0.5);

	if (result == TIELINE_OK)
		check_value("{'text': (7, 0.5)}");
	else
		check_quiet();
	return result;
}

static int receive_into(tieline_values *values, size_t len)
{
	tieline_value *value = NULL;
	size_t got;
	int result = tieline_recv_value(ends[1], 0, values, &value);

	if (result < 0) {
		assert_null(value);
		return result;
	}
	assert_memory_equal(
		tieline_value_get_bytes(tieline_value_item(value, 0), &got),
		data, len);
	assert_int_equal(got, len);
	return TIELINE_OK;
}

/* What there was no memory for is received when there is. */
static int receive(size_t len)
{
	tieline_values *values;
	int result;

	alloc_pause(true);
	values = new_values(NULL);
	assert_code(TIELINE_OK,
		tieline_send_built(ends[0], 0, "[%b, (1, 2)]", data, len));
	alloc_pause(false);
	result = receive_into(values, len);
	alloc_pause(true);
	if (result == TIELINE_ENOMEM)
		assert_code(TIELINE_OK, receive_into(values, len));
	alloc_pause(false);
	tieline_values_free(values);
	check_quiet();
	return result;
}

static int receive_short(void)
{
	return receive(100);
}

static int receive_in_between(void)
{
	return receive(16000);
}

static int receive_long(void)
{
	return receive(LONG_BYTES);
}

/* ---- Each allocation ------------------------------------------------- */

static void fail_every_allocation(int (*scenario)(void), bool persistent)
{
	int result = -1;
	unsigned long n;

	/* The C library keeps things from the first time on. */
	assert_code(TIELINE_OK, scenario());
	for (n = 1; n < SITES_MAX; n++) {
		alloc_fail_from(n, persistent);
		result = scenario();
		if (alloc_count() < n)
			break;
		alloc_reset();
		if (result != TIELINE_OK)
			assert_code(TIELINE_ENOMEM, result);
		assert_code(TIELINE_OK, scenario());
	}
	alloc_reset();
	assert_code(TIELINE_OK, result);
	assert_in_range(n, 2, SITES_MAX - 1);
}

static void run_scenario(void **state)
{
	int (*scenario)(void) = (int (*)(void))(uintptr_t)*state;

	fail_every_allocation(scenario, false);
	fail_every_allocation(scenario, true);
}

#define scenario_test(function)                                                \
	{                                                                      \
#function, run_scenario, NULL, NULL,                           \
			(void *)(uintptr_t)(function)                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(make_and_pickle),
		scenario_test(put_elsewhere),
		scenario_test(build_and_repr),
		scenario_test(json_both_ways),
		scenario_test(disassemble),
		scenario_test(compare),
		scenario_test(send),
		scenario_test(send_built),
		scenario_test(receive_short),
		scenario_test(receive_in_between),
		scenario_test(receive_long),
	};
	cJSON_Hooks hooks = {malloc, free};

	cJSON_InitHooks(&hooks);
	return cmocka_run_group_tests(tests, open_pipe, close_pipe);
}
