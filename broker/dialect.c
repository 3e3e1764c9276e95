/* SPDX-License-Identifier: MIT */
#include "dialect.h"

#include "../proto/frame.h"

#include "broker.h"
#include "names.h"

static const struct dialect unknown = {"unknown", unknown_start};

/* By the first byte; all others are unknown. */
static const struct dialect dialects[256] = {
	['{'] = {"rendezvous", rendezvous_start},
	['<'] = {"manager, in XML-RPC", xmlrpc_start},
	[0x80] = {"manager", manager_start},
};

const struct dialect *dialect_of(int first_byte)
{
	if (first_byte >= 0 && first_byte < 256 && dialects[first_byte].start)
		return &dialects[first_byte];
	return &unknown;
}

/* The dialect of what has come; NULL if that is not enough to tell. */
static const struct dialect *choose(const struct tli_buf *held)
{
	struct tli_frame_reader reader;
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
		return &unknown;
	if (used == tli_buf_len(held))
		return NULL;
	return dialect_of(tli_buf_head(held)[used]);
}

static void on_ready(struct peer *peer, short event)
{
	const struct dialect *dialect;
	ssize_t got = STREAM_AGAIN;

	if (event & EV_READ)
		got = peer_read(peer, TLI_FRAME_HEADER_MAX + TLI_CONTROL_MAX);
	dialect = choose(&peer->held);
	if (dialect)
		dialect->start(peer);
	else if (got < 0)
		peer_close(peer);
	else
		peer_watch(peer, true, false);
}

static void start_bound(struct peer *peer)
{
	const struct config_listen *port = &peer->port->config;

	names_meet(peer,
		&(struct meeting){
			.verb = TLI_VERB_DIAL,
			.silent = true,
			.timeout_ms = port->bind_wait_ms,
			.name = port->bind,
			.listener = "",
		});
}

void dialect_start(struct peer *peer)
{
	static const struct stage idle = {"idle", on_ready, NULL};

	peer_enter(peer, &idle, NULL);
	if (peer->port->config.bind[0])
		start_bound(peer);
	else
		on_ready(peer, 0);
}
