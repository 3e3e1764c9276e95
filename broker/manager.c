/* SPDX-License-Identifier: MIT */
#include "manager.h"

#include "../proto/frame.h"
#include "../system/random.h"

#include "closing.h"
#include "dialect.h"

#include <errno.h>
#include <stdlib.h>

/* Of one connection, before others have their turn. */
#define REQUESTS_A_TURN 64u

/* What may come while an answer is being waited for. */
#define AHEAD_BYTES (64u << 10)

/* Of one request's values. */
#define VALUES_MAX_BYTES (64u << 20)
#define VALUES_MAX_NODES (1u << 20)
#define VALUES_MAX_DEPTH 1000u

void manager_fail(struct manager *manager)
{
	manager->is_failed = true;
	manager_touch(manager);
}

void manager_touch(struct manager *manager)
{
	if (manager->is_due || !manager->peer)
		return;
	manager->is_due = true;
	TAILQ_INSERT_TAIL(&manager->broker->managers.due, manager, link);
}

/* ---- Requests --------------------------------------------------------- */

/* (ident, name, args, kwds); false if it is none. */
static bool take_apart(struct tli_value *whole, struct manager_request *request)
{
	struct tli_value **parts;

	if (!tli_is_sequence(whole) || tli_items_of(whole)->count != 4)
		return false;
	parts = tli_items_of(whole)->items;
	request->ident = parts[0];
	request->name = tli_text_of(parts[1]);
	if (!request->name || !tli_is_sequence(parts[2]) ||
		parts[3]->kind != TLI_DICT)
		return false;
	request->args = parts[2];
	request->kwds = parts[3];
	request->whole = whole;
	return true;
}

static void note_protocol(
	struct manager *manager, const struct manager_request *request)
{
	bool has_protocol = manager->serializer->is_pickle &&
		request->len >= 2 && request->body[0] == 0x80;

	manager->protocol = has_protocol ? request->body[1] : 2;
}

static void serve_parts(
	struct manager *manager, const struct manager_request *request)
{
	if (manager->is_serving)
		manager_serve_method(manager, request);
	else
		manager_serve_server(manager, request);
}

static void drop_kept(struct manager *manager)
{
	tli_item_unref(manager->kept);
	manager->kept = NULL;
}

static void serve(struct manager *manager, const uint8_t *body, size_t len)
{
	struct tli_values *values = manager_values(manager);
	struct manager_request request = {.body = body, .len = len};
	struct tli_value *whole = manager->serializer->read(values, body, len);

	drop_kept(manager);
	manager->broker->managers.requests++;
	manager->is_last = !manager->is_serving;
	manager->has_got = false;
	note_protocol(manager, &request);
	if (!whole && values->error.code == TLI_VALUE_NOMEM)
		manager->is_failed = true;
	else if (!whole)
		manager_refuse(manager, "ValueError", "unreadable request: %s",
			values->error.text);
	else if (take_apart(whole, &request))
		serve_parts(manager, &request);
	else
		manager_refuse(manager, "TypeError",
			"a request is a tuple (ident, name, args, kwds)");
}

/* Why a connection is cut off. */
static void tell_fault(struct manager *manager, const char *what)
{
	struct broker *broker = manager->broker;
	char text[PEER_TEXT];

	log_rarely(&broker->log, &broker->managers.faults, CONFIG_LOG_WARNING,
		"%s: is cut off: %s", peer_text(manager->peer, text), what);
}

/* Where the next one would begin is not known. */
static void refuse_length(struct manager *manager)
{
	manager->is_last = true;
	tell_fault(manager, "a request is longer than max_item_bytes");
	manager_refuse(manager, "ValueError",
		"a request is longer than max_item_bytes, %u",
		manager->broker->config.max_item_bytes);
	tli_buf_fini(&manager->peer->held);
}

