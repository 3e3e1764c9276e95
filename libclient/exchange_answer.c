/* SPDX-License-Identifier: MIT */
/* Being answered, or not: what becomes of requests under way. */
#include "exchange.h"
#include "item.h"
#include "lease.h"
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
	exchange->code = 0;
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

/* Adds a part. False for lack of memory. */
static bool collect(
	struct tli_exchange *exchange, const struct tli_session_frame *frame)
{
	struct tli_buf *answer = &exchange->answer;

	if (exchange->is_too_long)
		return true;
	if (tli_buf_append(answer, frame->payload, frame->payload_len) !=
		TLI_BUF_OK)
		return false;
	/* What stands in front of the last item is there too: a broker begins
	 * none behind the first frame. */
	exchange->is_too_long = tli_buf_len(answer) >
		answer->max_bytes - TLI_SESSION_PAYLOAD_MAX;
	return true;
}

/* Items that could not be taken go back. */
static void send_back(const struct tli_exchange *exchange,
	const struct tli_session_frame *frame)
{
	const struct tli_buf *answer = &exchange->answer;

	if (has_items(frame))
		tli_leases_send_back(exchange->object, tli_buf_head(answer),
			tli_buf_len(answer));
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
		send_back(exchange, &exchange->reply);
	else if (exchange->kind && exchange->kind->take_back)
		exchange->kind->take_back(exchange, payload, len);
	exchange->session->exchanges.owed--;
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
		send_back(exchange, &exchange->reply);
		exchange->code = TIELINE_EMSGSIZE;
		exchange->why = "the answer is longer than max_message_bytes";
	}
	/* How a lasting one ends is for its owner to know. */
	if ((!exchange->is_too_long || exchange->is_lasting) &&
		!take(exchange, payload, len))
		return false;
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
		send_back(exchange, frame);
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

static void lose_lasting(struct tli_exchange *exchange)
{
	/* What was never asked is still to be. */
	if (exchange->stream && !tli_exchange_has_left(exchange))
		return;
	tli_exchange_unsend(exchange);
	rest(exchange);
}

static void lose(struct tli_exchange *exchange, bool was_open)
{
	if (exchange->is_owed || exchange->is_abandoned)
		exchange->session->exchanges.owed--;
	exchange->is_owed = false;
	if (exchange->is_lasting) {
		lose_lasting(exchange);
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
		exchange->session->exchanges.owed++;
		tli_exchange_fail(exchange, TIELINE_EOUTCOME, why);
	} else {
		tli_exchange_fail(exchange, TIELINE_ENOTSENT, why);
	}
}

/* The broker has some time to answer that it was withdrawn. */
static void withdraw(struct tli_exchange *exchange)
{
	exchange->is_expired = true;
	exchange->deadline_ms = TLI_NEVER;
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
