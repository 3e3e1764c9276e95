/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include "../proto/frame.h"
#include "../system/clock.h"
#include "../system/socket.h"

#include "broker.h"
#include "meeting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void do_nothing(struct peer *peer, short event)
{
	(void)peer;
	(void)event;
}

static const struct stage connected = {
	"connected", do_nothing, NULL, NULL, NULL};
static const struct stage closed = {"closed", do_nothing, NULL, NULL, NULL};

void peers_init(struct peers *peers)
{
	*peers = (struct peers){.count = 0};
	TAILQ_INIT(&peers->open);
	TAILQ_INIT(&peers->dead);
	TAILQ_INIT(&peers->due);
}

static void on_ready(evutil_socket_t fd, short event, void *owner)
{
	struct peer *peer = owner;

	(void)fd;
	peer->stage->ready(peer, event);
}

static void set_address(struct peer *peer, const struct tli_endpoint *endpoint)
{
	if (tli_endpoint_is_tcp(endpoint))
		memcpy(&peer->address, &endpoint->address,
			sizeof(peer->address));
	else
		peer->has_uid = tli_socket_peer_uid(
			peer->stream.channel.fd, &peer->uid);
	peer->is_local = tli_endpoint_is_local(endpoint);
}

struct peer *peer_new(struct broker *broker, struct port *port, int fd,
	const struct tli_endpoint *endpoint)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	if (!peer) {
		close(fd);
		return NULL;
	}
	peer->broker = broker;
	peer->port = port_ref(port);
	peer->stage = &connected;
	peer->id = ++broker->peers.last_id;
	peer->since_ms = tli_now_ms();
	stream_init(&peer->stream, broker->base, fd,
		tli_endpoint_is_tcp(endpoint), on_ready, peer);
	set_address(peer, endpoint);
	tli_buf_init(&peer->held, 0);
	tli_buf_init(&peer->out, 0);
	TAILQ_INSERT_TAIL(&broker->peers.open, peer, link);
	broker->peers.count++;
	return peer;
}

bool peer_secure(struct peer *peer, struct tli_tls_context *context)
{
	return stream_secure(&peer->stream, context, &peer->broker->peers.due);
}

static void leave(struct peer *peer)
{
	if (peer->stage->leave)
		peer->stage->leave(peer);
	peer->state = NULL;
}

void peer_enter(struct peer *peer, const struct stage *stage, void *state)
{
	leave(peer);
	peer->stage = stage;
	peer->state = state;
}

void peer_watch(struct peer *peer, bool reads, bool writes)
{
	if (!stream_watch(&peer->stream, reads, writes))
		peer_close(peer);
}

bool peer_is_closed(const struct peer *peer)
{
	return peer->stage == &closed;
}

static void report_closed(struct peer *peer)
{
	if (peer->known)
		monitors_tell(peer->broker,
			&(struct monitor_event){.event = "closed",
				.peer = peer,
				.name = meeting_name(peer)});
	peer->known = false;
}

void peer_close(struct peer *peer)
{
	struct peers *peers = &peer->broker->peers;

	if (peer_is_closed(peer))
		return;
	report_closed(peer);
	peer_enter(peer, &closed, NULL);
	stream_close(&peer->stream);
	tli_buf_fini(&peer->held);
	tli_buf_fini(&peer->out);
	TAILQ_REMOVE(&peers->open, peer, link);
	TAILQ_INSERT_TAIL(&peers->dead, peer, link);
	peers->count--;
}

void peers_reap(struct peers *peers)
{
	struct peer *peer;

	while ((peer = TAILQ_FIRST(&peers->dead))) {
		TAILQ_REMOVE(&peers->dead, peer, link);
		port_unref(peer->port);
		identity_unref(peer->identity);
		free(peer);
	}
}

ssize_t peer_read(struct peer *peer, size_t max_bytes)
{
	size_t have = tli_buf_len(&peer->held);
	uint8_t *scratch = peer->broker->relays.scratch;
	size_t room = peer->broker->relays.scratch_bytes;
	ssize_t got;

	if (have >= max_bytes)
		return STREAM_AGAIN;
	if (room > max_bytes - have)
		room = max_bytes - have;
	got = stream_read(&peer->stream, scratch, room);
	if (got <= 0)
		return got;
	peer->held.max_bytes = max_bytes;
	if (tli_buf_append(&peer->held, scratch, (size_t)got) != TLI_BUF_OK)
		return STREAM_BROKEN;
	return got;
}

int peer_find_frame(
	const struct peer *peer, size_t max_bytes, size_t *start, size_t *len)
{
	const struct tli_buf *held = &peer->held;
	struct tli_frame_reader reader;
	int result;

	if (tli_buf_len(held) == 0)
		return 0;
	tli_frame_reader_init(&reader, max_bytes, false);
	result = tli_frame_reader_feed(
		&reader, tli_buf_head(held), tli_buf_len(held), start);
	if (result <= 0)
		return result;
	*len = (size_t)reader.body_bytes;
	return tli_buf_len(held) - *start >= *len;
}

bool peer_put_frame(
	struct peer *peer, const void *body, size_t len, size_t max_bytes)
{
	uint8_t header[TLI_FRAME_HEADER_MAX];
	size_t header_len = tli_frame_put_header(header, len);

	if (tli_buf_len(&peer->out) > max_bytes)
		return false;
	peer->out.max_bytes = max_bytes;
	return tli_buf_reserve(&peer->out, header_len + len) == TLI_BUF_OK &&
		tli_buf_append(&peer->out, header, header_len) == TLI_BUF_OK &&
		tli_buf_append(&peer->out, body, len) == TLI_BUF_OK;
}

int peer_flush(struct peer *peer)
{
	while (tli_buf_len(&peer->out) > 0) {
		ssize_t put = stream_write(&peer->stream,
			tli_buf_head(&peer->out), tli_buf_len(&peer->out));

		if (put == STREAM_AGAIN)
			return STREAM_AGAIN;
		if (put < 0)
			return STREAM_BROKEN;
		tli_buf_consume(&peer->out, (size_t)put);
	}
	tli_buf_fini(&peer->out);
	return stream_flush(&peer->stream);
}

size_t peer_owed_bytes(const struct peer *peer)
{
	return tli_buf_len(&peer->out) + stream_held_bytes(&peer->stream);
}

void peer_endpoint(const struct peer *peer, struct tli_endpoint *endpoint)
{
	*endpoint = (struct tli_endpoint){.len = sizeof(sa_family_t)};
	memcpy(&endpoint->address, &peer->address, sizeof(peer->address));
	if (!peer->stream.is_tcp)
		endpoint->address.ss_family = AF_UNIX;
	else
		endpoint->len = peer->address.any.sa_family == AF_INET
			? sizeof(peer->address.in)
			: sizeof(peer->address.in6);
}

void peer_format_address(const struct peer *peer, char text[TLI_ENDPOINT_TEXT])
{
	struct tli_endpoint endpoint;

	peer_endpoint(peer, &endpoint);
	tli_endpoint_format(&endpoint, text);
}

const char *peer_text(const struct peer *peer, char text[PEER_TEXT])
{
	char address[TLI_ENDPOINT_TEXT];

	peer_format_address(peer, address);
	if (peer->has_uid)
		snprintf(text, PEER_TEXT, "#%llu %s uid %u",
			(unsigned long long)peer->id, address, peer->uid);
	else
		snprintf(text, PEER_TEXT, "#%llu %s",
			(unsigned long long)peer->id, address);
	return text;
}
