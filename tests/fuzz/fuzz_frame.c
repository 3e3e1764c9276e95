/* SPDX-License-Identifier: MIT */
/*
 * A stream of frames, read in pieces and in single bytes at once. The input:
 * what is allowed (a byte), the pieces' length (a byte), the stream.
 */
#include "fuzz.h"

#include "../../proto/frame.h"

#include <string.h>

/* One byte at a time comes to the same, at the same place. */
static int feed_both(struct tli_frame_reader *reader, const uint8_t *bytes,
	size_t len, size_t *used)
{
	struct tli_frame_reader single = *reader;
	int result = tli_frame_reader_feed(reader, bytes, len, used);
	size_t taken, at = 0;
	int again = tli_frame_reader_feed(&single, bytes, 0, &taken);

	while (again == TLI_FRAME_MORE && at < *used)
		again = tli_frame_reader_feed(&single, bytes + at++, 1, &taken);
	require(again == result && at == *used && *used <= len);
	require(result != TLI_FRAME_MORE || *used == len);
	return result;
}

/* A body that is taken is within the limit, and its header can be written. */
static void check_body(const struct tli_frame_reader *reader)
{
	uint8_t header[TLI_FRAME_HEADER_MAX];
	size_t len = tli_frame_put_header(header, reader->body_bytes);

	require(reader->body_bytes <= reader->max_bytes);
	require(tli_frame_reader_needs(reader) == 0);
	if (len == reader->header_len)
		require(memcmp(header, reader->header, len) == 0);
	else
		require(len < reader->header_len && !reader->short_only);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t limits[] = {0, 256, 1u << 20, UINT64_MAX};
	struct tli_frame_reader reader;
	int result = TLI_FRAME_MORE;
	size_t used, len;

	if (size < 2)
		return 0;
	tli_frame_reader_init(&reader, limits[data[0] & 3], data[0] & 4);
	for (size_t at = 2; at < size && result >= 0; at += used) {
		len = size - at < data[1] + 1u ? size - at : data[1] + 1u;
		result = feed_both(&reader, data + at, len, &used);
		if (result != TLI_FRAME_READY)
			continue;
		check_body(&reader);
		tli_frame_reader_next(&reader);
		used += reader.body_bytes < size - at - used
			? (size_t)reader.body_bytes
			: size - at - used;
	}
	return 0;
}
