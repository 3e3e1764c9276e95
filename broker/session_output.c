/* SPDX-License-Identifier: MIT */
#include "session_output.h"

#include <stdlib.h>
#include <string.h>

/* So much of what is long may be in front of what is short. */
#define COMMIT_BYTES (256u << 10)

/* A payload of several frames. */
struct long_message {
	TAILQ_ENTRY(long_message) link;
	struct tli_session_frame frame;
	struct sent sent;
	uint64_t left;
	size_t at; /* in the parcel that is next */
	uint32_t next;
	uint32_t count;
	bool is_bare; /* a body without a record's head */
	struct parcel parcels[];
};

void session_output_init(struct session_output *output)
{
	*output = (struct session_output){.bytes = 0};
	segments_init(&output->next);
	TAILQ_INIT(&output->waiting);
}

static void free_message(
	struct session_output *output, struct long_message *message)
{
	TAILQ_REMOVE(&output->waiting, message, link);
	for (uint32_t i = 0; i < message->count; i++)
		tli_item_unref(message->parcels[i].item);
	free(message);
}

void session_output_fini(struct session_output *output)
{
	struct long_message *message;

	segments_fini(&output->next);
	while ((message = TAILQ_FIRST(&output->waiting)))
		free_message(output, message);
}

/* ---- Parcels ---------------------------------------------------------- */

static struct tli_record record_of(const struct parcel *parcel)
{
	struct tli_record record = tli_record_of(parcel->item);

	record.attempts = parcel->attempts;
	record.lease = parcel->lease;
	return record;
}

static size_t parcel_len(const struct parcel *parcel, bool is_bare)
{
	return is_bare ? parcel->item->body_len
		       : TLI_RECORD_BYTES + tli_item_len(parcel->item);
}

/* A part of what a parcel is on the wire. */
static bool add_part(struct session_output *output, const struct parcel *parcel,
	bool is_bare, size_t at, size_t len)
{
	const uint8_t *bytes =
		is_bare ? tli_item_body(parcel->item) : parcel->item->bytes;
	size_t head_len = is_bare ? 0 : TLI_RECORD_BYTES;
	uint8_t head[TLI_RECORD_BYTES];

	if (at < head_len) {
		struct tli_record record = record_of(parcel);
		size_t part = len < head_len - at ? len : head_len - at;

		tli_record_put(head, &record);
		if (!segments_copy(&output->next, head + at, part))
			return false;
		at += part;
		len -= part;
	}
	return len == 0 ||
		segments_add(&output->next, parcel->item, bytes + at - head_len,
			len);
}

static bool add_whole(struct session_output *output,
	const struct parcel *parcel, bool is_bare)
{
	size_t len = parcel_len(parcel, is_bare);
	struct tli_record record;
	uint8_t *room;

	if (is_bare || len > SEGMENTS_COPY_MAX)
		return add_part(output, parcel, is_bare, 0, len);
	room = segments_room(&output->next, len);
	if (!room)
		return false;
	record = record_of(parcel);
	tli_record_put(room, &record);
	memcpy(room + TLI_RECORD_BYTES, parcel->item->bytes,
		len - TLI_RECORD_BYTES);
	return true;
}

static bool add_header(
	struct session_output *output, const struct tli_session_frame *frame)
{
	uint8_t *header = segments_room(&output->next, TLI_SESSION_WIRE_BYTES);

	if (header)
		tli_session_put(header, frame);
	output->last.op = 0;
	return header != NULL;
}

/* ---- Payloads of one frame -------------------------------------------- */

static void count_committed(struct session_output *output, uint64_t before)
{
	output->bytes += output->next.bytes - before;
}

bool session_output_frame(
	struct session_output *output, const struct tli_session_frame *frame)
{
	uint64_t before = output->next.bytes;

	if (!add_header(output, frame) ||
		(frame->payload_len > 0 &&
			!segments_copy(&output->next, frame->payload,
				frame->payload_len)))
		return false;
	count_committed(output, before);
	return true;
}

static bool add_short(struct session_output *output,
	const struct tli_session_frame *frame, const struct parcel *parcels,
	uint32_t count, bool is_bare)
{
	uint64_t before = output->next.bytes;

	if (!add_header(output, frame))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!add_whole(output, &parcels[i], is_bare))
			return false;
	count_committed(output, before);
	return true;
}

bool session_output_is_long(const struct tli_item *item)
{
	return TLI_RECORD_BYTES + tli_item_len(item) > TLI_SESSION_PAYLOAD_MAX;
}

static bool may_join(const struct session_output *output,
	const struct tli_session_frame *frame, size_t len)
{
	return output->last.op == frame->op && output->last.tag == frame->tag &&
		output->last.payload_len + len <= TLI_SESSION_PAYLOAD_MAX;
}

static bool begin_frame(
	struct session_output *output, const struct tli_session_frame *frame)
{
	size_t at = tli_buf_len(&output->next.copied);

	if (!add_header(output, frame))
		return false;
	output->last = *frame;
	output->last.count = 0;
	output->last.payload_len = 0;
	output->last_at = at;
	return true;
}

