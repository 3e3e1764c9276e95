/* SPDX-License-Identifier: MIT */
/* Bytes on their way to a socket, in order: what was copied, and what is
 * referred to where it is, in items. */
#ifndef BROKER_SEGMENTS_H
#define BROKER_SEGMENTS_H

#include "../proto/buf.h"
#include "../proto/item.h"

#include "stream.h"

#define SEGMENTS_COPY_MAX 1024u /* longer ones are referred to */

struct segment;

struct segments {
	struct tli_buf copied;
	struct segment *all; /* from first on */
	size_t first, count, capacity;
	uint64_t bytes; /* to be written */
};

void segments_init(struct segments *segments);

/* Frees what there is; they can be used again. */
void segments_fini(struct segments *segments);

/* Adds so many bytes, which are to be written there at once. NULL for lack of
 * memory: as below. */
uint8_t *segments_room(struct segments *segments, size_t len);

/* Adds bytes: a copy, or, if they are many, a reference to the item that has
 * them. False for lack of memory: then they cannot be used any more. */
bool segments_copy(struct segments *segments, const void *bytes, size_t len);
bool segments_add(struct segments *segments, struct tli_item *item,
	const uint8_t *bytes, size_t len);

/* Writes once. Returns 1 when nothing is left, 0 when more is to come,
 * STREAM_BROKEN. */
int segments_write(struct segments *segments, struct stream *stream);

/* Appends a copy of all that is left to a buffer. False for lack of memory. */
bool segments_copy_rest(const struct segments *segments, struct tli_buf *rest);

#endif
