/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <time.h>

static struct timespec now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time;
}

int64_t deadline_in(int timeout_ms)
{
	struct timespec time = now();

	if (timeout_ms < 0)
		return NEVER;
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000 +
		timeout_ms;
}

int earlier(int one_ms, int other_ms)
{
	if (one_ms < 0)
		return other_ms;
	return other_ms < 0 || one_ms < other_ms ? one_ms : other_ms;
}

double now_s(void)
{
	struct timespec time = now();

	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
