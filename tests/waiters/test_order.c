/* SPDX-License-Identifier: MIT */
/* Who is served before whom, with an engine that answers at once. */
#include "askers.h"

static void what_can_be_done_is_done_at_once(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 1);
	get(0, 'a', OP_FOREVER);
	get(0, 'b', 0);
	expect_told("a=OK b=EMPTY ");
	assert_int_equal(waiters_deadline_ms(waiters), INT64_MAX);
}

static void those_in_line_are_served_as_they_came(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	get(1, 'b', OP_FOREVER);
	get(0, 'c', OP_FOREVER);
	run();
	expect_told("");
	fake_add_items(&fake, 1, 2);
	assert_int_equal(waiters_deadline_ms(waiters), 0);
	run();
	expect_told("a:OK b:OK ");
	fake_add_items(&fake, 1, 1);
	run();
	expect_told("c:OK ");
}

static void when_the_first_has_to_wait_nobody_else_is_tried(void **state)
{
	uint64_t tries;

	(void)state;
	for (char letter = 'a'; letter < 'k'; letter++)
		get(0, letter, OP_FOREVER);
	tries = fake.tries;
	assert_int_equal(tries, 1);
	fake_add_items(&fake, 1, 1);
	run();
	expect_told("a:OK ");
	assert_int_equal(fake.tries, tries + 2);
	run();
	assert_int_equal(fake.tries, tries + 2);
}

static void lines_have_nothing_to_do_with_each_other(void **state)
{
	(void)state;
	get_of(0, 'a', 1, OP_FOREVER);
	get_of(0, 'b', 2, OP_FOREVER);
	put(0, 'c', 1, OP_FOREVER);
	fake_add_items(&fake, 2, 1);
	run();
	expect_told("b:OK ");
	fake_add_room(&fake, 1, 1);
	run();
	expect_told("c:OK ");
}

static void nobody_comes_between_an_item_and_who_waits_for_it(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	fake_add_items(&fake, 1, 1);
	get(1, 'b', OP_FOREVER);
	get(1, 'c', 0);
	expect_told("c=EMPTY ");
	run();
	expect_told("a:OK ");
}

static void an_owner_hears_in_the_order_of_the_items(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	fake_add_items(&fake, 1, 3);
	get(0, 'b', OP_FOREVER);
	get(1, 'c', OP_FOREVER);
	expect_told("c=OK ");
	run();
	expect_told("a:OK b:OK ");
	fake_add_items(&fake, 1, 1);
	get(0, 'd', OP_FOREVER);
	expect_told("d=OK ");
}

static void a_lock_goes_to_who_waits_for_it(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	call(1, 'b', ACQUIRE, OP_FOREVER);
	release(0, 'r', token_of('a'));
	call(0, 'c', ACQUIRE, 0);
	expect_told("a=OK r=OK c=TIMED_OUT ");
	run();
	expect_told("b:OK ");
}

static void a_small_put_does_not_overtake_a_large_one(void **state)
{
	(void)state;
	fake_add_room(&fake, 1, 5);
	put(0, 'a', 10, OP_FOREVER);
	put(1, 'b', 1, OP_FOREVER);
	put(1, 'c', 1, 0);
	run();
	expect_told("c=OK ");
	fake_add_room(&fake, 1, 7);
	run();
	expect_told("a:OK b:OK ");
}

static void when_the_first_goes_the_next_is_tried(void **state)
{
	(void)state;
	fake_add_room(&fake, 1, 5);
	put(0, 'a', 10, OP_FOREVER);
	put(1, 'b', 1, OP_FOREVER);
	cancel('a');
	run();
	expect_told("a:CANCELLED b:OK ");
}

