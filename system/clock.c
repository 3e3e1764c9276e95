/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <limits.h>
#include <time.h>

int64_t tli_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t tli_deadline_in(int timeout_ms)
{
	return timeout_ms < 0 ? TLI_NEVER : tli_now_ms() + timeout_ms;
}

int tli_time_left_ms(int64_t deadline_ms)
{
	int64_t left;

	if (deadline_ms == TLI_NEVER)
		return -1;
	left = deadline_ms - tli_now_ms();
	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}
