/* SPDX-License-Identifier: MIT */
/* Being answered, or not: what becomes of requests under way. */
#include "exchange.h"
#include "item.h"
#include "session.h"

/* From now on somebody else has it: who waits for it, or the callbacks. */
static void finish(struct tli_exchange *exchange)
{
	struct tli_exchanges *exchanges = &exchange->session->exchanges;

	exchange->state = TLI_EXCHANGE_DONE;
	exchanges->under_way--;
	if (!exchange->is_awaited)
		TAILQ_INSERT_TAIL(&exchanges->done, exchange, done_link);
}

/* A lasting one rests until it is asked again. */
static void rest(struct tli_exchange *exchange)
{
	exchange->state = TLI_EXCHANGE_MADE;
	exchange->is_too_long = false;
	tli_buf_fini(&exchange->answer);
}

void tli_exchange_fail(struct tli_exchange *exchange, int code, const char *why)
{
	if (exchange->sent == 0)
		tli_exchange_unsend(exchange);
	exchange->code = code;
	exchange->why = why;
	finish(exchange);
}

/* ---- frames ----------------------------------------------------------- */

static bool has_items(const struct tli_session_frame *frame)
{
	return frame->status == TLI_STATUS_OK &&
		(frame->op == TLI_OP_GET || frame->op == TLI_OP_DELIVER);
}

/* Notes to whom an item goes back that is too long to be taken. */
static void note_first(
	struct tli_exchange *exchange, const struct tli_session_frame *frame)
{
	const char *why;
	struct tli_record record;

	if (!has_items(frame) || frame->payload_len < TLI_RECORD_BYTES)
		return;
	/* Not all of it is there, but what stands in front is. */
	(void)tli_record_take(
		&record, frame->payload, frame->payload_len, &why);
	exchange->first_lease = record.lease;
}

/* Adds a part. False for lack of memory. */
static bool collect(
	struct tli_exchange *exchange, const struct tli_session_frame *frame)
{
	int result;

	if (tli_buf_len(&exchange->answer) == 0)
		note_first(exchange, frame);
	if (exchange->is_too_long)
		return true;
	result = tli_buf_append(
		&exchange->answer, frame->payload, frame->payload_len);
	exchange->is_too_long = result == TLI_BUF_FULL;
	return result != TLI_BUF_NOMEM;
}

/* The item that could not be taken goes back. */
static void send_back(const struct tli_exchange *exchange)
{
	const struct tli_session_frame note = {
		.op = TLI_OP_NACK,
		.flags = TLI_FLAG_QUIET,
		.handle = exchange->asked.handle,
		.argument = exchange->first_lease,
	};

	if (exchange->first_lease)
		tli_link_note(exchange->session, &note);
}

bool tli_exchange_keep(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	/* What came in parts is there already. */
	return tli_buf_len(&exchange->answer) > 0 ||
		tli_buf_append(&exchange->answer, payload, len) == TLI_BUF_OK;
}

/* The answer came when nobody waited for it any more. */
static void answered_late(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	if (exchange->is_too_long)
		send_back(exchange);
	else if (exchange->kind && exchange->kind->take_back)
		exchange->kind->take_back(exchange, payload, len);
	exchange->is_owed = false;
	if (exchange->is_abandoned)
		tli_exchange_free(exchange);
}

static bool answered(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	bool (*take)(struct tli_exchange *, const uint8_t *, size_t) =
		exchange->kind && exchange->kind->answered
		? exchange->kind->answered
		: tli_exchange_keep;

	if (exchange->is_too_long) {
		send_back(exchange);
		exchange->code = TIELINE_EMSGSIZE;
		exchange->why = "the answer is longer than max_message_bytes";
	} else if (!take(exchange, payload, len)) {
		return false;
	}
	if (exchange->is_lasting)
		rest(exchange);
	else
		finish(exchange);
	return true;
}

static bool pushed(struct tli_exchange *exchange,
	const struct tli_session_frame *frame, const uint8_t *payload,
	size_t len)
{
	bool had_memory = !exchange->kind || !exchange->kind->pushed ||
		exchange->kind->pushed(exchange, frame, payload, len);

	if (exchange->is_too_long)
		send_back(exchange);
	exchange->is_too_long = false;
	tli_buf_fini(&exchange->answer);
	return had_memory;
}

