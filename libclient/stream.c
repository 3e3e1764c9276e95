/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include "answer.h"
#include "lease.h"
#include "session.h"

#include <stdlib.h>

/* ---- telling ---------------------------------------------------------- */

static bool has_items_to_tell(const struct tli_stream *stream)
{
	return !stream->is_pulled && !TAILQ_EMPTY(&stream->got);
}

static bool has_loss_to_tell(const struct tli_stream *stream)
{
	return !stream->is_pulled && stream->lost_messages > 0 &&
		stream->class->tell_loss;
}

static bool has_end_to_tell(const struct tli_stream *stream)
{
	return stream->has_ended && !stream->has_told_end &&
		!stream->is_awaited;
}

static void note_arrival(struct tli_stream *stream)
{
	struct tli_arrivals *arrivals = &stream->object->session->arrivals;

	if (stream->is_in_arrivals || stream->is_closed ||
		!(has_items_to_tell(stream) || has_loss_to_tell(stream) ||
			has_end_to_tell(stream)))
		return;
	stream->is_in_arrivals = true;
	TAILQ_INSERT_TAIL(arrivals, stream, arrival);
}

void tli_stream_ref(struct tli_stream *stream)
{
	stream->references++;
}

void tli_stream_unref(struct tli_stream *stream)
{
	if (--stream->references > 0)
		return;
	tli_remote_unref(stream->object);
	free(stream);
}

static void tell_item(struct tli_stream *stream)
{
	tieline_item *item = tli_stream_take(stream);

	stream->object->session->called++;
	stream->class->tell_item(stream, item);
	tieline_item_free(item);
}

static void tell_loss(struct tli_stream *stream)
{
	uint64_t messages = stream->lost_messages;
	uint64_t bytes = stream->lost_bytes;

	stream->lost_messages = stream->lost_bytes = 0;
	stream->class->tell_loss(stream, messages, bytes);
}

void tli_stream_tell(struct tli_stream *stream)
{
	tli_stream_ref(stream);
	if (has_items_to_tell(stream)) {
		tell_item(stream);
	} else if (has_loss_to_tell(stream)) {
		tell_loss(stream);
	} else if (has_end_to_tell(stream)) {
		stream->has_told_end = true;
		stream->class->tell_end(stream);
	}
	note_arrival(stream);
	tli_stream_unref(stream);
}

/* ---- items ------------------------------------------------------------ */

tieline_item *tli_stream_take(struct tli_stream *stream)
{
	struct tli_got *got = TAILQ_FIRST(&stream->got);

	if (!got)
		return NULL;
	TAILQ_REMOVE(&stream->got, got, link);
	stream->got_count--;
	if (stream->is_pulled)
		stream->object->session->waiting--;
	return &got->item;
}

/* False, with the connection lost, if there is no credit for another one. */
static bool spend_credit(struct tli_stream *stream)
{
	if (stream->outstanding >= stream->prefetch) {
		tli_link_lose(stream->object->session, TIELINE_EPROTOCOL,
			"the broker sent more items than it had credit for");
		return false;
	}
	stream->outstanding++;
	return true;
}

static bool add(void *arg, struct tli_got *got)
{
	struct tli_stream *stream = arg;

	if (!spend_credit(stream)) {
		tieline_item_free(&got->item);
		return false;
	}
	got->item.lost_messages = stream->lost_messages;
	got->item.lost_bytes = stream->lost_bytes;
	stream->lost_messages = stream->lost_bytes = 0;
	TAILQ_INSERT_TAIL(&stream->got, got, link);
	stream->got_count++;
	if (stream->is_pulled)
		stream->object->session->waiting++;
	return true;
}

/* Those that were not told; they go back if they can. */
static void drop_items(struct tli_stream *stream)
{
	tieline_item *item;

	while ((item = tli_stream_take(stream))) {
		if (stream->class->leases)
			tli_lease_note(
				stream->object, TLI_OP_NACK, item->lease);
		stream->outstanding--;
		tieline_item_free(item);
	}
}

static void add_loss(
	struct tli_stream *stream, uint64_t messages, uint64_t bytes)
{
	if (messages == TIELINE_LOST_UNKNOWN ||
		stream->lost_messages == TIELINE_LOST_UNKNOWN) {
		stream->lost_messages = TIELINE_LOST_UNKNOWN;
		stream->lost_bytes = TIELINE_LOST_UNKNOWN;
		return;
	}
	stream->lost_messages += messages;
	stream->lost_bytes += bytes;
}

/* ---- credit ----------------------------------------------------------- */

/* Credit for all that it may have on its way. */
static uint32_t count_credit(struct tli_stream *stream)
{
	stream->outstanding -= stream->finished;
	stream->finished = 0;
	return stream->prefetch - stream->outstanding;
}

