/* SPDX-License-Identifier: MIT */
/* Sessions used where that is awkward: from within callbacks, while something
 * is asked of what is closed, without a connection, late, in a forked child. */
#include "fake.h"

#include <tieline/topic.h>

#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(bool is_right)
{
	if (!is_right)
		abort();
}

/* ---- closed while it is waited for ------------------------------------ */

struct closing {
	tieline_session *session;
	tieline_topic *topic;
	tieline_queue *queue;
	tieline_subscription *subscription;
	int called;
};

static void on_draining(void *arg, tieline_session *session,
	tieline_session_event event, const char *message)
{
	struct closing *closing = arg;

	(void)session;
	(void)message;
	if (event != TIELINE_SESSION_DRAINING)
		return;
	closing->called++;
	tieline_subscription_close(closing->subscription);
	tieline_topic_close(closing->topic);
	tieline_queue_close(closing->queue);
}

static void begin(struct fake *fake, struct closing *closing,
	void (*play)(struct fake *fake))
{
	tieline_session_options with = tieline_session_options_default();

	*closing = (struct closing){.called = 0};
	with.on_event = on_draining;
	with.on_event_arg = closing;
	fake_start(fake, play);
	closing->session = fake_session(fake, &with);
}

static void finish(struct fake *fake, struct closing *closing)
{
	assert_int_equal(closing->called, 1);
	tieline_session_close(closing->session);
	fake_stop(fake);
}

static void drain(struct fake *fake)
{
	fake_send(
		fake, &(struct tli_session_frame){.op = TLI_OP_DRAIN}, NULL, 0);
}