/* The last frame of something; its payload, however it came. */
static bool arrived(struct tli_exchange *exchange,
	const struct tli_session_frame *frame, const uint8_t *payload,
	size_t len)
{
	if (!(frame->flags & TLI_FLAG_REPLY))
		return pushed(exchange, frame, payload, len);
	exchange->reply = *frame;
	exchange->reply.payload = NULL;
	if (!exchange->is_owed && !exchange->is_abandoned)
		return answered(exchange, payload, len);
	answered_late(exchange, payload, len);
	return true;
}

bool tli_exchange_take(
	struct tli_exchange *exchange, const struct tli_session_frame *frame)
{
	const struct tli_buf *answer = &exchange->answer;
	bool is_last = !(frame->flags & TLI_FLAG_MORE);

	if (is_last && tli_buf_len(answer) == 0 && !exchange->is_too_long)
		return arrived(
			exchange, frame, frame->payload, frame->payload_len);
	if (!collect(exchange, frame))
		return false;
	return !is_last ||
		arrived(exchange, frame, tli_buf_head(answer),
			tli_buf_len(answer));
}

/* ---- no answer -------------------------------------------------------- */

static void lose_started(struct tli_exchange *exchange, bool was_open)
{
	if (tli_exchange_has_left(exchange)) {
		tli_exchange_unsend(exchange);
		tli_exchange_fail(exchange, TIELINE_EOUTCOME,
			"the connection was lost before the answer");
	} else if (was_open) {
		tli_exchange_fail(exchange, TIELINE_ENOTSENT,
			"the connection was lost before it was sent");
	}
}

static void lose(struct tli_exchange *exchange, bool was_open)
{
	exchange->is_owed = false;
	if (exchange->is_lasting) {
		tli_exchange_unsend(exchange);
		rest(exchange);
	} else if (exchange->is_abandoned) {
		tli_exchange_free(exchange);
	} else if (exchange->state == TLI_EXCHANGE_DONE) {
		tli_exchange_unsend(exchange);
	} else if (exchange->state == TLI_EXCHANGE_STARTED) {
		lose_started(exchange, was_open);
	}
}

void tli_exchanges_lose(struct tli_exchanges *exchanges, bool was_open)
{
	struct tli_exchange *exchange;
	uint32_t at = 0;

	while ((exchange = tli_exchange_next(exchanges, &at)))
		lose(exchange, was_open);
}

void tli_exchange_give_up(struct tli_exchange *exchange, const char *why)
{
	if (tli_exchange_has_left(exchange)) {
		tli_exchange_cancel(exchange);
		exchange->is_owed = true;
		tli_exchange_fail(exchange, TIELINE_EOUTCOME, why);
	} else {
		tli_exchange_fail(exchange, TIELINE_ENOTSENT, why);
	}
}

/* The broker has some time to answer that it was withdrawn. */
static void withdraw(struct tli_exchange *exchange)
{
	exchange->is_bounded = false;
	exchange->is_expired = true;
	exchange->deadline_ms += exchange->session->answer_timeout_ms;
	tli_exchange_cancel(exchange);
}

static void elapse(struct tli_exchange *exchange)
{
	if (exchange->is_bounded && tli_exchange_has_left(exchange))
		withdraw(exchange);
	else
		tli_exchange_give_up(
			exchange, "there was no answer in its time");
}

static bool has_deadline(const struct tli_exchange *exchange)
{
	return exchange->state == TLI_EXCHANGE_STARTED &&
		!exchange->is_abandoned;
}

void tli_exchanges_elapse(struct tli_exchanges *exchanges, int64_t now_ms)
{
	struct tli_exchange *exchange;
	int64_t next_ms = TLI_NEVER;
	uint32_t at = 0;

	if (exchanges->next_deadline_ms > now_ms)
		return;
	while ((exchange = tli_exchange_next(exchanges, &at))) {
		if (has_deadline(exchange) && exchange->deadline_ms <= now_ms)
			elapse(exchange);
		if (has_deadline(exchange))
			next_ms = tli_earlier(next_ms, exchange->deadline_ms);
	}
	exchanges->next_deadline_ms = next_ms;
}