/* False if there is none yet, or the peer is not what it should be. */
static bool serve_next(struct manager *manager)
{
	struct peer *peer = manager->peer;
	size_t start, len;
	int found = peer_find_frame(
		peer, manager->broker->config.max_item_bytes, &start, &len);

	if (found < 0)
		refuse_length(manager);
	if (found <= 0)
		return found < 0;
	serve(manager, tli_buf_head(&peer->held) + start, len);
	tli_buf_consume(&peer->held, start + len);
	if (tli_buf_len(&peer->held) == 0)
		tli_buf_fini(&peer->held);
	return true;
}

/* ---- Turns ------------------------------------------------------------ */

/* The item has reached the kernel: the queue need not keep it any longer. */
static void acknowledge(struct manager *manager)
{
	struct manager_call *call;

	if (!manager->lease)
		return;
	call = manager_call_new(manager, NULL);
	if (!call)
		return;
	call->is_granted = true;
	call->request.op.token = manager->lease;
	manager->lease = 0;
	manager->has_got = true;
	manager_ask(call, TLI_OP_ACK, manager->leased_from, NULL,
		manager_call_free);
}

/* The client has gone, and an item that it was to get is not on its way. On a
 * Unix socket writing tells it. */
static bool is_missed(const struct manager *manager)
{
	const struct stream *stream = &manager->peer->stream;

	return manager->lease != 0 && stream->is_tcp &&
		stream_is_ending(stream);
}

/* False if more is to be written, or that was the end. */
static bool write_answer(struct manager *manager)
{
	int result;

	if (manager->is_failed || is_missed(manager)) {
		peer_close(manager->peer);
		return false;
	}
	if (manager->output.bytes == 0 && !manager->is_flushing)
		return true;
	result = segments_write(&manager->output, &manager->peer->stream);
	if (result == 1)
		result = stream_flush(&manager->peer->stream);
	manager->is_flushing = manager->output.bytes == 0 && result == 0;
	if (result < 0)
		peer_close(manager->peer);
	if (result <= 0)
		return false;
	segments_fini(&manager->output);
	acknowledge(manager);
	if (manager->is_last)
		closing_end(manager->peer);
	return !manager->is_last;
}

static void watch(struct manager *manager)
{
	struct peer *peer = manager->peer;
	bool writes = manager->output.bytes > 0 || manager->is_flushing;

	if (peer->end == PEER_GOES_ON)
		peer_watch(peer, !writes, writes);
	else if (writes || manager->is_due)
		peer_watch(peer, false, true);
	else
		peer_close(peer);
}

/* Answers out, requests in, as long as that goes without waiting. */
static void go_on(struct manager *manager)
{
	unsigned count = 0;

	while (write_answer(manager) && !manager->call &&
		count < REQUESTS_A_TURN && serve_next(manager))
		count++;
	tli_values_forget(manager_values(manager));
	if (count == REQUESTS_A_TURN)
		manager_touch(manager);
	if (manager->peer)
		watch(manager);
}

static size_t room_for(const struct manager *manager)
{
	if (manager->call)
		return AHEAD_BYTES;
	return (size_t)manager->broker->config.max_item_bytes +
		TLI_FRAME_HEADER_MAX;
}

/* It asks for more before it is answered than a stock client ever does. */
static bool is_too_far_ahead(struct manager *manager)
{
	bool is_so = manager->call &&
		tli_buf_len(&manager->peer->held) >= AHEAD_BYTES;

	if (is_so)
		tell_fault(manager,
			"it asks for more before it has the answer to its last "
			"request");
	return is_so;
}

/* The last answer had an item, and the client broke off without reading it. */
static void count_lost(struct manager *manager)
{
	char text[PEER_TEXT];

	if (!manager->has_got || manager->peer->end != PEER_BROKE)
		return;
	manager->broker->managers.lost_items++;
	log_write(&manager->broker->log, CONFIG_LOG_WARNING,
		"%s: broke off behind an item of a queue, which is lost",
		peer_text(manager->peer, text));
}

