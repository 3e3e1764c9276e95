/* SPDX-License-Identifier: MIT */
/* What the unit tests share: assertions that name a row, bytes as text. */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

/* cmocka.h needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Fails the test, and says at which row of a table. */
#define check(row, condition)                                                  \
	do {                                                                   \
		if (!(condition))                                              \
			fail_msg("%s: not so: %s", (row), #condition);         \
	} while (0)
#define check_equal(row, actual, expected)                                     \
	check_equal_at((row), #actual, (long long)(actual),                    \
		(long long)(expected), __FILE__, __LINE__)
#define check_bytes(row, actual, actual_len, expected, expected_len)           \
	check_bytes_at((row), (actual), (actual_len), (expected),              \
		(expected_len), __FILE__, __LINE__)
void check_equal_at(const char *row, const char *what, long long actual,
	long long expected, const char *file, int line);
void check_bytes_at(const char *row, const void *actual, size_t actual_len,
	const void *expected, size_t expected_len, const char *file, int line);

/* A copy that ends where its memory does, so that reading on is noticed; to
 * be freed. */
uint8_t *exact_copy(const void *bytes, size_t len);

/* Bytes of hexadecimal digits, spaces allowed; fails the test on others. */
size_t from_hex(const char *hex, uint8_t *bytes, size_t size);

#endif
