/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "wire.h"

#define LENGTH_BYTES 4u

#define FLAG(name, bit, word, help) | bit
enum {
	ALL_FLAGS = 0
#include "ops.def"
};

void tli_session_put(uint8_t bytes[TLI_SESSION_WIRE_BYTES],
	const struct tli_session_frame *frame)
{
	uint8_t *header = bytes + LENGTH_BYTES;

	tli_store_be32(bytes, TLI_SESSION_HEADER_BYTES + frame->payload_len);
	header[0] = frame->op;
	header[1] = frame->flags;
	header[2] = frame->status;
	header[3] = frame->format;
	tli_store_be32(header + 4, frame->tag);
	tli_store_be32(header + 8, frame->handle);
	tli_store_be32(header + 12, frame->count);
	tli_store_be32(header + 16, frame->timeout_ms);
	tli_store_be32(header + 20, frame->lease_ms);
	tli_store_be64(header + 24, frame->argument);
}

void tli_session_extend(uint8_t bytes[TLI_SESSION_WIRE_BYTES],
	const struct tli_session_frame *frame)
{
	tli_store_be32(bytes, TLI_SESSION_HEADER_BYTES + frame->payload_len);
	tli_store_be32(bytes + LENGTH_BYTES + 12, frame->count);
}

static struct tli_session_frame read_header(const uint8_t *header)
{
	return (struct tli_session_frame){
		.op = header[0],
		.flags = header[1],
		.status = header[2],
		.format = header[3],
		.tag = tli_load_be32(header + 4),
		.handle = tli_load_be32(header + 8),
		.count = tli_load_be32(header + 12),
		.timeout_ms = tli_load_be32(header + 16),
		.lease_ms = tli_load_be32(header + 20),
		.argument = tli_load_be64(header + 24),
	};
}

static const char *fault(const struct tli_session_frame *frame)
{
	if (!tli_op_info(frame->op)->word)
		return "there is no such operation";
	if (frame->flags & ~ALL_FLAGS)
		return "there is no such flag";
	if (frame->status >= TLI_STATUSES)
		return "there is no such status";
	if (frame->format >= TLI_FORMATS)
		return "there is no such format";
	return NULL;
}

int tli_session_take(struct tli_session_frame *frame_out, const uint8_t *bytes,
	size_t len, size_t *used_out, const char **why)
{
	uint32_t body_len;

	if (len < LENGTH_BYTES)
		return TLI_SESSION_MORE;
	body_len = tli_load_be32(bytes);
	*why = "a frame has 32 to 65568 bytes";
	if (body_len < TLI_SESSION_HEADER_BYTES ||
		body_len > TLI_SESSION_FRAME_MAX)
		return TLI_SESSION_BAD;
	if (len < TLI_SESSION_WIRE_BYTES)
		return TLI_SESSION_MORE;
	if (len - LENGTH_BYTES < body_len)
		return TLI_SESSION_MORE;
	*frame_out = read_header(bytes + LENGTH_BYTES);
	frame_out->payload = bytes + TLI_SESSION_WIRE_BYTES;
	frame_out->payload_len = body_len - TLI_SESSION_HEADER_BYTES;
	*used_out = LENGTH_BYTES + body_len;
	*why = fault(frame_out);
	return *why ? TLI_SESSION_UNKNOWN : TLI_SESSION_FRAME;
}
