/* SPDX-License-Identifier: MIT */
/* Asking: requests made, sent, withdrawn, awaited. */
#include "exchange.h"

#include "answer.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>

/* How many frames a payload takes: one if there is none. */
static size_t frames_of(size_t payload_len)
{
	return payload_len == 0
		? 1
		: (payload_len - 1) / TLI_SESSION_PAYLOAD_MAX + 1;
}

/* Where the next byte of the payload is, with the headers in between. */
static size_t wire_offset(size_t filled)
{
	return filled +
		(filled / TLI_SESSION_PAYLOAD_MAX + 1) * TLI_SESSION_WIRE_BYTES;
}

static struct tli_exchange *out_of_memory(tieline_session *session)
{
	tli_error_set(&session->handle.error, TIELINE_ENOMEM,
		"no memory for a request");
	return NULL;
}

static struct tli_exchange *too_long(
	tieline_session *session, size_t payload_len)
{
	tli_error_set(&session->handle.error, TIELINE_EMSGSIZE,
		"the request has %zu bytes, and max_message_bytes is %zu",
		payload_len, session->link.settings.max_message_bytes);
	return NULL;
}

struct tli_exchange *tli_exchange_new(tieline_session *session,
	tieline_object *object, const struct tli_session_frame *asked,
	size_t payload_len)
{
	size_t max_bytes = session->link.settings.max_message_bytes;
	size_t wire_len =
		payload_len + frames_of(payload_len) * TLI_SESSION_WIRE_BYTES;
	struct tli_exchange *exchange;

	if (tli_session_check(session) < 0)
		return NULL;
	if (payload_len > max_bytes)
		return too_long(session, payload_len);
	exchange = malloc(sizeof(*exchange) + wire_len);
	if (!exchange)
		return out_of_memory(session);
	*exchange = (struct tli_exchange){
		.session = session,
		.asked = *asked,
		.deadline_ms = TLI_NEVER,
		.wire_len = wire_len,
	};
	tli_buf_init(
		&exchange->answer, max_bytes + 2 * TLI_SESSION_PAYLOAD_MAX);
	if (!tli_tag_take(exchange)) {
		free(exchange);
		return out_of_memory(session);
	}
	if (object) {
		exchange->object = object;
		exchange->asked.handle = object->number;
		tli_remote_ref(object);
	}
	exchange->asked.tag = (uint32_t)exchange->request;
	return exchange;
}

void tli_exchange_fill(
	struct tli_exchange *exchange, const void *bytes, size_t len)
{
	const uint8_t *next = bytes;

	while (len > 0) {
		size_t room = TLI_SESSION_PAYLOAD_MAX -
			exchange->filled % TLI_SESSION_PAYLOAD_MAX;
		size_t part = len < room ? len : room;

		memcpy(exchange->wire + wire_offset(exchange->filled), next,
			part);
		exchange->filled += part;
		next += part;
		len -= part;
	}
}

static void put_headers(struct tli_exchange *exchange)
{
	struct tli_session_frame frame = exchange->asked;
	size_t left = exchange->filled;
	uint8_t *wire = exchange->wire;

	do {
		bool is_last = left <= TLI_SESSION_PAYLOAD_MAX;

		frame.payload_len =
			is_last ? (uint32_t)left : TLI_SESSION_PAYLOAD_MAX;
		frame.flags = exchange->asked.flags;
		if (!is_last)
			frame.flags |= TLI_FLAG_MORE;
		tli_session_put(wire, &frame);
		wire += TLI_SESSION_WIRE_BYTES + frame.payload_len;
		left -= frame.payload_len;
	} while (left > 0);
}

void tli_exchange_send(
	struct tli_exchange *exchange, struct tli_exchange *before)
{
	struct tli_exchanges *exchanges = &exchange->session->exchanges;

	put_headers(exchange);
	exchange->state = TLI_EXCHANGE_STARTED;
	exchange->is_unsent = true;
	exchange->is_cancelled = false;
	exchange->sent = 0;
	exchanges->unsent_bytes += exchange->wire_len;
	if (before)
		TAILQ_INSERT_BEFORE(before, exchange, unsent_link);
	else
		TAILQ_INSERT_TAIL(&exchanges->unsent, exchange, unsent_link);
}

void tli_exchange_unsend(struct tli_exchange *exchange)
{
	struct tli_exchanges *exchanges = &exchange->session->exchanges;

	if (!exchange->is_unsent)
		return;
	exchange->is_unsent = false;
	exchanges->unsent_bytes -= exchange->wire_len - exchange->sent;
	TAILQ_REMOVE(&exchanges->unsent, exchange, unsent_link);
}

static void note_cancel(const struct tli_exchange *exchange)
{
	const struct tli_session_frame note = {
		.op = TLI_OP_CANCEL,
		.flags = TLI_FLAG_QUIET,
		.argument = exchange->asked.tag,
	};

	tli_link_note(exchange->session, &note);
}

void tli_exchange_note_sent(struct tli_exchange *exchange, size_t len)
{
	exchange->sent += len;
	exchange->session->exchanges.unsent_bytes -= len;
	if (exchange->sent < exchange->wire_len)
		return;
	tli_exchange_unsend(exchange);
	if (exchange->is_cancelled)
		note_cancel(exchange);
}

