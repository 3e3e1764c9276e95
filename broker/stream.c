/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void stream_init(struct stream *stream, struct event_base *base, int fd,
	bool is_tcp, event_callback_fn ready, void *owner)
{
	*stream = (struct stream){
		.channel = tli_channel_plain(fd),
		.is_tcp = is_tcp,
	};
	event_assign(
		&stream->reading, base, fd, EV_READ | EV_PERSIST, ready, owner);
	event_assign(&stream->writing, base, fd, EV_WRITE | EV_PERSIST, ready,
		owner);
}

bool stream_is_secure(const struct stream *stream)
{
	return stream->security != NULL;
}

/* Whether TLS has nobody any more who takes what is written. */
static bool is_deaf(const struct stream *stream)
{
	return stream->security && stream->security->is_deaf;
}

/* ---- Events ----------------------------------------------------------- */

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

static bool arm_both(struct stream *stream, bool reads, bool writes)
{
	if (arm(&stream->reading, &stream->reads, reads) &&
		arm(&stream->writing, &stream->writes, writes))
		return true;
	arm(&stream->reading, &stream->reads, false);
	arm(&stream->writing, &stream->writes, false);
	return false;
}

static void set_due(struct stream_security *security, bool due)
{
	if (security->is_due == due)
		return;
	security->is_due = due;
	if (due)
		TAILQ_INSERT_TAIL(security->due, security, link);
	else
		TAILQ_REMOVE(security->due, security, link);
}

/*
 * Has the kernel tell what the owner wants to hear of, and what TLS needs. What
 * the kernel does not tell the list does; also that the kernel refuses, which
 * is a break.
 */
static bool adjust(struct stream *stream)
{
	struct stream_security *security = stream->security;
	bool holds = stream_held_bytes(stream) > 0;
	bool reads;

	if (!stream_is_secure(stream))
		return true;
	/* Nothing is read while TLS waits for what is held to go; if that never
	 * goes, reading tells so. */
	reads = security->wants_reads &&
		(!stream->channel.stuck || security->is_deaf);
	set_due(security, reads && tli_channel_has_input(&stream->channel));
	if (arm_both(stream, reads, security->wants_writes || holds))
		return true;
	stream->is_broken = true;
	set_due(security, true);
	return false;
}

bool stream_watch(struct stream *stream, bool reads, bool writes)
{
	if (stream->channel.fd < 0)
		return true;
	if (!stream_is_secure(stream))
		return arm_both(stream, reads, writes);
	stream->security->wants_reads = reads;
	stream->security->wants_writes = writes;
	return adjust(stream);
}

void streams_wake(struct stream_list *due)
{
	struct stream_security *security;

	while ((security = TAILQ_FIRST(due))) {
		set_due(security, false);
		event_active(&security->stream->reading, EV_READ, 0);
	}
}

/* The owner may close it, but does not free it here. */
static void tell_owner(struct stream *stream, short event)
{
	stream->security->ready(
		stream->channel.fd, event, stream->security->owner);
	if (stream->channel.fd >= 0)
		(void)adjust(stream);
}

static void on_readable(evutil_socket_t fd, short event, void *owner)
{
	(void)fd;
	tell_owner(owner, event);
}

static void on_writable(evutil_socket_t fd, short event, void *owner)
{
	struct stream *stream = owner;

	(void)fd;
	if (stream_flush(stream) != STREAM_AGAIN &&
		stream->security->wants_writes)
		tell_owner(stream, event);
}

bool stream_secure(struct stream *stream, struct tli_tls_context *context,
	struct stream_list *due)
{
	struct event *reading = &stream->reading;

	stream->security = malloc(sizeof(*stream->security));
	if (!stream->security ||
		!tli_channel_secure(&stream->channel, context, NULL)) {
		free(stream->security);
		stream->security = NULL;
		return false;
	}
	*stream->security = (struct stream_security){
		.stream = stream,
		.ready = event_get_callback(reading),
		.owner = event_get_callback_arg(reading),
		.due = due,
	};
	event_assign(reading, event_get_base(reading), stream->channel.fd,
		EV_READ | EV_PERSIST, on_readable, stream);
	event_assign(&stream->writing, event_get_base(reading),
		stream->channel.fd, EV_WRITE | EV_PERSIST, on_writable, stream);
	return true;
}

/* ---- Bytes ------------------------------------------------------------ */

/* The kernel tells once that a connection broke: reading finds an end then. The
 * peer's having closed its reading side alone is no break. */
