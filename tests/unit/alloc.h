/* SPDX-License-Identifier: MIT */
/*
 * Makes allocations fail, for programs linked with --wrap of malloc, calloc
 * and realloc: calls from the objects of the program go through here, those
 * from inside shared libraries do not. Each thread has its own state.
 *
 *	for (unsigned long n = 1;; n++) {
 *		alloc_fail_from(n, false);
 *		... what is tested ...
 *		if (alloc_count() < n)
 *			break;	it needs fewer than n
 *	}
 *	alloc_reset();
 */
#ifndef TESTS_ALLOC_H
#define TESTS_ALLOC_H

#include <stdbool.h>

/*
 * Counts from 0 again, and makes the n-th allocation from now on fail (n from
 * 1; 0 = none), and all behind it too if persistent.
 */
void alloc_fail_from(unsigned long n, bool persistent);

/* How many allocations were asked for since then, those that failed too. */
unsigned long alloc_count(void);

/* Lets all succeed; counts on. */
void alloc_reset(void);

/* Lets all succeed and counts none of them, until that is over: they are not
 * of what is tested. */
void alloc_pause(bool paused);

#endif