static void of_those_who_wait_for_a_signal_each_is_tried_once(void **state)
{
	(void)state;
	for (char letter = 'a'; letter < 'd'; letter++)
		call(0, letter, AWAIT, OP_FOREVER);
	assert_int_equal(fake.tries, 3);
	fake.engine.listener.woken(
		fake.engine.listener.owner, 1, 1u << WAIT_SIGNAL);
	run();
	run();
	assert_int_equal(fake.tries, 6);
	fake_set(&fake, 1);
	run();
	expect_told("a:OK b:OK c:OK ");
	assert_int_equal(fake.tries, 9);
}

static void a_condition_waits_for_its_signal_and_then_for_its_turn(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	call(0, 'w', WAIT_LOCKED, OP_FOREVER);
	call(1, 'b', ACQUIRE, OP_FOREVER);
	expect_told("a=OK b=OK ");
	fake_set(&fake, 1);
	call(2, 'c', ACQUIRE, OP_FOREVER);
	run();
	expect_told("");
	release(1, 'r', token_of('b'));
	run();
	expect_told("r=OK c:OK ");
	release(2, 's', token_of('c'));
	run();
	expect_told("s=OK w:OK ");
}

/* ---- Congested owners ------------------------------------------------- */

static void who_is_congested_is_passed_over_and_keeps_its_place(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	get(1, 'b', OP_FOREVER);
	get(2, 'c', OP_FOREVER);
	owner_set_congested(&owners[0], true);
	fake_add_items(&fake, 1, 1);
	run();
	expect_told("b:OK ");
	owner_set_congested(&owners[0], false);
	fake_add_items(&fake, 1, 1);
	run();
	expect_told("a:OK ");
}

static void when_all_are_congested_who_comes_is_served(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	owner_set_congested(&owners[0], true);
	fake_add_items(&fake, 1, 2);
	run();
	assert_int_equal(waiters_deadline_ms(waiters), INT64_MAX);
	get(1, 'b', OP_FOREVER);
	expect_told("b=OK ");
	owner_set_congested(&owners[0], false);
	assert_int_equal(waiters_deadline_ms(waiters), 0);
	run();
	expect_told("a:OK ");
}

static void a_signal_is_seen_when_there_is_room_again(void **state)
{
	(void)state;
	call(0, 'a', AWAIT, OP_FOREVER);
	call(1, 'b', AWAIT, OP_FOREVER);
	owner_set_congested(&owners[0], true);
	owner_set_congested(&owners[0], true);
	fake_set(&fake, 1);
	run();
	expect_told("b:OK ");
	run();
	owner_set_congested(&owners[0], false);
	run();
	expect_told("a:OK ");
}

/* ---- Turns of the loop ------------------------------------------------ */

#define CROWD 3000

static struct request crowd[CROWD];
static unsigned crowd_done, crowd_cancelled;

static void count_done(struct request *request)
{
	if (request->op.status == TLI_STATUS_CANCELLED)
		crowd_cancelled++;
	else
		crowd_done++;
}

static void gather(enum tli_op_code code, enum fake_method method)
{
	set_limits(UINT32_MAX, UINT32_MAX, UINT32_MAX);
	crowd_done = crowd_cancelled = 0;
	for (unsigned i = 0; i < CROWD; i++) {
		crowd[i] = (struct request){.done = count_done};
		crowd[i].op = (struct op){.code = (uint8_t)code,
			.object = 1,
			.count = method,
			.unleased = true,
			.timeout_ms = OP_FOREVER};
		assert_false(request_start(&owners[0], &crowd[i], now_ms));
	}
}

/* Those of the crowd who are done; the others are sent away. */
static unsigned disperse(void)
{
	unsigned served = crowd_done;

	for (unsigned i = 0; i < CROWD; i++)
		request_clear(&crowd[i]);
	end_all();
	return served;
}

