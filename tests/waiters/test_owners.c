/* SPDX-License-Identifier: MIT */
/* What connections have, and what becomes of it and of their requests. */
#include "askers.h"

#include <stdio.h>
#include <string.h>

/* ---- Grants ----------------------------------------------------------- */

static void what_an_owner_has_goes_back_the_newest_first(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 3);
	get(0, 'a', 0);
	get(0, 'b', 0);
	get(1, 'c', 0);
	call(0, 'd', ACQUIRE, 0);
	owner_end(&owners[0]);
	expect_told("a=OK b=OK c=OK d=OK (0) ");
	expect_back("4 2 1 ");
	owner_end(&owners[1]);
	expect_back("3 ");
	assert_int_equal(fake.untold, 0);
}

static void what_it_has_no_longer_does_not_go_back(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	release(0, 'r', token_of('a'));
	owner_end(&owners[0]);
	expect_back("");
	expect_told("a=OK r=OK (0) ");
}

static void what_is_dropped_while_waiting_does_not_go_back(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	call(0, 'w', WAIT_LOCKED, OP_FOREVER);
	owner_end(&owners[0]);
	expect_back("2 ");
	run();
	expect_told("a=OK w:CANCELLED (0) ");
}

static void an_owner_gives_back_what_it_has_and_nothing_else(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 1);
	get(0, 'a', 0);
	return_token(1, 'r', token_of('a'));
	expect_back("");
	return_token(0, 's', token_of('a'));
	expect_back("1 ");
	return_token(0, 't', token_of('a'));
	expect_back("");
	expect_told("a=OK r=OK s=OK t=OK ");
}

static void what_somebody_else_has_released_does_not_go_back(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	call(0, 'b', AWAIT, 0);
	release(1, 'r', 0);
	assert_int_equal(owner_grant_count(&owners[0]), 0);
	call(2, 'c', ACQUIRE, 0);
	owner_end(&owners[0]);
	owner_end(&owners[1]);
	expect_back("");
	owner_end(&owners[2]);
	expect_back("2 ");
	expect_told("a=OK b=TIMED_OUT r=OK c=OK (0) (1) (2) ");
}

static void what_somebody_else_waits_with_does_not_go_back(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	wait_with_anyones(1, 'w');
	assert_int_equal(owner_grant_count(&owners[0]), 0);
	owner_end(&owners[0]);
	expect_back("");
	expect_told("a=OK (0) ");
}

static void whose_lock_is_released_may_be_gone(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	fake.objects[1].holding_owner = 77;
	release(1, 'r', 0);
	expect_told("a=OK r=OK ");
	owner_end(&owners[0]);
	expect_back("1 ");
}

/* The engine answers late: it has given a lock back, which it then was told to
 * release for somebody else. */
static void what_comes_back_may_be_released_meanwhile(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	fake.is_late = true;
	release(1, 'r', 0);
	owner_end(&owners[0]);
	expect_back("1 ");
	fake_complete(&fake, 1);
	run();
	fake_complete(&fake, 0);
	run();
	expect_told("a=OK (0) r:OK ");
}

static void one_thing_can_be_given_back_alone(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 2);
	get(0, 'a', 0);
	get(0, 'b', 0);
	call(0, 'c', ACQUIRE, 0);
	call(1, 'd', ACQUIRE, OP_FOREVER);
	assert_false(owner_return(&owners[1], token_of('a'), now_ms));
	assert_false(owner_return(&owners[0], 99, now_ms));
	assert_true(owner_return(&owners[0], token_of('a'), now_ms));
	assert_false(owner_return(&owners[0], token_of('a'), now_ms));
	assert_true(owner_return(&owners[0], token_of('c'), now_ms));
	run();
	expect_back("1 3 ");
	assert_int_equal(fake.untold, 0);
	expect_told("a=OK b=OK c=OK d:OK ");
	owner_end(&owners[0]);
	expect_back("2 ");
	expect_told("(0) ");
}

