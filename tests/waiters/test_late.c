/* SPDX-License-Identifier: MIT */
/* An engine that completes late, and in another order than it was asked. */
#include "askers.h"

static int begin_late(void **state)
{
	int result = begin(state);

	fake.is_late = true;
	return result;
}

/* All that the engine has, the last one first, until there is no more. */
static void settle(void)
{
	do {
		while (fake.pending_count > 0)
			fake_complete(&fake, fake.pending_count - 1);
		run();
	} while (fake.pending_count > 0 || waiters_deadline_ms(waiters) == 0);
}

/* ---- Order ------------------------------------------------------------ */

static void what_is_pending_is_done_when_it_comes(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 1);
	get(0, 'a', OP_FOREVER);
	get(0, 'b', 0);
	expect_told("");
	fake_complete(&fake, 1);
	expect_told("");
	assert_int_equal(waiters_deadline_ms(waiters), 0);
	run();
	expect_told("b:EMPTY ");
	fake_complete(&fake, 0);
	run();
	expect_told("a:OK ");
}

static void places_are_those_of_submission(void **state)
{
	(void)state;
	for (char letter = 'a'; letter < 'e'; letter++)
		get(0, letter, OP_FOREVER);
	fake_complete(&fake, 2);
	run();
	fake_complete(&fake, 0);
	fake_complete(&fake, 1);
	fake_complete(&fake, 0);
	run();
	fake_add_items(&fake, 1, 4);
	settle();
	expect_told("a:OK b:OK c:OK d:OK ");
}

static void who_asked_before_is_answered_before_a_line_goes_on(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	get_of(0, 'x', 2, OP_FOREVER);
	get(1, 'b', OP_FOREVER);
	call(1, 'c', ACQUIRE, OP_FOREVER);
	fake_complete(&fake, 2);
	fake_add_items(&fake, 1, 1);
	run();
	assert_int_equal(fake.pending_count, 3);
	assert_int_equal(waiters_deadline_ms(waiters), INT64_MAX);
	fake_complete(&fake, 0);
	run();
	assert_int_equal(fake.pending_count, 3);
	settle();
	expect_told("a:OK c:OK ");
}

static void what_was_answered_is_looked_at_before_anybody_is_tried(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	get(1, 'b', OP_FOREVER);
	fake_complete(&fake, 1);
	run();
	fake_add_items(&fake, 1, 1);
	run();
	fake_complete(&fake, 0);
	call(2, 'c', RELEASE, 0);
	settle();
	expect_told("c:OK a:OK ");
}

static void one_of_a_line_is_tried_at_a_time(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	get(1, 'b', OP_FOREVER);
	settle();
	fake_add_items(&fake, 1, 1);
	run();
	fake_add_items(&fake, 1, 1);
	run();
	assert_int_equal(fake.pending_count, 1);
	fake_complete(&fake, 0);
	run();
	assert_int_equal(fake.pending_count, 1);
	fake_complete(&fake, 0);
	run();
	expect_told("a:OK b:OK ");
}

static void who_comes_stands_behind_who_is_tried(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	settle();
	fake_add_items(&fake, 1, 2);
	run();
	get(1, 'b', OP_FOREVER);
	assert_int_equal(fake.pending_count, 1);
	settle();
	expect_told("a:OK b:OK ");
}

static void a_notice_that_overtakes_an_answer_is_not_lost(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	call(1, 'b', AWAIT, OP_FOREVER);
	call(2, 'c', AWAIT, OP_FOREVER);
	fake_add_items(&fake, 1, 1);
	fake_set(&fake, 1);
	settle();
	expect_told("c:OK b:OK a:OK ");
}

static void nor_is_one_that_comes_during_another_try(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	call(1, 'b', AWAIT, OP_FOREVER);
	settle();
	fake.engine.listener.woken(fake.engine.listener.owner, 1,
		1u << WAIT_ITEMS | 1u << WAIT_SIGNAL);
	run();
	assert_int_equal(fake.pending_count, 2);
	fake_add_items(&fake, 1, 1);
	fake_set(&fake, 1);
	run();
	assert_int_equal(fake.pending_count, 2);
	settle();
	expect_told("b:OK a:OK ");
}

static void without_a_notice_nobody_is_tried_again(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	call(1, 'b', AWAIT, OP_FOREVER);
	settle();
	fake.engine.listener.woken(fake.engine.listener.owner, 1,
		1u << WAIT_ITEMS | 1u << WAIT_SIGNAL);
	settle();
	assert_int_equal(fake.tries, 4);
	assert_int_equal(waiters_deadline_ms(waiters), INT64_MAX);
}

static void who_becomes_able_during_a_try_is_tried_too(void **state)
{
	(void)state;
	fake_add_room(&fake, 1, 5);
	put(0, 'a', 6, OP_FOREVER);
	settle();
	put(1, 'b', 9, OP_FOREVER);
	owner_set_congested(&owners[0], true);
	settle();
	fake_add_room(&fake, 1, 2);
	run();
	assert_int_equal(fake.pending_count, 1);
	owner_set_congested(&owners[0], false);
	run();
	settle();
	expect_told("a:OK ");
}

/* ---- Time ------------------------------------------------------------- */

static void the_time_counts_from_the_start(void **state)
{
	(void)state;
	get(0, 'a', 100);
	now_ms = 1200;
	settle();
	expect_told("a:EMPTY ");
}