static void on_ready(struct peer *peer, short event)
{
	struct manager *manager = peer->state;
	ssize_t got = STREAM_AGAIN;

	if (event & EV_READ)
		got = peer_read(peer, room_for(manager));
	if (got < 0)
		peer->end = got == STREAM_END ? PEER_ENDED : PEER_BROKE;
	count_lost(manager);
	objects_tick(&manager->broker->objects);
	if (peer->end == PEER_BROKE || (got < 0 && manager->call) ||
		is_too_far_ahead(manager))
		peer_close(peer);
	else
		go_on(manager);
}

bool managers_are_due(const struct managers *managers)
{
	return !TAILQ_EMPTY(&managers->due);
}

/* Those that are due again meanwhile have their turn in the next run. */
void managers_run(struct managers *managers)
{
	struct manager *last = TAILQ_LAST(&managers->due, manager_list);
	struct manager *manager = NULL;

	while (manager != last) {
		manager = TAILQ_FIRST(&managers->due);
		TAILQ_REMOVE(&managers->due, manager, link);
		manager->is_due = false;
		go_on(manager);
	}
}

/* ---- Life ------------------------------------------------------------- */

static void on_gone(struct owner *owner)
{
	struct manager *manager = (struct manager *)(void *)((char *)owner -
		offsetof(struct manager, owner));

	TAILQ_INSERT_TAIL(&manager->broker->managers.dead, manager, link);
}

/* The connection is over: what it waited for, and held, goes to others. */
static void leave(struct peer *peer)
{
	struct manager *manager = peer->state;
	struct managers *managers = &manager->broker->managers;

	if (manager->is_due)
		TAILQ_REMOVE(&managers->due, manager, link);
	managers->count--;
	manager->peer = NULL;
	if (manager->call)
		manager->call->manager = NULL;
	manager->call = NULL;
	drop_kept(manager);
	tli_item_unref(manager->known.name);
	segments_fini(&manager->output);
	owner_end(&manager->owner);
}

void managers_reap(struct managers *managers)
{
	struct manager *manager;

	while ((manager = TAILQ_FIRST(&managers->dead))) {
		TAILQ_REMOVE(&managers->dead, manager, link);
		free(manager);
	}
}

bool managers_init(struct managers *managers)
{
	static const struct tli_value_limits limits = {
		VALUES_MAX_BYTES, VALUES_MAX_NODES, VALUES_MAX_DEPTH};
	uint64_t seed[2];
	int result = tli_random(seed, sizeof(seed));

	*managers = (struct managers){.count = 0};
	TAILQ_INIT(&managers->due);
	TAILQ_INIT(&managers->dead);
	tli_values_init(&managers->values, &limits, seed);
	errno = -result;
	return result == 0;
}

void managers_fini(struct managers *managers)
{
	tli_values_fini(&managers->values);
}

static void take_rights(struct peer *peer)
{
	struct manager *manager = peer->state;

	if (manager->call)
		manager_call_take_rights(manager->call);
}

static const struct stage stage = {
	"manager", on_ready, leave, closing_end, take_rights};

size_t manager_held_bytes(const struct peer *peer)
{
	const struct manager *manager = peer->state;

	return peer->stage == &stage ? (size_t)manager->output.bytes : 0;
}

/* NULL for lack of memory. */
static struct manager *make_manager(
	struct peer *peer, const struct serializer *serializer)
{
	struct broker *broker = peer->broker;
	struct manager *manager = calloc(1, sizeof(*manager));

	if (!manager)
		return NULL;
	manager->broker = broker;
	manager->peer = peer;
	manager->serializer = serializer;
	segments_init(&manager->output);
	if (owner_init(&manager->owner, broker->objects.waiters, peer->id,
		    peer->identity->number, on_gone))
		return manager;
	free(manager);
	return NULL;
}

static void start(struct peer *peer, const struct serializer *serializer)
{
	struct manager *manager = make_manager(peer, serializer);

	if (!manager) {
		peer_close(peer);
		return;
	}
	peer_enter(peer, &stage, manager);
	peer->broker->managers.count++;
	on_ready(peer, 0);
}

void manager_start(struct peer *peer)
{
	start(peer, &pickle_serializer);
}

void xmlrpc_start(struct peer *peer)
{
	start(peer, &xml_serializer);
}
