/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include "broker.h"
#include "closing.h"
#include "splice.h"
#include "walk.h"

#include <stdlib.h>

#define SMALL_READ 4096u
#define READS_MAX  4 /* from one peer, before others have their turn */
/* So much left of a message is spliced: less is not worth a pipe. */
#define SPLICE_LEAST (256u << 10)

enum flow_state {
	FLOWING,
	ENDED,    /* the sender has ended its side; not passed on yet */
	FINISHED, /* that was passed on */
	BROKEN,   /* the sender is lost, or sends what cannot be passed on */
};

/* One direction; the state of the peer that sends. */
struct flow {
	struct relay *relay;
	struct peer *from;
	enum flow_state state;
	bool refused;     /* the receiver takes nothing any more */
	size_t counted;   /* bytes held for it, as the total has them */
	struct walk walk; /* to where it was passed on */
	bool bulk;        /* the last message was spliced */
	struct splice splice;
	uint64_t bytes;
};

struct relay {
	TAILQ_ENTRY(relay) link; /* among the live or the dead */
	struct listener *listener;
	struct flow flows[2]; /* from the acceptor, from the dialler */
	bool over;
};

/* ---- Memory ----------------------------------------------------------- */

void relays_reap(struct relays *relays)
{
	struct relay *relay;

	while ((relay = TAILQ_FIRST(&relays->dead))) {
		TAILQ_REMOVE(&relays->dead, relay, link);
		free(relay);
	}
}

static struct relays *relays_of(const struct flow *flow)
{
	return &flow->from->broker->relays;
}

static struct flow *opposite(const struct flow *flow)
{
	struct flow *flows = flow->relay->flows;

	return flow == &flows[0] ? &flows[1] : &flows[0];
}

static struct peer *receiver(const struct flow *flow)
{
	return opposite(flow)->from;
}

/* In memory or in the pipe: never in both. */
static size_t held_bytes(const struct flow *flow)
{
	return peer_owed_bytes(receiver(flow)) + flow->splice.held_bytes;
}

/* How much may still be held of all of them; beyond the bound each gets by with
 * little. */
static size_t room(const struct flow *flow)
{
	uint64_t held = relays_of(flow)->held_bytes;
	uint64_t total = flow->from->broker->config.relay_total_bytes;

	return held + SMALL_READ < total ? (size_t)(total - held) : SMALL_READ;
}

/* Where the next message is likely to be spliced, just enough to see its
 * length. */
static size_t bytes_to_read(const struct flow *flow)
{
	size_t window_bytes = relays_of(flow)->scratch_bytes;
	size_t size = flow->bulk && flow->walk.body_left == 0 ? SMALL_READ
							      : room(flow);

	return size < window_bytes ? size : window_bytes;
}

static size_t bytes_to_splice(const struct flow *flow)
{
	size_t size = room(flow);

	return size < flow->walk.body_left ? size
					   : (size_t)flow->walk.body_left;
}

/* Has the total know what is held now. */
static void count_held(struct flow *flow)
{
	struct relays *relays = relays_of(flow);

	relays->held_bytes -= flow->counted;
	flow->counted = flow->relay->over ? 0 : held_bytes(flow);
	relays_hold(relays, flow->counted);
}

/* Keeps what the receiver's kernel has no room for. False for lack of memory.
 */
static bool hold(struct flow *flow, const uint8_t *bytes, size_t len)
{
	struct tli_buf *out = &receiver(flow)->out;

	out->max_bytes = tli_buf_len(out) + len;
	return tli_buf_append(out, bytes, len) == TLI_BUF_OK;
}

/* ---- Passing bytes on ------------------------------------------------- */

static void break_for_length(struct flow *flow, int result)
{
	char text[PEER_TEXT];

	flow->state = BROKEN;
	log_write(&flow->from->broker->log, CONFIG_LOG_WARNING,
		result == TLI_FRAME_TOO_LONG
			? "%s: sends a message longer than max_message_bytes"
			: "%s: sends a message length that no Python sends",
		peer_text(flow->from, text));
}

static void refuse(struct flow *flow)
{
	tli_buf_fini(&receiver(flow)->out);
	splice_close(&flow->splice);
	flow->refused = true;
	stream_refuse(&flow->from->stream);
}

