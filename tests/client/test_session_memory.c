/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of a session made to fail in turn: once, and from then on
 * for good. Each time a call says so, or that it is not known whether it was
 * done; nothing leaks, and with memory again all is as it should be.
 */
#include "fake.h"

#include "../../proto/item.h"
#include "../unit/alloc.h"

#include <tieline/topic.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define SITES_MAX 2000
#define BIG       (2 * TLI_SESSION_PAYLOAD_MAX)

/* ---- a broker that answers all ---------------------------------------- */

static struct fake fake;
static atomic_bool is_ending;

static void answer_items(
	const struct tli_session_frame *frame, uint8_t op, uint8_t flags)
{
	const struct tli_session_frame push = {.op = op,
		.flags = flags,
		.tag = frame->tag,
		.handle = frame->handle,
		.count = 1};
	char *text = malloc(BIG + 1);

	memset(text, 'x', BIG);
	text[BIG] = '\0';
	/* One that is short, and one in parts. */
	fake_send_item(&fake, &push, frame->lease_ms == 1 ? text : "x", 1, 9);
	free(text);
}

static void answer(const struct tli_session_frame *frame)
{
	const struct tli_session_frame begun = {
		.op = TLI_OP_MESSAGE, .tag = frame->tag};

	if (frame->flags & (TLI_FLAG_QUIET | TLI_FLAG_MORE))
		return;
	if (frame->op == TLI_OP_GET)
		answer_items(frame, frame->op, TLI_FLAG_REPLY);
	else if (frame->op == TLI_OP_CONSUME)
		answer_items(frame, TLI_OP_DELIVER, 0);
	else if (frame->op == TLI_OP_CALL)
		fake_return(&fake, frame, TLI_STATUS_OK, "'returned'");
	else if (frame->op != TLI_OP_SUBSCRIBE)
		fake_reply(&fake, frame, 1, 1);
	if (frame->op != TLI_OP_SUBSCRIBE)
		return;
	fake_send(&fake, &begun, NULL, 0);
	answer_items(frame, TLI_OP_MESSAGE, 0);
}

static void play(struct fake *played)
{
	struct tli_session_frame frame;

	for (;;) {
		fake_accept(played);
		if (is_ending)
			return;
		while (fake_take_next(played, &frame))
			if (frame.op == TLI_OP_HELLO)
				fake_return(played, &frame, TLI_STATUS_OK,
					"{'epoch': 'one'}");
			else
				answer(&frame);
		fake_hang_up(played);
	}
}

static int start(void **state)
{
	(void)state;
	fake_start(&fake, play);
	return 0;
}

static int stop(void **state)
{
	tieline_options options = fake_options();
	tieline_connection *connection;

	(void)state;
	is_ending = true;
	if (tieline_client(fake.address, &options, &connection) < 0)
		return -1;
	fake_stop(&fake);
	tieline_connection_close(connection);
	return 0;
}

/* ---- scenarios -------------------------------------------------------- */

/* Each returns 0, or the first code that is not. */
static int open_session(tieline_session **session)
{
	tieline_options options = fake_options();
	tieline_session_options with = tieline_session_options_default();

	with.answer_timeout_ms = 40;
	return tieline_session_open(fake.address, &options, &with, session);
}

static int with_session(int (*what)(tieline_session *session))
{
	tieline_session *session;
	int result = open_session(&session);

	if (result < 0)
		return result;
	result = what(session);
	tieline_session_close(session);
	return result;
}

static int with_queue(int (*what)(tieline_queue *queue))
{
	tieline_session *session;
	tieline_queue *queue;
	int result = open_session(&session);

	if (result < 0)
		return result;
	result = tieline_queue_open(session, "jobs", NULL, &queue);
	if (result == 0) {
		result = what(queue);
		tieline_queue_close(queue);
	}
	tieline_session_close(session);
	return result;
}

static int just_open(void)
{
	return with_session(tieline_session_ping);
}

static int do_put(tieline_queue *queue)
{
	int result = tieline_queue_put_text(queue, "x", 0);

	if (result == 0)
		result = tieline_queue_put_bytes(queue, (char[BIG]){0}, BIG, 0);
	return result;
}

static int put_items(void)
{
	return with_queue(do_put);
}

static int do_get(tieline_queue *queue)
{
	tieline_item *items[4];
	size_t count;
	int result = tieline_queue_get(queue, 0, items);

	if (result < 0)
		return result;
	tieline_item_free(items[0]);
	result = tieline_queue_get_many(queue, 4, 1, 0, items, &count);
	for (size_t i = 0; result == 0 && i < count; i++)
		tieline_item_free(items[i]);
	return result;
}

static int get_items(void)
{
	return with_queue(do_get);
}

static int do_value(tieline_queue *queue)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *value;
	int result = tieline_queue_put_value(
		queue, tieline_value_str(values, "x"), 0);

	if (result == 0)
		result = tieline_queue_get_value(queue, 0, values, &value);
	tieline_values_free(values);
	return result;
}

static int put_and_get_values(void)
{
	return with_queue(do_value);
}

static int do_call(tieline_session *session)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *value;
	int result = tieline_object_call_built(tieline_session_broker(session),
		0, values, &value, "f", "(%s, {'a': [1, 2]})", "text");

	if (result == 0 && !tieline_value_get_str(value, NULL))
		result = TIELINE_ETYPE;
	tieline_values_free(values);
	return result;
}

