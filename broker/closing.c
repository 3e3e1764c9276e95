/* SPDX-License-Identifier: MIT */
#include "closing.h"

#include "broker.h"
#include "timer.h"

#include <stdlib.h>

#define REFUSAL_BYTES   (2u * TLI_CONTROL_MAX + 64u)
#define FIRST_LOOK_MS   5
#define LONGEST_LOOK_MS 1000

/* The state of a peer that is being closed. */
struct closing {
	struct peer *peer;
	struct timer timer;
	unsigned look_ms;  /* until it is looked at again whether all arrived */
	size_t held_bytes; /* of `out`: counted with those of the pairs */
};

static void leave(struct peer *peer)
{
	struct closing *closing = peer->state;

	peer->broker->relays.held_bytes -= closing->held_bytes;
	timer_stop(&closing->timer);
	free(closing);
}

/* Enters the stage; NULL, with the peer closed, for lack of memory. */
static struct closing *enter(struct peer *peer, const struct stage *stage,
	void (*on_timer)(void *), unsigned timeout_ms)
{
	struct closing *closing = calloc(1, sizeof(*closing));

	if (!closing) {
		peer_close(peer);
		return NULL;
	}
	closing->peer = peer;
	timer_init(&closing->timer, peer->broker->base, on_timer, closing);
	peer_enter(peer, stage, closing);
	if (timer_start(&closing->timer, timeout_ms))
		return closing;
	peer_close(peer);
	return NULL;
}

/* ---- An end ----------------------------------------------------------- */

static void on_too_late(void *owner)
{
	peer_close(((struct closing *)owner)->peer);
}

/* What comes meanwhile is dropped. */
static void read_away(struct peer *peer)
{
	const struct relays *relays = &peer->broker->relays;
	ssize_t got = stream_read(
		&peer->stream, relays->scratch, relays->scratch_bytes);

	if (got < 0)
		peer->end = got == STREAM_END ? PEER_ENDED : PEER_BROKE;
}

/* Closing with bytes unread would send a reset, and the peer could lose what it
 * has not read yet: so its end is waited for. */
static void on_ready_to_end(struct peer *peer, short event)
{
	int flushed = peer_flush(peer);

	if (flushed == 1) {
		stream_end(&peer->stream);
		flushed = stream_flush(&peer->stream);
	}
	if (event & EV_READ)
		read_away(peer);
	if (flushed < 0 || peer->end == PEER_BROKE ||
		(flushed == 1 && peer->end == PEER_ENDED))
		peer_close(peer);
	else
		peer_watch(peer, peer->end == PEER_GOES_ON, flushed == 0);
}

static const struct stage ending = {
	"closing", on_ready_to_end, leave, NULL, NULL};

void closing_end(struct peer *peer)
{
	tli_buf_fini(&peer->held);
	if (enter(peer, &ending, on_too_late,
		    peer->broker->config.linger_timeout_ms))
		on_ready_to_end(peer, EV_WRITE);
}

void closing_refuse(
	struct peer *peer, enum tli_refusal refusal, const char *message)
{
	struct tli_reply reply = {.refusal = refusal};
	char text[TLI_CONTROL_MAX];
	char who[PEER_TEXT];
	size_t len;

	log_write(&peer->broker->log, CONFIG_LOG_DEBUG, "%s: refused: %s",
		peer_text(peer, who), message);
	snprintf(reply.message, sizeof(reply.message), "%s", message);
	len = tli_reply_format(&reply, text);
	if (len > 0 && peer_put_frame(peer, text, len, REFUSAL_BYTES))
		closing_end(peer);
	else
		peer_close(peer);
}

/* ---- A break ---------------------------------------------------------- */

static bool has_arrived(const struct peer *peer)
{
	return tli_buf_len(&peer->out) == 0 &&
		stream_is_delivered(&peer->stream);
}

/* A reset would take back what the peer's kernel does not have yet, and a slow
 * reader may take its time: so it is looked at now and then. */
static void on_look(void *owner)
{
	struct closing *closing = owner;

	if (has_arrived(closing->peer)) {
		peer_close(closing->peer);
		return;
	}
	closing->look_ms *= 2;
	if (closing->look_ms > LONGEST_LOOK_MS)
		closing->look_ms = LONGEST_LOOK_MS;
	if (!timer_start(&closing->timer, closing->look_ms))
		peer_close(closing->peer);
}

/* A reader that is slow costs no less for its pair's being broken. */
static void count_held(struct closing *closing)
{
	struct relays *relays = &closing->peer->broker->relays;
	size_t len = peer_owed_bytes(closing->peer);

	relays->held_bytes -= closing->held_bytes;
	relays_hold(relays, len);
	closing->held_bytes = len;
}

static void on_ready_to_break(struct peer *peer, short event)
{
	int flushed = peer_flush(peer);

	(void)event;
	count_held(peer->state);
	if (flushed < 0 || (flushed == 1 && !peer->stream.is_tcp))
		peer_close(peer);
	else
		peer_watch(peer, false, flushed == 0);
}

static const struct stage breaking = {
	"closing", on_ready_to_break, leave, NULL, NULL};

void closing_break(struct peer *peer, bool is_shown)
{
	static const uint8_t first_byte;
	struct closing *closing;

	if (peer->stream.is_tcp && has_arrived(peer)) {
		peer_close(peer);
		return;
	}
	closing = enter(peer, &breaking, on_look, FIRST_LOOK_MS);
	if (!closing)
		return;
	closing->look_ms = FIRST_LOOK_MS;
	peer->out.max_bytes = tli_buf_len(&peer->out) + 1;
	if (!peer->stream.is_tcp && !is_shown &&
		tli_buf_append(&peer->out, &first_byte, 1) != TLI_BUF_OK)
		peer_close(peer);
	else
		on_ready_to_break(peer, EV_WRITE);
}

void closing_hurry(struct peer *peer)
{
	if (peer->stage != &breaking)
		return;
	stream_widen(&peer->stream);
	(void)peer_flush(peer);
}

bool closing_is_under_way(const struct peer *peer)
{
	return peer->stage == &ending || peer->stage == &breaking;
}