static void play_subscribing(struct fake *fake)
{
	fake_greet(fake);
	fake_open(fake);
	(void)fake_take(fake, TLI_OP_SUBSCRIBE);
	drain(fake);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_topic_closed_while_subscribing(void **state)
{
	tieline_subscription *subscription;
	struct closing closing;
	struct fake fake;

	(void)state;
	begin(&fake, &closing, play_subscribing);
	assert_code(TIELINE_OK,
		tieline_topic_open(
			closing.session, "news", NULL, &closing.topic));
	assert_code(TIELINE_ECANCELLED,
		tieline_topic_subscribe(closing.topic, NULL, &subscription));
	finish(&fake, &closing);
}

static void play_no_message(struct fake *fake)
{
	struct tli_session_frame subscribe, push;

	fake_greet(fake);
	fake_open(fake);
	subscribe = fake_take(fake, TLI_OP_SUBSCRIBE);
	push = (struct tli_session_frame){
		.op = TLI_OP_MESSAGE, .tag = subscribe.tag};
	fake_send(fake, &push, NULL, 0);
	(void)fake_take(fake, TLI_OP_CALL); /* it is being waited */
	drain(fake);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_subscription_closed_while_awaiting(void **state)
{
	struct closing closing;
	tieline_item *message;
	struct fake fake;

	(void)state;
	begin(&fake, &closing, play_no_message);
	assert_code(TIELINE_OK,
		tieline_topic_open(
			closing.session, "news", NULL, &closing.topic));
	assert_code(TIELINE_OK,
		tieline_topic_subscribe(
			closing.topic, NULL, &closing.subscription));
	assert_code(TIELINE_OK,
		tieline_object_call_start(
			tieline_session_broker(closing.session), "f", NULL,
			NULL, TIELINE_FOREVER, NULL, NULL, NULL));
	assert_code(TIELINE_ECANCELLED,
		tieline_subscription_next(
			closing.subscription, HANG_MS, &message));
	finish(&fake, &closing);
}

static void play_get_and_drain(struct fake *fake)
{
	struct tli_session_frame get, reply;

	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_GET);
	reply = (struct tli_session_frame){
		.op = TLI_OP_GET, .flags = TLI_FLAG_REPLY, .tag = get.tag};
	drain(fake);
	if (fake->arg)
		fake_send_item(fake, &reply, "text", 1, 3);
	else
		fake_send(fake, &reply, NULL, 0);
	fake_count_rest(fake, TLI_OP_PING);
}

/* Draining is told, and the queue closed, right before the call returns. */
static void test_queue_closed_while_getting(void **state)
{
	tieline_values *values = tieline_values_new(NULL);

	(void)state;
	for (uint64_t arg = 0; arg < 2; arg++) {
		struct closing closing;
		tieline_value *value;
		struct fake fake;
		int result;

		begin(&fake, &closing, play_get_and_drain);
		fake.arg = arg;
		assert_code(TIELINE_OK,
			tieline_queue_open(
				closing.session, "jobs", NULL, &closing.queue));
		result = tieline_queue_get_value(
			closing.queue, HANG_MS, values, &value);
		assert_true(result == TIELINE_OK ||
			result == TIELINE_EPROTOCOL ||
			result == TIELINE_ECANCELLED);
		while (closing.called == 0)
			assert_true(tieline_session_process(
					    closing.session, HANG_MS) > 0);
		finish(&fake, &closing);
	}
	tieline_values_free(values);
}

/* ---- from within a callback ------------------------------------------- */

struct inside {
	tieline_queue *queue;
	int items;
};

static tieline_verdict on_item_close_queue(void *arg, tieline_item *item)
{
	struct inside *inside = arg;
	tieline_object *object = tieline_queue_object(inside->queue);

	(void)item;
	inside->items++;
	assert_code(TIELINE_EINVAL,
		tieline_session_process(
			tieline_object_session(object), TIELINE_FOREVER));
	tieline_queue_close(inside->queue);
	return TIELINE_ACK;
}

/* The verdict goes out before the queue is closed. */
static void play_close_inside(struct fake *fake)
{
	struct tli_session_frame consume, push, ping;

	fake_greet(fake);
	fake_open(fake);
	consume = fake_take(fake, TLI_OP_CONSUME);
	push = (struct tli_session_frame){
		.op = TLI_OP_DELIVER, .tag = consume.tag};
	fake_send_item(fake, &push, "one", 1, 1);
	(void)fake_take(fake, TLI_OP_CANCEL);
	check(fake_take(fake, TLI_OP_ACK).argument == 1);
	ping = fake_take(fake, TLI_OP_PING);
	fake_return(fake, &consume, TLI_STATUS_CANCELLED, "('no',)");
	fake_reply(fake, &ping, 0, 0);
	(void)fake_take(fake, TLI_OP_CLOSE);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_queue_closed_in_its_consumer(void **state)
{
	tieline_consumer_options options = tieline_consumer_options_default();
	struct inside inside = {.items = 0};
	tieline_consumer *consumer;
	tieline_session *session;
	struct fake fake;

	(void)state;
	options.on_item = on_item_close_queue;
	options.arg = &inside;
	fake_start(&fake, play_close_inside);
	session = fake_session(&fake, NULL);
	assert_code(TIELINE_OK,
		tieline_queue_open(session, "jobs", NULL, &inside.queue));
	assert_code(TIELINE_OK,
		tieline_queue_consume(inside.queue, &options, &consumer));
	assert_int_equal(tieline_session_process(session, HANG_MS), 1);
	assert_int_equal(inside.items, 1);
	assert_code(TIELINE_OK, tieline_session_ping(session));
	tieline_session_close(session);
	fake_stop(&fake);
}

/* ---- without a connection --------------------------------------------- */

static tieline_verdict on_item(void *arg, tieline_item *item)
{
	(void)item;
	++*(int *)arg;
	return TIELINE_ACK;
}

static void play_items(struct fake *fake)
{
	struct tli_session_frame consume, push;

	consume = fake_take(fake, TLI_OP_CONSUME);
	push = (struct tli_session_frame){
		.op = TLI_OP_DELIVER, .tag = consume.tag};
	fake_send_item(fake, &push, "one", 1, 1);
	check(fake_take(fake, TLI_OP_ACK).argument == 1);
	fake_count_rest(fake, TLI_OP_PING);
}

static void consume(tieline_queue *queue, int *items)
{
	tieline_consumer_options options = tieline_consumer_options_default();
	tieline_consumer *consumer;

	options.on_item = on_item;
	options.arg = items;
	assert_code(
		TIELINE_OK, tieline_queue_consume(queue, &options, &consumer));
}

static void await_items(tieline_session *session, const int *items)
{
	while (*items == 0)
		assert_true(tieline_session_process(session, HANG_MS) > 0);
}

/* The first try fails: what is to be consumed waits for the second one. */
static void play_second_try(struct fake *fake)
{
	fake_accept(fake);
	(void)fake_take(fake, TLI_OP_HELLO);
	fake_hang_up(fake);
	fake_greet(fake);
	fake_open(fake);
	play_items(fake);
}

static void test_consuming_before_there_is_a_connection(void **state)
{
	tieline_options options = fake_options();
	tieline_session *session;
	tieline_queue *queue;
	struct fake fake;
	int items = 0;

	(void)state;
	fake_start(&fake, play_second_try);
	assert_code(TIELINE_OK,
		tieline_session_start(fake.address, &options, NULL, &session));
	assert_code(TIELINE_OK,
		tieline_queue_open_start(
			session, "jobs", NULL, NULL, NULL, &queue));
	consume(queue, &items);
	await_items(session, &items);
	tieline_session_close(session);
	fake_stop(&fake);
}

/* It was open: it is opened again, and then consumed, once. */
static void play_open_again(struct fake *fake)
{
	fake_greet(fake);
	fake_open(fake);
	(void)fake_take(fake, TLI_OP_PING);
	fake_hang_up(fake);
	fake_greet(fake);
	fake_open(fake);
	play_items(fake);
}

static void test_consuming_while_there_is_no_connection(void **state)
{
	tieline_session *session;
	tieline_queue *queue;
	struct fake fake;
	int items = 0;

	(void)state;
	fake_start(&fake, play_open_again);
	session = fake_session(&fake, NULL);
	assert_code(
		TIELINE_OK, tieline_queue_open(session, "jobs", NULL, &queue));
	assert_code(TIELINE_EOUTCOME, tieline_session_ping(session));
	assert_false(tieline_session_is_connected(session));
	consume(queue, &items);
	await_items(session, &items);
	tieline_session_close(session);
	fake_stop(&fake);
}

/* The opening is lost: then there is nothing to consume, which is told. */
static void play_lost_opening(struct fake *fake)
{
	struct tli_session_frame frame;

	fake_greet(fake);
	(void)fake_take(fake, TLI_OP_OPEN);
	(void)fake_take(fake, TLI_OP_CONSUME);
	fake_hang_up(fake);
	fake_greet(fake);
	frame = fake_take(fake, TLI_OP_CONSUME);
	fake_return(fake, &frame, TLI_STATUS_BAD_REQUEST,
		"('nothing is open under this handle',)");
	fake_count_rest(fake, TLI_OP_PING);
}

static void on_end(void *arg, int code, const char *message)
{
	(void)message;
	*(int *)arg = code;
}

static void test_consuming_what_was_never_opened(void **state)
{
	tieline_consumer_options options = tieline_consumer_options_default();
	tieline_consumer *consumer;
	tieline_session *session;
	tieline_queue *queue;
	struct fake fake;
	int code = 0;

	(void)state;
	options.on_item = on_item;
	options.on_end = on_end;
	options.arg = &code;
	fake_start(&fake, play_lost_opening);
	session = fake_session(&fake, NULL);
	assert_code(TIELINE_OK,
		tieline_queue_open_start(
			session, "jobs", NULL, NULL, NULL, &queue));
	assert_code(
		TIELINE_OK, tieline_queue_consume(queue, &options, &consumer));
	while (code == 0)
		assert_true(tieline_session_process(session, HANG_MS) > 0);
	assert_code(TIELINE_EINVAL, code);
	tieline_session_close(session);
	fake_stop(&fake);
}

/* It is there again, but is another kind: every use says so. */
static void play_other_kind(struct fake *fake)
{
	struct tli_session_frame frame;

	fake_greet(fake);
	fake_open(fake);
	(void)fake_take(fake, TLI_OP_PING);
	fake_hang_up(fake);
	fake_greet(fake);
	frame = fake_take(fake, TLI_OP_OPEN);
	fake_return(fake, &frame, TLI_STATUS_WRONG_KIND, "('it is a Lock',)");
	frame = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &frame, TLI_STATUS_BAD_REQUEST,
		"('nothing is open under this handle',)");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_another_kind_after_all(void **state)
{
	tieline_session *session;
	tieline_queue *queue;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_other_kind);
	session = fake_session(&fake, NULL);
	assert_code(
		TIELINE_OK, tieline_queue_open(session, "jobs", NULL, &queue));
	assert_code(TIELINE_EOUTCOME, tieline_session_ping(session));
	assert_code(TIELINE_EKIND, tieline_queue_empty(queue));
	assert_string_equal("it is a Lock",
		tieline_handle_error(tieline_session_handle(session)));
	tieline_session_close(session);
	fake_stop(&fake);
}

/* ---- late ------------------------------------------------------------- */

static void play_prompt(struct fake *fake)
{
	struct tli_session_frame call;

	fake_greet(fake);
	call = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &call, TLI_STATUS_OK, "1");
	fake_count_rest(fake, TLI_OP_PING);
}

