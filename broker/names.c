/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "broker.h"
#include "closing.h"
#include "table.h"
#include "timer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A reply waits behind nothing but a confirmation. */
#define REPLIES_BYTES (2u * (TLI_CONTROL_MAX + 16u))

TAILQ_HEAD(seats, seat);
TAILQ_HEAD(turns, listener);

/* A name exists as long as something is under it. */
struct name {
	UT_hash_handle hh;
	struct listener *by_id;     /* the listeners that have an id */
	struct turns turns;         /* those with a parked connection */
	struct seats diallers;      /* who wait */
	struct seats pipes;         /* first ends, which wait */
	struct listener *exclusive; /* NULL = the name is free to all */
	uint32_t listeners;
	uint32_t seated[NAMES_VERBS];
	uint32_t relayed;
	char text[TLI_CONTROL_NAME];
};

/* It lives until the last connection that it has parked is gone, those that
 * were paired since included. The first end of a pipe is one too. */
struct listener {
	UT_hash_handle hh;
	TAILQ_ENTRY(listener) turn;
	struct name *name;
	struct seats seats;
	uint32_t connections;
	char id[];
};

/* The state of a peer that is parked or waits. */
struct seat {
	TAILQ_ENTRY(seat) link;
	struct peer *peer;
	struct name *name;
	struct listener *listener; /* NULL for diallers */
	enum tli_verb verb;
	bool silent;
	struct timer timer;
};

static struct names *names_of(const struct peer *peer)
{
	return &peer->broker->names;
}

/* ---- Names and listeners ---------------------------------------------- */

static struct name *find_name(const struct names *names, const char *text)
{
	struct name *name;

	HASH_FIND_STR(names->table, text, name);
	return name;
}

/* NULL for lack of memory. */
static struct name *add_name(struct names *names, const char *text)
{
	struct name *name = calloc(1, sizeof(*name));

	if (!name)
		return NULL;
	strcpy(name->text, text);
	TAILQ_INIT(&name->turns);
	TAILQ_INIT(&name->diallers);
	TAILQ_INIT(&name->pipes);
	HASH_ADD_STR(names->table, text, name);
	if (name->hh.tbl)
		return name;
	free(name);
	return NULL;
}

static void forget_if_unused(struct names *names, struct name *name)
{
	if (name->listeners > 0 || !TAILQ_EMPTY(&name->diallers))
		return;
	HASH_DEL(names->table, name);
	free(name);
}

static struct listener *find_listener(const struct name *name, const char *id)
{
	struct listener *listener = NULL;

	if (id[0])
		HASH_FIND_STR(name->by_id, id, listener);
	return listener;
}

static bool index_listener(struct listener *listener)
{
	if (!listener->id[0])
		return true;
	HASH_ADD_STR(listener->name->by_id, id, listener);
	return listener->hh.tbl != NULL;
}

/* NULL for lack of memory. */
static struct listener *add_listener(struct name *name, const char *id)
{
	size_t id_bytes = strlen(id) + 1;
	struct listener *listener = calloc(1, sizeof(*listener) + id_bytes);

	if (!listener)
		return NULL;
	memcpy(listener->id, id, id_bytes);
	listener->name = name;
	TAILQ_INIT(&listener->seats);
	if (!index_listener(listener)) {
		free(listener);
		return NULL;
	}
	name->listeners++;
	return listener;
}

static void release_listener(struct names *names, struct listener *listener)
{
	struct name *name = listener->name;

	if (--listener->connections > 0)
		return;
	if (listener->id[0])
		HASH_DEL(name->by_id, listener);
	if (name->exclusive == listener)
		name->exclusive = NULL;
	name->listeners--;
	free(listener);
	forget_if_unused(names, name);
}

void names_release(struct names *names, struct listener *listener)
{
	listener->name->relayed--;
	release_listener(names, listener);
}

const char *names_of_listener(const struct listener *listener)
{
	return listener->name->text;
}

/* ---- Seats ------------------------------------------------------------ */

