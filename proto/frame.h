/* SPDX-License-Identifier: MIT */
/*
 * The framing of multiprocessing.connection: a signed 4-byte big-endian
 * length, then the body. Lengths above 2^31-1 are written as -1 followed by an
 * unsigned 8-byte length (CPython 3.8 and later: Connection._send_bytes).
 *
 * Only headers are handled here. Bodies belong to the caller, so that a relay
 * can pass them on without holding them.
 */
#ifndef TLI_FRAME_H
#define TLI_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLI_FRAME_HEADER_MIN 4u
#define TLI_FRAME_HEADER_MAX 12u
#define TLI_FRAME_SHORT_MAX  0x7fffffffu /* longest body of a 4-byte header */

enum tli_frame_result {
	TLI_FRAME_READY = 1,       /* body_bytes is known */
	TLI_FRAME_MORE = 0,        /* the header is not complete yet */
	TLI_FRAME_BAD_LENGTH = -1, /* a length that no Python sends */
	TLI_FRAME_TOO_LONG = -2,   /* more than max_bytes */
};

/* Collects one header at a time, however it is cut. */
struct tli_frame_reader {
	uint64_t max_bytes;  /* longest body accepted */
	uint64_t body_bytes; /* valid after TLI_FRAME_READY, _TOO_LONG */
	uint8_t header[TLI_FRAME_HEADER_MAX];
	uint8_t header_len;
	bool short_only; /* refuse the 8-byte form */
};

/* Writes the header of a body of body_bytes; returns its length, 4 or 12. */
size_t tli_frame_put_header(
	uint8_t header[TLI_FRAME_HEADER_MAX], uint64_t body_bytes);

void tli_frame_reader_init(
	struct tli_frame_reader *reader, uint64_t max_bytes, bool short_only);

/*
 * Takes header bytes, never body bytes, and stores in *used how many it took.
 * Returns a tli_frame_result. After TLI_FRAME_READY the next call takes
 * nothing and says the same, until tli_frame_reader_next().
 */
int tli_frame_reader_feed(struct tli_frame_reader *reader, const uint8_t *bytes,
	size_t len, size_t *used);

/* Starts on the next header. */
static inline void tli_frame_reader_next(struct tli_frame_reader *reader)
{
	reader->header_len = 0;
}

/* True inside a header: an end here cuts a message. */
static inline bool tli_frame_reader_started(
	const struct tli_frame_reader *reader)
{
	return reader->header_len > 0;
}

/* How many bytes the header still needs, as far as is known. */
size_t tli_frame_reader_needs(const struct tli_frame_reader *reader);

#endif