static void on_code(void *arg, const tieline_result *result)
{
	*(int *)arg = result->code;
}

/* The answer came in time, and the program to look at it did not. */
static void test_a_program_that_is_late(void **state)
{
	tieline_session_options with = tieline_session_options_default();
	struct pollfd answer = {.events = POLLIN};
	tieline_session *session;
	tieline_handle *handle;
	struct fake fake;
	int code = 1;

	(void)state;
	with.answer_timeout_ms = 100;
	fake_start(&fake, play_prompt);
	session = fake_session(&fake, &with);
	handle = tieline_session_handle(session);
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_READ));
	answer.fd = tieline_handle_fileno(handle);
	assert_code(TIELINE_OK,
		tieline_object_call_start(tieline_session_broker(session), "f",
			NULL, NULL, 0, on_code, &code, NULL));
	assert_code(0, tieline_handle_process(handle));
	if (code == 1) /* it was not there at once */
		assert_int_equal(poll(&answer, 1, HANG_MS), 1);
	poll(NULL, 0, 150);
	assert_code(0, tieline_handle_process(handle));
	assert_code(TIELINE_OK, code);
	tieline_session_close(session);
	fake_stop(&fake);
}

/* ---- forked ----------------------------------------------------------- */

static void play_one_put(struct fake *fake)
{
	struct tli_session_frame put;

	fake_greet(fake);
	fake_open(fake);
	put = fake_take(fake, TLI_OP_PUT);
	fake_reply(fake, &put, 1, 0);
	check(fake_count_rest(fake, TLI_OP_PUT) == 0);
}