static void a_crowd_is_served_bit_by_bit(void **state)
{
	unsigned runs = 0, before;

	(void)state;
	gather(TLI_OP_CALL, AWAIT);
	fake_set(&fake, 1);
	get_of(1, 'a', 2, OP_FOREVER);
	fake_add_items(&fake, 2, 1);
	do {
		before = crowd_done;
		run();
		assert_in_range(crowd_done - before, 0, 1000);
		if (runs++ == 0)
			expect_told("a:OK ");
	} while (waiters_deadline_ms(waiters) == 0);
	assert_in_range(runs, 3, 10);
	assert_int_equal(crowd_done, CROWD);
}

static void who_comes_while_a_crowd_is_served_comes_after_it(void **state)
{
	(void)state;
	gather(TLI_OP_GET, ACQUIRE);
	fake_add_items(&fake, 1, CROWD);
	call(1, 'a', AWAIT, OP_FOREVER);
	get(1, 'b', 0);
	get(1, 'c', OP_FOREVER);
	fake_set(&fake, 1);
	expect_told("");
	while (crowd_done < CROWD) {
		expect_told("");
		run();
	}
	run();
	expect_told("a:OK b:EMPTY ");
	fake_add_items(&fake, 1, 1);
	run();
	expect_told("c:OK ");
	assert_int_equal(disperse(), CROWD);
}

static void what_is_given_back_need_not_wait(void **state)
{
	(void)state;
	call(1, 'a', ACQUIRE, 0);
	gather(TLI_OP_GET, ACQUIRE);
	fake_add_items(&fake, 1, CROWD);
	return_token(1, 'r', token_of('a'));
	return_token(1, 's', token_of('a'));
	expect_told("a=OK r=OK s=OK ");
	expect_back("1 ");
	disperse();
}

static void a_congested_newcomer_holds_up_nobody(void **state)
{
	(void)state;
	gather(TLI_OP_GET, ACQUIRE);
	fake_add_items(&fake, 1, CROWD);
	get(1, 'a', 0);
	get(2, 'b', 0);
	owner_set_congested(&owners[1], true);
	while (waiters_deadline_ms(waiters) == 0)
		run();
	expect_told("b:EMPTY ");
	get(3, 'c', 0);
	expect_told("c=EMPTY ");
	owner_set_congested(&owners[1], false);
	run();
	expect_told("a:EMPTY ");
	assert_int_equal(disperse(), CROWD);
}

static void a_newcomer_can_go_again(void **state)
{
	(void)state;
	gather(TLI_OP_GET, ACQUIRE);
	fake_add_items(&fake, 1, CROWD);
	get(1, 'a', 0);
	get(2, 'b', 0);
	cancel('a');
	owner_end(&owners[2]);
	while (waiters_deadline_ms(waiters) == 0)
		run();
	expect_told("a:CANCELLED b:CANCELLED (2) ");
	disperse();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(what_can_be_done_is_done_at_once),
		TEST(those_in_line_are_served_as_they_came),
		TEST(when_the_first_has_to_wait_nobody_else_is_tried),
		TEST(lines_have_nothing_to_do_with_each_other),
		TEST(nobody_comes_between_an_item_and_who_waits_for_it),
		TEST(an_owner_hears_in_the_order_of_the_items),
		TEST(a_lock_goes_to_who_waits_for_it),
		TEST(a_small_put_does_not_overtake_a_large_one),
		TEST(when_the_first_goes_the_next_is_tried),
		TEST(of_those_who_wait_for_a_signal_each_is_tried_once),
		TEST(a_condition_waits_for_its_signal_and_then_for_its_turn),
		TEST(who_is_congested_is_passed_over_and_keeps_its_place),
		TEST(when_all_are_congested_who_comes_is_served),
		TEST(a_signal_is_seen_when_there_is_room_again),
		TEST(a_crowd_is_served_bit_by_bit),
		TEST(who_comes_while_a_crowd_is_served_comes_after_it),
		TEST(what_is_given_back_need_not_wait),
		TEST(a_congested_newcomer_holds_up_nobody),
		TEST(a_newcomer_can_go_again),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
