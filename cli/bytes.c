/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MAX (128u << 10) /* the memory that an empty one may hold */

size_t bytes_len(const struct bytes *bytes)
{
	return bytes->end - bytes->start;
}

uint8_t *bytes_head(const struct bytes *bytes)
{
	return bytes->data + bytes->start;
}

static void move_to_front(struct bytes *bytes)
{
	size_t len = bytes_len(bytes);

	if (len > 0 && bytes->start > 0)
		memmove(bytes->data, bytes_head(bytes), len);
	bytes->start = 0;
	bytes->end = len;
}

uint8_t *bytes_room(struct bytes *bytes, size_t len)
{
	size_t needed = bytes_len(bytes) + len, capacity = bytes->capacity;
	uint8_t *data;

	if (bytes->capacity - bytes->end >= len && bytes->data)
		return bytes->data + bytes->end;
	move_to_front(bytes);
	if (needed > capacity || !bytes->data) {
		/* Twice the need, so that moving is rare. */
		capacity = needed > SIZE_MAX / 2 ? needed : 2 * needed;
		data = realloc(bytes->data, capacity);
		if (!data)
			return NULL;
		bytes->data = data;
		bytes->capacity = capacity;
	}
	return bytes->data + bytes->end;
}

void bytes_added(struct bytes *bytes, size_t len)
{
	bytes->end += len;
}

bool bytes_add(struct bytes *bytes, const void *data, size_t len)
{
	uint8_t *room = len > 0 ? bytes_room(bytes, len) : NULL;

	if (!room)
		return len == 0;
	memcpy(room, data, len);
	bytes_added(bytes, len);
	return true;
}

void bytes_drop(struct bytes *bytes, size_t len)
{
	bytes->start += len;
	if (bytes->start < bytes->end)
		return;
	bytes->start = bytes->end = 0;
	if (bytes->capacity > KEPT_MAX)
		bytes_free(bytes);
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){.data = NULL};
}