static bool is_refused_in_child(tieline_session *session, tieline_queue *queue,
	tieline_subscription *subscription)
{
	tieline_value *value;
	tieline_item *item;

	return tieline_queue_get(queue, 0, &item) == TIELINE_EFORKED &&
		tieline_queue_get_value(queue, 0, NULL, &value) ==
		TIELINE_EFORKED &&
		tieline_subscription_next(subscription, 0, &item) ==
		TIELINE_EFORKED &&
		tieline_session_ping(session) == TIELINE_EFORKED &&
		tieline_session_flush(session, 0) == TIELINE_EFORKED &&
		tieline_session_process(session, 0) == TIELINE_EFORKED &&
		tieline_session_cancel(session, 1) == TIELINE_EFORKED;
}

/* What the parent has started is the parent's to send. */
static void test_a_forked_child_sends_nothing(void **state)
{
	tieline_item item = tieline_item_text("once");
	tieline_subscription *subscription;
	tieline_session *session;
	tieline_queue *queue;
	struct fake fake;
	int status;
	pid_t child;

	(void)state;
	fake_start(&fake, play_one_put);
	session = fake_session(&fake, NULL);
	assert_code(
		TIELINE_OK, tieline_queue_open(session, "jobs", NULL, &queue));
	assert_code(TIELINE_OK,
		tieline_queue_put_start(
			queue, &item, 1, HANG_MS, NULL, NULL, NULL));
	assert_code(TIELINE_OK,
		tieline_topic_subscribe_start(
			(tieline_topic *)queue, NULL, &subscription));
	child = fork();
	if (child == 0) {
		bool is_right =
			is_refused_in_child(session, queue, subscription);

		tieline_subscription_close(subscription);
		tieline_queue_close(queue);
		tieline_session_close(session);
		_exit(is_right ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_code(TIELINE_OK, tieline_session_flush(session, HANG_MS));
	tieline_session_close(session);
	fake_stop(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(test_topic_closed_while_subscribing),
		leak_test(test_subscription_closed_while_awaiting),
		leak_test(test_queue_closed_while_getting),
		leak_test(test_queue_closed_in_its_consumer),
		leak_test(test_consuming_before_there_is_a_connection),
		leak_test(test_consuming_while_there_is_no_connection),
		leak_test(test_consuming_what_was_never_opened),
		leak_test(test_another_kind_after_all),
		leak_test(test_a_program_that_is_late),
		leak_test(test_a_forked_child_sends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
