/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include "wire.h"

#include <string.h>

#define ESCAPE 0xffffffffu /* -1: an 8-byte length follows */

size_t tli_frame_put_header(
	uint8_t header[TLI_FRAME_HEADER_MAX], uint64_t body_bytes)
{
	if (body_bytes <= TLI_FRAME_SHORT_MAX) {
		tli_store_be32(header, (uint32_t)body_bytes);
		return TLI_FRAME_HEADER_MIN;
	}
	tli_store_be32(header, ESCAPE);
	tli_store_be64(header + TLI_FRAME_HEADER_MIN, body_bytes);
	return TLI_FRAME_HEADER_MAX;
}

void tli_frame_reader_init(
	struct tli_frame_reader *reader, uint64_t max_bytes, bool short_only)
{
	*reader = (struct tli_frame_reader){
		.max_bytes = max_bytes,
		.short_only = short_only,
	};
}

size_t tli_frame_reader_needs(const struct tli_frame_reader *reader)
{
	if (reader->header_len < TLI_FRAME_HEADER_MIN)
		return TLI_FRAME_HEADER_MIN - reader->header_len;
	if (tli_load_be32(reader->header) == ESCAPE)
		return TLI_FRAME_HEADER_MAX - reader->header_len;
	return 0;
}

static size_t collect(
	struct tli_frame_reader *reader, const uint8_t *bytes, size_t len)
{
	size_t wanted = tli_frame_reader_needs(reader);

	if (wanted > len)
		wanted = len;
	if (wanted == 0)
		return 0;
	memcpy(reader->header + reader->header_len, bytes, wanted);
	reader->header_len = (uint8_t)(reader->header_len + wanted);
	return wanted;
}

static int check_length(struct tli_frame_reader *reader)
{
	uint32_t word = tli_load_be32(reader->header);

	reader->body_bytes = word == ESCAPE
		? tli_load_be64(reader->header + TLI_FRAME_HEADER_MIN)
		: word;
	if (word != ESCAPE && word > TLI_FRAME_SHORT_MAX)
		return TLI_FRAME_BAD_LENGTH;
	if (reader->body_bytes > INT64_MAX)
		return TLI_FRAME_BAD_LENGTH;
	if (reader->body_bytes > reader->max_bytes)
		return TLI_FRAME_TOO_LONG;
	return TLI_FRAME_READY;
}

int tli_frame_reader_feed(struct tli_frame_reader *reader, const uint8_t *bytes,
	size_t len, size_t *used)
{
	*used = collect(reader, bytes, len);
	if (reader->header_len < TLI_FRAME_HEADER_MIN)
		return TLI_FRAME_MORE;
	if (tli_load_be32(reader->header) == ESCAPE && reader->short_only)
		return TLI_FRAME_BAD_LENGTH;
	*used += collect(reader, bytes + *used, len - *used);
	if (tli_frame_reader_needs(reader) > 0)
		return TLI_FRAME_MORE;
	return check_length(reader);
}
