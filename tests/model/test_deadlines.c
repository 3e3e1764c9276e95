/* SPDX-License-Identifier: MIT */
/* The heap of deadlines, against a plain search of all. */
#include "../unit/unit.h"

#include "../../broker/engine/deadlines.h"
#include "../unit/alloc.h"

#include <stdlib.h>

#define MEMBERS 200u

struct owner {
	int number;
	struct deadline deadline;
};

struct crowd {
	struct deadlines all;
	struct owner owners[MEMBERS];
	int64_t at_ms[MEMBERS]; /* as they should be */
	uint32_t random;
};

static uint32_t below(struct crowd *crowd, uint32_t end)
{
	crowd->random = crowd->random * 1664525u + 1013904223u;
	return (crowd->random >> 8) % end;
}

static struct crowd *crowd_new(uint32_t seed)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));

	assert_non_null(crowd);
	crowd->random = seed;
	for (size_t i = 0; i < MEMBERS; i++) {
		crowd->owners[i].number = (int)i;
		crowd->at_ms[i] = NEVER_MS;
	}
	return crowd;
}

static void crowd_free(struct crowd *crowd)
{
	deadlines_fini(&crowd->all);
	free(crowd);
}

static int64_t earliest(const struct crowd *crowd)
{
	int64_t at_ms = NEVER_MS;

	for (size_t i = 0; i < MEMBERS; i++)
		if (crowd->at_ms[i] < at_ms)
			at_ms = crowd->at_ms[i];
	return at_ms;
}

static void is_as_it_should_be(const struct crowd *crowd)
{
	const struct deadline *first = deadlines_first(&crowd->all);
	int64_t at_ms = earliest(crowd);
	size_t count = 0;

	assert_int_equal(deadlines_first_ms(&crowd->all), at_ms);
	assert_int_equal(first ? first->at_ms : NEVER_MS, at_ms);
	for (size_t i = 0; i < MEMBERS; i++) {
		bool is_in = crowd->at_ms[i] != NEVER_MS;

		assert_int_equal(crowd->owners[i].deadline.place != 0, is_in);
		count += is_in;
	}
	assert_int_equal(crowd->all.count, count);
}

static void set(struct crowd *crowd, size_t i, int64_t at_ms)
{
	assert_true(
		deadlines_set(&crowd->all, &crowd->owners[i].deadline, at_ms));
	crowd->at_ms[i] = at_ms;
}

static void take_out(struct crowd *crowd, size_t i)
{
	deadlines_remove(&crowd->all, &crowd->owners[i].deadline);
	crowd->at_ms[i] = NEVER_MS;
}

static void take_first(struct crowd *crowd)
{
	struct deadline *first = deadlines_first(&crowd->all);

	if (first)
		take_out(crowd,
			(size_t)deadline_owner(first, struct owner, deadline)
				->number);
}

static void one_step(struct crowd *crowd)
{
	size_t i = below(crowd, MEMBERS);

	switch (below(crowd, 6)) {
	case 0:
		take_out(crowd, i);
		break;
	case 1:
		take_first(crowd);
		break;
	case 2:
		set(crowd, i, NEVER_MS);
		break;
	default:
		set(crowd, i, (int64_t)below(crowd, 100) - 10);
	}
}

static void the_first_is_always_the_earliest(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 20; seed++) {
		struct crowd *crowd = crowd_new(seed);

		for (int step = 0; step < 2000; step++) {
			one_step(crowd);
			is_as_it_should_be(crowd);
		}
		crowd_free(crowd);
	}
}

static void all_come_out_in_order(void **state)
{
	struct crowd *crowd = crowd_new(1);
	int64_t last = INT64_MIN;

	(void)state;
	for (size_t i = 0; i < MEMBERS; i++)
		set(crowd, i, below(crowd, 50));
	for (size_t i = 0; i < MEMBERS; i++) {
		assert_true(deadlines_first_ms(&crowd->all) >= last);
		last = deadlines_first_ms(&crowd->all);
		take_first(crowd);
	}
	is_as_it_should_be(crowd);
	crowd_free(crowd);
}

static void the_ends_of_time_are_in_order(void **state)
{
	struct crowd *crowd = crowd_new(1);

	(void)state;
	set(crowd, 0, NEVER_MS - 1);
	set(crowd, 1, INT64_MIN);
	set(crowd, 2, 0);
	is_as_it_should_be(crowd);
	take_first(crowd);
	take_first(crowd);
	assert_int_equal(deadlines_first_ms(&crowd->all), NEVER_MS - 1);
	crowd_free(crowd);
}

static void an_empty_one_owns_nothing(void **state)
{
	struct crowd *crowd = crowd_new(1);

	(void)state;
	alloc_fail_from(1, true);
	is_as_it_should_be(crowd);
	take_out(crowd, 0);
	set(crowd, 0, NEVER_MS);
	assert_int_equal(alloc_count(), 0);
	alloc_reset();
	assert_null(crowd->all.heap);
	crowd_free(crowd);
}

/* What is in keeps its place and can be moved; only what is new is refused. */
static void without_memory_nothing_is_changed(void **state)
{
	struct crowd *crowd = crowd_new(1);

	(void)state;
	alloc_fail_from(1, true);
	for (size_t i = 0; i < MEMBERS; i++) {
		struct deadline *deadline = &crowd->owners[i].deadline;

		if (!deadlines_set(&crowd->all, deadline, 5)) {
			is_as_it_should_be(crowd);
			alloc_reset();
			set(crowd, i, 5);
			alloc_fail_from(1, true);
		}
		crowd->at_ms[i] = 5;
		set(crowd, i, (int64_t)i);
		is_as_it_should_be(crowd);
	}
	assert_true(crowd->all.capacity < 2 * MEMBERS);
	alloc_reset();
	crowd_free(crowd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_is_always_the_earliest),
		cmocka_unit_test(all_come_out_in_order),
		cmocka_unit_test(the_ends_of_time_are_in_order),
		cmocka_unit_test(an_empty_one_owns_nothing),
		cmocka_unit_test(without_memory_nothing_is_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
