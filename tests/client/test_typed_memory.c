/* SPDX-License-Identifier: MIT */
/*
 * Locks and shared objects with every allocation failing in turn: once, and
 * from then on for good. Whoever is told that something was acquired has it.
 */
#include "typed.h"

#include "../unit/alloc.h"

#define SITES_MAX 2000

static struct fake fake;

static int start(void **state)
{
	(void)state;
	typed_start(&fake);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	typed_stop(&fake);
	return 0;
}

static bool is_told_of(int code)
{
	return code == TIELINE_ENOMEM || code == TIELINE_EOUTCOME ||
		code == TIELINE_ENOTSENT || code == TIELINE_ESYSTEM;
}

/* ---- opening ---------------------------------------------------------- */

static int open_all(void)
{
	struct typed on;
	int result = typed_open(&on, &fake);

	if (result == 0)
		typed_close(&on);
	return result;
}

static void fail_opening(bool persistent)
{
	unsigned long n;
	int result = 0;

	assert_code(TIELINE_OK, open_all());
	for (n = 1; n < SITES_MAX; n++) {
		alloc_fail_from(n, persistent);
		result = open_all();
		if (alloc_count() < n)
			break;
		alloc_reset();
		if (result != 0 && !is_told_of(result))
			assert_code(TIELINE_ENOMEM, result);
	}
	alloc_reset();
	assert_in_range(n, 2, SITES_MAX - 1);
	assert_code(TIELINE_OK, result);
}

static void test_opening(void **state)
{
	(void)state;
	fail_opening(false);
	fail_opening(true);
}

/* ---- each function ---------------------------------------------------- */

/* Behind a lack of memory the session may have to connect again, after a pause
 * that nobody waits for here. */
static void recover(struct typed *on)
{
	alloc_reset();
	if (tieline_session_is_connected(on->session) &&
		tieline_session_ping(on->session) == TIELINE_OK)
		return;
	typed_close(on);
	assert_code(TIELINE_OK, typed_open(on, &fake));
}

static void fail_row(
	struct typed *on, const struct typed_row *row, bool persistent)
{
	unsigned long n;
	int result = 0;

	for (n = 1; n < SITES_MAX; n++) {
		on->got = NULL;
		alloc_fail_from(n, persistent);
		result = row->act(on);
		if (alloc_count() < n)
			break;
		recover(on);
		if (result != row->code && !is_told_of(result))
			fail_msg(
				"%s: %s", row->name, tieline_code_name(result));
	}
	alloc_reset();
	assert_in_range(n, 2, SITES_MAX - 1);
	assert_int_equal(result, row->code);
}

static void test_each_function(void **state)
{
	struct typed on;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	for (size_t i = 0; i < typed_row_count; i++) {
		(void)typed_rows[i].act(&on);
		fail_row(&on, &typed_rows[i], false);
		fail_row(&on, &typed_rows[i], true);
	}
	typed_close(&on);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opening),
		cmocka_unit_test(test_each_function),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
