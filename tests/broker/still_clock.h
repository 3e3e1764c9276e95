/* SPDX-License-Identifier: MIT */
/* Monotonic time that stands still until a test lets it pass, for the whole
 * program and the libraries that it uses. */
#ifndef TESTS_STILL_CLOCK_H
#define TESTS_STILL_CLOCK_H

#include <stdint.h>

void pass_ms(int64_t duration_ms);

#endif