static ssize_t outcome(struct stream *stream, ssize_t result)
{
	if (result >= 0)
		return adjust(stream) ? result : STREAM_BROKEN;
	if (result != TLI_SOCKET_END && result != -EPIPE)
		stream->is_broken = true;
	return result == TLI_SOCKET_END && !stream->is_broken ? STREAM_END
							      : STREAM_BROKEN;
}

/* What is held is of no use any more to who takes nothing. */
static ssize_t outcome_of_writing(struct stream *stream, ssize_t result)
{
	if (result < 0 && stream_is_secure(stream)) {
		stream->security->is_deaf = true;
		(void)adjust(stream);
	}
	return outcome(stream, result);
}

int stream_shake_hands(struct stream *stream)
{
	return (int)outcome(stream, tli_channel_shake_hands(&stream->channel));
}

void stream_explain(const struct stream *stream, char text[TLI_TLS_TEXT])
{
	int cut = stream->channel.cut;

	if (cut && cut != -ENOMEM)
		snprintf(text, TLI_TLS_TEXT,
			"closed the connection during the handshake of TLS");
	else
		tli_tls_explain(stream->channel.tls, text);
}

const char *stream_tls_version(const struct stream *stream)
{
	struct tli_tls *tls = stream->channel.tls;

	return tls && tli_tls_is_open(tls) ? tli_tls_version(tls) : NULL;
}

ssize_t stream_read(struct stream *stream, void *bytes, size_t size)
{
	struct iovec part = {bytes, size};

	return outcome(stream,
		tli_channel_read(&stream->channel, &part, 1, TLI_SOCKET_TRY));
}

ssize_t stream_write(struct stream *stream, const void *bytes, size_t len)
{
	struct iovec part = {(void *)bytes, len};

	return stream_write_parts(stream, &part, 1);
}

ssize_t stream_write_parts(
	struct stream *stream, struct iovec *parts, size_t count)
{
	return outcome_of_writing(stream,
		tli_channel_write(
			&stream->channel, parts, count, TLI_SOCKET_TRY));
}

size_t stream_held_bytes(const struct stream *stream)
{
	return is_deaf(stream) ? 0 : tli_channel_held_bytes(&stream->channel);
}

int stream_flush(struct stream *stream)
{
	if (is_deaf(stream))
		return STREAM_BROKEN;
	return (int)outcome_of_writing(
		stream, tli_channel_flush(&stream->channel, TLI_SOCKET_TRY));
}

/* ---- Ends ------------------------------------------------------------- */

/* Of what TLS has sent, its own end hides the socket's. */
bool stream_is_gone(const struct stream *stream)
{
	return stream_is_secure(stream)
		? stream_is_ending(stream)
		: tli_socket_has_ended(stream->channel.fd);
}

bool stream_is_ending(const struct stream *stream)
{
	return tli_socket_is_ending(stream->channel.fd);
}

void stream_end(struct stream *stream)
{
	tli_channel_end(&stream->channel);
	(void)adjust(stream);
}

void stream_refuse(struct stream *stream)
{
	if (!stream->is_tcp)
		tli_socket_refuse(stream->channel.fd);
}

void stream_widen(struct stream *stream)
{
	if (!stream->is_tcp)
		tli_socket_widen(stream->channel.fd);
}

bool stream_is_delivered(const struct stream *stream)
{
	return !stream->is_tcp ||
		(stream_held_bytes(stream) == 0 &&
			tli_socket_unsent_bytes(stream->channel.fd) == 0);
}

void stream_set_abortive(struct stream *stream, bool on)
{
	if (stream->is_tcp)
		tli_socket_set_abortive(stream->channel.fd, on);
	if (stream_is_secure(stream))
		stream->security->is_abortive = on;
}

/* What closing a socket is without TLS: an end, unless it was to be a break. */
static void close_securely(struct stream *stream)
{
	struct stream_security *security = stream->security;

	if (!security->is_abortive && !security->is_deaf && !stream->is_broken)
		tli_channel_end(&stream->channel);
	set_due(security, false);
	/* One that streams_wake() has made active may not be added. */
	event_del(&stream->reading);
	free(security);
	stream->security = NULL;
}

void stream_close(struct stream *stream)
{
	if (stream->channel.fd < 0)
		return;
	arm_both(stream, false, false);
	if (stream_is_secure(stream))
		close_securely(stream);
	tli_channel_close(&stream->channel);
}
