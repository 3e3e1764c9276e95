/* SPDX-License-Identifier: MIT */
#include "shortage.h"

#include "../unit/alloc.h"

#define SITES_MAX 50000ul /* far more allocations than any scenario makes */

/* What a caller may be told when memory was short somewhere: here, in the
 * digest, in TLS, or at the other end, which then closes. */
static bool is_told_of(int code)
{
	return code == TIELINE_ENOMEM || code == TIELINE_EAUTH ||
		code == TIELINE_ELOST || code == TIELINE_ETLS ||
		code == TIELINE_ECREDENTIALS;
}

static void fail_each(
	int (*scenario)(void), unsigned long stride, bool persistent)
{
	int result = -1;
	unsigned long n;

	/* OpenSSL and the C library keep things from the first time on. */
	assert_code(TIELINE_OK, scenario());
	for (n = 1; n < SITES_MAX; n += stride) {
		unsigned descriptors = count_descriptors();

		alloc_fail_from(n, persistent);
		result = scenario();
		if (alloc_count() < n)
			break;
		alloc_reset();
		if (result != 0 && !is_told_of(result))
			fail_msg("allocation %lu: %s", n,
				tieline_code_name(result));
		assert_int_equal(count_descriptors(), descriptors);
		assert_code(TIELINE_OK, scenario());
	}
	alloc_reset();
	assert_code(TIELINE_OK, result);
	assert_in_range(n, 2, SITES_MAX - 1);
}

void fail_allocations(int (*scenario)(void), unsigned long stride)
{
	fail_each(scenario, stride, false);
	fail_each(scenario, stride, true);
}
