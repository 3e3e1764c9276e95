/* SPDX-License-Identifier: MIT */
/* A broker that does not keep to the rules: the connection is given up, with a
 * text that says why, and nothing grows without bound. */
#include "fake.h"

#include "../../proto/item.h"

#include <tieline/topic.h>

#include <stdio.h>
#include <stdlib.h>

/* What the session told last of the connection. */
struct told {
	bool is_lost;
	char why[250];
};

static void on_event(void *arg, tieline_session *session,
	tieline_session_event event, const char *message)
{
	struct told *told = arg;

	(void)session;
	if (event != TIELINE_SESSION_LOST)
		return;
	told->is_lost = true;
	snprintf(told->why, sizeof(told->why), "%s", message);
}

static tieline_session *begin(struct fake *fake, struct told *told,
	void (*play)(struct fake *fake), uint64_t arg)
{
	tieline_session_options with = tieline_session_options_default();

	*told = (struct told){.is_lost = false};
	with.on_event = on_event;
	with.on_event_arg = told;
	with.no_reconnect = true;
	fake_start(fake, play);
	fake->arg = arg;
	return fake_session(fake, &with);
}

static void expect_loss(
	tieline_session *session, const struct told *told, const char *text)
{
	while (!told->is_lost)
		assert_true(tieline_session_process(session, HANG_MS) > 0);
	assert_non_null(strstr(told->why, text));
}

static void finish(struct fake *fake, tieline_session *session)
{
	tieline_session_close(session);
	fake_stop(fake);
}

/* ---- replies ---------------------------------------------------------- */

/* It is told, and not yet gone, when it comes again. */
static void on_done_ping(void *arg, const tieline_result *result)
{
	assert_code(TIELINE_OK, result->code);
	assert_code(TIELINE_EOUTCOME, tieline_session_ping(arg));
}

static void play_twice(struct fake *fake)
{
	struct tli_session_frame call;

	fake_greet(fake);
	call = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &call, TLI_STATUS_OK, "1");
	(void)fake_take(fake, TLI_OP_PING);
	fake_return(fake, &call, TLI_STATUS_OK, "2");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_answers_come_once(void **state)
{
	tieline_session *session;
	struct fake fake;
	struct told told;

	(void)state;
	session = begin(&fake, &told, play_twice, 0);
	assert_code(TIELINE_OK,
		tieline_object_call_start(tieline_session_broker(session), "f",
			NULL, NULL, HANG_MS, on_done_ping, session, NULL));
	expect_loss(session, &told, "answered twice");
	finish(&fake, session);
}