static struct seats *list_of(struct seat *seat)
{
	if (seat->verb == TLI_VERB_ACCEPT)
		return &seat->listener->seats;
	return seat->verb == TLI_VERB_DIAL ? &seat->name->diallers
					   : &seat->name->pipes;
}

static void sit_down(struct seat *seat)
{
	struct seats *list = list_of(seat);

	if (seat->verb == TLI_VERB_ACCEPT && TAILQ_EMPTY(list))
		TAILQ_INSERT_TAIL(&seat->name->turns, seat->listener, turn);
	TAILQ_INSERT_TAIL(list, seat, link);
	seat->name->seated[seat->verb]++;
	names_of(seat->peer)->seated[seat->verb]++;
}

static void stand_up(struct seat *seat)
{
	struct seats *list = list_of(seat);

	TAILQ_REMOVE(list, seat, link);
	if (seat->verb == TLI_VERB_ACCEPT && TAILQ_EMPTY(list))
		TAILQ_REMOVE(&seat->name->turns, seat->listener, turn);
	seat->name->seated[seat->verb]--;
	names_of(seat->peer)->seated[seat->verb]--;
}

static void leave_seat(struct peer *peer)
{
	struct seat *seat = peer->state;
	struct names *names = names_of(peer);

	stand_up(seat);
	timer_stop(&seat->timer);
	if (seat->listener)
		release_listener(names, seat->listener);
	else
		forget_if_unused(names, seat->name);
	free(seat);
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

	peer_watch(peer, reads, tli_buf_len(&peer->out) > 0);
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

static const struct stage parked = {"parked", on_ready, leave_seat};
static const struct stage waiting = {"waiting", on_ready, leave_seat};

static bool is_seated(const struct peer *peer)
{
	return peer->stage == &parked || peer->stage == &waiting;
}

const char *names_of_peer(const struct peer *peer)
{
	const struct seat *seat = peer->state;

	return is_seated(peer) ? seat->name->text : NULL;
}

/* ---- Meeting ---------------------------------------------------------- */

static void refuse(struct peer *peer, bool silent, enum tli_refusal refusal,
	const char *message)
{
	if (silent)
		peer_close(peer);
	else
		closing_refuse(peer, refusal, message);
}

static void report_unclaimed(const struct seat *seat)
{
	char text[PEER_TEXT];

	log_write(&seat->peer->broker->log,
		seat->silent ? CONFIG_LOG_WARNING : CONFIG_LOG_INFO,
		"%s: nobody came for \"%s\" in time",
		peer_text(seat->peer, text), seat->name->text);
	monitors_tell(seat->peer->broker,
		&(struct monitor_event){.event = "unclaimed",
			.peer = seat->peer,
			.name = seat->name->text});
}

static void on_timeout(void *owner)
{
	struct seat *seat = owner;
	bool dials = seat->verb == TLI_VERB_DIAL;
	char message[TLI_CONTROL_TEXT];

	report_unclaimed(seat);
	snprintf(message, sizeof(message), "nobody %s \"%s\" in time",
		dials ? "accepted" : "came for", seat->name->text);
	refuse(seat->peer, seat->silent,
		dials ? TLI_REFUSAL_NO_LISTENER : TLI_REFUSAL_TIMED_OUT,
		message);
}

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
	listener->connections++;
	listener->name->relayed++;
	relay_start(listener, acceptor, dialler);
	return true;
}

/* Next time another listener is asked. */
static struct seat *next_parked(struct name *name)
{
	struct listener *listener = TAILQ_FIRST(&name->turns);

	if (!listener)
		return NULL;
	TAILQ_REMOVE(&name->turns, listener, turn);
	TAILQ_INSERT_TAIL(&name->turns, listener, turn);
	return TAILQ_FIRST(&listener->seats);
}

static struct seat *next_offer(struct name *name, enum tli_verb verb)
{
	return verb == TLI_VERB_DIAL ? next_parked(name)
				     : TAILQ_FIRST(&name->pipes);
}

