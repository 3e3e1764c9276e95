/* SPDX-License-Identifier: MIT */
/*
 * The frames of the session dialect, as bytes. Each is a message of the usual
 * framing (frame.h): a header of 32 bytes, all numbers big-endian, and a
 * payload of at most TLI_SESSION_PAYLOAD_MAX bytes.
 *
 *      0  u8   operation, an enum tli_op_code
 *      1  u8   flags, of enum tli_session_flag
 *      2  u8   status, an enum tli_status: of a reply
 *      3  u8   format of a payload that is a value
 *      4  u32  tag: the client's choice; a reply has the request's
 *      8  u32  handle: the client's choice; 0 is the broker itself
 *     12  u32  count
 *     16  u32  timeout in ms; 0xffffffff is no limit
 *     20  u32  lease in ms
 *     24  u64  argument: a lease, a tag, an id
 *
 * What a field means for an operation is in ops.def; others are 0. A longer
 * payload goes on in further frames with the same header, all but the last of
 * which have the flag MORE; frames of other tags may come in between.
 */
#ifndef TLI_SESSION_H
#define TLI_SESSION_H

#include "ops.h"

#include <stddef.h>
#include <stdint.h>

#define TLI_SESSION_VERSION      1u
#define TLI_SESSION_HEADER_BYTES 32u
#define TLI_SESSION_PAYLOAD_MAX  65536u
#define TLI_SESSION_FRAME_MAX                                                  \
	(TLI_SESSION_HEADER_BYTES + TLI_SESSION_PAYLOAD_MAX)
/* With the length in front: what a frame takes on the wire. */
#define TLI_SESSION_WIRE_BYTES (4u + TLI_SESSION_HEADER_BYTES)

#define TLI_SESSION_FOREVER UINT32_MAX

struct tli_session_frame {
	uint8_t op;
	uint8_t flags;
	uint8_t status;
	uint8_t format;
	uint32_t tag;
	uint32_t handle;
	uint32_t count;
	uint32_t timeout_ms;
	uint32_t lease_ms;
	uint64_t argument;
	const uint8_t *payload;
	uint32_t payload_len;
};

/* Writes the length and the header of a frame with that payload_len, which is
 * to follow. */
void tli_session_put(uint8_t bytes[TLI_SESSION_WIRE_BYTES],
	const struct tli_session_frame *frame);

/* Writes anew what changes when there is more in it: its length and count. */
void tli_session_extend(uint8_t bytes[TLI_SESSION_WIRE_BYTES],
	const struct tli_session_frame *frame);

enum tli_session_result {
	TLI_SESSION_FRAME = 1, /* there is one */
	TLI_SESSION_MORE = 0,  /* not all of it is there */
	TLI_SESSION_BAD = -1,  /* a length that no frame has: where the next one
				* starts is not known */
	TLI_SESSION_UNKNOWN = -2, /* it is all there, and has an operation,
				   * flag, status or format that there is not */
};

/*
 * Takes the first frame of what has come; its payload stays there. Returns an
 * enum tli_session_result: with *used_out how long the frame is, unless it is
 * TLI_SESSION_MORE or _BAD, and for what is negative with *why, a text that
 * lives forever. Who may send which operation is not looked at.
 */
int tli_session_take(struct tli_session_frame *frame_out, const uint8_t *bytes,
	size_t len, size_t *used_out, const char **why);

#endif
