/* SPDX-License-Identifier: MIT */
/*
 * A session: a connection that speaks the binary dialect of proto/session.h.
 *
 *     session.c            the stage: reading, turns, congestion, the end
 *     session_input.c      requests out of frames
 *     session_serving.c    from what has come to a request, and replies
 *     session_turns.c      a request's way until it is answered
 *     session_requests.c   what each operation asks of the engine
 *     session_consumers.c  those that go on: consume, subscribe
 *     session_controls.c   those that ask nothing of the engine: hello, cancel
 *     session_values.c     what the broker itself has to say
 *     session_listings.c   who waits for what is listed
 *     session_handles.c    what the client has open
 *     session_rights.c     what it may do to that
 *     session_output.c     frames out
 *
 * Lack of memory for what a client is owed costs it the connection: then all
 * that it has goes back, and it knows.
 */
#ifndef BROKER_SESSION_H
#define BROKER_SESSION_H

#include "../proto/value/value.h"

#include "object_rights.h"
#include "session_handles.h"
#include "session_input.h"
#include "session_output.h"
#include "sessions.h"
#include "waiters.h"

struct session {
	TAILQ_ENTRY(session) link;   /* in the due or dead ones */
	TAILQ_ENTRY(session) unseen; /* in those */
	struct broker *broker;
	struct peer *peer; /* NULL = the connection is over */
	struct owner owner;
	struct session_input input;
	struct session_output output;
	struct handles handles;
	struct session_request *by_tag;    /* those that are not done */
	struct session_request_list ready; /* those that can go on */
	uint64_t kept_bytes;               /* of their payloads */
	uint32_t subscriptions;
	struct session_request *putting; /* the last that keeps the order */

	/* As the client was told. */
	uint32_t window_bytes;
	uint32_t max_requests;
	uint32_t max_handles;
	uint32_t max_item_bytes;

	bool is_greeted;
	bool is_draining;
	bool is_due;
	bool is_unseen;
	bool is_failed;  /* for lack of memory */
	bool is_stuck;   /* the next request waits for an open */
	bool has_more;   /* requests may be left that can be served */
	bool is_leaving; /* the client has said all; nothing is waited for */
	int64_t turn_ends_ms; /* 0 = it is not its turn */
	const char *last;     /* what is wrong: the last word; NULL = nothing */
};

/* It has something to do when the loop comes round. */
void session_touch(struct session *session);

/* The client cannot be told what it is owed: the connection is to end. */
void session_fail(struct session *session);

/* Others are to have theirs. */
bool session_turn_is_over(const struct session *session);
/* When what it goes on with began: see objects_tick(). */
int64_t session_now_ms(const struct session *session);

/* Whether so much is to go out that nothing is to be added. */
bool session_is_congested(const struct session *session);

/* ---- serving ---------------------------------------------------------- */

enum session_step {
	STEP_ON,   /* there is something to ask */
	STEP_REST, /* not at the moment: session_request_resume() */
	STEP_OVER  /* the reply is known */
};

/* What kind of handle a request needs. */
enum session_handle_use {
	USES_NO_HANDLE,
	USES_NEW_HANDLE,
	USES_OPEN_HANDLE,
	USES_ANY_OBJECT /* or 0, the broker */
};

/* What is done for an operation: at_once, or begin, ask, take and over. */
struct session_operation {
	uint8_t handle_use; /* an enum session_handle_use */
	bool is_lasting;    /* it goes on until it is cancelled */
	bool keeps_order;   /* nothing is served between its items */
	bool is_beginning;  /* nothing for a broker that is about to end */
	/* Does it and replies. */
	void (*at_once)(
		struct session *session, const struct tli_session_frame *frame);
	/* Looks at what is asked. TLI_STATUS_OK, or why not, with a text. NULL:
	 * there is nothing to look at. */
	enum tli_status (*begin)(
		struct session_request *request, const char **why);
	/* Says in request.op what to ask of the engine next. */
	enum session_step (*ask)(struct session_request *request);
	/* Takes the answer there. */
	enum session_step (*take)(struct session_request *request);
	/* There will be no further one. NULL = nothing is to be done then. */
	void (*over)(struct session_request *request);
};

/* Items for a reply. */
struct parcels {
	struct parcel *all;
	uint32_t count, capacity;
	uint64_t bytes;
};

