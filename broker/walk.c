/* SPDX-License-Identifier: MIT */
#include "walk.h"

void walk_init(struct walk *walk, uint64_t max_message_bytes)
{
	*walk = (struct walk){.body_left = 0};
	tli_frame_reader_init(&walk->reader,
		max_message_bytes ? max_message_bytes : UINT64_MAX, false);
}

static size_t walk_body(struct walk *walk, size_t len)
{
	if (len > walk->body_left)
		len = (size_t)walk->body_left;
	walk->body_left -= len;
	return len;
}

/* What is wrong is not walked, so that it does not count as begun. */
static size_t walk_header(
	struct walk *walk, const uint8_t *bytes, size_t len, int *wrong)
{
	struct tli_frame_reader before = walk->reader;
	size_t used;
	int result = tli_frame_reader_feed(&walk->reader, bytes, len, &used);

	if (result < 0) {
		walk->reader = before;
		*wrong = result;
		return 0;
	}
	if (result == TLI_FRAME_READY) {
		walk->body_left = walk->reader.body_bytes;
		walk->messages++;
		tli_frame_reader_next(&walk->reader);
	}
	return used;
}

size_t walk_on(struct walk *walk, const uint8_t *bytes, size_t len, int *wrong)
{
	size_t at = 0;

	*wrong = 0;
	while (at < len && *wrong == 0) {
		if (walk->body_left > 0)
			at += walk_body(walk, len - at);
		else
			at += walk_header(walk, bytes + at, len - at, wrong);
	}
	return at;
}

bool walk_shows_break(const struct walk *walk, uint64_t unwritten_bytes)
{
	const struct tli_frame_reader *reader = &walk->reader;
	uint64_t missing = walk->body_left + unwritten_bytes;

	if (missing > 0)
		return missing != reader->body_bytes || missing == 1;
	return tli_frame_reader_started(reader) &&
		reader->header_len != TLI_FRAME_HEADER_MIN;
}

uint64_t walk_message_bytes(const struct walk *walk)
{
	return walk->reader.body_bytes;
}
