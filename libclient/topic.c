/* SPDX-License-Identifier: MIT */
/* Topics: publishing, subscribing; and watching other objects. */
#include "item.h"
#include "session.h"
#include "settings.h"
#include "typed.h"
#include "values.h"

#include <tieline/topic.h>

#include <stdlib.h>

struct tieline_subscription {
	struct tli_stream stream;
	tieline_subscription_options options;
};

/* ---- the topic -------------------------------------------------------- */

TLI_TYPED(tieline_topic)
TLI_TYPED_OPEN(tieline_topic, "Topic")

int tieline_topic_open_start(tieline_session *session, const char *name,
	const tieline_object_options *options, tieline_completion done,
	void *arg, tieline_topic **topic_out)
{
	return tieline_object_open_start(session, name, "Topic", options, done,
		arg, (tieline_object **)topic_out);
}

static struct tli_exchange *make_publish(tieline_topic *topic,
	const tieline_item messages[], size_t count, const char *subject)
{
	const struct tli_session_frame publish = {
		.op = TLI_OP_PUBLISH,
		.count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX,
	};

	return tli_items_exchange(
		TLI_OBJECT(topic), &publish, messages, count, subject);
}

int tieline_topic_publish(tieline_topic *topic, const char *subject,
	const tieline_item *message, uint64_t *deliveries_out)
{
	tieline_session *session = TLI_OBJECT(topic)->session;
	struct tli_exchange *exchange =
		make_publish(topic, message, 1, subject);
	int result = tli_exchange_run(session, exchange, 0);

	if (result == 0 && deliveries_out)
		*deliveries_out = exchange->reply.count;
	tli_exchange_free(exchange);
	return result;
}

int tieline_topic_publish_start(tieline_topic *topic,
	const tieline_item messages[], size_t count, tieline_completion done,
	void *arg, tieline_request *request_out)
{
	return tli_exchange_start(TLI_OBJECT(topic)->session,
		make_publish(topic, messages, count, NULL), 0, done, arg,
		request_out);
}

/* ---- subscriptions ---------------------------------------------------- */

static const tieline_subscription_options *options_of(
	const struct tli_stream *stream)
{
	return &((const tieline_subscription *)stream)->options;
}

static void tell_loss(
	struct tli_stream *stream, uint64_t messages, uint64_t bytes)
{
	const tieline_subscription_options *options = options_of(stream);

	if (!options->on_loss)
		return;
	stream->object->session->called++;
	options->on_loss(options->arg, messages, bytes);
}

static void tell_item(struct tli_stream *stream, tieline_item *item)
{
	const tieline_subscription_options *options = options_of(stream);

	if (item->lost_messages > 0)
		tell_loss(stream, item->lost_messages, item->lost_bytes);
	/* It may have been closed just now. */
	if (!stream->is_closed)
		options->on_message(options->arg, item);
	tli_stream_finish(stream);
}

static void tell_end(struct tli_stream *stream)
{
	const tieline_subscription_options *options = options_of(stream);

	if (!options->on_end)
		return;
	stream->object->session->called++;
	options->on_end(options->arg, stream->end.code, stream->end.text);
}

static const struct tli_stream_class subscription_class = {
	.tell_item = tell_item,
	.tell_loss = tell_loss,
	.tell_end = tell_end,
};

static const char *const overflows[] = {
	[TIELINE_DROP_OLDEST] = "drop_oldest",
	[TIELINE_DROP_NEWEST] = "drop_newest",
	[TIELINE_CUT_OFF] = "cut_off",
};

static void add_int(tieline_value *dict, const char *key, uint64_t integer)
{
	if (integer > 0)
		tieline_value_set_text(dict, key,
			tieline_value_uint(
				tli_values_of(tli_node(dict)), integer));
}

static void add_text(tieline_value *dict, const char *key, const char *text)
{
	if (text)
		tieline_value_set_text(dict, key,
			tieline_value_str(tli_values_of(tli_node(dict)), text));
}

/* What is at its default is not said: watching has no patterns and groups. */
static tieline_value *say_options(
	tieline_values *values, const tieline_subscription_options *options)
{
	tieline_value *dict = tieline_value_dict(values);

	if (!dict)
		return NULL;
	add_text(dict, "pattern", options->pattern);
	add_text(dict, "group", options->group);
	if (options->retained)
		tieline_value_set_text(
			dict, "retained", tieline_value_bool(values, true));
	add_int(dict, "max_messages", options->max_messages);
	add_int(dict, "max_bytes", options->max_bytes);
	add_text(dict, "overflow", overflows[options->overflow]);
	return dict;
}

/* NULL with the session's error set. */
static struct tli_exchange *make_subscribe(
	tieline_object *object, const tieline_subscription_options *options)
{
	const struct tli_session_frame subscribe = {
		.op = TLI_OP_SUBSCRIBE,
		.format = TLI_FORMAT_PICKLE,
	};
	tieline_values *values = tieline_values_new(NULL);
	struct tli_exchange *exchange = NULL;
	void *data;
	size_t len;

	if (tieline_value_pickle(values ? say_options(values, options) : NULL,
		    0, &data, &len) < 0) {
		tli_session_blame(object->session);
	} else {
		exchange = tli_exchange_new(
			object->session, object, &subscribe, len);
		if (exchange)
			tli_exchange_fill(exchange, data, len);
		free(data);
	}
	tieline_values_free(values);
	return exchange;
}

