/* SPDX-License-Identifier: MIT */
#include "meeting.h"

#include "broker.h"
#include "closing.h"
#include "dialect.h"
#include "permission.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A reply waits behind nothing but a confirmation. */
#define REPLIES_BYTES (2u * (TLI_CONTROL_MAX + 16u))

/* The state of a peer that is parked or waits. */
struct waiter {
	struct seat seat;
	bool silent;
	struct timer timer;
};

static struct names *names_of(const struct peer *peer)
{
	return &peer->broker->names;
}

/* ---- The stage -------------------------------------------------------- */

static void leave_seat(struct peer *peer)
{
	struct waiter *waiter = peer->state;

	names_stand_up(names_of(peer), &waiter->seat);
	timer_stop(&waiter->timer);
	free(waiter);
}

/* What comes early is kept; who goes away with nothing said is forgotten. */
static void read_early(struct peer *peer)
{
	size_t max_bytes = peer->broker->config.max_held_bytes;
	ssize_t got = peer_read(peer, max_bytes);

	if (got < 0 && tli_buf_len(&peer->held) == 0) {
		peer_close(peer);
		return;
	}
	if (got < 0)
		peer->end = got == STREAM_END ? PEER_ENDED : PEER_BROKE;
}

static void watch_seat(struct peer *peer)
{
	bool reads = peer->end == PEER_GOES_ON &&
		tli_buf_len(&peer->held) < peer->broker->config.max_held_bytes;

	peer_watch(peer, reads, peer_owed_bytes(peer) > 0);
}

/* A reply that is lost shows that the peer takes nothing any more; what it has
 * said before is still worth delivering. */
static void on_ready(struct peer *peer, short event)
{
	bool lost = (event & EV_WRITE) && peer_flush(peer) < 0;

	if (lost)
		tli_buf_fini(&peer->out);
	if (lost || (event & EV_READ))
		read_early(peer);
	if (!peer_is_closed(peer))
		watch_seat(peer);
}

static void refuse(struct peer *peer, bool silent, enum tli_refusal refusal,
	const char *message)
{
	if (silent)
		peer_close(peer);
	else
		closing_refuse(peer, refusal, message);
}

static void drain(struct peer *peer)
{
	const struct waiter *waiter = peer->state;

	refuse(peer, waiter->silent, TLI_REFUSAL_DRAINING, BROKER_DRAINING);
}

/* Who was seated while it might be. */
static void take_rights(struct peer *peer)
{
	const struct waiter *waiter = peer->state;
	const char *name = waiter->seat.name->text;
	enum right right = rendezvous_right(waiter->seat.verb);
	char why[PERMISSION_WHY];

	if (!peer_may(peer, right, name))
		refuse(peer, waiter->silent, TLI_REFUSAL_NOT_PERMITTED,
			permission_text(peer, RIGHT_BIT(right), name, why));
}

static const struct stage parked = {
	"parked", on_ready, leave_seat, drain, take_rights};
static const struct stage waiting = {
	"waiting", on_ready, leave_seat, drain, take_rights};

static bool is_seated(const struct peer *peer)
{
	return peer->stage == &parked || peer->stage == &waiting;
}

const char *meeting_name(const struct peer *peer)
{
	const struct waiter *waiter = peer->state;

	return is_seated(peer) ? waiter->seat.name->text : NULL;
}

static void report_unclaimed(const struct waiter *waiter)
{
	const struct seat *seat = &waiter->seat;
	char text[PEER_TEXT];

	log_write(&seat->peer->broker->log,
		waiter->silent ? CONFIG_LOG_WARNING : CONFIG_LOG_INFO,
		"%s: nobody came for \"%s\" in time",
		peer_text(seat->peer, text), seat->name->text);
	monitors_tell(seat->peer->broker,
		&(struct monitor_event){.event = "unclaimed",
			.peer = seat->peer,
			.name = seat->name->text});
}

