/* SPDX-License-Identifier: MIT */
/* The parts of a session that need no session: handles, and what comes in. */
#include "../../broker/session_handles.h"
#include "../../broker/session_input.h"
#include "../unit/alloc.h"
#include "../unit/unit.h"

#include <stdlib.h>
#include <string.h>

/* ---- Handles ---------------------------------------------------------- */

#define HANDLES_MAX 100u

static void numbers_are_taken_once(void **state)
{
	struct handles handles = {.all = NULL};

	(void)state;
	assert_null(handles_find(&handles, 7));
	assert_int_equal(handles_take(&handles, 7, HANDLES_MAX), HANDLE_OK);
	assert_int_equal(handles_take(&handles, 7, HANDLES_MAX), HANDLE_TAKEN);
	assert_int_equal(handles_find(&handles, 7)->state, HANDLE_OPENING);
	assert_int_equal(handles.used, 1);
	handles_give_up(&handles, 7);
	assert_null(handles_find(&handles, 7));
	assert_int_equal(handles_take(&handles, 7, HANDLES_MAX), HANDLE_OK);
	assert_int_equal(handles.used, 1);
	handles_fini(&handles);
}

static void numbers_have_bounds(void **state)
{
	static const uint32_t wrong[] = {0, HANDLES_MAX, UINT32_MAX};
	struct handles handles = {.all = NULL};

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++)
		assert_int_equal(handles_take(&handles, wrong[i], HANDLES_MAX),
			HANDLE_NUMBER);
	assert_null(handles_find(&handles, 0));
	assert_null(handles_find(&handles, UINT32_MAX));
	for (uint32_t i = 1; i < HANDLES_MAX; i++)
		assert_int_equal(
			handles_take(&handles, i, HANDLES_MAX), HANDLE_OK);
	assert_int_equal(handles.used, HANDLES_MAX - 1);
	assert_int_equal(handles.count, HANDLES_MAX);
	handles_fini(&handles);
}

static void numbers_may_lack_memory(void **state)
{
	struct handles handles = {.all = NULL};

	(void)state;
	alloc_fail_from(1, false);
	assert_int_equal(handles_take(&handles, 1, HANDLES_MAX), HANDLE_NOMEM);
	assert_int_equal(handles_take(&handles, 1, HANDLES_MAX), HANDLE_OK);
	alloc_fail_from(1, false);
	assert_int_equal(handles_take(&handles, 50, HANDLES_MAX), HANDLE_NOMEM);
	alloc_reset();
	assert_non_null(handles_find(&handles, 1));
	assert_int_equal(handles.used, 1);
	handles_fini(&handles);
}

/* ---- Input ------------------------------------------------------------ */

#define PAYLOADS_MAX 3u
#define BYTES_MAX    20u

static struct session_input input;
static struct arrival arrival;
static const char *why;

static int begin_input(void **state)
{
	(void)state;
	session_input_init(&input);
	input.max_count = PAYLOADS_MAX;
	input.max_bytes = BYTES_MAX;
	return 0;
}

static int end_input(void **state)
{
	(void)state;
	session_input_fini(&input);
	return (int)(input.count + input.bytes);
}

static int add(uint32_t tag, bool goes_on, const char *payload)
{
	struct tli_session_frame frame = {
		.op = TLI_OP_PUT,
		.flags = goes_on ? TLI_FLAG_QUIET | TLI_FLAG_MORE
				 : TLI_FLAG_QUIET,
		.tag = tag,
		.handle = 3,
		.payload = (const uint8_t *)payload,
		.payload_len = (uint32_t)strlen(payload),
	};

	return session_input_add(&input, &frame, &arrival, &why);
}

static void expect_arrival(uint32_t tag, const char *payload)
{
	assert_int_equal(arrival.status, TLI_STATUS_OK);
	assert_int_equal(arrival.frame.tag, tag);
	assert_int_equal(arrival.frame.flags, TLI_FLAG_QUIET);
	check_bytes("payload", arrival.frame.payload, arrival.frame.payload_len,
		payload, strlen(payload));
	free(arrival.whole);
}

