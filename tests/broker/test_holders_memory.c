/* SPDX-License-Identifier: MIT */
/* Every allocation made to fail while a process takes references: it gets one
 * or it does not, and nothing is left of it when it has ended. */
#include "holding.h"
#include "shortage.h"
#include "still_clock.h"

#define GRACE_MS (10000 + 1)

/* What a process asks for. Returns the object of which it has two in the end; 0
 * if it has not. */
static uint64_t take_two(struct peer *peer)
{
	struct holder *holder = holder_of(broker->holders, peer);
	uint64_t object = holder ? take_reference(holder, 0) : 0;

	return object ? take_reference(holder, object) : 0;
}

static void drop_two(struct peer *peer, uint64_t object)
{
	struct holder *holder = holder_of(broker->holders, peer);

	assert_int_equal(count_objects(), 1);
	for (int i = 0; i < 2; i++)
		assert_true(holders_drop(broker->holders, holder, object));
	assert_int_equal(count_objects(), 0);
}

/* Returns how many allocations it made. */
static unsigned long run_once(unsigned long fail_from, bool for_good)
{
	pid_t pid = start_program();
	unsigned descriptors = count_descriptors();
	unsigned long count;
	uint64_t object;

	settle();
	alloc_fail_from(fail_from, for_good);
	alloc_pause(false);
	object = take_two(last_peer());
	alloc_pause(true);
	count = alloc_count();
	alloc_fail_from(0, false);
	if (object)
		drop_two(last_peer(), object);
	kill_program(pid);
	settle();
	pass_ms(GRACE_MS);
	settle();
	assert_int_equal(holders_object_count(broker->holders), 0);
	assert_int_equal(count_objects(), 0);
	assert_int_equal(count_descriptors(), descriptors);
	return count;
}

static void each_allocation_may_fail(void **state)
{
	(void)state;
	open_broker();
	for (int for_good = 0; for_good <= 1; for_good++) {
		unsigned long n = 1;

		while (run_once(n, for_good) >= n)
			assert_true(n++ < SITES_MAX);
		assert_true(n > 1);
	}
}

/* Nothing that is given back needs memory. */
static void what_is_left_behind_goes_without_memory(void **state)
{
	pid_t pid;
	struct holder *holder;

	(void)state;
	open_broker();
	holder = holder_of_program(&pid);
	assert_int_not_equal(take_reference(holder, 0), 0);
	kill_program(pid);
	alloc_fail_from(1, true);
	settle();
	pass_ms(GRACE_MS);
	settle();
	alloc_fail_from(0, false);
	assert_int_equal(count_objects(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_allocation_may_fail),
		TEST(what_is_left_behind_goes_without_memory),
	};

	if (!take_over_allocators())
		return 1;
	alloc_pause(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