/* Whether the peer met somebody who was there before it. */
static bool meet_offer(struct peer *peer, const struct meeting *meeting)
{
	struct name *name;
	struct seat *offer;

	/* The last who turns out to be gone may take the name along. */
	while ((name = find_name(names_of(peer), meeting->name)) &&
		(offer = next_offer(name, meeting->verb)))
		if (pair(offer->listener, offer->peer, peer, meeting->silent))
			return true;
	return false;
}

/* The acceptor meets the dialler who has waited longest, if anybody does. */
static void meet_dialler(struct peer *peer)
{
	struct seat *mine = peer->state;
	struct seat *dialler;

	while ((dialler = TAILQ_FIRST(&mine->name->diallers)) &&
		is_gone(dialler->peer))
		peer_close(dialler->peer);
	if (dialler)
		pair(mine->listener, peer, dialler->peer, dialler->silent);
}

static const char *why_taken(const struct name *name,
	const struct listener *mine, const struct meeting *meeting)
{
	const struct listener *first = TAILQ_FIRST(&name->turns);

	if (name->exclusive && name->exclusive != mine)
		return "it is another listener's alone";
	if (meeting->exclusive && first &&
		(first != mine || TAILQ_NEXT(first, turn)))
		return "another listener accepts it too";
	return NULL;
}

/* The seat's place: its name and listener, made if need be. False for lack of
 * memory. */
static bool find_place(struct seat *seat, const struct meeting *meeting)
{
	struct names *names = names_of(seat->peer);

	seat->name = find_name(names, meeting->name);
	if (!seat->name)
		seat->name = add_name(names, meeting->name);
	if (!seat->name || meeting->verb == TLI_VERB_DIAL)
		return seat->name != NULL;
	seat->listener = find_listener(seat->name, meeting->listener);
	if (!seat->listener)
		seat->listener = add_listener(seat->name, meeting->listener);
	if (!seat->listener) {
		forget_if_unused(names, seat->name);
		return false;
	}
	seat->listener->connections++;
	if (meeting->exclusive)
		seat->name->exclusive = seat->listener;
	return true;
}

/* Below 0 there is no limit. */
static bool start_timer(struct seat *seat, int64_t timeout_ms)
{
	timer_init(&seat->timer, seat->peer->broker->base, on_timeout, seat);
	return timeout_ms < 0 || timer_start(&seat->timer, timeout_ms);
}

/* Gives the peer a seat. False for lack of memory. */
static bool seat_peer(struct peer *peer, const struct meeting *meeting)
{
	struct seat *seat = calloc(1, sizeof(*seat));
	bool accepts = meeting->verb == TLI_VERB_ACCEPT;

	if (!seat)
		return false;
	seat->peer = peer;
	seat->verb = meeting->verb;
	seat->silent = meeting->silent;
	if (!start_timer(seat, meeting->timeout_ms) ||
		!find_place(seat, meeting)) {
		timer_stop(&seat->timer);
		free(seat);
		return false;
	}
	sit_down(seat);
	peer_enter(peer, accepts ? &parked : &waiting, seat);
	monitors_tell(peer->broker,
		&(struct monitor_event){.event = peer->stage->name,
			.peer = peer,
			.name = seat->name->text});
	return true;
}

static bool confirm(struct peer *peer, const struct meeting *meeting)
{
	struct tli_reply reply = {.parked = true};
	char text[TLI_CONTROL_MAX];
	size_t len;

	snprintf(reply.name, sizeof(reply.name), "%s", meeting->name);
	len = tli_reply_format(&reply, text);
	return len > 0 && peer_put_frame(peer, text, len, REPLIES_BYTES);
}

static bool is_full(const struct peer *peer, const struct meeting *meeting)
{
	const struct names *names = names_of(peer);
	const struct config *config = &peer->broker->config;

	if (meeting->verb == TLI_VERB_ACCEPT)
		return names->seated[TLI_VERB_ACCEPT] >= config->max_parked;
	return names->seated[TLI_VERB_DIAL] + names->seated[TLI_VERB_PIPE] >=
		config->max_waiting;
}