void tli_stream_finish(struct tli_stream *stream)
{
	struct tli_exchange *exchange = stream->exchange;
	struct tli_session_frame note = {
		.op = TLI_OP_CREDIT,
		.flags = TLI_FLAG_QUIET,
		.handle = stream->object->number,
	};

	stream->finished++;
	if (!exchange || stream->has_ended ||
		stream->finished < (stream->prefetch + 1) / 2)
		return;
	if (!tli_exchange_has_left(exchange)) {
		tli_exchange_unsend(exchange);
		exchange->asked.count = count_credit(stream);
		tli_exchange_send(exchange, NULL);
		return;
	}
	note.argument = exchange->asked.tag;
	note.count = stream->finished;
	(void)count_credit(stream);
	tli_link_note(stream->object->session, &note);
}

/* ---- what comes ------------------------------------------------------- */

/* The request is over, or soon will be. */
static void give_up_exchange(struct tli_stream *stream)
{
	struct tli_exchange *exchange = stream->exchange;

	stream->exchange = NULL;
	if (exchange)
		tli_exchange_abandon(exchange);
}

/* What has come is longer than max_message_bytes. */
static void refuse(
	struct tli_stream *stream, const struct tli_session_frame *frame)
{
	struct tli_error error;

	if (frame->op == TLI_OP_MESSAGE) {
		add_loss(stream, 1, 0);
		if (spend_credit(stream))
			tli_stream_finish(stream);
		return;
	}
	tli_error_set(&error, TIELINE_EMSGSIZE,
		"an item is longer than max_message_bytes");
	tli_stream_end(stream, &error);
	give_up_exchange(stream);
}

static bool pushed(struct tli_exchange *exchange,
	const struct tli_session_frame *frame, const uint8_t *payload,
	size_t len)
{
	struct tli_stream *stream = exchange->stream;
	struct tli_error error;

	if (!stream) {
		tli_leases_send_back(exchange->object, payload, len);
		return true;
	}
	stream->has_begun = true;
	if (exchange->is_too_long)
		refuse(stream, frame);
	else if (frame->op == TLI_OP_LOST)
		add_loss(stream, frame->count, frame->argument);
	else if (tli_items_take(payload, len, add, stream, &error) < 0)
		tli_link_lose(exchange->session, error.code, error.text);
	note_arrival(stream);
	return true;
}

static bool answered(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	struct tli_error error;

	if (!tli_exchange_keep(exchange, payload, len))
		return false;
	if (tli_answer_explain(exchange, &error) == TIELINE_OK)
		tli_error_set(
			&error, TIELINE_ECANCELLED, "the broker ended it");
	if (exchange->stream->is_awaited)
		tli_answer_keep_raised(exchange);
	tli_stream_end(exchange->stream, &error);
	return true;
}

static const struct tli_exchange_kind streaming = {
	.answered = answered,
	.pushed = pushed,
};

/* ---- lives ------------------------------------------------------------ */

void tli_stream_end(struct tli_stream *stream, const struct tli_error *error)
{
	if (stream->has_ended)
		return;
	stream->has_ended = true;
	stream->end = *error;
	note_arrival(stream);
}

static void take_out(struct tli_stream *stream)
{
	if (stream->is_in_arrivals)
		TAILQ_REMOVE(
			&stream->object->session->arrivals, stream, arrival);
	stream->is_in_arrivals = false;
	LIST_REMOVE(stream, of_object);
}

void tli_stream_close(struct tli_stream *stream)
{
	stream->is_closed = true;
	take_out(stream);
	give_up_exchange(stream);
	drop_items(stream);
	tli_stream_unref(stream);
}

void tli_stream_free(struct tli_stream *stream)
{
	take_out(stream);
	drop_items(stream);
	free(stream);
}

void tli_stream_interrupt(struct tli_stream *stream)
{
	if (stream->has_ended)
		return;
	if (stream->class->leases)
		drop_items(stream);
	else
		add_loss(stream, TIELINE_LOST_UNKNOWN, 0);
	note_arrival(stream);
}

void tli_stream_resume(struct tli_stream *stream, struct tli_exchange *before)
{
	/* What was never asked goes out in its turn. */
	if (stream->has_ended || stream->exchange->is_unsent)
		return;
	stream->exchange->asked.count = count_credit(stream);
	tli_exchange_send(stream->exchange, before);
}

int tli_stream_begin(struct tli_stream *stream,
	const struct tli_stream_class *class, tieline_object *object,
	struct tli_exchange *exchange, uint32_t prefetch)
{
	tieline_session *session = object->session;

	if (!exchange) {
		free(stream);
		return session->handle.error.code;
	}
	stream->class = class;
	stream->object = object;
	stream->exchange = exchange;
	stream->prefetch = prefetch;
	stream->references = 1;
	TAILQ_INIT(&stream->got);
	LIST_INSERT_HEAD(&object->streams, stream, of_object);
	tli_remote_ref(object);
	exchange->kind = &streaming;
	exchange->stream = stream;
	exchange->is_lasting = true;
	exchange->asked.count = prefetch;
	exchange->asked.timeout_ms = TLI_SESSION_FOREVER;
	tli_exchange_send(exchange, NULL);
	return tli_handle_settle(&session->handle, 0);
}