static void who_gives_back_stays_until_that_is_done(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	fake.is_late = true;
	assert_true(owner_return(&owners[0], token_of('a'), now_ms));
	owner_end(&owners[0]);
	run();
	expect_told("a=OK ");
	fake_complete(&fake, 0);
	run();
	expect_told("(0) ");
	expect_back("1 ");
}

static void a_lock_that_comes_back_goes_to_the_next(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	call(1, 'b', ACQUIRE, OP_FOREVER);
	owner_end(&owners[0]);
	run();
	expect_told("a=OK (0) b:OK ");
}

static void a_lease_that_is_over_does_not_go_back(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 3);
	get_leased(0, 'a', 100);
	get_leased(0, 'b', 300);
	get_leased(0, 'c', 0);
	run_at(1299);
	owner_end(&owners[0]);
	expect_back("3 2 ");
	expect_told("a=OK b=OK c=OK (0) ");
}

static void a_lease_that_is_touched_lasts_longer(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 3);
	get_leased(0, 'a', 100);
	get_leased(0, 'b', 100);
	get_leased(0, 'c', 0);
	now_ms = 1050;
	send_op(0, 't', TLI_OP_TOUCH, token_of('a'), 0);
	send_op(0, 'u', TLI_OP_TOUCH, token_of('c'), 0);
	send_op(0, 'v', TLI_OP_TOUCH, 99, 1000);
	run_at(1149);
	send_op(0, 't', TLI_OP_TOUCH, token_of('a'), 1000);
	run_at(2148);
	owner_end(&owners[0]);
	expect_back("3 1 ");
}

/* ---- Requests that are withdrawn -------------------------------------- */

static void who_waits_can_be_cancelled(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	get(0, 'b', OP_FOREVER);
	cancel('a');
	expect_told("");
	assert_int_equal(waiters_deadline_ms(waiters), 0);
	cancel('a');
	run();
	expect_told("a:CANCELLED ");
	fake_add_items(&fake, 1, 1);
	run();
	expect_told("b:OK ");
}

static void who_is_done_cannot_be_cancelled(void **state)
{
	static struct request never;

	(void)state;
	request_cancel(&never);
	get(0, 'a', OP_FOREVER);
	fake_add_items(&fake, 1, 1);
	get(1, 'b', OP_FOREVER);
	cancel('a');
	run();
	expect_told("a:OK ");
	cancel('a');
}

static void a_place_in_a_wait_goes_back(void **state)
{
	(void)state;
	call(0, 'w', WAIT_LOCKED, OP_FOREVER);
	cancel('w');
	expect_back("1 ");
	assert_int_equal(fake.untold, 1);
	run();
	expect_told("w:CANCELLED ");
}

static void at_a_limit_the_place_goes_back_too(void **state)
{
	(void)state;
	set_limits(0, 1, 1);
	call(0, 'w', WAIT_LOCKED, OP_FOREVER);
	expect_told("w=LIMIT ");
	expect_back("1 ");
}

/* ---- Owners that end -------------------------------------------------- */

static void an_owner_without_anything_is_gone_at_once(void **state)
{
	(void)state;
	owner_end(&owners[3]);
	expect_told("(3) ");
}

static void an_owner_that_waits_is_gone_when_that_is_over(void **state)
{
	(void)state;
	get(0, 'a', 100);
	call(0, 'b', AWAIT, OP_FOREVER);
	owner_end(&owners[0]);
	owner_end(&owners[0]);
	expect_told("");
	run();
	expect_told("a:CANCELLED b:CANCELLED (0) ");
}

static void what_was_as_good_as_done_goes_back(void **state)
{
	(void)state;
	get(0, 'a', OP_FOREVER);
	get_unleased(0, 'b', OP_FOREVER);
	fake_add_items(&fake, 1, 2);
	get(1, 'c', OP_FOREVER);
	owner_end(&owners[0]);
	expect_back("1 ");
	assert_int_equal(fake.items_back, 1);
	assert_int_equal(fake.untold, 2);
	run();
	expect_told("a:CANCELLED b:CANCELLED (0) ");
}