static int call_methods(void)
{
	return with_session(do_call);
}

struct done {
	int count, code;
};

static void on_done(void *arg, const tieline_result *result)
{
	struct done *done = arg;

	done->count++;
	if (result->code < 0)
		done->code = result->code;
}

static int do_start(tieline_queue *queue)
{
	tieline_session *session =
		tieline_object_session(tieline_queue_object(queue));
	struct done done = {0, 0};
	tieline_item item = tieline_item_text("x");
	int result;

	result = tieline_queue_put_start(
		queue, &item, 1, 0, on_done, &done, NULL);
	if (result == 0)
		result = tieline_queue_get_start(
			queue, 1, 1, 0, on_done, &done, NULL);
	if (result == 0)
		result = tieline_object_call_start(tieline_queue_object(queue),
			"f", NULL, NULL, 0, on_done, &done, NULL);
	if (tieline_session_flush(session, HANG_MS) < 0)
		return TIELINE_ETIMEDOUT;
	return done.code < 0 ? done.code : result;
}

static int start_all(void)
{
	return with_queue(do_start);
}

struct heard {
	int items, code;
};

static tieline_verdict on_item(void *arg, tieline_item *item)
{
	(void)item;
	((struct heard *)arg)->items++;
	return TIELINE_ACK;
}

static void on_message(void *arg, tieline_item *item)
{
	(void)on_item(arg, item);
}

static void on_end(void *arg, int code, const char *message)
{
	(void)message;
	((struct heard *)arg)->code = code;
}

/* What is lost for lack of memory is not missed: it would wait for ever. */
static int listen(tieline_session *session, struct heard *heard)
{
	int result = 0;

	while (result == 0 && heard->items == 0 && heard->code == 0) {
		result = tieline_session_process(session, 40);
		if (result == 0)
			return TIELINE_ENOMEM;
		result = result < 0 ? result : 0;
	}
	return heard->code < 0 ? heard->code : result;
}

static int do_consume(tieline_queue *queue)
{
	tieline_consumer_options options = tieline_consumer_options_default();
	struct heard heard = {0, 0};
	tieline_consumer *consumer;
	int result;

	options.on_item = on_item;
	options.on_end = on_end;
	options.arg = &heard;
	options.prefetch = 1;
	result = tieline_queue_consume(queue, &options, &consumer);
	if (result < 0)
		return result;
	result = listen(
		tieline_object_session(tieline_queue_object(queue)), &heard);
	tieline_consumer_close(consumer);
	return result;
}

static int consume(void)
{
	return with_queue(do_consume);
}

static int do_subscribe(tieline_session *session)
{
	tieline_subscription_options options =
		tieline_subscription_options_default();
	struct heard heard = {0, 0};
	tieline_subscription *told, *pulled;
	tieline_topic *topic;
	tieline_item *item;
	int result = tieline_topic_open(session, "news", NULL, &topic);

	if (result == 0)
		result = tieline_topic_subscribe(topic, NULL, &pulled);
	if (result == 0)
		result = tieline_subscription_next(pulled, 40, &item);
	if (result < 0)
		return result;
	tieline_item_free(item);
	options.pattern = "a.*";
	options.group = "group";
	options.retained = true;
	options.max_messages = 3;
	options.on_message = on_message;
	options.on_end = on_end;
	options.arg = &heard;
	result = tieline_topic_subscribe_start(topic, &options, &told);
	return result < 0 ? result : listen(session, &heard);
}

static int subscribe(void)
{
	return with_session(do_subscribe);
}

/* ---- the loop --------------------------------------------------------- */

static bool is_told_of(int code)
{
	return code == TIELINE_ENOMEM || code == TIELINE_EOUTCOME ||
		code == TIELINE_ENOTSENT || code == TIELINE_ETIMEDOUT ||
		code == TIELINE_ESYSTEM;
}

static void fail_every_allocation(int (*scenario)(void), bool persistent)
{
	unsigned long n;
	int result = 0;

	/* The C library keeps things from the first time on. */
	assert_code(TIELINE_OK, scenario());
	for (n = 1; n < SITES_MAX; n++) {
		alloc_fail_from(n, persistent);
		result = scenario();
		if (alloc_count() < n)
			break;
		alloc_reset();
		if (result != 0 && !is_told_of(result))
			assert_code(TIELINE_ENOMEM, result);
		assert_code(TIELINE_OK, scenario());
	}
	alloc_reset();
	assert_in_range(n, 2, SITES_MAX - 1);
	assert_code(TIELINE_OK, result);
}

static void run_scenario(void **state)
{
	int (*scenario)(void) = (int (*)(void))(uintptr_t)*state;

	fail_every_allocation(scenario, false);
	fail_every_allocation(scenario, true);
}

#define scenario_test(function)                                                \
	{                                                                      \
#function, run_scenario, NULL, NULL,                           \
			(void *)(uintptr_t)(function)                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(just_open),
		scenario_test(put_items),
		scenario_test(get_items),
		scenario_test(put_and_get_values),
		scenario_test(call_methods),
		scenario_test(start_all),
		scenario_test(consume),
		scenario_test(subscribe),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
