/* SPDX-License-Identifier: MIT */
#include "alloc_each.h"

#include "alloc.h"
#include "unit.h"

#define NEVER_NEEDED 10000ul /* more allocations than any scenario makes */

static void fail_each(bool (*is_done)(const char *input), const char *input,
	unsigned least, bool persistent)
{
	unsigned long n = 1;

	for (;; n++) {
		bool done;

		assert_in_range(n, 1, NEVER_NEEDED);
		alloc_fail_from(n, persistent);
		done = is_done(input);
		if (alloc_count() < n) {
			assert_true(done);
			break;
		}
		assert_false(done);
	}
	alloc_reset();
	assert_true(n > least);
}

void alloc_fail_each(
	bool (*is_done)(const char *input), const char *input, unsigned least)
{
	fail_each(is_done, input, least, false);
	fail_each(is_done, input, least, true);
}