static int check(tieline_session *session, tieline_subscription_options *known,
	const tieline_subscription_options *options)
{
	int result = tli_session_check(session);

	if (result < 0)
		return result;
	*known = tieline_subscription_options_default();
	if (options && !tli_options_copy(known, sizeof(*known), options))
		return tli_error_set(&session->handle.error, TIELINE_EINVAL,
			"the subscription options' size is wrong: start from "
			"tieline_subscription_options_default()");
	if ((unsigned)known->overflow > TIELINE_CUT_OFF)
		return tli_error_set(&session->handle.error, TIELINE_EINVAL,
			"overflow is none of TIELINE_DROP_OLDEST, "
			"TIELINE_DROP_NEWEST, TIELINE_CUT_OFF");
	if (known->prefetch == 0)
		known->prefetch = TLI_STREAM_PREFETCH;
	return 0;
}

static int start(tieline_object *object,
	const tieline_subscription_options *options,
	tieline_subscription **subscription_out)
{
	tieline_subscription_options known;
	tieline_subscription *subscription;
	int result = check(object->session, &known, options);

	if (result < 0)
		return result;
	subscription = calloc(1, sizeof(*subscription));
	if (!subscription)
		return tli_error_set(&object->session->handle.error,
			TIELINE_ENOMEM, "no memory for a subscription");
	subscription->options = known;
	/* The texts are the program's, and were said. */
	subscription->options.pattern = subscription->options.group = NULL;
	subscription->stream.is_pulled = !known.on_message;
	result = tli_stream_begin(&subscription->stream, &subscription_class,
		object, make_subscribe(object, &known), known.prefetch);
	if (result == 0)
		*subscription_out = subscription;
	return result;
}

static bool has_begun(const void *arg)
{
	const struct tli_stream *stream = arg;

	return stream->has_begun || stream->has_ended || stream->is_closed;
}

/* By a callback, with its topic perhaps. */
static int closed_meanwhile(tieline_session *session)
{
	return tli_error_set(&session->handle.error, TIELINE_ECANCELLED,
		"the subscription was closed");
}

/* Waits until it has begun. Returns 0, or the code in the session's error. */
static int await_beginning(struct tli_stream *stream)
{
	tieline_session *session = stream->object->session;
	int64_t deadline_ms = tli_deadline_in(session->answer_timeout_ms);
	int result;

	session->raised = NULL;
	stream->is_awaited = true;
	result = tli_session_go_on_until(
		session, deadline_ms, has_begun, stream);
	stream->is_awaited = false;
	if (stream->is_closed)
		return closed_meanwhile(session);
	if (result == TIELINE_ETIMEDOUT)
		return tli_error_set(&session->handle.error, TIELINE_EOUTCOME,
			"the broker did not answer in answer_timeout_ms");
	if (result < 0 || !stream->has_ended)
		return result;
	session->handle.error = stream->end;
	return session->handle.error.code;
}

static int begin(tieline_object *object,
	const tieline_subscription_options *options,
	tieline_subscription **subscription_out)
{
	tieline_subscription *subscription;
	int result = start(object, options, &subscription);

	if (result < 0)
		return result;
	tli_stream_ref(&subscription->stream);
	result = await_beginning(&subscription->stream);
	if (result == 0)
		*subscription_out = subscription;
	else if (!subscription->stream.is_closed)
		tieline_subscription_close(subscription);
	tli_stream_unref(&subscription->stream);
	return result;
}

int tieline_topic_subscribe(tieline_topic *topic,
	const tieline_subscription_options *options,
	tieline_subscription **subscription_out)
{
	return begin(TLI_OBJECT(topic), options, subscription_out);
}

int tieline_topic_subscribe_start(tieline_topic *topic,
	const tieline_subscription_options *options,
	tieline_subscription **subscription_out)
{
	return start(TLI_OBJECT(topic), options, subscription_out);
}

int tieline_object_watch(tieline_object *object,
	const tieline_subscription_options *options,
	tieline_subscription **subscription_out)
{
	return begin(object, options, subscription_out);
}

/* ---- pulling ---------------------------------------------------------- */

static bool has_something(const void *arg)
{
	const struct tli_stream *stream = arg;

	return !TAILQ_EMPTY(&stream->got) || stream->has_ended ||
		stream->is_closed;
}

/* Waits until a message is there. Returns 0, or the code. */
static int await_message(struct tli_stream *stream, int timeout_ms)
{
	tieline_session *session = stream->object->session;
	int result = 0;

	if (TAILQ_EMPTY(&stream->got))
		result = tli_session_go_on_until(session,
			tli_deadline_in(timeout_ms), has_something, stream);
	if (stream->is_closed)
		return closed_meanwhile(session);
	if (result == TIELINE_ETIMEDOUT)
		return tli_handle_timed_out(
			&session->handle, "no message came in time");
	if (result < 0 || !TAILQ_EMPTY(&stream->got))
		return result;
	session->handle.error = stream->end;
	return session->handle.error.code;
}

int tieline_subscription_next(tieline_subscription *subscription,
	int timeout_ms, tieline_item **message_out)
{
	struct tli_stream *stream = &subscription->stream;
	tieline_session *session = stream->object->session;
	int result = tli_handle_check(&session->handle);

	if (result == 0 && !stream->is_pulled)
		result = tli_error_set(&session->handle.error, TIELINE_EINVAL,
			"the subscription has a callback for its messages");
	if (result < 0)
		return result;
	tli_stream_ref(stream);
	result = await_message(stream, timeout_ms);
	if (result == 0) {
		*message_out = tli_stream_take(stream);
		tli_stream_finish(stream);
	}
	tli_stream_unref(stream);
	return tli_session_settle(session, result);
}

void tieline_subscription_close(tieline_subscription *subscription)
{
	tieline_session *session;

	if (!subscription)
		return;
	session = subscription->stream.object->session;
	tli_stream_close(&subscription->stream);
	tli_session_settle(session, 0);
}