static void count_passed(struct flow *flow, size_t len, uint64_t messages)
{
	flow->bytes += len;
	relays_of(flow)->bytes += len;
	relays_of(flow)->messages += messages;
}

/* Writes or holds. Returns how many bytes that was: less than all for lack of
 * memory. */
static size_t write_or_hold(struct flow *flow, const uint8_t *bytes, size_t len)
{
	ssize_t put = STREAM_AGAIN;

	if (held_bytes(flow) == 0 && len > 0)
		put = stream_write(&receiver(flow)->stream, bytes, len);
	if (put < 0)
		refuse(flow);
	if (put < 0 || (size_t)put == len ||
		hold(flow, bytes + put, len - (size_t)put))
		return len;
	return (size_t)put;
}

/* Passes bytes of the sender on: to the receiver, or behind what it still has
 * to get. What cannot be held breaks the connection, there where the receiver's
 * bytes end: nothing is lost in silence. */
static void pass_on(struct flow *flow, const uint8_t *bytes, size_t len)
{
	struct walk before = flow->walk;
	size_t passed_on;
	int wrong;

	len = walk_on(&flow->walk, bytes, len, &wrong);
	if (wrong)
		break_for_length(flow, wrong);
	passed_on = write_or_hold(flow, bytes, len);
	if (passed_on < len) {
		flow->walk = before;
		(void)walk_on(&flow->walk, bytes, passed_on, &wrong);
		flow->state = BROKEN;
	}
	count_passed(flow, passed_on, flow->walk.messages - before.messages);
	if (walk_message_bytes(&flow->walk) < SPLICE_LEAST)
		flow->bulk = false;
}

/* Writes what is held for the receiver. */
static void drain(struct flow *flow)
{
	int result = peer_flush(receiver(flow));

	if (result == 1 && flow->splice.held_bytes > 0)
		result = splice_drain(
			&flow->splice, receiver(flow)->stream.channel.fd);
	count_held(flow);
	if (result < 0)
		refuse(flow);
	else if (flow->walk.body_left == 0 && flow->splice.held_bytes == 0)
		splice_close(&flow->splice);
}

static void note_end(struct flow *flow, enum peer_end end)
{
	static const enum flow_state states[] = {
		[PEER_GOES_ON] = FLOWING,
		[PEER_ENDED] = ENDED,
		[PEER_BROKE] = BROKEN,
	};

	if (flow->state == FLOWING)
		flow->state = states[end];
}

static bool takes_more(const struct flow *flow)
{
	return flow->state == FLOWING && !flow->refused &&
		held_bytes(flow) == 0;
}

static void note_read(struct flow *flow, ssize_t got)
{
	if (got < 0)
		note_end(flow, got == STREAM_END ? PEER_ENDED : PEER_BROKE);
}

static bool is_plain(const struct peer *peer)
{
	return !stream_is_secure(&peer->stream);
}

/* Whether a long piece of a body is to come, which needs no looking at. */
static bool can_splice(struct flow *flow)
{
	struct splice *splice = &flow->splice;

	if (flow->walk.body_left == 0 || !is_plain(flow->from) ||
		!is_plain(receiver(flow)))
		return false;
	if (!splice->open && flow->walk.body_left >= SPLICE_LEAST &&
		room(flow) > SMALL_READ)
		splice_open(splice, flow->from->stream.channel.fd,
			receiver(flow)->stream.channel.fd,
			relays_of(flow)->scratch_bytes);
	return splice->open;
}

/* Reads once. False when there is no use in another time now. */
static bool copy_once(struct flow *flow)
{
	size_t size = bytes_to_read(flow);
	uint8_t *scratch = relays_of(flow)->scratch;
	ssize_t got = stream_read(&flow->from->stream, scratch, size);

	note_read(flow, got);
	if (got > 0)
		pass_on(flow, scratch, (size_t)got);
	/* A short read has emptied the socket. */
	return got > 0 && (size_t)got == size;
}

/* As copy_once(). What is ready, but not for splice(2), is urgent data: it
 * stops there for ever, and reading gets past it. */
static bool splice_once(struct flow *flow, bool is_ready)
{
	ssize_t got = splice_fill(&flow->splice, flow->from->stream.channel.fd,
		bytes_to_splice(flow));

	if (got == STREAM_AGAIN && is_ready)
		return copy_once(flow);
	note_read(flow, got);
	if (got <= 0)
		return false;
	flow->bulk = true;
	flow->walk.body_left -= (uint64_t)got;
	count_passed(flow, (size_t)got, 0);
	count_held(flow);
	drain(flow);
	return true;
}

