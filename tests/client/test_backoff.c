/* SPDX-License-Identifier: MIT */
/* The pauses between tries: how long, and how they vary. */
#include "../../libclient/backoff.h"
#include "ends.h"

#include <stdlib.h>

#define NOW_MS 1000000

static void pauses_double_up_to_a_limit(void **state)
{
	static const int delays_ms[] = {
		100, 200, 400, 800, 1600, 3200, 5000, 5000};
	struct tli_backoff backoff = {0, 0};
	int64_t now_ms = NOW_MS;

	(void)state;
	for (size_t i = 0; i < sizeof(delays_ms) / sizeof(*delays_ms); i++) {
		tli_backoff_pause(&backoff, now_ms);
		assert_in_range(backoff.until_ms - now_ms, delays_ms[i] * 3 / 4,
			delays_ms[i] * 5 / 4);
		assert_true(
			tli_backoff_is_pausing(&backoff, backoff.until_ms - 1));
		assert_false(
			tli_backoff_is_pausing(&backoff, backoff.until_ms));
		now_ms = backoff.until_ms;
	}
}

/* Many failures at a time are one. */
static void a_pause_under_way_is_not_made_longer(void **state)
{
	struct tli_backoff backoff = {0, 0};
	int64_t until_ms;

	(void)state;
	tli_backoff_pause(&backoff, NOW_MS);
	until_ms = backoff.until_ms;
	for (int i = 0; i < 10; i++)
		tli_backoff_pause(&backoff, until_ms - 1);
	assert_int_equal(backoff.until_ms, until_ms);
	tli_backoff_pause(&backoff, until_ms);
	assert_in_range(backoff.until_ms - until_ms, 150, 250);
}

/* Who lets us in and throws us out is not asked ten times a second. */
static void what_did_not_last_is_not_forgiven(void **state)
{
	struct tli_backoff backoff = {0, 0};
	int64_t until_ms;

	(void)state;
	tli_backoff_pause(&backoff, NOW_MS);
	until_ms = backoff.until_ms;
	tli_backoff_forgive(&backoff, until_ms + 100);
	tli_backoff_pause(&backoff, until_ms + 100);
	assert_int_equal(backoff.delay_ms, 200);
	until_ms = backoff.until_ms;
	tli_backoff_forgive(&backoff, until_ms + 201);
	tli_backoff_pause(&backoff, until_ms + 201);
	assert_int_equal(backoff.delay_ms, 100);
}

static void pauses_vary(void **state)
{
	int64_t shortest = INT64_MAX, longest = 0;

	(void)state;
	/* Of 1,000 out of 51 values, each is there but for one in 10^7 runs. */
	for (int i = 0; i < 1000; i++) {
		struct tli_backoff backoff = {0, 0};

		tli_backoff_pause(&backoff, 0);
		if (backoff.until_ms < shortest)
			shortest = backoff.until_ms;
		if (backoff.until_ms > longest)
			longest = backoff.until_ms;
	}
	assert_int_equal(shortest, 75);
	assert_int_equal(longest, 125);
}

static void slowing_down_makes_the_next_one_long(void **state)
{
	struct tli_backoff backoff = {0, 0};

	(void)state;
	tli_backoff_slow_down(&backoff);
	tli_backoff_pause(&backoff, NOW_MS);
	assert_in_range(backoff.until_ms - NOW_MS, 3750, 6250);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_double_up_to_a_limit),
		cmocka_unit_test(a_pause_under_way_is_not_made_longer),
		cmocka_unit_test(what_did_not_last_is_not_forgiven),
		cmocka_unit_test(pauses_vary),
		cmocka_unit_test(slowing_down_makes_the_next_one_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