static void an_owner_that_has_ended_can_start_nothing(void **state)
{
	(void)state;
	fake_add_items(&fake, 1, 1);
	get(0, 'a', OP_FOREVER);
	get(0, 'b', OP_FOREVER);
	owner_end(&owners[0]);
	get(0, 'c', OP_FOREVER);
	expect_told("a=OK c=CANCELLED ");
	run();
	expect_told("b:CANCELLED (0) ");
}

static struct request ender;

static void end_its_owner(struct request *request)
{
	request_clear(request);
	owner_end(request->owner);
}

static void an_owner_can_end_while_it_is_told(void **state)
{
	(void)state;
	ender = (struct request){.done = end_its_owner};
	ender.op = (struct op){
		.code = TLI_OP_GET, .object = 1, .timeout_ms = OP_FOREVER};
	request_start(&owners[0], &ender, now_ms);
	get(0, 'a', OP_FOREVER);
	fake_add_items(&fake, 1, 2);
	run();
	run();
	expect_told("a:CANCELLED (0) ");
	expect_back("2 1 ");
}

/* What a refusal says is no item. */
static void what_was_refused_does_not_go_back(void **state)
{
	(void)state;
	ender = (struct request){.done = end_its_owner};
	ender.op =
		(struct op){.code = TLI_OP_GET, .object = 1, .timeout_ms = 10};
	request_start(&owners[0], &ender, now_ms);
	get_unleased(0, 'a', 20);
	run_at(now_ms + 20);
	run();
	expect_told("a:CANCELLED (0) ");
	assert_int_equal(fake.items_back, 0);
}

/* ---- Limits ----------------------------------------------------------- */

static void so_many_may_wait_in_all_and_of_one(void **state)
{
	(void)state;
	set_limits(3, 3, 2);
	get(0, 'a', OP_FOREVER);
	call(0, 'b', AWAIT, OP_FOREVER);
	get(0, 'c', OP_FOREVER);
	call(0, 'd', AWAIT, OP_FOREVER);
	get(0, 'e', 0);
	get(1, 'f', OP_FOREVER);
	get(1, 'g', OP_FOREVER);
	expect_told("c=LIMIT d=LIMIT e=EMPTY g=LIMIT ");
	fake_add_items(&fake, 1, 1);
	run();
	get(1, 'h', OP_FOREVER);
	get(0, 'i', OP_FOREVER);
	expect_told("a:OK i=LIMIT ");
	cancel('b');
	run();
	get(0, 'j', OP_FOREVER);
	expect_told("b:CANCELLED ");
}

static void do_nothing(struct request *request)
{
	request_clear(request);
}

static void so_many_may_wait_with_one_key(void **state)
{
	(void)state;
	set_limits(10, 2, 10);
	owners[2].identity = 8;
	get(0, 'a', OP_FOREVER);
	get(1, 'b', OP_FOREVER);
	get(0, 'c', OP_FOREVER);
	get(2, 'd', OP_FOREVER);
	expect_told("c=LIMIT ");
	cancel('a');
	run();
	get(1, 'e', OP_FOREVER);
	get(1, 'f', OP_FOREVER);
	expect_told("a:CANCELLED f=LIMIT ");
}

static void who_asks_for_another_uses_up_its_limit(void **state)
{
	struct request asked = {.op = {.code = TLI_OP_GET,
					.object = 1,
					.timeout_ms = OP_FOREVER}};

	(void)state;
	set_limits(10, 1, 10);
	asked.done = do_nothing;
	assert_false(request_start_for(&owners[0], 8, &asked, now_ms));
	assert_int_equal(asked.op.identity, 8);
	get(0, 'a', OP_FOREVER);
	owners[1].identity = 8;
	get(1, 'b', OP_FOREVER);
	expect_told("b=LIMIT ");
	request_cancel(&asked);
	run();
	get(1, 'c', OP_FOREVER);
	get(0, 'd', OP_FOREVER);
	expect_told("d=LIMIT ");
}