static void pump(struct flow *flow)
{
	bool more = true;

	for (int i = 0; more && i < READS_MAX && takes_more(flow); i++)
		more = can_splice(flow) ? splice_once(flow, i == 0)
					: copy_once(flow);
}

/* ---- Ends and breaks -------------------------------------------------- */

/* The sender is no more: its connection broke, or takes nothing and has nothing
 * more to say, or nobody to say it to. */
static bool has_lost_sender(const struct flow *flow)
{
	return flow->state == BROKEN ||
		(opposite(flow)->refused &&
			(flow->state != FLOWING || flow->refused));
}

/* An end, unless something is lost that the receiver has sent: then it is a
 * break, for it to know. */
static bool is_clean_end(const struct flow *flow)
{
	const struct flow *back = opposite(flow);

	return flow->state == ENDED && !flow->refused &&
		!(back->refused && back->bytes > 0);
}

static bool is_delivered(const struct flow *flow)
{
	return flow->refused || held_bytes(flow) == 0;
}

/* Whether an end behind what was written so far is a break for the receiver. */
static bool shows_break(const struct flow *flow)
{
	return walk_shows_break(&flow->walk, flow->splice.held_bytes);
}

static void report_closed(const struct flow *flow)
{
	if (!flow->from->known)
		return;
	monitors_tell(flow->from->broker,
		&(struct monitor_event){.event = "closed",
			.peer = flow->from,
			.name = flow->relay->listener->name->text,
			.counted = true,
			.messages = flow->walk.messages,
			.bytes = flow->bytes});
	flow->from->known = false;
}

/* The peers live until the loop comes round, and the relay does too. */
static void end_relay(struct relay *relay)
{
	struct broker *broker = relay->flows[0].from->broker;

	relay->over = true;
	for (int i = 0; i < 2; i++) {
		report_closed(&relay->flows[i]);
		count_held(&relay->flows[i]);
		splice_close(&relay->flows[i].splice);
	}
	broker->relays.pairs--;
	names_release(&broker->names, relay->listener);
	TAILQ_REMOVE(&broker->relays.live, relay, link);
	TAILQ_INSERT_TAIL(&broker->relays.dead, relay, link);
}

static void finish(struct relay *relay)
{
	end_relay(relay);
	for (int i = 0; i < 2; i++) {
		stream_set_abortive(&relay->flows[i].from->stream, false);
		peer_close(relay->flows[i].from);
	}
}

/* Both sides learn of it. */
static void break_both(struct relay *relay)
{
	bool shown[2] = {
		shows_break(&relay->flows[1]), shows_break(&relay->flows[0])};

	end_relay(relay);
	for (int i = 0; i < 2; i++)
		closing_break(relay->flows[i].from, shown[i]);
}

/* Acts on what has become of a direction. True if that was the end of both. */
static bool settle_flow(struct flow *flow)
{
	if (!is_delivered(flow))
		return false;
	if (is_clean_end(flow)) {
		stream_end(&receiver(flow)->stream);
		flow->state = FINISHED;
	}
	if (has_lost_sender(flow)) {
		break_both(flow->relay);
		return true;
	}
	/* To say the end over TLS takes bytes too. */
	if (flow->state != FINISHED || opposite(flow)->state != FINISHED ||
		!is_delivered(flow) || !is_delivered(opposite(flow)))
		return false;
	finish(flow->relay);
	return true;
}

static void watch(const struct flow *flow)
{
	peer_watch(
		flow->from, takes_more(flow), held_bytes(opposite(flow)) > 0);
}

static void settle(struct relay *relay)
{
	if (settle_flow(&relay->flows[0]) || settle_flow(&relay->flows[1]))
		return;
	for (int i = 0; i < 2; i++)
		count_held(&relay->flows[i]);
	watch(&relay->flows[0]);
	if (!relay->over)
		watch(&relay->flows[1]);
}

/* ---- The stage -------------------------------------------------------- */

static void on_ready(struct peer *peer, short event)
{
	struct flow *flow = peer->state;

	if (event & EV_WRITE)
		drain(opposite(flow));
	if (event & EV_READ)
		pump(flow);
	settle(flow->relay);
}