static void on_timeout(void *owner)
{
	const struct waiter *waiter = owner;
	const struct seat *seat = &waiter->seat;
	bool dials = seat->verb == TLI_VERB_DIAL;
	char message[TLI_CONTROL_TEXT];

	report_unclaimed(waiter);
	snprintf(message, sizeof(message), "nobody %s \"%s\" in time",
		dials ? "accepted" : "came for", seat->name->text);
	refuse(seat->peer, waiter->silent,
		dials ? TLI_REFUSAL_NO_LISTENER : TLI_REFUSAL_TIMED_OUT,
		message);
}

/* ---- Pairing ---------------------------------------------------------- */

/* Tells a peer whom it is paired with. False if that cannot be kept. */
static bool put_paired(
	struct peer *peer, const struct peer *partner, const char *name)
{
	struct tli_reply reply = {
		.has_peer_uid = partner->has_uid, .peer_uid = partner->uid};
	char text[TLI_CONTROL_MAX];
	char address[TLI_ENDPOINT_TEXT];
	size_t len;

	snprintf(reply.name, sizeof(reply.name), "%s", name);
	peer_format_address(partner, address);
	snprintf(reply.peer_address, sizeof(reply.peer_address), "%s", address);
	strcpy(reply.peer_identity, partner->identity->id);
	len = tli_reply_format(&reply, text);
	return len > 0 && peer_put_frame(peer, text, len, REPLIES_BYTES);
}

/* Gone, with nothing said: the loop has just not come round to it. */
static bool is_gone(const struct peer *peer)
{
	return peer->end == PEER_GOES_ON && tli_buf_len(&peer->held) == 0 &&
		stream_is_gone(&peer->stream);
}

/* Tells the acceptor. False if it turns out to be gone: what it may have said
 * before is still worth delivering. */
static bool reaches_acceptor(
	struct peer *acceptor, const struct peer *dialler, const char *name)
{
	if (is_gone(acceptor) || !put_paired(acceptor, dialler, name))
		return false;
	return peer_flush(acceptor) >= 0 || !is_gone(acceptor);
}

/* Pairs the two, unless the acceptor is gone: then it is closed. */
static bool pair(struct listener *listener, struct peer *acceptor,
	struct peer *dialler, bool silent)
{
	const char *name = listener->name->text;

	if (!reaches_acceptor(acceptor, dialler, name)) {
		peer_close(acceptor);
		return false;
	}
	/* The acceptor was told already: it has to learn that it is over. */
	if (!silent && !put_paired(dialler, acceptor, name)) {
		closing_refuse(dialler, TLI_REFUSAL_INTERNAL, "out of memory");
		peer_close(acceptor);
		return true;
	}
	names_pair(listener);
	relay_start(listener, acceptor, dialler);
	return true;
}

/* Whether the peer met somebody who was there before it. */
static bool meet_offer(
	struct peer *peer, const struct tli_request *request, bool silent)
{
	struct name *name;
	struct seat *offer;

	/* The last who turns out to be gone may take the name along. */
	while ((name = names_find(names_of(peer), request->name)) &&
		(offer = names_next_offer(name, request->verb)))
		if (pair(offer->listener, offer->peer, peer, silent))
			return true;
	return false;
}

/* The acceptor meets the dialler who has waited longest, if anybody does. */
static void meet_dialler(struct peer *peer)
{
	const struct seat *mine = &((struct waiter *)peer->state)->seat;
	struct seat *dialler;

	while ((dialler = TAILQ_FIRST(&mine->name->diallers)) &&
		is_gone(dialler->peer))
		peer_close(dialler->peer);
	if (dialler)
		pair(mine->listener, peer, dialler->peer,
			((struct waiter *)dialler->peer->state)->silent);
}

/* ---- Waiting ---------------------------------------------------------- */

