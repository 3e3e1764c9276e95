/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include "../system/socket.h"

#include <errno.h>
#include <unistd.h>

void stream_init(struct stream *stream, struct event_base *base, int fd,
	bool is_tcp, event_callback_fn ready, void *owner)
{
	*stream = (struct stream){.fd = fd, .is_tcp = is_tcp};
	event_assign(
		&stream->reading, base, fd, EV_READ | EV_PERSIST, ready, owner);
	event_assign(&stream->writing, base, fd, EV_WRITE | EV_PERSIST, ready,
		owner);
}

static bool arm(struct event *event, bool *armed, bool on)
{
	int result;

	if (*armed == on)
		return true;
	result = on ? event_add(event, NULL) : event_del(event);
	if (result == 0)
		*armed = on;
	return result == 0;
}

bool stream_watch(struct stream *stream, bool reads, bool writes)
{
	if (stream->fd < 0)
		return true;
	if (arm(&stream->reading, &stream->reads, reads) &&
		arm(&stream->writing, &stream->writes, writes))
		return true;
	arm(&stream->reading, &stream->reads, false);
	arm(&stream->writing, &stream->writes, false);
	return false;
}

/* The kernel tells once that a connection broke: reading finds an end then. The
 * peer's having closed its reading side alone is no break. */
static ssize_t outcome(struct stream *stream, ssize_t result)
{
	if (result >= 0)
		return result;
	if (result != TLI_SOCKET_END && result != -EPIPE)
		stream->is_broken = true;
	return result == TLI_SOCKET_END && !stream->is_broken ? STREAM_END
							      : STREAM_BROKEN;
}

ssize_t stream_read(struct stream *stream, void *bytes, size_t size)
{
	struct iovec part = {bytes, size};

	return outcome(
		stream, tli_socket_read(stream->fd, &part, 1, TLI_SOCKET_TRY));
}

ssize_t stream_write(struct stream *stream, const void *bytes, size_t len)
{
	struct iovec part = {(void *)bytes, len};

	return stream_write_parts(stream, &part, 1);
}

ssize_t stream_write_parts(
	struct stream *stream, struct iovec *parts, size_t count)
{
	return outcome(stream,
		tli_socket_write(stream->fd, parts, count, TLI_SOCKET_TRY));
}

bool stream_is_gone(const struct stream *stream)
{
	return tli_socket_has_ended(stream->fd);
}

bool stream_is_ending(const struct stream *stream)
{
	return tli_socket_is_ending(stream->fd);
}

void stream_end(struct stream *stream)
{
	tli_socket_end(stream->fd);
}

void stream_refuse(struct stream *stream)
{
	if (!stream->is_tcp)
		tli_socket_refuse(stream->fd);
}

void stream_widen(struct stream *stream)
{
	if (!stream->is_tcp)
		tli_socket_widen(stream->fd);
}

bool stream_is_delivered(const struct stream *stream)
{
	return !stream->is_tcp || tli_socket_unsent_bytes(stream->fd) == 0;
}

void stream_set_abortive(struct stream *stream, bool on)
{
	if (stream->is_tcp)
		tli_socket_set_abortive(stream->fd, on);
}

void stream_close(struct stream *stream)
{
	if (stream->fd < 0)
		return;
	stream_watch(stream, false, false);
	close(stream->fd);
	stream->fd = -1;
}
