/* SPDX-License-Identifier: MIT */
/* A scenario run again and again, each time with another allocation failing. */
#ifndef TESTS_ALLOC_EACH_H
#define TESTS_ALLOC_EACH_H

#include <stdbool.h>

/*
 * Runs it until all that it allocates has failed, once and for good: it must be
 * done when nothing failed, and not be otherwise. Each time it has to make more
 * than `least` allocations, or what is tested is not.
 */
void alloc_fail_each(
	bool (*is_done)(const char *input), const char *input, unsigned least);

#endif