/* A peer that is closed for another reason is a break for its partner. */
static void leave(struct peer *peer)
{
	struct flow *flow = peer->state;
	bool shown = shows_break(flow);

	if (flow->relay->over)
		return;
	end_relay(flow->relay);
	closing_break(receiver(flow), shown);
}

static const struct stage relayed = {"relayed", on_ready, leave, NULL, NULL};

static void init_flow(struct relay *relay, int which, struct peer *from)
{
	struct flow *flow = &relay->flows[which];

	flow->relay = relay;
	flow->from = from;
	walk_init(&flow->walk, from->broker->config.max_message_bytes);
}

/* The broker's replies are not the partner's: if one is lost, nothing else is,
 * yet. */
static void send_replies(struct peer *peer)
{
	if (peer_flush(peer) < 0)
		tli_buf_fini(&peer->out);
}

/* What the sender said before it was paired. */
static void pass_on_early(struct flow *flow)
{
	struct tli_buf *early = &flow->from->held;

	pass_on(flow, tli_buf_head(early), tli_buf_len(early));
	tli_buf_fini(early);
	note_end(flow, flow->from->end);
}

static void report_paired(const struct relay *relay)
{
	monitors_tell(relay->flows[1].from->broker,
		&(struct monitor_event){.event = "paired",
			.peer = relay->flows[1].from,
			.name = relay->listener->name->text,
			.partner = relay->flows[0].from});
}

void relay_start(
	struct listener *listener, struct peer *acceptor, struct peer *dialler)
{
	struct relays *relays = &acceptor->broker->relays;
	struct peer *peers[2] = {acceptor, dialler};
	struct relay *relay = calloc(1, sizeof(*relay));

	if (!relay) {
		names_release(&acceptor->broker->names, listener);
		peer_close(acceptor);
		peer_close(dialler);
		return;
	}
	relay->listener = listener;
	TAILQ_INSERT_TAIL(&relays->live, relay, link);
	relays->pairs++;
	relays->total++;
	for (int i = 0; i < 2; i++) {
		init_flow(relay, i, peers[i]);
		peer_enter(peers[i], &relayed, &relay->flows[i]);
		stream_set_abortive(&peers[i]->stream, true);
		send_replies(peers[i]);
	}
	report_paired(relay);
	for (int i = 0; i < 2; i++)
		pass_on_early(&relay->flows[i]);
	settle(relay);
}

bool relay_report(const struct peer *peer, struct relay_report *report)
{
	const struct flow *flow = peer->state;

	if (peer->stage != &relayed)
		return false;
	*report = (struct relay_report){
		.name = flow->relay->listener->name->text,
		.partner = receiver(flow),
		.messages = flow->walk.messages,
		.bytes = flow->bytes,
		.held_bytes = held_bytes(flow),
	};
	return true;
}

/* What is in the pipe is held in memory instead. False for lack of that. */
static bool give_up_pipe(struct flow *flow)
{
	struct splice *splice = &flow->splice;
	struct tli_buf *out = &receiver(flow)->out;

	out->max_bytes = tli_buf_len(out) + splice->held_bytes;
	if (tli_buf_reserve(out, splice->held_bytes) != TLI_BUF_OK)
		return false;
	while (splice->held_bytes > 0) {
		ssize_t got = splice_take_back(
			splice, tli_buf_tail(out), splice->held_bytes);

		if (got < 0)
			return false;
		tli_buf_commit(out, (size_t)got);
	}
	splice_close(splice);
	return true;
}

bool relays_give_up_pipes(struct relays *relays)
{
	struct relay *relay;
	bool any = false;

	TAILQ_FOREACH (relay, &relays->live, link)
		for (int i = 0; i < 2; i++)
			if (relay->flows[i].splice.open &&
				give_up_pipe(&relay->flows[i]))
				any = true;
	return any;
}

bool relay_break(struct peer *peer)
{
	const struct flow *flow = peer->state;

	if (peer->stage != &relayed)
		return false;
	break_both(flow->relay);
	return true;
}

void relays_cut(struct relays *relays)
{
	struct relay *relay;

	while ((relay = TAILQ_FIRST(&relays->live)))
		break_both(relay);
}