/* Below 0 there is no limit. */
static bool start_timer(struct waiter *waiter, int64_t timeout_ms)
{
	timer_init(&waiter->timer, waiter->seat.peer->broker->base, on_timeout,
		waiter);
	return timeout_ms < 0 || timer_start(&waiter->timer, timeout_ms);
}

/* Gives the peer a seat. False for lack of memory. */
static bool seat_peer(
	struct peer *peer, const struct tli_request *request, bool silent)
{
	struct waiter *waiter = calloc(1, sizeof(*waiter));
	bool accepts = request->verb == TLI_VERB_ACCEPT;

	if (!waiter)
		return false;
	waiter->seat.peer = peer;
	waiter->silent = silent;
	if (!start_timer(waiter, request->timeout_ms) ||
		!names_sit_down(names_of(peer), &waiter->seat, request)) {
		timer_stop(&waiter->timer);
		free(waiter);
		return false;
	}
	peer_enter(peer, accepts ? &parked : &waiting, waiter);
	monitors_tell(peer->broker,
		&(struct monitor_event){.event = peer->stage->name,
			.peer = peer,
			.name = waiter->seat.name->text});
	return true;
}

static bool confirm(struct peer *peer, const struct tli_request *request)
{
	struct tli_reply reply = {.parked = true};
	char text[TLI_CONTROL_MAX];
	size_t len;

	snprintf(reply.name, sizeof(reply.name), "%s", request->name);
	len = tli_reply_format(&reply, text);
	return len > 0 && peer_put_frame(peer, text, len, REPLIES_BYTES);
}

static bool is_full(const struct peer *peer, const struct tli_request *request)
{
	const struct names *names = names_of(peer);
	const struct config *config = &peer->broker->config;

	if (request->verb == TLI_VERB_ACCEPT)
		return names->seated[TLI_VERB_ACCEPT] >= config->max_parked;
	return names->seated[TLI_VERB_DIAL] + names->seated[TLI_VERB_PIPE] >=
		config->max_waiting;
}

/* Why the peer may not have a seat, with the message filled in; or NONE. */
static enum tli_refusal why_not(const struct peer *peer,
	const struct tli_request *request, char message[TLI_CONTROL_TEXT])
{
	const char *taken = NULL;

	if (request->verb == TLI_VERB_ACCEPT)
		taken = names_why_taken(names_of(peer), request);
	if (taken) {
		snprintf(message, TLI_CONTROL_TEXT,
			"\"%s\" cannot be accepted: %s", request->name, taken);
		return TLI_REFUSAL_NAME_TAKEN;
	}
	if (is_full(peer, request)) {
		snprintf(message, TLI_CONTROL_TEXT,
			"the broker has as many connections %s as %s allows",
			request->verb == TLI_VERB_ACCEPT ? "parked" : "waiting",
			request->verb == TLI_VERB_ACCEPT ? "max_parked"
							 : "max_waiting");
		return TLI_REFUSAL_FULL;
	}
	return TLI_REFUSAL_NONE;
}

static void take_seat(
	struct peer *peer, const struct tli_request *request, bool silent)
{
	char message[TLI_CONTROL_TEXT] = "out of memory";
	enum tli_refusal refusal = why_not(peer, request, message);

	if (refusal == TLI_REFUSAL_NONE &&
		((request->confirm && !confirm(peer, request)) ||
			!seat_peer(peer, request, silent)))
		refusal = TLI_REFUSAL_INTERNAL;
	if (refusal != TLI_REFUSAL_NONE)
		refuse(peer, silent, refusal, message);
}

void meeting_start(
	struct peer *peer, const struct tli_request *request, bool silent)
{
	bool accepts = request->verb == TLI_VERB_ACCEPT;

	if (!accepts && meet_offer(peer, request, silent))
		return;
	take_seat(peer, request, silent);
	if (is_seated(peer) && accepts)
		meet_dialler(peer);
	/* What has come, and what is to go out, as if it were news. */
	if (is_seated(peer))
		on_ready(peer, EV_READ | EV_WRITE);
}
