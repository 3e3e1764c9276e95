/* SPDX-License-Identifier: MIT */
/* JSON, requests and replies when memory is short: each allocation is made to
 * fail, cJSON's own too. */
#include "unit.h"

#include "../../proto/control.h"
#include "../../proto/json.h"
#include "alloc.h"
#include "json_copy.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define NEVER_NEEDED 1000ul /* more allocations than any scenario makes */

/* What is tried again and again: true if it was done, false if there was no
 * memory for it; anything else fails the test. */
typedef bool scenario(void);

static bool read_and_write(const char *text, bool comments)
{
	const struct tli_json_limits limits = {
		.max_bytes = 1000, .max_depth = 8, .comments = comments};
	struct tli_json_writer writer = {.failed = false};
	struct tli_json_error error;
	tli_json *json = tli_json_parse(text, strlen(text), &limits, &error);
	size_t len;
	char *back;

	if (!json) {
		assert_int_equal(error.line, 0);
		assert_string_equal(error.text, "out of memory");
		return false;
	}
	json_copy(&writer, NULL, NULL, json);
	tli_json_free(json);
	back = tli_json_finish(&writer, &len);
	free(back);
	return back;
}

static bool a_value(void)
{
	return read_and_write(
		"{\"a\":[1,2.5,true,\"text\",{}],\"b\":{\"c\":-1,\"d\":[]}}",
		false);
}

static bool a_value_with_comments(void)
{
	return read_and_write("// one\n[1, /* two */ \"\\u00e9\"]", true);
}

/* A text longer than what cJSON starts to print into. */
static bool a_long_text(void)
{
	char text[600];

	memset(text, 'x', sizeof(text));
	text[0] = text[sizeof(text) - 2] = '"';
	text[sizeof(text) - 1] = '\0';
	return read_and_write(text, false);
}

static bool a_request(void)
{
	static const char text[] =
		"{\"accept\":\"a\",\"timeout\":1.5,\"listener\":\"l\","
		"\"confirm\":true}";
	struct tli_request request;
	char why[TLI_CONTROL_TEXT], back[TLI_CONTROL_MAX];
	int result = tli_request_parse(text, strlen(text), &request, why);
	size_t len;

	if (result != TLI_CONTROL_OK) {
		assert_int_equal(result, TLI_CONTROL_NOMEM);
		assert_string_equal(
			why, "the request cannot be read: out of memory");
		return false;
	}
	len = tli_request_format(&request, back);
	if (len > 0)
		check_bytes("request", back, len, text, strlen(text));
	return len > 0;
}

static bool a_reply_of(const char *text)
{
	struct tli_reply reply;
	char why[TLI_CONTROL_TEXT], back[TLI_CONTROL_MAX];
	int result = tli_reply_parse(text, strlen(text), &reply, why);
	size_t len;

	if (result != TLI_CONTROL_OK) {
		assert_int_equal(result, TLI_CONTROL_NOMEM);
		assert_string_equal(
			why, "the reply cannot be read: out of memory");
		return false;
	}
	len = tli_reply_format(&reply, back);
	if (len > 0)
		check_bytes("reply", back, len, text, strlen(text));
	return len > 0;
}

static bool a_pairing(void)
{
	return a_reply_of("{\"ok\":true,\"name\":\"a\",\"peer\":{\"address\":"
			  "\"unix:\",\"uid\":7}}");
}

static bool a_confirmation(void)
{
	return a_reply_of("{\"ok\":true,\"parked\":\"a\"}");
}

static bool a_refusal(void)
{
	return a_reply_of(
		"{\"ok\":false,\"error\":\"full\",\"message\":\"m\"}");
}

/* A mistake is one also when memory is short. */
static bool a_bad_request(void)
{
	static const char text[] = "{\"a\":1,\"a\":1}";
	struct tli_request request;
	char why[TLI_CONTROL_TEXT];
	int result = tli_request_parse(text, strlen(text), &request, why);

	assert_int_not_equal(result, TLI_CONTROL_OK);
	return result == TLI_CONTROL_BAD;
}

static void fails_at_each_allocation(scenario *run, bool persistent)
{
	unsigned long n = 1;

	for (;; n++) {
		bool done;

		assert_in_range(n, 1, NEVER_NEEDED);
		alloc_fail_from(n, persistent);
		done = run();
		if (alloc_count() < n) {
			assert_true(done);
			break;
		}
		assert_false(done);
	}
	alloc_reset();
	assert_true(n > 3);
}

static void each_allocation_may_fail(void **state)
{
	static scenario *const scenarios[] = {a_value, a_value_with_comments,
		a_long_text, a_request, a_pairing, a_confirmation, a_refusal,
		a_bad_request};

	(void)state;
	for (size_t i = 0; i < LENGTH(scenarios); i++) {
		fails_at_each_allocation(scenarios[i], false);
		fails_at_each_allocation(scenarios[i], true);
	}
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
