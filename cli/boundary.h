/* SPDX-License-Identifier: MIT */
/*
 * Where messages end in a stream of bytes that is passed on unseen: a break can
 * look like one only to somebody who knows that.
 */
#ifndef CLI_BOUNDARY_H
#define CLI_BOUNDARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOUNDARY_HEADER_MAX 12

/* Zeroed, it is at the start of a message. */
struct boundary {
	uint8_t header[BOUNDARY_HEADER_MAX];
	size_t header_len; /* so far */
	uint64_t body_left;
};

/* Goes on by what has passed. */
void boundary_pass(struct boundary *boundary, const uint8_t *bytes, size_t len);

/* Whether the next byte would be the first of a message. */
bool boundary_is_reached(const struct boundary *boundary);

#endif
