/* SPDX-License-Identifier: MIT */
/*
 * A record of operations on standard output, as tests/history/events.py reads
 * it: a line before each, and one when it is known what came of it.
 */
#ifndef TESTS_RECORD_H
#define TESTS_RECORD_H

#include <stdint.h>

/* Now, on CLOCK_MONOTONIC. */
uint64_t record_now_ns(void);

/* An operation is about to begin, or has begun after that time: its number. The
 * format and what follows say which. */
__attribute__((format(printf, 2, 3))) unsigned record_begun(
	uint64_t since_ns, const char *format, ...);
#define record_begin(...) record_begun(record_now_ns(), __VA_ARGS__)

/*
 * It has ended, with a code of the library; the format and what follows are its
 * results, each with a blank in front, if the code is none of an error. The
 * program ends with a complaint if the code is none that can be expected.
 */
__attribute__((format(printf, 3, 4))) void record_end(
	unsigned number, int code, const char *format, ...);

#endif