static void begin(struct tli_exchange *exchange, int timeout_ms)
{
	tieline_session *session = exchange->session;
	struct tli_exchanges *exchanges = &session->exchanges;

	exchange->asked.timeout_ms =
		timeout_ms < 0 ? TLI_SESSION_FOREVER : (uint32_t)timeout_ms;
	/* What is to be tried once is withdrawn as soon as it was. */
	exchange->is_expired = exchange->is_bounded && timeout_ms == 0;
	exchange->is_bounded = exchange->is_bounded && timeout_ms > 0;
	if (timeout_ms >= 0)
		exchange->deadline_ms = tli_now_ms() + timeout_ms;
	if (timeout_ms >= 0 && !exchange->is_bounded)
		exchange->deadline_ms += session->answer_timeout_ms;
	exchanges->next_deadline_ms =
		tli_earlier(exchanges->next_deadline_ms, exchange->deadline_ms);
	exchanges->under_way++;
	tli_exchange_send(exchange, NULL);
	exchange->is_cancelled = exchange->is_expired;
}

int tli_exchange_start(tieline_session *session, struct tli_exchange *exchange,
	int timeout_ms, tieline_completion done, void *arg,
	tieline_request *request_out)
{
	if (!exchange)
		return session->handle.error.code;
	if (tli_session_is_busy(session)) {
		tli_exchange_free(exchange);
		return tli_error_set(&session->handle.error, TIELINE_EBUSY,
			"max_requests or max_unsent_bytes of the session is "
			"reached: wait until some are done");
	}
	exchange->done = done;
	exchange->arg = arg;
	begin(exchange, timeout_ms);
	if (request_out)
		*request_out = exchange->request;
	return tli_handle_settle(&session->handle, 0);
}

/* False if there is none in time, or the session ends. */
static bool await_room(tieline_session *session, int64_t deadline_ms)
{
	if (!tli_session_is_busy(session))
		return true;
	return tli_handle_await(&session->handle, TIELINE_WRITE, deadline_ms) >
		0 &&
		session->link.state != TLI_LINK_ENDED;
}

/* Sleeps and goes on until it is done. */
static void await(struct tli_exchange *exchange)
{
	tieline_session *session = exchange->session;

	/* What was written last is not answered yet: nothing is read. */
	tli_link_flush(session);
	while (exchange->state != TLI_EXCHANGE_DONE) {
		if (tli_handle_sleep(&session->handle, TLI_NEVER) < 0)
			tli_exchange_give_up(
				exchange, "waiting for the answer failed");
		tli_session_go_on(session);
	}
}

/* It does not even begin. */
static void refuse(struct tli_exchange *exchange, int code, const char *why)
{
	exchange->state = TLI_EXCHANGE_DONE;
	exchange->code = code;
	exchange->why = why;
}

int tli_exchange_run(
	tieline_session *session, struct tli_exchange *exchange, int timeout_ms)
{
	int64_t room_by_ms = timeout_ms < 0
		? TLI_NEVER
		: tli_now_ms() + timeout_ms + session->answer_timeout_ms;

	session->raised = NULL;
	if (!exchange)
		return session->handle.error.code;
	exchange->is_awaited = true;
	if (!await_room(session, room_by_ms)) {
		refuse(exchange, TIELINE_ENOTSENT,
			"too many requests were under way");
	} else if (exchange->is_cancelled) {
		refuse(exchange, TIELINE_ECANCELLED, NULL);
	} else {
		begin(exchange, timeout_ms);
		await(exchange);
	}
	return tli_session_settle(session, tli_answer_report(exchange));
}

int tli_exchange_finish(
	tieline_session *session, struct tli_exchange *exchange, int timeout_ms)
{
	int result = tli_exchange_run(session, exchange, timeout_ms);

	tli_exchange_free(exchange);
	return result;
}

/* Its answer is due soon, however long it was to be waited for. */
static void hasten(struct tli_exchange *exchange)
{
	tieline_session *session = exchange->session;
	struct tli_exchanges *exchanges = &session->exchanges;

	exchange->is_bounded = false;
	exchange->deadline_ms = tli_earlier(exchange->deadline_ms,
		tli_deadline_in(session->answer_timeout_ms));
	exchanges->next_deadline_ms =
		tli_earlier(exchanges->next_deadline_ms, exchange->deadline_ms);
}

bool tli_exchange_cancel(struct tli_exchange *exchange)
{
	if (exchange->state == TLI_EXCHANGE_DONE)
		return false;
	/* A call that waits for room is told when it has it. */
	if (exchange->state == TLI_EXCHANGE_MADE) {
		exchange->is_cancelled = true;
		return true;
	}
	if (!tli_exchange_has_left(exchange)) {
		tli_exchange_fail(exchange, TIELINE_ECANCELLED, NULL);
		return true;
	}
	if (!exchange->is_cancelled && !exchange->is_unsent)
		note_cancel(exchange);
	exchange->is_cancelled = true;
	hasten(exchange);
	return true;
}

static bool is_at_broker(const struct tli_exchange *exchange)
{
	return exchange->state == TLI_EXCHANGE_STARTED &&
		tli_exchange_has_left(exchange);
}

void tli_exchange_abandon(struct tli_exchange *exchange)
{
	exchange->is_lasting = false;
	exchange->stream = NULL;
	if (is_at_broker(exchange)) {
		tli_exchange_cancel(exchange);
		exchange->is_abandoned = true;
		exchange->session->exchanges.owed++;
	} else {
		tli_exchange_free(exchange);
	}
}

void tli_exchange_free(struct tli_exchange *exchange)
{
	tieline_object *object;

	if (!exchange)
		return;
	if (exchange->is_owed) {
		exchange->is_owed = false;
		exchange->is_abandoned = true;
		exchange->state = TLI_EXCHANGE_STARTED;
		return;
	}
	tli_exchange_unsend(exchange);
	tli_tag_give_back(exchange);
	for (size_t i = 0; i < exchange->item_count; i++)
		tieline_item_free(exchange->items[i]);
	free(exchange->items);
	tli_buf_fini(&exchange->answer);
	object = exchange->object;
	free(exchange);
	if (object)
		tli_remote_unref(object);
}