static void play_other_answer(struct fake *fake)
{
	struct tli_session_frame ping;

	fake_greet(fake);
	ping = fake_take(fake, TLI_OP_PING);
	ping.op = (uint8_t)fake->arg;
	fake_reply(fake, &ping, 0, 0);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_answers_to_something_else(void **state)
{
	tieline_session *session;
	struct fake fake;
	struct told told;

	(void)state;
	session = begin(&fake, &told, play_other_answer, TLI_OP_GET);
	assert_code(TIELINE_EOUTCOME, tieline_session_ping(session));
	expect_loss(session, &told, "another operation");
	finish(&fake, session);
}

/* Answers to what nobody asked are nobody's. */
static void play_strays(struct fake *fake)
{
	struct tli_session_frame ping;

	fake_greet(fake);
	ping = fake_take(fake, TLI_OP_PING);
	for (uint32_t i = 1; i < 2000; i++) {
		struct tli_session_frame stray = {.op = TLI_OP_GET,
			.flags = TLI_FLAG_REPLY,
			.tag = ping.tag + i};

		fake_send_item(fake, &stray, "stray", 1, i);
		stray.flags = 0;
		fake_send_item(fake, &stray, "stray", 1, i);
	}
	fake_reply(fake, &ping, 0, 0);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_strays(void **state)
{
	tieline_session *session;
	struct fake fake;
	struct told told;

	(void)state;
	session = begin(&fake, &told, play_strays, 0);
	assert_code(TIELINE_OK, tieline_session_ping(session));
	finish(&fake, session);
}

/* ---- streams ---------------------------------------------------------- */

static void play_too_many(struct fake *fake)
{
	struct tli_session_frame subscribe, push;

	fake_greet(fake);
	fake_open(fake);
	subscribe = fake_take(fake, TLI_OP_SUBSCRIBE);
	push = (struct tli_session_frame){
		.op = TLI_OP_MESSAGE, .tag = subscribe.tag};
	fake_send(fake, &push, NULL, 0);
	for (uint64_t i = 0; i < fake->arg; i++)
		fake_send_item(fake, &push, "flood", 1, 0);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_more_than_there_is_credit_for(void **state)
{
	tieline_subscription_options options =
		tieline_subscription_options_default();
	tieline_subscription *subscription;
	tieline_session *session;
	tieline_item *message;
	tieline_topic *topic;
	struct fake fake;
	struct told told;

	(void)state;
	options.prefetch = 3;
	session = begin(&fake, &told, play_too_many, 4);
	assert_code(
		TIELINE_OK, tieline_topic_open(session, "news", NULL, &topic));
	assert_code(TIELINE_OK,
		tieline_topic_subscribe_start(topic, &options, &subscription));
	expect_loss(session, &told, "credit");
	for (int i = 0; i < 3; i++) {
		assert_code(TIELINE_OK,
			tieline_subscription_next(subscription, 0, &message));
		tieline_item_free(message);
	}
	assert_code(TIELINE_EPROTOCOL,
		tieline_subscription_next(subscription, 0, &message));
	finish(&fake, session);
}

/* How it ended is more than may come: it has ended all the same. */
static void play_long_end(struct fake *fake)
{
	static uint8_t payload[3 * TLI_SESSION_PAYLOAD_MAX];
	struct tli_session_frame subscribe, reply;

	fake_greet(fake);
	fake_open(fake);
	subscribe = fake_take(fake, TLI_OP_SUBSCRIBE);
	reply = (struct tli_session_frame){.op = TLI_OP_SUBSCRIBE,
		.flags = TLI_FLAG_REPLY,
		.status = TLI_STATUS_DELETED,
		.tag = subscribe.tag};
	fake_send(fake, &reply, payload, sizeof(payload));
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_an_end_too_long(void **state)
{
	tieline_options options = fake_options();
	tieline_subscription *subscription;
	tieline_session *session;
	tieline_topic *topic;
	struct fake fake;

	(void)state;
	options.max_message_bytes = 1000;
	fake_start(&fake, play_long_end);
	assert_code(TIELINE_OK,
		tieline_session_open(fake.address, &options, NULL, &session));
	assert_code(
		TIELINE_OK, tieline_topic_open(session, "news", NULL, &topic));
	assert_code(TIELINE_EMSGSIZE,
		tieline_topic_subscribe(topic, NULL, &subscription));
	finish(&fake, session);
}

/* Its items go back, and back, and nobody reads that. */
static void play_deaf(struct fake *fake)
{
	static uint8_t payload[2048 * TLI_RECORD_BYTES];
	struct tli_record record = {.format = TLI_FORMAT_BYTES, .lease = 7};
	struct tli_session_frame consume, push;

	fake_greet(fake);
	fake_open(fake);
	consume = fake_take(fake, TLI_OP_CONSUME);
	push = (struct tli_session_frame){
		.op = TLI_OP_DELIVER, .tag = consume.tag};
	(void)fake_take(fake, TLI_OP_CANCEL);
	for (size_t i = 0; i < sizeof(payload); i += TLI_RECORD_BYTES)
		tli_record_put(payload + i, &record);
	for (uint64_t i = 0; i < fake->arg; i++)
		fake_send(fake, &push, payload, sizeof(payload));
	fake_count_rest(fake, TLI_OP_PING);
}

static tieline_verdict on_item(void *arg, tieline_item *item)
{
	(void)arg;
	(void)item;
	return TIELINE_ACK;
}

static void test_notes_have_a_limit(void **state)
{
	tieline_consumer_options options = tieline_consumer_options_default();
	tieline_consumer *consumer;
	tieline_session *session;
	tieline_queue *queue;
	struct fake fake;
	struct told told;

	(void)state;
	options.on_item = on_item;
	session = begin(&fake, &told, play_deaf, 1400);
	assert_code(
		TIELINE_OK, tieline_queue_open(session, "jobs", NULL, &queue));
	assert_code(
		TIELINE_OK, tieline_queue_consume(queue, &options, &consumer));
	assert_int_equal(tieline_session_process(session, 0), 0);
	tieline_consumer_close(consumer);
	expect_loss(session, &told, "does not read");
	finish(&fake, session);
}

/* ---- no answer -------------------------------------------------------- */

static void play_mute(struct fake *fake)
{
	fake_greet(fake);
	fake_count_rest(fake, TLI_OP_PING);
}

/* What was given up counts as long as the broker may still answer it. */
static void test_what_is_owed_has_a_limit(void **state)
{
	tieline_session_options with = tieline_session_options_default();
	tieline_session *session;
	struct fake fake;

	(void)state;
	with.answer_timeout_ms = 20;
	with.max_requests = 3;
	fake_start(&fake, play_mute);
	session = fake_session(&fake, &with);
	for (int i = 0; i < 3; i++)
		assert_code(TIELINE_EOUTCOME, tieline_session_ping(session));
	assert_code(TIELINE_EBUSY,
		tieline_object_call_start(tieline_session_broker(session), "f",
			NULL, NULL, 0, NULL, NULL, NULL));
	assert_code(TIELINE_ENOTSENT, tieline_session_ping(session));
	finish(&fake, session);
}

static void on_code(void *arg, const tieline_result *result)
{
	*(int *)arg = result->code;
}

/* Withdrawing is a request too, whose answer is not waited for forever. */
static void test_withdrawn_without_an_answer(void **state)
{
	tieline_session_options with = tieline_session_options_default();
	tieline_request request;
	tieline_session *session;
	struct fake fake;
	int code = 1;

	(void)state;
	with.answer_timeout_ms = 20;
	fake_start(&fake, play_mute);
	session = fake_session(&fake, &with);
	assert_code(TIELINE_OK,
		tieline_object_call_start(tieline_session_broker(session), "f",
			NULL, NULL, TIELINE_FOREVER, on_code, &code, &request));
	assert_int_equal(tieline_session_process(session, 0), 0);
	assert_int_equal(tieline_session_cancel(session, request), 1);
	assert_int_equal(tieline_session_process(session, HANG_MS), 1);
	assert_code(TIELINE_EOUTCOME, code);
	finish(&fake, session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(test_answers_come_once),
		leak_test(test_answers_to_something_else),
		leak_test(test_strays),
		leak_test(test_more_than_there_is_credit_for),
		leak_test(test_an_end_too_long),
		leak_test(test_notes_have_a_limit),
		leak_test(test_what_is_owed_has_a_limit),
		leak_test(test_withdrawn_without_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
