/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "../system/clock.h"

#include "broker.h"
#include "closing.h"
#include "dialect.h"

#include <stdlib.h>

/* What is read and not served yet: a frame, and what came behind it. */
#define HELD_BYTES (2u * (4u + TLI_SESSION_FRAME_MAX))

/* Of one session, before others have their turn. */
#define FRAMES_A_TURN 256u
#define TURN_MS       2

/* How often it is looked whether somebody has gone. */
#define LOOK_MS 1000

/* Payloads in several frames at a time. */
#define UNFINISHED_MAX 64u

void session_touch(struct session *session)
{
	if (session->is_due || !session->peer)
		return;
	session->is_due = true;
	TAILQ_INSERT_TAIL(&session->broker->sessions.due, session, link);
}

void session_fail(struct session *session)
{
	session->is_failed = true;
	session_touch(session);
}

static void begin_turn(struct session *session)
{
	session->turn_ends_ms = tli_now_ms() + TURN_MS;
}

bool session_turn_is_over(const struct session *session)
{
	return tli_now_ms() >= session->turn_ends_ms;
}

bool session_is_congested(const struct session *session)
{
	return session_output_load(&session->output) >= session->window_bytes;
}

/* ---- Reading ---------------------------------------------------------- */

/* Some of what it has asked for has to be done first. */
static bool has_asked_enough(const struct session *session)
{
	return HASH_COUNT(session->by_tag) >= session->max_requests ||
		session->kept_bytes > session->input.max_bytes;
}

static bool is_held_up(const struct session *session)
{
	return session_is_congested(session) || session->is_failed ||
		session->is_leaving || session->last ||
		has_asked_enough(session);
}

/* What is under the handle is not known yet. */
static bool waits_for_open(
	const struct session *session, const struct tli_session_frame *frame)
{
	const struct handle *handle =
		handles_find(&session->handles, frame->handle);

	return handle && handle->state == HANDLE_OPENING;
}

static void serve_unknown(struct session *session,
	const struct tli_session_frame *frame, const char *why)
{
	if (!(frame->flags & TLI_FLAG_MORE))
		session_refuse(session, frame, TLI_STATUS_BAD_REQUEST, why);
}

static void serve_frame(
	struct session *session, const struct tli_session_frame *frame)
{
	struct arrival arrival;
	const char *why;
	int result = session_input_add(&session->input, frame, &arrival, &why);

	if (result == INPUT_BAD)
		session->last = why;
	else if (result == INPUT_WHOLE)
		session_serve(session, &arrival);
}

/* False if there is no frame, or none that can be served yet. */
static bool take_frame(struct session *session)
{
	struct tli_buf *held = &session->peer->held;
	struct tli_session_frame frame;
	const char *why;
	size_t used;
	int result = tli_session_take(
		&frame, tli_buf_head(held), tli_buf_len(held), &used, &why);

	if (result == TLI_SESSION_BAD)
		session->last = why;
	if (result == TLI_SESSION_MORE || result == TLI_SESSION_BAD)
		return false;
	session->is_stuck = waits_for_open(session, &frame);
	if (session->is_stuck)
		return false;
	if (result == TLI_SESSION_UNKNOWN)
		serve_unknown(session, &frame, why);
	else
		serve_frame(session, &frame);
	tli_buf_consume(held, used);
	return true;
}

/* Whether what comes next could get between the items of one put: not if that
 * waits for room, which may take long. */
static bool is_putting(const struct session *session)
{
	const struct session_request *putting = session->putting;

	return putting && putting->request.state != REQUEST_WAITING &&
		session_request_has_others(putting);
}

static void take_frames(struct session *session)
{
	unsigned count = 0;

	session->is_stuck = false;
	session->has_more = true;
	while (session->has_more && count < FRAMES_A_TURN &&
		!is_putting(session) && !is_held_up(session) &&
		!session_turn_is_over(session)) {
		session->has_more = take_frame(session);
		count++;
	}
	if (tli_buf_len(&session->peer->held) == 0)
		tli_buf_fini(&session->peer->held);
}

