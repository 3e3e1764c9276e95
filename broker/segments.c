/* SPDX-License-Identifier: MIT */
#include "segments.h"

#include "../system/socket.h"

#include <stdlib.h>
#include <string.h>

#define PARTS_MAX       64 /* of one write */
#define FEWEST_SEGMENTS 8u

/* The next so many bytes of `copied`, or bytes of an item. */
struct segment {
	struct tli_item *item; /* NULL = of `copied` */
	const uint8_t *bytes;
	size_t len;
};

void segments_init(struct segments *segments)
{
	*segments = (struct segments){.bytes = 0};
	tli_buf_init(&segments->copied, SIZE_MAX);
}

void segments_fini(struct segments *segments)
{
	for (size_t i = 0; i < segments->count; i++)
		tli_item_unref(segments->all[segments->first + i].item);
	free(segments->all);
	tli_buf_fini(&segments->copied);
	segments_init(segments);
}

/* ---- Adding ----------------------------------------------------------- */

static bool reserve(struct segments *segments)
{
	size_t capacity =
		segments->capacity ? 2 * segments->capacity : FEWEST_SEGMENTS;
	struct segment *all = segments->all;

	if (segments->first + segments->count < segments->capacity)
		return true;
	if (segments->first > 0) {
		memmove(all, all + segments->first,
			segments->count * sizeof(*all));
		segments->first = 0;
		return true;
	}
	all = realloc(all, capacity * sizeof(*all));
	if (!all)
		return false;
	segments->all = all;
	segments->capacity = capacity;
	return true;
}

static bool add(struct segments *segments, const struct segment *segment)
{
	if (!reserve(segments))
		return false;
	segments->all[segments->first + segments->count++] = *segment;
	segments->bytes += segment->len;
	return true;
}

static struct segment *last_of(const struct segments *segments)
{
	return segments->count == 0
		? NULL
		: &segments->all[segments->first + segments->count - 1];
}

uint8_t *segments_room(struct segments *segments, size_t len)
{
	struct segment *last = last_of(segments);
	uint8_t *room;

	if (tli_buf_reserve(&segments->copied, len) != TLI_BUF_OK ||
		((!last || last->item) &&
			!add(segments, &(struct segment){.len = 0})))
		return NULL;
	room = tli_buf_tail(&segments->copied);
	tli_buf_commit(&segments->copied, len);
	last_of(segments)->len += len;
	segments->bytes += len;
	return room;
}

bool segments_copy(struct segments *segments, const void *bytes, size_t len)
{
	uint8_t *room = segments_room(segments, len);

	if (room)
		memcpy(room, bytes, len);
	return room != NULL;
}

bool segments_add(struct segments *segments, struct tli_item *item,
	const uint8_t *bytes, size_t len)
{
	struct segment segment = {item, bytes, len};

	if (len <= SEGMENTS_COPY_MAX)
		return len == 0 || segments_copy(segments, bytes, len);
	if (!add(segments, &segment))
		return false;
	tli_item_ref(item);
	return true;
}

/* ---- Writing ---------------------------------------------------------- */

static size_t list_parts(
	const struct segments *segments, struct iovec parts[PARTS_MAX])
{
	uint8_t *copied = tli_buf_head(&segments->copied);
	size_t count = 0;

	for (; count < segments->count && count < PARTS_MAX; count++) {
		const struct segment *segment =
			&segments->all[segments->first + count];

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

static void consume_first(struct segments *segments, size_t len)
{
	struct segment *segment = &segments->all[segments->first];

	if (segment->item)
		segment->bytes += len;
	else
		tli_buf_consume(&segments->copied, len);
	segment->len -= len;
	if (segment->len > 0)
		return;
	tli_item_unref(segment->item);
	segments->first++;
	segments->count--;
}

static void consume(struct segments *segments, size_t len)
{
	segments->bytes -= len;
	while (len > 0) {
		size_t left = segments->all[segments->first].len;
		size_t part = len < left ? len : left;

		consume_first(segments, part);
		len -= part;
	}
}

int segments_write(struct segments *segments, struct stream *stream)
{
	struct iovec parts[PARTS_MAX];
	ssize_t put;

	if (segments->count == 0)
		return 1;
	put = stream_write_parts(stream, parts, list_parts(segments, parts));
	if (put < 0)
		return STREAM_BROKEN;
	consume(segments, (size_t)put);
	return segments->count == 0;
}

bool segments_copy_rest(const struct segments *segments, struct tli_buf *rest)
{
	const uint8_t *copied = tli_buf_head(&segments->copied);

	for (size_t i = 0; i < segments->count; i++) {
		const struct segment *segment =
			&segments->all[segments->first + i];
		const uint8_t *bytes = segment->item ? segment->bytes : copied;

		if (tli_buf_append(rest, bytes, segment->len) != TLI_BUF_OK)
			return false;
		if (!segment->item)
			copied += segment->len;
	}
	return true;
}
