/* SPDX-License-Identifier: MIT */
/* Each allocation fails, once and for good: everybody is told, once, and what
 * was granted comes back. */
#include "askers.h"

#include "../unit/alloc.h"

#include <stdlib.h>
#include <string.h>

#define NEVER_NEEDED 1000ul /* more allocations than the scenario makes */
#define REQUESTS     9u

static struct request requests[REQUESTS];
static unsigned told_times[REQUESTS];

static void count(struct request *request)
{
	uint8_t status = request->op.status;

	assert_true(status == TLI_STATUS_OK || status == TLI_STATUS_EMPTY ||
		status == TLI_STATUS_NO_MEMORY ||
		status == TLI_STATUS_CANCELLED);
	told_times[request - requests]++;
	request_clear(request);
}

static void ask(unsigned i, unsigned owner, const struct op *op)
{
	requests[i] = (struct request){.op = *op, .done = count};
	if (request_start(&owners[owner], &requests[i], now_ms))
		count(&requests[i]);
}

static void complete_all(void)
{
	while (fake.pending_count > 0)
		fake_complete(&fake, fake.pending_count - 1);
	run();
}

static void ask_for_items(void)
{
	const struct op now = {.code = TLI_OP_GET, .object = 1};
	const struct op later = {
		.code = TLI_OP_GET, .object = 1, .timeout_ms = 500};
	const struct op leased = {.code = TLI_OP_GET,
		.object = 1,
		.lease_ms = 100,
		.timeout_ms = OP_FOREVER};

	fake_add_items(&fake, 1, 2);
	ask(0, 0, &now);
	ask(1, 1, &leased);
	complete_all();
	ask(2, 0, &later);
	ask(3, 1, &later);
	ask(4, 1, &leased);
	complete_all();
	fake_add_items(&fake, 1, 1);
	complete_all();
	ask(5, 2, &leased);
}

static void ask_for_the_rest(void)
{
	const struct op acquire = {.code = TLI_OP_CALL,
		.object = 2,
		.count = ACQUIRE,
		.timeout_ms = OP_FOREVER};
	const struct op wait_locked = {.code = TLI_OP_CALL,
		.object = 3,
		.count = WAIT_LOCKED,
		.timeout_ms = OP_FOREVER};

	ask(6, 0, &acquire);
	ask(7, 1, &acquire);
	ask(8, 2, &wait_locked);
	complete_all();
	owner_end(&owners[0]);
	complete_all();
	run_at(now_ms + 600);
	complete_all();
}

static void expect_everybody_told_and_everything_back(void)
{
	unsigned times[2 * REQUESTS] = {0};

	assert_true(fake.last_token < LENGTH(times));
	for (unsigned i = 0; i < REQUESTS; i++)
		assert_int_equal(told_times[i], 1);
	for (size_t i = 0; i < fake.back_count; i++)
		times[fake.back[i]]++;
	/* The lease of the second one may have been over. */
	for (unsigned i = 1; i <= fake.last_token; i++)
		assert_in_range(times[i], i <= 3 ? 0 : 1, 1);
}

/* True if it needs fewer than n allocations. */
static bool fail_at(unsigned long n, bool persistent, bool is_late)
{
	bool enough;
	void *state = NULL;

	begin(&state);
	fake.is_late = is_late;
	memset(told_times, 0, sizeof(told_times));
	alloc_fail_from(n, persistent);
	ask_for_items();
	ask_for_the_rest();
	enough = alloc_count() < n;
	alloc_reset();
	end(&state);
	expect_everybody_told_and_everything_back();
	return enough;
}

static void fail_everywhere(bool persistent, bool is_late)
{
	unsigned long n = 1;

	while (!fail_at(n, persistent, is_late))
		assert_in_range(++n, 1, NEVER_NEEDED);
	assert_in_range(n, 10, NEVER_NEEDED);
}

static void each_allocation_fails_once(void **state)
{
	(void)state;
	fail_everywhere(false, false);
	fail_everywhere(false, true);
}

static void all_fail_from_one_on(void **state)
{
	(void)state;
	fail_everywhere(true, false);
	fail_everywhere(true, true);
}

static void what_grants_nothing_and_waits_for_nothing_needs_no_memory(
	void **state)
{
	struct request request = {
		.op = {.code = TLI_OP_PUT, .object = 1, .priority = 1}};

	(void)state;
	fake_add_room(&fake, 1, 1);
	alloc_fail_from(1, true);
	assert_true(request_start(&owners[0], &request, now_ms));
	assert_int_equal(request.op.status, TLI_STATUS_OK);
	assert_int_equal(alloc_count(), 0);
	alloc_reset();
}

static struct owner extra;
static unsigned extra_gone;

static void on_extra_gone(struct owner *owner)
{
	(void)owner;
	extra_gone++;
}

/* The first owner of a layer needs a table, others now and then a larger one.
 */
static void without_memory_there_is_no_owner(void **state)
{
	const struct waiters_limits limits = {1, 1, 1, 10};
	struct waiters *layer = waiters_new(&limits);

	(void)state;
	extra_gone = 0;
	for (unsigned long n = 1; n <= 2; n++) {
		alloc_fail_from(n, false);
		assert_false(owner_init(&extra, layer, 1, 1, on_extra_gone));
		alloc_reset();
	}
	assert_true(owner_init(&extra, layer, 1, 1, on_extra_gone));
	owner_end(&extra);
	assert_int_equal(extra_gone, 1);
	waiters_free(layer);
}

static void what_is_given_back_or_released_needs_no_memory(void **state)
{
	struct request acquire = {
		.op = {.code = TLI_OP_CALL, .object = 1, .count = ACQUIRE}};
	struct request release = {
		.op = {.code = TLI_OP_CALL, .object = 1, .count = RELEASE}};

	(void)state;
	assert_true(request_start(&owners[0], &acquire, now_ms));
	alloc_fail_from(1, true);
	assert_true(request_start(&owners[1], &release, now_ms));
	assert_int_equal(owner_grant_count(&owners[0]), 0);
	alloc_reset();
	assert_true(request_start(&owners[0], &acquire, now_ms));
	alloc_fail_from(1, true);
	assert_true(owner_return(&owners[0], acquire.op.granted, now_ms));
	assert_int_equal(alloc_count(), 0);
	alloc_reset();
	expect_back("2 ");
}

static void without_memory_there_is_no_layer(void **state)
{
	const struct waiters_limits limits = {1, 1, 1, 10};

	(void)state;
	for (unsigned long n = 1; n <= 3; n++) {
		alloc_fail_from(n, false);
		assert_null(waiters_new(&limits));
		alloc_reset();
	}
	waiters_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_fails_once),
		cmocka_unit_test(all_fail_from_one_on),
		cmocka_unit_test_setup_teardown(
			what_grants_nothing_and_waits_for_nothing_needs_no_memory,
			begin, end),
		cmocka_unit_test(without_memory_there_is_no_owner),
		cmocka_unit_test_setup_teardown(
			what_is_given_back_or_released_needs_no_memory, begin,
			end),
		cmocka_unit_test(without_memory_there_is_no_layer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