/* A request of a client, which may be many of the engine. */
struct session_request {
	struct request request; /* the first member */
	struct session *session;
	const struct session_operation *operation;
	struct tli_session_frame frame; /* with what is left of the payload */
	struct tli_session_frame reply;
	uint8_t *payload; /* that is the request's own; NULL = another's */
	struct tli_item *value; /* for the reply; NULL = none */
	struct parcels parcels; /* for the reply */
	int64_t deadline_ms;
	uint32_t credit;
	uint64_t object; /* under its handle at first; then a subscription */
	uint64_t token;  /* the reference to it; 0 = none */
	uint32_t kept_bytes; /* of the payload, once it is kept */
	struct object_rights rights;
	uint32_t lost; /* it is cancelled as these rights are gone */
	bool is_kept;  /* by its tag, until it is done */
	bool is_ready;
	bool is_cancelled;
	bool is_stalled; /* what it delivered has to go out first */
	TAILQ_ENTRY(session_request) link; /* the ready, or the spare ones */
	UT_hash_handle hh;
};

/* By code; a zeroed one is none that a client may send. */
extern const struct session_operation session_operations[TLI_OPS];

/* Serves what has come, whose payload may stay where it is only until this
 * returns. */
void session_serve(struct session *session, struct arrival *arrival);

/* A request for that operation, without anything else. NULL, with the session
 * failed, for lack of memory. */
struct session_request *session_request_new(
	struct session *session, const struct session_operation *operation);

/* Asks the engine, until it has to wait, rests or is over. */
void session_request_go_on(struct session_request *request);

/* Forgets one that the engine does not have. */
void session_request_drop(struct session_request *request);

/* Goes on with those that are ready. */
void session_serve_ready(struct session *session);

/* Nobody gets their replies any more. */
void session_drop_requests(struct session *session);

/* NULL if none that is not done has that tag. */
struct session_request *session_request_of(
	const struct session *session, uint32_t tag);

/* Whether one that puts has more items than the first of what is left. */
bool session_request_has_others(const struct session_request *request);

/* One that rests can go on. */
void session_request_resume(struct session_request *request);

/* It is answered soon, with CANCELLED if there is nothing else to say. */
void session_request_cancel(struct session_request *request);

/* The same for all under that handle, or under any. */
void session_cancel_handle(struct session *session, uint32_t handle);
void session_cancel_all(struct session *session);

/* What a frame can say of a number. */
static inline uint32_t session_count(uint64_t number)
{
	return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

/* Starts on what to ask of the engine: an operation on the request's object. */
struct op *session_prepare(struct session_request *request, uint8_t code);

/* The operation of its frame, with the payload as value. */
enum session_step session_ask_value(struct session_request *request);

/* Takes status and result of the engine's answer as the reply's. */
enum session_step session_take_answer(struct session_request *request);

/* Says in the request's op what its client may not do. */
void session_forbid(struct session_request *request);

/* Whether what op asks is permitted as far as can be told before it is asked;
 * op's answer says what is missing. */
bool session_permits(struct session_request *request);

/* That is not permitted: asked again, or refused. */
enum session_step session_review(struct session_request *request);

/* The request was cancelled as its client has no right to it any more. */
void session_tell_lost(struct session_request *request);

/* The client has other rights: what it may not go on with is cancelled. */
void session_take_rights(struct session *session);

/* Gives a reference back to the engine; nobody waits for that. */
void session_return(struct session *session, uint64_t object, uint64_t token);

/* ---- replies ---------------------------------------------------------- */

/* The reply to a frame, without payload. */
struct tli_session_frame session_reply_to(
	const struct tli_session_frame *frame, enum tli_status status);

/* Sends it, with a value, items or, for NULL, nothing, unless it tells of
 * success and none is wanted. */
void session_reply(struct session *session,
	const struct tli_session_frame *reply, struct tli_item *value,
	const struct parcels *parcels);

/* Replies that it cannot be, with a text. */
void session_refuse(struct session *session,
	const struct tli_session_frame *frame, enum tli_status status,
	const char *why);

/* ---- operations ------------------------------------------------------- */

enum tli_status session_begin_consume(
	struct session_request *r, const char **why);
enum session_step session_ask_consume(struct session_request *r);
enum session_step session_take_consume(struct session_request *r);
enum session_step session_ask_subscribe(struct session_request *r);
enum session_step session_take_subscribe(struct session_request *r);
void session_end_subscription(struct session_request *r);

void session_serve_hello(
	struct session *session, const struct tli_session_frame *frame);
void session_serve_credit(
	struct session *session, const struct tli_session_frame *frame);
void session_serve_cancel(
	struct session *session, const struct tli_session_frame *frame);
void session_serve_ping(
	struct session *session, const struct tli_session_frame *frame);

/* ---- values ----------------------------------------------------------- */

/* What the engine tells of objects, with who waits for them, and who has
 * something of them or refers to them. Takes the reference, and gives one. */
struct tli_item *session_complete_listing(
	const struct broker *broker, struct tli_item *told);

/* NULL for lack of memory: the arguments of an exception with that text; what a
 * hello is answered with. */
struct tli_item *session_text(uint8_t format, const char *text);
struct tli_item *session_greeting(
	const struct session *session, uint8_t format);

#endif
