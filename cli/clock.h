/* SPDX-License-Identifier: MIT */
/* Time: milliseconds of CLOCK_MONOTONIC, as the library's deadlines. */
#ifndef CLI_CLOCK_H
#define CLI_CLOCK_H

#include <stdint.h>

#define NEVER (-1)

/* The deadline after so many milliseconds; NEVER if they are negative. */
int64_t deadline_in(int timeout_ms);

/* Of two timeouts, -1 being none, the one that is over first. */
int earlier(int one_ms, int other_ms);

/* Seconds, for measuring. */
double now_s(void);

#endif
