/* SPDX-License-Identifier: MIT */
/* Those whose time is over, at times that the test chooses. */
#include "askers.h"

static void a_time_is_over_when_it_is(void **state)
{
	(void)state;
	get(0, 'a', 100);
	get(1, 'b', 50);
	assert_int_equal(waiters_deadline_ms(waiters), 1050);
	run_at(1049);
	expect_told("");
	run_at(1050);
	expect_told("b:EMPTY ");
	assert_int_equal(waiters_deadline_ms(waiters), 1100);
	run_at(5000);
	expect_told("a:EMPTY ");
	assert_int_equal(waiters_deadline_ms(waiters), INT64_MAX);
}

static void a_time_that_is_for_ever_is_no_deadline(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	get(0, 'b', INT64_MAX);
	get(0, 'c', INT64_MAX - 1001);
	assert_int_equal(waiters_deadline_ms(waiters), INT64_MAX);
}

static void at_the_end_it_is_tried_alone_wherever_it_stands(void **state)
{
	(void)state;
	fake_add_room(&fake, 1, 5);
	put(0, 'a', 10, OP_FOREVER);
	put(1, 'b', 9, 10);
	put(2, 'c', 1, 20);
	run_at(1010);
	expect_told("b:FULL ");
	run_at(1020);
	expect_told("c:OK ");
	fake_add_room(&fake, 1, 6);
	run();
	expect_told("a:OK ");
}

static void who_is_granted_something_has_no_deadline_any_more(void **state)
{
	(void)state;
	get(0, 'a', 10);
	fake_add_items(&fake, 1, 1);
	run_at(1005);
	expect_told("a:OK ");
	run_at(2000);
	expect_told("");
}

static void who_is_withdrawn_has_no_deadline_any_more(void **state)
{
	(void)state;
	get(0, 'a', 10);
	cancel('a');
	run_at(2000);
	expect_told("a:CANCELLED ");
}

static void a_time_that_is_over_can_still_wait_for_a_lock(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	call(0, 'w', WAIT_LOCKED, 10);
	call(1, 'b', ACQUIRE, 0);
	run_at(1010);
	assert_int_equal(waiters_deadline_ms(waiters), INT64_MAX);
	run_at(9000);
	expect_told("a=OK b=OK ");
	release(1, 'r', token_of('b'));
	run();
	expect_told("r=OK w:OK ");
}

static void the_time_counts_from_the_start_through_all_waits(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	call(0, 'w', WAIT_LOCKED, 100);
	call(1, 'b', ACQUIRE, 0);
	now_ms = 1060;
	fake_set(&fake, 1);
	run();
	assert_int_equal(waiters_deadline_ms(waiters), 1100);
	expect_told("a=OK b=OK ");
}

static void a_congested_owner_gets_no_item_at_its_end(void **state)
{
	(void)state;
	get(0, 'a', 10);
	owner_set_congested(&owners[0], true);
	fake_add_items(&fake, 1, 1);
	run_at(2000);
	expect_told("");
	assert_int_equal(waiters_deadline_ms(waiters), INT64_MAX);
	get(1, 'b', 0);
	expect_told("b=OK ");
	owner_set_congested(&owners[0], false);
	assert_int_equal(waiters_deadline_ms(waiters), 0);
	run();
	expect_told("a:EMPTY ");
}

static void a_congested_owner_holds_up_no_others_at_its_end(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	call(1, 'b', ACQUIRE, 10);
	owner_set_congested(&owners[1], true);
	run_at(1010);
	expect_told("a=OK b:TIMED_OUT ");
}

static void a_crowd_whose_time_is_over_leaves_others_their_turn(void **state)
{
	static struct request crowd[2000];
	uint64_t tries;

	(void)state;
	set_limits(UINT32_MAX, UINT32_MAX, UINT32_MAX);
	call(1, 'a', AWAIT, OP_FOREVER);
	for (unsigned i = 0; i < LENGTH(crowd); i++) {
		crowd[i] = (struct request){.done = request_clear};
		crowd[i].op = (struct op){
			.code = TLI_OP_GET, .object = 2, .timeout_ms = 1};
		request_start(&owners[0], &crowd[i], now_ms);
	}
	fake_set(&fake, 1);
	tries = fake.tries;
	run_at(2000);
	assert_in_range(fake.tries - tries, 2, 1000);
	expect_told("a:OK ");
	while (waiters_deadline_ms(waiters) <= now_ms)
		run();
	/* Who is the first now is tried, once in each turn. */
	assert_in_range(fake.tries - tries, 2001, 2020);
}

/* ---- The engine's time ------------------------------------------------ */

static void the_engine_has_its_own_deadline(void **state)
{
	(void)state;
	get(0, 'a', 500);
	fake.deadline_ms = 1200;
	assert_int_equal(waiters_deadline_ms(waiters), 1200);
	run_at(1199);
	assert_int_equal(fake.elapsed, 0);
	run_at(1200);
	assert_int_equal(fake.elapsed, 1);
	assert_int_equal(waiters_deadline_ms(waiters), 1500);
	assert_int_equal(fake.flushed, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(a_time_is_over_when_it_is),
		TEST(a_time_that_is_for_ever_is_no_deadline),
		TEST(at_the_end_it_is_tried_alone_wherever_it_stands),
		TEST(who_is_granted_something_has_no_deadline_any_more),
		TEST(who_is_withdrawn_has_no_deadline_any_more),
		TEST(a_time_that_is_over_can_still_wait_for_a_lock),
		TEST(the_time_counts_from_the_start_through_all_waits),
		TEST(a_congested_owner_gets_no_item_at_its_end),
		TEST(a_congested_owner_holds_up_no_others_at_its_end),
		TEST(a_crowd_whose_time_is_over_leaves_others_their_turn),
		TEST(the_engine_has_its_own_deadline),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