/* Why the peer may not have a seat, with the message filled in; or NONE. */
static enum tli_refusal why_not(const struct peer *peer,
	const struct meeting *meeting, char message[TLI_CONTROL_TEXT])
{
	const struct name *name = find_name(names_of(peer), meeting->name);
	const char *taken = NULL;

	if (name && meeting->verb == TLI_VERB_ACCEPT)
		taken = why_taken(
			name, find_listener(name, meeting->listener), meeting);
	if (taken) {
		snprintf(message, TLI_CONTROL_TEXT,
			"\"%s\" cannot be accepted: %s", meeting->name, taken);
		return TLI_REFUSAL_NAME_TAKEN;
	}
	if (is_full(peer, meeting)) {
		snprintf(message, TLI_CONTROL_TEXT,
			"the broker has as many connections %s as %s allows",
			meeting->verb == TLI_VERB_ACCEPT ? "parked" : "waiting",
			meeting->verb == TLI_VERB_ACCEPT ? "max_parked"
							 : "max_waiting");
		return TLI_REFUSAL_FULL;
	}
	return TLI_REFUSAL_NONE;
}

static void take_seat(struct peer *peer, const struct meeting *meeting)
{
	char message[TLI_CONTROL_TEXT] = "out of memory";
	enum tli_refusal refusal = why_not(peer, meeting, message);

	if (refusal == TLI_REFUSAL_NONE &&
		((meeting->confirm && !confirm(peer, meeting)) ||
			!seat_peer(peer, meeting)))
		refusal = TLI_REFUSAL_INTERNAL;
	if (refusal != TLI_REFUSAL_NONE)
		refuse(peer, meeting->silent, refusal, message);
}

void names_meet(struct peer *peer, const struct meeting *meeting)
{
	bool accepts = meeting->verb == TLI_VERB_ACCEPT;

	if (!accepts && meet_offer(peer, meeting))
		return;
	take_seat(peer, meeting);
	if (is_seated(peer) && accepts)
		meet_dialler(peer);
	/* What has come, and what is to go out, as if it were news. */
	if (is_seated(peer))
		on_ready(peer, EV_READ | EV_WRITE);
}

/* ---- All of them ------------------------------------------------------ */

void names_refuse_all(
	struct broker *broker, enum tli_refusal refusal, const char *message)
{
	struct peer *peer, *next;

	for (peer = TAILQ_FIRST(&broker->peers.open); peer; peer = next) {
		next = TAILQ_NEXT(peer, link);
		if (is_seated(peer))
			refuse(peer, ((struct seat *)peer->state)->silent,
				refusal, message);
	}
}

uint32_t names_count(const struct names *names)
{
	return HASH_COUNT(names->table);
}

static int by_text(const struct name *a, const struct name *b)
{
	return strcmp(a->text, b->text);
}

static uint32_t count_turns(const struct name *name)
{
	const struct listener *listener;
	uint32_t count = 0;

	TAILQ_FOREACH (listener, &name->turns, turn)
		count++;
	return count;
}

static void list_name(const struct name *name, struct tli_json_writer *writer,
	tli_json *array)
{
	tli_json *entry = tli_json_add_object(writer, array, NULL);
	const struct {
		const char *key;
		uint32_t number;
	} numbers[] = {
		{"parked", name->seated[TLI_VERB_ACCEPT]},
		{"listeners", count_turns(name)},
		{"waiting", name->seated[TLI_VERB_DIAL]},
		{"pipes", name->seated[TLI_VERB_PIPE]},
		{"relayed", name->relayed},
	};

	tli_json_add_text(writer, entry, "name", name->text);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		tli_json_add_number(
			writer, entry, numbers[i].key, numbers[i].number);
	tli_json_add_bool(writer, entry, "exclusive", name->exclusive != NULL);
}

size_t names_list(struct names *names, const char *prefix, unsigned limit,
	struct tli_json_writer *writer, tli_json *array)
{
	size_t prefix_len = strlen(prefix);
	size_t count = 0;
	struct name *name;

	HASH_SORT(names->table, by_text);
	for (name = names->table; name; name = name->hh.next)
		if (strncmp(name->text, prefix, prefix_len) == 0 &&
			count++ < limit)
			list_name(name, writer, array);
	return count;
}
