/* SPDX-License-Identifier: MIT */
/* Items of a queue, handed to a callback as they come. */
#include "lease.h"
#include "session.h"
#include "settings.h"

#include <tieline/queue.h>

#include <stdlib.h>

struct tieline_consumer {
	struct tli_stream stream;
	tieline_consumer_options options;
};

static void tell_item(struct tli_stream *stream, tieline_item *item)
{
	const tieline_consumer_options *options =
		&((tieline_consumer *)stream)->options;
	tieline_verdict verdict = options->on_item(options->arg, item);

	if (verdict == TIELINE_ACK)
		tli_lease_note(stream->object, TLI_OP_ACK, item->lease);
	if (verdict == TIELINE_NACK)
		tli_lease_note(stream->object, TLI_OP_NACK, item->lease);
	tli_stream_finish(stream);
}

static void tell_end(struct tli_stream *stream)
{
	const tieline_consumer_options *options =
		&((tieline_consumer *)stream)->options;

	if (!options->on_end)
		return;
	stream->object->session->called++;
	options->on_end(options->arg, stream->end.code, stream->end.text);
}

static const struct tli_stream_class consumer_class = {
	.tell_item = tell_item,
	.tell_end = tell_end,
	.leases = true,
};

static int check(tieline_session *session, tieline_consumer_options *known,
	const tieline_consumer_options *options)
{
	int result = tli_session_check(session);

	if (result < 0)
		return result;
	*known = tieline_consumer_options_default();
	if (!options || !tli_options_copy(known, sizeof(*known), options) ||
		!known->on_item)
		return tli_error_set(&session->handle.error, TIELINE_EINVAL,
			"consuming needs options with on_item: start from "
			"tieline_consumer_options_default()");
	if (known->prefetch == 0)
		known->prefetch = TLI_STREAM_PREFETCH;
	return 0;
}

int tieline_queue_consume(tieline_queue *queue,
	const tieline_consumer_options *options,
	tieline_consumer **consumer_out)
{
	tieline_object *object = TLI_OBJECT(queue);
	struct tli_session_frame consume = {.op = TLI_OP_CONSUME};
	tieline_consumer_options known;
	tieline_consumer *consumer;
	int result = check(object->session, &known, options);

	if (result < 0)
		return result;
	consumer = calloc(1, sizeof(*consumer));
	if (!consumer)
		return tli_error_set(&object->session->handle.error,
			TIELINE_ENOMEM, "no memory for a consumer");
	consumer->options = known;
	consume.lease_ms = known.lease_ms;
	result = tli_stream_begin(&consumer->stream, &consumer_class, object,
		tli_exchange_new(object->session, object, &consume, 0),
		known.prefetch);
	if (result == 0)
		*consumer_out = consumer;
	return result;
}

void tieline_consumer_close(tieline_consumer *consumer)
{
	tieline_session *session;

	if (!consumer)
		return;
	session = consumer->stream.object->session;
	tli_stream_close(&consumer->stream);
	tli_session_settle(session, 0);
}
