/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail_at(const char *file, int line)
{
	_fail(file, line);
}

void check_equal_at(const char *row, const char *what, long long actual,
	long long expected, const char *file, int line)
{
	if (actual == expected)
		return;
	print_error("%s: %s is %lld, not %lld\n", row, what, actual, expected);
	fail_at(file, line);
}

static void print_hex(const char *what, const uint8_t *bytes, size_t len)
{
	char text[2 * 512 + 1] = "";

	for (size_t i = 0; i < len && 2 * i + 2 < sizeof(text); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	print_error("%s: %zu bytes: %s\n", what, len, text);
}

void check_bytes_at(const char *row, const void *actual, size_t actual_len,
	const void *expected, size_t expected_len, const char *file, int line)
{
	if (actual_len == expected_len &&
		(actual_len == 0 || memcmp(actual, expected, actual_len) == 0))
		return;
	print_error("%s: other bytes than expected\n", row);
	print_hex("actual", actual, actual_len);
	print_hex("expected", expected, expected_len);
	fail_at(file, line);
}

uint8_t *exact_copy(const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len);

	assert_true(copy || len == 0);
	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

static unsigned digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	if (!found)
		fail_msg("no hexadecimal digit: '%c'", c);
	return (unsigned)(found - digits);
}

size_t from_hex(const char *hex, uint8_t *bytes, size_t size)
{
	size_t len = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		assert_in_range(len, 0, size - 1);
		bytes[len++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
		hex++;
	}
	return len;
}
