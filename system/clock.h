/* SPDX-License-Identifier: MIT */
/* Monotonic time in milliseconds, and deadlines in it. */
#ifndef TLI_CLOCK_H
#define TLI_CLOCK_H

#include <stdint.h>

#define TLI_NEVER INT64_MAX

int64_t tli_now_ms(void);

/* The deadline timeout_ms from now; TLI_NEVER for a negative timeout. */
int64_t tli_deadline_in(int timeout_ms);

/* What is left until the deadline, for poll(2): -1 = no limit, 0 = over. */
int tli_time_left_ms(int64_t deadline_ms);

static inline int64_t tli_earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

#endif