static void a_time_that_ends_during_a_try_waits_for_its_answer(void **state)
{
	(void)state;
	get(0, 'a', 100);
	settle();
	fake.engine.listener.woken(
		fake.engine.listener.owner, 1, 1u << WAIT_ITEMS);
	run();
	run_at(2000);
	assert_int_equal(fake.pending_count, 1);
	assert_int_equal(waiters_deadline_ms(waiters), INT64_MAX);
	fake_complete(&fake, 0);
	run();
	assert_int_equal(fake.pending_count, 1);
	settle();
	expect_told("a:EMPTY ");
}

static void a_last_try_does_not_disturb_the_first(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	get(1, 'b', 10);
	get(2, 'c', OP_FOREVER);
	settle();
	fake_add_items(&fake, 1, 1);
	run_at(1010);
	assert_int_equal(fake.pending_count, 2);
	settle();
	expect_told("b:OK ");
	fake_add_items(&fake, 1, 1);
	settle();
	expect_told("a:OK ");
}

/* ---- Those who go ----------------------------------------------------- */

static void what_is_cancelled_gives_back_what_it_gets(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 2);
	get(0, 'a', OP_FOREVER);
	get_unleased(0, 'b', OP_FOREVER);
	cancel('a');
	cancel('b');
	settle();
	expect_told("a:CANCELLED b:CANCELLED ");
	expect_back("1 ");
	assert_int_equal(fake.items_back, 1);
}

static void what_cannot_be_undone_is_done(void **state)
{
	(void)state;
	fake_add_room(&fake, 1, 1);
	put(0, 'a', 1, OP_FOREVER);
	cancel('a');
	settle();
	expect_told("a:OK ");
}

static void what_is_cancelled_does_not_wait(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	call(0, 'w', WAIT_LOCKED, OP_FOREVER);
	cancel('a');
	cancel('w');
	settle();
	expect_told("a:CANCELLED w:CANCELLED ");
	expect_back("1 ");
}

static void a_place_goes_back_before_it_is_told(void **state)
{
	(void)state;
	call(0, 'w', WAIT_LOCKED, OP_FOREVER);
	settle();
	cancel('w');
	cancel('w');
	run();
	expect_told("");
	expect_back("1 ");
	settle();
	expect_told("w:CANCELLED ");
}

static void an_owner_stays_until_all_is_back(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 3);
	get(0, 'a', 0);
	get(0, 'b', 0);
	settle();
	expect_told("b:OK a:OK ");
	get(0, 'c', OP_FOREVER);
	call(0, 'd', AWAIT, OP_FOREVER);
	owner_end(&owners[0]);
	/* As they were noted, which is as they were completed. */
	expect_back("1 2 ");
	run();
	expect_told("");
	settle();
	expect_told("d:CANCELLED c:CANCELLED (0) ");
	expect_back("3 ");
}

static void an_owner_can_go_between_an_answer_and_its_being_seen(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 1);
	get(0, 'a', OP_FOREVER);
	fake_complete(&fake, 0);
	owner_end(&owners[0]);
	run();
	expect_told("");
	expect_back("1 ");
	settle();
	expect_told("a:CANCELLED (0) ");
}

static void what_is_given_back_on_demand_goes_back_once(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 1);
	get(0, 'a', 0);
	settle();
	return_token(0, 'r', token_of('a'));
	cancel('r');
	owner_end(&owners[0]);
	settle();
	expect_told("a:OK r:CANCELLED (0) ");
	expect_back("1 ");
}

static void an_engine_can_go_with_what_it_has(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 3);
	get(0, 'a', 0);
	get(0, 'b', 0);
	call(1, 'w', WAIT_LOCKED, OP_FOREVER);
	settle();
	expect_told("b:OK a:OK ");
	get_unleased(0, 'c', OP_FOREVER);
	get(1, 'd', OP_FOREVER);
	get(1, 'e', OP_FOREVER);
	fake_complete(&fake, 1);
	for (unsigned i = 0; i < OWNERS; i++)
		owner_end(&owners[i]);
	expect_told("(2) (3) (4) (5) ");
	waiters_free(waiters);
	expect_told("c:CANCELLED (0) w:CANCELLED d:CANCELLED e:CANCELLED (1) ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_late, end)
		TEST(what_is_pending_is_done_when_it_comes),
		TEST(places_are_those_of_submission),
		TEST(who_asked_before_is_answered_before_a_line_goes_on),
		TEST(what_was_answered_is_looked_at_before_anybody_is_tried),
		TEST(one_of_a_line_is_tried_at_a_time),
		TEST(who_comes_stands_behind_who_is_tried),
		TEST(a_notice_that_overtakes_an_answer_is_not_lost),
		TEST(nor_is_one_that_comes_during_another_try),
		TEST(without_a_notice_nobody_is_tried_again),
		TEST(who_becomes_able_during_a_try_is_tried_too),
		TEST(the_time_counts_from_the_start),
		TEST(a_time_that_ends_during_a_try_waits_for_its_answer),
		TEST(a_last_try_does_not_disturb_the_first),
		TEST(what_is_cancelled_gives_back_what_it_gets),
		TEST(what_cannot_be_undone_is_done),
		TEST(what_is_cancelled_does_not_wait),
		TEST(a_place_goes_back_before_it_is_told),
		TEST(an_owner_stays_until_all_is_back),
		TEST(an_owner_can_go_between_an_answer_and_its_being_seen),
		TEST(what_is_given_back_on_demand_goes_back_once),
#undef TEST
		cmocka_unit_test_setup(
			an_engine_can_go_with_what_it_has, begin_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
