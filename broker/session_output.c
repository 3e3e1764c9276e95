/* SPDX-License-Identifier: MIT */
#include "session_output.h"

#include "../system/socket.h"

#include <stdlib.h>
#include <string.h>

#define COPY_MAX        1024u        /* longer ones are referred to */
#define COMMIT_BYTES    (256u << 10) /* that what is short may wait behind */
#define PARTS_MAX       64           /* of one write */
#define FEWEST_SEGMENTS 8u

/* The next so many bytes of `copied`, or bytes of an item. */
struct segment {
	struct tli_item *item; /* NULL = of `copied` */
	const uint8_t *bytes;
	size_t len;
};

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
	tli_buf_init(&output->copied, SIZE_MAX);
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

static void free_segments(struct session_output *output)
{
	for (size_t i = 0; i < output->count; i++)
		tli_item_unref(output->segments[output->first + i].item);
	free(output->segments);
	output->segments = NULL;
	output->first = output->count = output->capacity = 0;
}

void session_output_fini(struct session_output *output)
{
	struct long_message *message;

	free_segments(output);
	tli_buf_fini(&output->copied);
	while ((message = TAILQ_FIRST(&output->waiting)))
		free_message(output, message);
}

/* ---- Segments --------------------------------------------------------- */

static bool reserve_segment(struct session_output *output)
{
	size_t capacity =
		output->capacity ? 2 * output->capacity : FEWEST_SEGMENTS;
	struct segment *segments;

	if (output->first + output->count < output->capacity)
		return true;
	if (output->first > 0) {
		memmove(output->segments, output->segments + output->first,
			output->count * sizeof(*segments));
		output->first = 0;
		return true;
	}
	segments = realloc(output->segments, capacity * sizeof(*segments));
	if (!segments)
		return false;
	output->segments = segments;
	output->capacity = capacity;
	return true;
}

static bool add_segment(
	struct session_output *output, const struct segment *segment)
{
	if (!reserve_segment(output))
		return false;
	output->segments[output->first + output->count++] = *segment;
	output->committed += segment->len;
	return true;
}

static struct segment *last_segment(const struct session_output *output)
{
	return output->count == 0
		? NULL
		: &output->segments[output->first + output->count - 1];
}

static bool add_copy(
	struct session_output *output, const void *bytes, size_t len)
{
	struct segment *last = last_segment(output);

	if (tli_buf_append(&output->copied, bytes, len) != TLI_BUF_OK)
		return false;
	if (!last || last->item)
		return add_segment(output, &(struct segment){.len = len});
	last->len += len;
	output->committed += len;
	return true;
}

static bool add_reference(struct session_output *output, struct tli_item *item,
	const uint8_t *bytes, size_t len)
{
	if (!add_segment(output,
		    &(struct segment){
			    .item = item, .bytes = bytes, .len = len}))
		return false;
	tli_item_ref(item);
	return true;
}

static bool add_bytes_of(struct session_output *output, struct tli_item *item,
	const uint8_t *bytes, size_t len)
{
	if (len <= COPY_MAX)
		return len == 0 || add_copy(output, bytes, len);
	return add_reference(output, item, bytes, len);
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
		if (!add_copy(output, head + at, part))
			return false;
		at += part;
		len -= part;
	}
	return len == 0 ||
		add_bytes_of(output, parcel->item, bytes + at - head_len, len);
}

static bool add_header(
	struct session_output *output, const struct tli_session_frame *frame)
{
	uint8_t header[TLI_SESSION_WIRE_BYTES];

	tli_session_put(header, frame);
	output->last.op = 0;
	return add_copy(output, header, sizeof(header));
}

/* ---- Payloads of one frame -------------------------------------------- */

static void count_committed(struct session_output *output, uint64_t before)
{
	output->bytes += output->committed - before;
}

bool session_output_frame(
	struct session_output *output, const struct tli_session_frame *frame)
{
	uint64_t before = output->committed;

	if (!add_header(output, frame) ||
		(frame->payload_len > 0 &&
			!add_copy(output, frame->payload, frame->payload_len)))
		return false;
	count_committed(output, before);
	return true;
}

static bool add_short(struct session_output *output,
	const struct tli_session_frame *frame, const struct parcel *parcels,
	uint32_t count, bool is_bare)
{
	uint64_t before = output->committed;

	if (!add_header(output, frame))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!add_part(output, &parcels[i], is_bare, 0,
			    parcel_len(&parcels[i], is_bare)))
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
	size_t at = tli_buf_len(&output->copied);

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
	uint64_t before = output->committed;

	if (!may_join(output, frame, len) && !begin_frame(output, frame))
		return false;
	if (!add_part(output, parcel, false, 0, len))
		return false;
	output->last.count++;
	output->last.payload_len += (uint32_t)len;
	tli_session_put(
		tli_buf_head(&output->copied) + output->last_at, &output->last);
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

static size_t list_parts(
	const struct session_output *output, struct iovec parts[PARTS_MAX])
{
	uint8_t *copied = tli_buf_head(&output->copied);
	size_t count = 0;

	for (; count < output->count && count < PARTS_MAX; count++) {
		const struct segment *segment =
			&output->segments[output->first + count];

		if (segment->item) {
			parts[count].iov_base = (void *)segment->bytes;
		} else {
			parts[count].iov_base = copied;
			copied += segment->len;
		}
		parts[count].iov_len = segment->len;
	}
	return count;
}

static void consume_from(
	struct session_output *output, struct segment *segment, size_t len)
{
	if (segment->item)
		segment->bytes += len;
	else
		tli_buf_consume(&output->copied, len);
	segment->len -= len;
	if (segment->len > 0)
		return;
	tli_item_unref(segment->item);
	output->first++;
	output->count--;
}

static void consume(struct session_output *output, size_t len)
{
	output->committed -= len;
	output->bytes -= len;
	while (len > 0) {
		struct segment *segment = &output->segments[output->first];
		size_t part = len < segment->len ? len : segment->len;

		consume_from(output, segment, part);
		len -= part;
	}
}

/* A session at rest holds no memory for its output. */
static void rest(struct session_output *output)
{
	free_segments(output);
	tli_buf_fini(&output->copied);
}

int session_output_write(struct session_output *output, struct stream *stream)
{
	struct iovec parts[PARTS_MAX];
	ssize_t put;

	while (output->committed < COMMIT_BYTES &&
		!TAILQ_EMPTY(&output->waiting))
		if (!commit_next(output))
			return STREAM_BROKEN;
	output->last.op = 0;
	if (output->count == 0)
		return 1;
	put = stream_write_parts(stream, parts, list_parts(output, parts));
	if (put < 0)
		return STREAM_BROKEN;
	consume(output, (size_t)put);
	if (output->bytes > 0)
		return 0;
	rest(output);
	return 1;
}

bool session_output_copy_rest(
	const struct session_output *output, struct tli_buf *rest)
{
	const uint8_t *copied = tli_buf_head(&output->copied);

	for (size_t i = 0; i < output->count; i++) {
		const struct segment *segment =
			&output->segments[output->first + i];
		const uint8_t *bytes = segment->item ? segment->bytes : copied;

		if (tli_buf_append(rest, bytes, segment->len) != TLI_BUF_OK)
			return false;
		if (!segment->item)
			copied += segment->len;
	}
	return true;
}
