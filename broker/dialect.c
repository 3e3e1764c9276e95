/* SPDX-License-Identifier: MIT */
#include "dialect.h"

#include "../proto/frame.h"
#include "../proto/ops.h"

#include "broker.h"
#include "closing.h"
#include "meeting.h"
#include "permission.h"

#include <string.h>

typedef void dialect(struct peer *peer);

static void refuse_unknown(struct peer *peer)
{
	closing_refuse(peer, TLI_REFUSAL_UNSUPPORTED,
		"the first message is none that this broker knows: it takes "
		"JSON objects such as {\"dial\":\"name\"}");
}

/* By the first byte; all others are unknown. */
static dialect *const dialects[256] = {
	['{'] = rendezvous_start,
	['<'] = xmlrpc_start,
	[0x80] = manager_start,
	[TLI_OP_HELLO] = session_start,
};

/* The dialect of what has come; NULL if that is not enough to tell. */
static dialect *choose(const struct tli_buf *held)
{
	struct tli_frame_reader reader;
	dialect *chosen;
	size_t used;
	int result;

	if (tli_buf_len(held) == 0)
		return NULL;
	tli_frame_reader_init(&reader, UINT64_MAX, false);
	result = tli_frame_reader_feed(
		&reader, tli_buf_head(held), tli_buf_len(held), &used);
	if (result == TLI_FRAME_MORE)
		return NULL;
	if (result < 0 || reader.body_bytes == 0)
		return refuse_unknown;
	if (used == tli_buf_len(held))
		return NULL;
	chosen = dialects[tli_buf_head(held)[used]];
	return chosen ? chosen : refuse_unknown;
}

static void on_ready(struct peer *peer, short event)
{
	dialect *start;
	ssize_t got = STREAM_AGAIN;

	if (event & EV_READ)
		got = peer_read(peer, TLI_FRAME_HEADER_MAX + TLI_CONTROL_MAX);
	start = choose(&peer->held);
	if (start)
		start(peer);
	else if (got < 0)
		peer_close(peer);
	else
		peer_watch(peer, true, false);
}

static void start_bound(struct peer *peer)
{
	const struct config_listen *port = &peer->port->config;
	struct tli_request dial = {
		.verb = TLI_VERB_DIAL,
		.timeout_ms = port->bind_wait_ms,
	};

	strcpy(dial.name, port->bind);
	if (peer_may(peer, RIGHT_DIAL, dial.name))
		meeting_start(peer, &dial, true);
	else
		peer_close(peer);
}

void dialect_start(struct peer *peer)
{
	static const struct stage idle = {
		"idle", on_ready, NULL, closing_end, NULL};

	peer_enter(peer, &idle, NULL);
	if (peer->port->config.bind[0])
		start_bound(peer);
	else
		on_ready(peer, 0);
}