bool session_output_add_item(struct session_output *output,
	const struct tli_session_frame *frame, const struct parcel *parcel)
{
	size_t len = parcel_len(parcel, false);
	uint64_t before = output->next.bytes;

	if (!may_join(output, frame, len) && !begin_frame(output, frame))
		return false;
	if (!add_whole(output, parcel, false))
		return false;
	output->last.count++;
	output->last.payload_len += (uint32_t)len;
	tli_session_extend(tli_buf_head(&output->next.copied) + output->last_at,
		&output->last);
	count_committed(output, before);
	return true;
}

/* ---- Payloads of several frames --------------------------------------- */

static uint64_t total_len(
	const struct parcel *parcels, uint32_t count, bool is_bare)
{
	uint64_t len = 0;

	for (uint32_t i = 0; i < count; i++)
		len += parcel_len(&parcels[i], is_bare);
	return len;
}

static bool add_long(struct session_output *output,
	const struct tli_session_frame *frame, const struct parcel *parcels,
	uint32_t count, bool is_bare, struct sent sent)
{
	struct long_message *message =
		malloc(sizeof(*message) + count * sizeof(message->parcels[0]));

	if (!message)
		return false;
	*message = (struct long_message){
		.frame = *frame,
		.sent = sent,
		.left = total_len(parcels, count, is_bare),
		.count = count,
		.is_bare = is_bare,
	};
	memcpy(message->parcels, parcels, count * sizeof(*parcels));
	for (uint32_t i = 0; i < count; i++)
		tli_item_ref(parcels[i].item);
	TAILQ_INSERT_TAIL(&output->waiting, message, link);
	output->bytes += message->left;
	return true;
}

static bool add_parcels(struct session_output *output,
	const struct tli_session_frame *frame, const struct parcel *parcels,
	uint32_t count, bool is_bare, struct sent sent)
{
	uint64_t len = total_len(parcels, count, is_bare);
	struct tli_session_frame whole = *frame;

	if (len > TLI_SESSION_PAYLOAD_MAX)
		return add_long(output, frame, parcels, count, is_bare, sent);
	whole.payload_len = (uint32_t)len;
	return add_short(output, &whole, parcels, count, is_bare);
}

bool session_output_items(struct session_output *output,
	const struct tli_session_frame *frame, const struct parcel *parcels,
	uint32_t count, struct sent sent)
{
	return add_parcels(output, frame, parcels, count, false, sent);
}

bool session_output_body(struct session_output *output,
	const struct tli_session_frame *frame, struct tli_item *item)
{
	struct parcel parcel = {.item = item};

	return add_parcels(
		output, frame, &parcel, 1, true, (struct sent){.call = NULL});
}

uint64_t session_output_load(const struct session_output *output)
{
	const struct long_message *message;
	uint64_t longest = 0;

	TAILQ_FOREACH (message, &output->waiting, link)
		if (message->left > longest)
			longest = message->left;
	return output->bytes - longest;
}

/* The next so many bytes of a message. */
static bool add_piece(
	struct session_output *output, struct long_message *message, size_t len)
{
	while (len > 0) {
		const struct parcel *parcel = &message->parcels[message->next];
		size_t left =
			parcel_len(parcel, message->is_bare) - message->at;
		size_t part = len < left ? len : left;

		if (!add_part(output, parcel, message->is_bare, message->at,
			    part))
			return false;
		message->at += part;
		len -= part;
		if (part == left) {
			message->at = 0;
			message->next++;
		}
	}
	return true;
}

/* The frame of the message whose turn it is. */
static bool commit_next(struct session_output *output)
{
	struct long_message *message = TAILQ_FIRST(&output->waiting);
	struct tli_session_frame frame = message->frame;
	struct sent sent = message->sent;

	frame.payload_len = message->left > TLI_SESSION_PAYLOAD_MAX
		? TLI_SESSION_PAYLOAD_MAX
		: (uint32_t)message->left;
	message->left -= frame.payload_len;
	if (message->left > 0)
		frame.flags |= TLI_FLAG_MORE;
	if (!add_header(output, &frame) ||
		!add_piece(output, message, frame.payload_len))
		return false;
	output->bytes += TLI_SESSION_WIRE_BYTES;
	TAILQ_REMOVE(&output->waiting, message, link);
	TAILQ_INSERT_TAIL(&output->waiting, message, link);
	if (message->left > 0)
		return true;
	free_message(output, message);
	if (sent.call)
		sent.call(sent.owner);
	return true;
}

/* ---- Writing ---------------------------------------------------------- */

int session_output_write(struct session_output *output, struct stream *stream)
{
	uint64_t before;
	int result;

	while (output->next.bytes < COMMIT_BYTES &&
		!TAILQ_EMPTY(&output->waiting))
		if (!commit_next(output))
			return STREAM_BROKEN;
	output->last.op = 0;
	before = output->next.bytes;
	result = segments_write(&output->next, stream);
	output->bytes -= before - output->next.bytes;
	if (result == 1)
		segments_fini(&output->next);
	return result == 1 && output->bytes > 0 ? 0 : result;
}

bool session_output_copy_rest(
	const struct session_output *output, struct tli_buf *rest)
{
	return segments_copy_rest(&output->next, rest);
}