static void on_ready(struct peer *peer, short event)
{
	struct session *session = peer->state;
	ssize_t got = STREAM_AGAIN;

	begin_turn(session);
	if ((event & EV_READ) && !session->has_more)
		got = peer_read(peer, HELD_BYTES);
	if (got < 0)
		peer->end = got == STREAM_END ? PEER_ENDED : PEER_BROKE;
	objects_tick(&session->broker->objects);
	if (got > 0)
		take_frames(session);
	session_touch(session);
}

/* ---- Turns ------------------------------------------------------------ */

/* Sends what was begun, and the connection ends. */
static void end(struct session *session)
{
	struct peer *peer = session->peer;

	tli_buf_init(&peer->out, SIZE_MAX);
	if (session_output_copy_rest(&session->output, &peer->out))
		closing_end(peer);
	else
		peer_close(peer);
}

static void end_with_last_word(struct session *session)
{
	static const struct tli_session_frame hello = {.op = TLI_OP_HELLO};
	struct broker *broker = session->broker;
	char text[PEER_TEXT];

	log_rarely(&broker->log, &broker->sessions.faults, CONFIG_LOG_WARNING,
		"%s: breaks the session: %s", peer_text(session->peer, text),
		session->last);
	session_refuse(session, &hello, TLI_STATUS_BAD_REQUEST, session->last);
	if (session->is_failed)
		peer_close(session->peer);
	else
		end(session);
}

/* It has been told that the broker ends, and owes nobody anything. */
static bool has_drained(const struct session *session)
{
	return session->is_draining && !session->has_more &&
		session->output.bytes == 0 &&
		HASH_COUNT(session->by_tag) == 0 &&
		owner_grant_count(&session->owner) ==
		session->handles.used + session->subscriptions;
}

/* The client has ended its side: what it has asked is answered, as far as that
 * needs no waiting. */
static void begin_to_leave(struct session *session)
{
	bool is_served = !session->has_more || has_asked_enough(session);

	if (session->peer->end != PEER_ENDED || !is_served ||
		session->is_leaving)
		return;
	session->is_leaving = true;
	session_cancel_all(session);
}

static bool is_over(const struct session *session)
{
	return has_drained(session) ||
		(session->is_leaving && session->output.bytes == 0 &&
			HASH_COUNT(session->by_tag) == 0);
}

static void set_unseen(struct session *session, bool unseen)
{
	struct sessions *sessions = &session->broker->sessions;

	if (session->is_unseen == unseen)
		return;
	session->is_unseen = unseen;
	if (!unseen)
		TAILQ_REMOVE(&sessions->unseen, session, unseen);
	else if (TAILQ_EMPTY(&sessions->unseen) &&
		!timer_start(&sessions->look, LOOK_MS))
		session_fail(session);
	if (unseen)
		TAILQ_INSERT_TAIL(&sessions->unseen, session, unseen);
}

/* Who has asked for too much at a time may have gone since; nothing tells so
 * while neither reading nor writing is waited for. */
static void look(void *owner)
{
	struct sessions *sessions = owner;
	struct session *session;

	TAILQ_FOREACH (session, &sessions->unseen, unseen)
		if (stream_is_ending(&session->peer->stream)) {
			session->peer->end = PEER_BROKE;
			session_touch(session);
		}
	if (!TAILQ_EMPTY(&sessions->unseen) &&
		!timer_start(&sessions->look, LOOK_MS))
		session_fail(TAILQ_FIRST(&sessions->unseen));
}

static void watch(struct session *session)
{
	bool reads = !is_held_up(session) && !session->is_stuck &&
		session->peer->end == PEER_GOES_ON;
	bool writes = session->output.bytes > 0;

	set_unseen(session, !reads && !writes);
	peer_watch(session->peer, reads, writes);
}

/* What is left to do when all was written that could be. */
static void settle(struct session *session)
{
	bool congested = session_is_congested(session);

	owner_set_congested(&session->owner, congested);
	begin_to_leave(session);
	if (!is_held_up(session) && session->has_more)
		session_touch(session);
	if (!congested && !TAILQ_EMPTY(&session->ready))
		session_touch(session);
	if (is_over(session))
		end(session);
	else
		watch(session);
}