static void so_much_one_may_have(void **state)
{
	(void)state;
	set_max_grants(2);
	fake_add_items(&fake, 1, 2);
	get(0, 'a', 0);
	call(0, 'b', ACQUIRE, 0);
	get(0, 'c', 0);
	expect_back("3 ");
	assert_int_equal(fake.untold, 1);
	get(1, 'd', OP_FOREVER);
	expect_told("a=OK b=OK c=LIMIT ");
	release(0, 'r', token_of('b'));
	call(0, 'e', ACQUIRE, 0);
	call(0, 'f', ACQUIRE, 0);
	expect_told("r=OK e=OK f=TIMED_OUT ");
}

static void who_stands_for_others_may_have_more(void **state)
{
	(void)state;
	set_max_grants(1);
	owners[0].max_grants = 3;
	fake_add_items(&fake, 1, 6);
	for (char letter = 'a'; letter < 'e'; letter++)
		get(0, letter, 0);
	get(1, 'e', 0);
	get(1, 'f', 0);
	expect_told("a=OK b=OK c=OK d=LIMIT e=OK f=LIMIT ");
}

/* ---- Listing ---------------------------------------------------------- */

static char listed[256];

static void list_one(void *arg, const struct owner *owner, uint64_t token,
	int64_t deadline_ms)
{
	size_t len = strlen(listed);

	assert_ptr_equal(arg, waiters);
	snprintf(listed + len, sizeof(listed) - len, "%llu %llu %lld; ",
		(unsigned long long)owner->id, (unsigned long long)token,
		deadline_ms == INT64_MAX ? -1 : (long long)deadline_ms);
}

static void who_waits_and_who_has_can_be_listed(void **state)
{
	(void)state;
	call(0, 'a', ACQUIRE, 0);
	call(2, 'b', ACQUIRE, 40);
	call(1, 'c', ACQUIRE, OP_FOREVER);
	get_of(1, 'd', 2, OP_FOREVER);
	get_leased(1, 'e', 70);
	fake_add_items(&fake, 1, 1);
	run();
	waiters_list(waiters, 1, list_one, waiters);
	assert_string_equal(listed, "3 0 1040; 2 0 -1; 1 1 -1; 2 2 1070; ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(what_an_owner_has_goes_back_the_newest_first),
		TEST(what_it_has_no_longer_does_not_go_back),
		TEST(what_is_dropped_while_waiting_does_not_go_back),
		TEST(an_owner_gives_back_what_it_has_and_nothing_else),
		TEST(what_somebody_else_has_released_does_not_go_back),
		TEST(what_somebody_else_waits_with_does_not_go_back),
		TEST(whose_lock_is_released_may_be_gone),
		TEST(what_comes_back_may_be_released_meanwhile),
		TEST(one_thing_can_be_given_back_alone),
		TEST(who_gives_back_stays_until_that_is_done),
		TEST(a_lock_that_comes_back_goes_to_the_next),
		TEST(a_lease_that_is_over_does_not_go_back),
		TEST(a_lease_that_is_touched_lasts_longer),
		TEST(who_waits_can_be_cancelled),
		TEST(who_is_done_cannot_be_cancelled),
		TEST(a_place_in_a_wait_goes_back),
		TEST(at_a_limit_the_place_goes_back_too),
		TEST(an_owner_without_anything_is_gone_at_once),
		TEST(an_owner_that_waits_is_gone_when_that_is_over),
		TEST(what_was_as_good_as_done_goes_back),
		TEST(an_owner_that_has_ended_can_start_nothing),
		TEST(an_owner_can_end_while_it_is_told),
		TEST(what_was_refused_does_not_go_back),
		TEST(so_many_may_wait_in_all_and_of_one),
		TEST(so_many_may_wait_with_one_key),
		TEST(who_asks_for_another_uses_up_its_limit),
		TEST(so_much_one_may_have),
		TEST(who_stands_for_others_may_have_more),
		TEST(who_waits_and_who_has_can_be_listed),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