static void a_single_frame_is_whole(void **state)
{
	(void)state;
	assert_int_equal(
		add(1, false, "a payload of any length is fine"), INPUT_WHOLE);
	assert_null(arrival.whole);
	expect_arrival(1, "a payload of any length is fine");
}

static void payloads_are_put_together(void **state)
{
	(void)state;
	assert_int_equal(add(1, true, "ab"), INPUT_MORE);
	assert_int_equal(add(2, true, "x"), INPUT_MORE);
	assert_int_equal(add(3, false, "between"), INPUT_WHOLE);
	expect_arrival(3, "between");
	assert_int_equal(add(1, true, "c"), INPUT_MORE);
	assert_int_equal(add(2, false, ""), INPUT_WHOLE);
	expect_arrival(2, "x");
	assert_int_equal(add(1, false, "de"), INPUT_WHOLE);
	expect_arrival(1, "abcde");
	assert_int_equal(input.count, 0);
	assert_int_equal(input.bytes, 0);
}

static void only_so_many_are_unfinished(void **state)
{
	(void)state;
	for (uint32_t tag = 0; tag < PAYLOADS_MAX; tag++)
		assert_int_equal(add(tag, true, "x"), INPUT_MORE);
	assert_int_equal(add(9, true, "x"), INPUT_BAD);
	assert_string_equal(
		why, "more payloads at a time than may be unfinished");
}

/* The others are not harmed. */
static void only_so_many_bytes_are_unfinished(void **state)
{
	(void)state;
	assert_int_equal(add(1, true, "0123456789"), INPUT_MORE);
	assert_int_equal(add(2, true, "0123456789"), INPUT_MORE);
	assert_int_equal(add(2, true, "x"), INPUT_MORE);
	assert_int_equal(add(1, true, "0123456789"), INPUT_MORE);
	assert_int_equal(add(2, true, "xxxxxxxxxxxxxxxxxxxxxxxxx"), INPUT_MORE);
	assert_int_equal(add(2, false, "x"), INPUT_WHOLE);
	assert_int_equal(arrival.status, TLI_STATUS_LIMIT);
	assert_int_equal(arrival.frame.tag, 2);
	assert_int_equal(arrival.frame.payload_len, 0);
	free(arrival.whole);
	assert_int_equal(add(1, false, ""), INPUT_WHOLE);
	expect_arrival(1, "01234567890123456789");
}

static void a_payload_goes_on_as_it_began(void **state)
{
	struct tli_session_frame other = {
		.op = TLI_OP_PUT, .tag = 1, .handle = 4};

	(void)state;
	assert_int_equal(add(1, true, "x"), INPUT_MORE);
	assert_int_equal(
		session_input_add(&input, &other, &arrival, &why), INPUT_BAD);
	other.handle = 3;
	other.op = TLI_OP_CALL;
	assert_int_equal(
		session_input_add(&input, &other, &arrival, &why), INPUT_BAD);
	assert_string_equal(
		why, "a payload goes on under another operation or handle");
}

static void input_may_lack_memory(void **state)
{
	(void)state;
	alloc_fail_from(1, false);
	assert_int_equal(add(1, true, "x"), INPUT_BAD);
	alloc_fail_from(2, false);
	assert_int_equal(add(1, true, "x"), INPUT_MORE);
	alloc_reset();
	assert_int_equal(add(1, false, "x"), INPUT_WHOLE);
	assert_int_equal(arrival.status, TLI_STATUS_NO_MEMORY);
	free(arrival.whole);
}

#define input_test(function)                                                   \
	cmocka_unit_test_setup_teardown(function, begin_input, end_input)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_taken_once),
		cmocka_unit_test(numbers_have_bounds),
		cmocka_unit_test(numbers_may_lack_memory),
		input_test(a_single_frame_is_whole),
		input_test(payloads_are_put_together),
		input_test(only_so_many_are_unfinished),
		input_test(only_so_many_bytes_are_unfinished),
		input_test(a_payload_goes_on_as_it_began),
		input_test(input_may_lack_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