/* In the turn that it has had when something came, if that was so. */
static void go_on(struct session *session)
{
	if (session->turn_ends_ms == 0)
		begin_turn(session);
	objects_tick(&session->broker->objects);
	take_frames(session);
	session_serve_ready(session);
	session->turn_ends_ms = 0;
	if (session->last && !session->is_failed)
		end_with_last_word(session);
	else if (session->is_failed || session->peer->end == PEER_BROKE ||
		session_output_write(&session->output, &session->peer->stream) <
			0)
		peer_close(session->peer);
	else
		settle(session);
}

void sessions_init(struct sessions *sessions, struct event_base *base)
{
	*sessions = (struct sessions){.count = 0};
	TAILQ_INIT(&sessions->due);
	TAILQ_INIT(&sessions->dead);
	TAILQ_INIT(&sessions->unseen);
	timer_init(&sessions->look, base, look, sessions);
	TAILQ_INIT(&sessions->spare);
}

bool sessions_are_due(const struct sessions *sessions)
{
	return !TAILQ_EMPTY(&sessions->due);
}

/* Those that are due again meanwhile have their turn in the next run. */
void sessions_run(struct sessions *sessions)
{
	struct session *last = TAILQ_LAST(&sessions->due, session_list);
	struct session *session = NULL;

	while (session != last) {
		session = TAILQ_FIRST(&sessions->due);
		TAILQ_REMOVE(&sessions->due, session, link);
		session->is_due = false;
		go_on(session);
	}
}

/* ---- Life ------------------------------------------------------------- */

static void on_gone(struct owner *owner)
{
	struct session *session = (struct session *)(void *)((char *)owner -
		offsetof(struct session, owner));

	TAILQ_INSERT_TAIL(&session->broker->sessions.dead, session, link);
}

/* The connection is over. What it asked for is done later. */
static void leave(struct peer *peer)
{
	struct session *session = peer->state;
	struct sessions *sessions = &session->broker->sessions;

	if (session->is_due)
		TAILQ_REMOVE(&sessions->due, session, link);
	if (session->is_unseen)
		TAILQ_REMOVE(&sessions->unseen, session, unseen);
	sessions->count--;
	session->peer = NULL;
	session_input_fini(&session->input);
	session_output_fini(&session->output);
	handles_fini(&session->handles);
	session_drop_requests(session);
	owner_end(&session->owner);
}

void sessions_reap(struct sessions *sessions)
{
	struct session *session;

	while ((session = TAILQ_FIRST(&sessions->dead))) {
		TAILQ_REMOVE(&sessions->dead, session, link);
		free(session);
	}
}

/* Nobody goes on waiting; what the client has of others it may give back. */
static void drain(struct peer *peer)
{
	static const struct tli_session_frame drain = {.op = TLI_OP_DRAIN};
	struct session *session = peer->state;

	session->is_draining = true;
	if (!session_output_frame(&session->output, &drain))
		session_fail(session);
	session_cancel_all(session);
	session_touch(session);
}

static void take_rights(struct peer *peer)
{
	session_take_rights(peer->state);
}

static const struct stage stage = {
	"session", on_ready, leave, drain, take_rights};

static struct session *make_session(struct peer *peer)
{
	const struct config *config = &peer->broker->config;
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->broker = peer->broker;
	session->peer = peer;
	session->window_bytes = config->session_window_bytes;
	session->max_requests = config->max_session_requests;
	session->max_handles = config->max_session_handles;
	session->max_item_bytes = config->max_item_bytes;
	TAILQ_INIT(&session->ready);
	session_input_init(&session->input);
	session->input.max_count = UNFINISHED_MAX;
	session->input.max_bytes =
		(size_t)config->session_window_bytes + config->max_item_bytes;
	session_output_init(&session->output);
	if (owner_init(&session->owner, peer->broker->objects.waiters, peer->id,
		    peer->identity->number, on_gone))
		return session;
	free(session);
	return NULL;
}

void session_start(struct peer *peer)
{
	struct session *session = make_session(peer);

	if (!session) {
		peer_close(peer);
		return;
	}
	peer_enter(peer, &stage, session);
	peer->broker->sessions.count++;
	peer->broker->sessions.total++;
	session_touch(session);
}

size_t session_held_bytes(const struct peer *peer)
{
	const struct session *session = peer->state;

	return peer->stage == &stage ? (size_t)session->output.bytes : 0;
}
