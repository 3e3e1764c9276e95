/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES     (64u << 10) /* and the longest message of raw input */
#define LINE_BYTES_MAX (64u << 20) /* the library's longest message */
#define SINK_BYTES     (64u << 10) /* with as many, it takes no more */
#define WRITES_A_TURN  64          /* then it is the others' turn */

int source_read(struct source *source)
{
	uint8_t *room;
	ssize_t got;

	if (bytes_len(&source->held) > LINE_BYTES_MAX)
		return -EMSGSIZE;
	room = bytes_room(&source->held, READ_BYTES);
	if (!room)
		return -ENOMEM;
	got = read(source->fd, room, READ_BYTES);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	bytes_added(&source->held, (size_t)got);
	if (got == 0) {
		close(source->fd);
		source->fd = -1;
	}
	return 0;
}

/* The bytes of the first line, without its end; SIZE_MAX if that is not
 * there. */
static size_t line_len(struct source *source)
{
	const uint8_t *head = bytes_head(&source->held);
	size_t len = bytes_len(&source->held);
	const uint8_t *end = len > source->scanned
		? memchr(head + source->scanned, '\n', len - source->scanned)
		: NULL;

	source->scanned = end ? (size_t)(end - head) : len;
	return end ? source->scanned : SIZE_MAX;
}

bool source_next(struct source *source, const void **data, size_t *len)
{
	size_t held = bytes_len(&source->held);
	size_t line = source->raw ? SIZE_MAX : line_len(source);

	*data = bytes_head(&source->held);
	*len = line == SIZE_MAX ? held : line;
	/* The last line may lack its end. */
	return line != SIZE_MAX ||
		(held > 0 && (source->raw || source->fd < 0));
}

void source_drop(struct source *source)
{
	const void *data;
	size_t len;

	if (!source_next(source, &data, &len))
		return;
	/* With the end of the line, if it has one. */
	bytes_drop(
		&source->held, len < bytes_len(&source->held) ? len + 1 : len);
	source->scanned = 0;
}

bool source_wants_input(const struct source *source)
{
	/* What is held was scanned in vain. */
	return source->fd >= 0 &&
		(bytes_len(&source->held) == 0 ||
			(!source->raw &&
				source->scanned == bytes_len(&source->held)));
}

bool source_is_over(const struct source *source)
{
	return source->fd < 0 && bytes_len(&source->held) == 0;
}

void source_close(struct source *source)
{
	bytes_free(&source->held);
	if (source->fd >= 0)
		close(source->fd);
	source->fd = -1;
}

bool sink_put(struct sink *sink, const void *data, size_t len)
{
	return bytes_add(&sink->held, data, len) &&
		(sink->raw || bytes_add(&sink->held, "\n", 1));
}

/* To a pipe that is ready, so much can be written without blocking. */
static ssize_t write_once(struct sink *sink)
{
	struct pollfd entry = {.fd = sink->fd, .events = POLLOUT};
	size_t len = bytes_len(&sink->held);
	ssize_t put;

	if (poll(&entry, 1, 0) != 1)
		return 0;
	put = write(sink->fd, bytes_head(&sink->held),
		len < PIPE_BUF ? len : PIPE_BUF);
	if (put < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return put;
}

int sink_write(struct sink *sink)
{
	for (int i = 0; i < WRITES_A_TURN && !sink_is_empty(sink); i++) {
		ssize_t put = write_once(sink);

		if (put <= 0)
			return (int)put;
		bytes_drop(&sink->held, (size_t)put);
	}
	return 0;
}

bool sink_has_room(const struct sink *sink)
{
	return bytes_len(&sink->held) < SINK_BYTES;
}

bool sink_is_empty(const struct sink *sink)
{
	return bytes_len(&sink->held) == 0;
}

void sink_close(struct sink *sink)
{
	bytes_free(&sink->held);
	if (sink->fd >= 0)
		close(sink->fd);
	sink->fd = -1;
}
