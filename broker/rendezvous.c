/* SPDX-License-Identifier: MIT */
/* JSON requests, one to a frame: the verbs for meeting others, which are a
 * connection's last, and those for control, which may come in any number. */
#include "../proto/frame.h"

#include "broker.h"
#include "closing.h"
#include "control.h"
#include "dialect.h"
#include "meeting.h"
#include "permission.h"

#include <stdio.h>

#define FRAME_BYTES (TLI_FRAME_HEADER_MAX + TLI_CONTROL_MAX)

static void meet(struct peer *peer, const struct tli_request *request)
{
	struct tli_request completed = *request;

	if (request->timeout_ms == TLI_NO_TIMEOUT_GIVEN &&
		request->verb == TLI_VERB_DIAL)
		completed.timeout_ms = peer->broker->config.dial_timeout_ms;
	meeting_start(peer, &completed, false);
}

/* What each does, and the right that it needs; RIGHT_COUNT is none. */
static const struct {
	void (*serve)(struct peer *, const struct tli_request *);
	enum right right;
} verbs[TLI_VERB_COUNT] = {
	[TLI_VERB_ACCEPT] = {meet, RIGHT_ACCEPT},
	[TLI_VERB_DIAL] = {meet, RIGHT_DIAL},
	[TLI_VERB_PIPE] = {meet, RIGHT_PIPE},
	[TLI_VERB_PING] = {control_ping, RIGHT_COUNT},
	[TLI_VERB_LIST] = {control_list, RIGHT_LIST},
	[TLI_VERB_STAT] = {control_stat, RIGHT_STAT},
	[TLI_VERB_MONITOR] = {control_monitor, RIGHT_MONITOR},
	[TLI_VERB_TYPEID] = {control_typeid, RIGHT_TYPEID},
};

enum right rendezvous_right(enum tli_verb verb)
{
	return verbs[verb].right;
}

static void serve_if_permitted(
	struct peer *peer, const struct tli_request *request)
{
	enum right right = verbs[request->verb].right;
	const char *name = NULL;
	char why[PERMISSION_WHY];

	if (right != RIGHT_COUNT && right_is_named(right))
		name = request->name;
	if (right == RIGHT_COUNT || peer_may(peer, right, name))
		verbs[request->verb].serve(peer, request);
	else
		closing_refuse(peer, TLI_REFUSAL_NOT_PERMITTED,
			permission_text(peer, RIGHT_BIT(right), name, why));
}

static void serve(struct peer *peer, size_t start, size_t len)
{
	char why[TLI_CONTROL_TEXT];
	struct tli_request request;
	int result = tli_request_parse(
		tli_buf_head(&peer->held) + start, len, &request, why);

	tli_buf_consume(&peer->held, start + len);
	if (tli_buf_len(&peer->held) == 0)
		tli_buf_fini(&peer->held);
	if (result != TLI_CONTROL_OK)
		closing_refuse(peer,
			result == TLI_CONTROL_NOMEM ? TLI_REFUSAL_INTERNAL
						    : TLI_REFUSAL_BAD_REQUEST,
			why);
	else
		serve_if_permitted(peer, &request);
}

/* Serves one request: who sends many at a time leaves others their turn, and
 * who does not read its replies gets no others. */
static void serve_next(struct peer *peer)
{
	size_t start, len;
	int found = peer_find_frame(peer, TLI_CONTROL_MAX, &start, &len);

	if (found > 0)
		serve(peer, start, len);
	if (found < 0)
		closing_refuse(peer, TLI_REFUSAL_BAD_REQUEST,
			found == TLI_FRAME_TOO_LONG
				? "a request has at most 4096 bytes"
				: "the request has a length that no Python "
				  "sends");
}

/* Whether a reply is to be written, or the next one to be made: it is time for
 * that when the socket can take it. */
static bool owes_reply(const struct peer *peer)
{
	size_t start, len;

	return peer_owed_bytes(peer) > 0 ||
		peer_find_frame(peer, TLI_CONTROL_MAX, &start, &len) != 0;
}

static void on_ready(struct peer *peer, short event)
{
	const struct stage *stage = peer->stage;
	ssize_t got = STREAM_AGAIN;

	if ((event & EV_WRITE) && peer_flush(peer) < 0)
		got = STREAM_BROKEN;
	if (event & EV_READ)
		got = peer_read(peer, FRAME_BYTES);
	if (got < 0)
		peer_close(peer);
	else if (peer_owed_bytes(peer) == 0)
		serve_next(peer);
	if (peer->stage == stage && peer_flush(peer) < 0)
		peer_close(peer);
	if (peer->stage == stage)
		peer_watch(peer, !owes_reply(peer), owes_reply(peer));
}

void rendezvous_start(struct peer *peer)
{
	static const struct stage control = {
		"control", on_ready, NULL, closing_end, NULL};

	peer_enter(peer, &control, NULL);
	on_ready(peer, 0);
}
