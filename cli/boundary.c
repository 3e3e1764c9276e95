/* SPDX-License-Identifier: MIT */
#include "boundary.h"

#define SHORT_HEADER 4

static uint64_t word(const uint8_t *bytes, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* The escape to the long form: docs/protocol.md, section 1. */
static bool is_long(const struct boundary *boundary)
{
	return boundary->header_len >= SHORT_HEADER &&
		word(boundary->header, SHORT_HEADER) == UINT32_MAX;
}

static void end_header(struct boundary *boundary)
{
	size_t needed = is_long(boundary) ? BOUNDARY_HEADER_MAX : SHORT_HEADER;

	if (boundary->header_len < needed)
		return;
	boundary->body_left = is_long(boundary)
		? word(boundary->header + SHORT_HEADER,
			  BOUNDARY_HEADER_MAX - SHORT_HEADER)
		: word(boundary->header, SHORT_HEADER);
	boundary->header_len = 0;
}

void boundary_pass(struct boundary *boundary, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t here = 1;

		if (boundary->body_left > 0) {
			here = boundary->body_left < len
				? (size_t)boundary->body_left
				: len;
			boundary->body_left -= here;
		} else {
			boundary->header[boundary->header_len++] = *bytes;
			end_header(boundary);
		}
		bytes += here;
		len -= here;
	}
}

bool boundary_is_reached(const struct boundary *boundary)
{
	return boundary->header_len == 0 && boundary->body_left == 0;
}
