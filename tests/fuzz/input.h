/* SPDX-License-Identifier: MIT */
/* An input that says what is done, byte by byte. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
	const uint8_t *data;
	size_t len;
};

/* 0 behind the end. */
static inline unsigned take_byte(struct input *input)
{
	if (input->len == 0)
		return 0;
	input->len--;
	return *input->data++;
}

/* One of an array. */
#define TAKE_FROM(input, table)                                                \
	((table)[take_byte(input) % (sizeof(table) / sizeof(*(table)))])

#endif
