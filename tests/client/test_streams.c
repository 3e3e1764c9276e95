/* SPDX-License-Identifier: MIT */
/* Consumers and subscriptions: credit, verdicts, losses, and how they end and
 * go on. */
#include "fake.h"

#include <tieline/topic.h>

#include <stdio.h>
#include <stdlib.h>

static void check(bool is_right)
{
	if (!is_right)
		abort();
}

static struct tli_session_frame push_for(
	const struct tli_session_frame *request, uint8_t op)
{
	return (struct tli_session_frame){
		.op = op, .tag = request->tag, .handle = request->handle};
}

static void deliver(struct fake *fake, const struct tli_session_frame *consume,
	const char *text, uint64_t lease)
{
	struct tli_session_frame push = push_for(consume, TLI_OP_DELIVER);

	fake_send_item(fake, &push, text, 1, lease);
}

static void take_note(struct fake *fake, unsigned op, uint64_t argument)
{
	struct tli_session_frame note = fake_take(fake, op);

	check(note.argument == argument && (note.flags & TLI_FLAG_QUIET));
}

/* ---- consumers -------------------------------------------------------- */

struct seen {
	tieline_session *session;
	tieline_consumer *consumer;
	int items, ends, code;
	bool is_draining;
	char last[20];
	char text[200];
};

static tieline_verdict on_item(void *arg, tieline_item *item)
{
	struct seen *seen = arg;

	seen->items++;
	snprintf(
		seen->last, sizeof(seen->last), "%s", (const char *)item->data);
	if (strcmp(item->data, "bad") == 0)
		return TIELINE_NACK;
	return strcmp(item->data, "later") == 0 ? TIELINE_LEAVE : TIELINE_ACK;
}

static void on_end(void *arg, int code, const char *message)
{
	struct seen *seen = arg;

	seen->ends++;
	seen->code = code;
	snprintf(seen->text, sizeof(seen->text), "%s", message);
}

static void on_event(void *arg, tieline_session *session,
	tieline_session_event event, const char *message)
{
	(void)session;
	(void)message;
	*(bool *)arg = event == TIELINE_SESSION_DRAINING;
}

static void begin(struct fake *fake, struct seen *seen,
	void (*play)(struct fake *fake), tieline_item_callback callback)
{
	tieline_consumer_options options = tieline_consumer_options_default();
	tieline_session_options with = tieline_session_options_default();
	tieline_queue *queue;

	*seen = (struct seen){.items = 0};
	options.prefetch = 4;
	options.lease_ms = 900;
	options.on_item = callback;
	options.on_end = on_end;
	options.arg = seen;
	with.on_event = on_event;
	with.on_event_arg = &seen->is_draining;
	fake_start(fake, play);
	seen->session = fake_session(fake, &with);
	assert_code(TIELINE_OK,
		tieline_queue_open(seen->session, "jobs", NULL, &queue));
	assert_code(TIELINE_OK,
		tieline_queue_consume(queue, &options, &seen->consumer));
}

static void await_items(struct seen *seen, int count)
{
	while (seen->items < count)
		assert_true(
			tieline_session_process(seen->session, HANG_MS) > 0);
}

static void await_end(struct seen *seen)
{
	while (seen->ends == 0)
		assert_true(
			tieline_session_process(seen->session, HANG_MS) > 0);
}

static void finish(struct fake *fake, struct seen *seen)
{
	tieline_session_close(seen->session);
	fake_stop(fake);
}

static void play_verdicts(struct fake *fake)
{
	struct tli_session_frame consume, credit;

	fake_greet(fake);
	fake_open(fake);
	consume = fake_take(fake, TLI_OP_CONSUME);
	check(consume.count == 4 && consume.lease_ms == 900);
	deliver(fake, &consume, "good", 1);
	take_note(fake, TLI_OP_ACK, 1);
	deliver(fake, &consume, "bad", 2);
	take_note(fake, TLI_OP_NACK, 2);
	credit = fake_take(fake, TLI_OP_CREDIT);
	check(credit.count == 2 && credit.argument == consume.tag);
	deliver(fake, &consume, "later", 3);
	deliver(fake, &consume, "good", 4);
	take_note(fake, TLI_OP_ACK, 4);
	(void)fake_take(fake, TLI_OP_CREDIT);
	fake_return(fake, &consume, TLI_STATUS_SHUT_DOWN, "('shut down',)");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_verdicts_and_credit(void **state)
{
	struct fake fake;
	struct seen seen;

	(void)state;
	begin(&fake, &seen, play_verdicts, on_item);
	await_items(&seen, 4);
	await_end(&seen);
	assert_code(TIELINE_ESHUTDOWN, seen.code);
	assert_string_equal(seen.text, "shut down");
	tieline_consumer_close(seen.consumer);
	finish(&fake, &seen);
}

/* What was delivered and not told goes back, also what comes late. */
static tieline_verdict on_item_close(void *arg, tieline_item *item)
{
	struct seen *seen = arg;

	(void)item;
	seen->items++;
	tieline_consumer_close(seen->consumer);
	return TIELINE_ACK;
}

static void play_close(struct fake *fake)
{
	struct tli_session_frame consume, push, frame;
	unsigned acknowledged = 0, returned = 0;

	fake_greet(fake);
	fake_open(fake);
	consume = fake_take(fake, TLI_OP_CONSUME);
	push = push_for(&consume, TLI_OP_DELIVER);
	fake_send_item(fake, &push, "one", 1, 1);
	fake_send_item(fake, &push, "two", 1, 2);
	frame = fake_take(fake, TLI_OP_CANCEL);
	check(frame.argument == consume.tag);
	fake_send_item(fake, &push, "three", 1, 4);
	fake_return(fake, &consume, TLI_STATUS_CANCELLED, "('cancelled',)");
	while (acknowledged + returned < 7) {
		frame = fake_take_any(fake);
		check(frame.op == TLI_OP_ACK || frame.op == TLI_OP_NACK);
		*(frame.op == TLI_OP_ACK ? &acknowledged : &returned) +=
			(unsigned)frame.argument;
	}
	check(acknowledged == 1 && returned == 6);
	fake_send(
		fake, &(struct tli_session_frame){.op = TLI_OP_DRAIN}, NULL, 0);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_close_in_the_callback(void **state)
{
	struct fake fake;
	struct seen seen;

	(void)state;
	begin(&fake, &seen, play_close, on_item_close);
	while (!seen.is_draining)
		assert_true(tieline_session_process(seen.session, HANG_MS) > 0);
	assert_int_equal(seen.items, 1);
	assert_int_equal(seen.ends, 0);
	finish(&fake, &seen);
}

static void play_consumer_loss(struct fake *fake)
{
	struct tli_session_frame consume;

	fake_greet(fake);
	fake_open(fake);
	consume = fake_take(fake, TLI_OP_CONSUME);
	deliver(fake, &consume, "before", 1);
	take_note(fake, TLI_OP_ACK, 1);
	fake_hang_up(fake);
	fake_greet(fake);
	fake_open(fake);
	consume = fake_take(fake, TLI_OP_CONSUME);
	check(consume.count == 4);
	deliver(fake, &consume, "after", 2);
	take_note(fake, TLI_OP_ACK, 2);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_a_consumer_goes_on(void **state)
{
	struct fake fake;
	struct seen seen;

	(void)state;
	begin(&fake, &seen, play_consumer_loss, on_item);
	await_items(&seen, 2);
	assert_string_equal(seen.last, "after");
	tieline_consumer_close(seen.consumer);
	finish(&fake, &seen);
}

static void play_too_long(struct fake *fake)
{
	struct tli_session_frame consume, push;
	char *text = calloc(1, 2 * TLI_SESSION_PAYLOAD_MAX + 1);

	check(text != NULL);
	memset(text, 'x', 2 * TLI_SESSION_PAYLOAD_MAX);
	fake_greet(fake);
	fake_open(fake);
	consume = fake_take(fake, TLI_OP_CONSUME);
	push = push_for(&consume, TLI_OP_DELIVER);
	fake_send_item(fake, &push, text, 1, 1);
	free(text);
	(void)fake_take(fake, TLI_OP_CANCEL);
	take_note(fake, TLI_OP_NACK, 1);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_an_item_too_long_ends_it(void **state)
{
	tieline_options options = fake_options();
	tieline_consumer_options with = tieline_consumer_options_default();
	struct seen seen = {.items = 0};
	tieline_queue *queue;
	struct fake fake;

	(void)state;
	options.max_message_bytes = 1000;
	with.on_item = on_item;
	with.on_end = on_end;
	with.arg = &seen;
	fake_start(&fake, play_too_long);
	assert_code(TIELINE_OK,
		tieline_session_open(
			fake.address, &options, NULL, &seen.session));
	assert_code(TIELINE_OK,
		tieline_queue_open(seen.session, "jobs", NULL, &queue));
	assert_code(TIELINE_OK,
		tieline_queue_consume(queue, &with, &seen.consumer));
	await_end(&seen);
	assert_code(TIELINE_EMSGSIZE, seen.code);
	finish(&fake, &seen);
}

static void test_consuming_needs_a_callback(void **state)
{
	tieline_consumer_options none = tieline_consumer_options_default();
	tieline_consumer *consumer;
	tieline_queue *queue;
	struct fake fake;
	struct seen seen;

	(void)state;
	begin(&fake, &seen, play_consumer_loss, on_item);
	assert_code(TIELINE_OK,
		tieline_queue_open_start(
			seen.session, "two", NULL, NULL, NULL, &queue));
	assert_code(
		TIELINE_EINVAL, tieline_queue_consume(queue, &none, &consumer));
	assert_code(
		TIELINE_EINVAL, tieline_queue_consume(queue, NULL, &consumer));
	/* What was started and not sent is not, as it is closed. */
	tieline_queue_close(queue);
	await_items(&seen, 2);
	finish(&fake, &seen);
}

/* ---- subscriptions ---------------------------------------------------- */

static void publish(
	struct fake *fake, const struct tli_session_frame *to, const char *text)
{
	struct tli_session_frame push = push_for(to, TLI_OP_MESSAGE);

	fake_send_item(fake, &push, text, 1, 0);
}

static struct tli_session_frame begin_topic(struct fake *fake)
{
	struct tli_session_frame subscribe, push;

	fake_greet(fake);
	fake_open(fake);
	subscribe = fake_take(fake, TLI_OP_SUBSCRIBE);
	push = push_for(&subscribe, TLI_OP_MESSAGE);
	fake_send(fake, &push, NULL, 0); /* it has begun */
	return subscribe;
}

static void lose(struct fake *fake, const struct tli_session_frame *subscribe,
	uint32_t messages, uint64_t bytes)
{
	struct tli_session_frame push = push_for(subscribe, TLI_OP_LOST);

	push.count = messages;
	push.argument = bytes;
	fake_send(fake, &push, NULL, 0);
}

static void play_topic(struct fake *fake)
{
	struct tli_session_frame subscribe = begin_topic(fake);

	check(subscribe.count == 2);
	publish(fake, &subscribe, "one");
	lose(fake, &subscribe, 3, 300);
	lose(fake, &subscribe, 1, 10);
	publish(fake, &subscribe, "two");
	for (int i = 0; i < 2; i++)
		check(fake_take(fake, TLI_OP_CREDIT).count == 1);
	fake_hang_up(fake);
	subscribe = begin_topic(fake);
	publish(fake, &subscribe, "three");
	(void)fake_take(fake, TLI_OP_CREDIT);
	fake_return(fake, &subscribe, TLI_STATUS_CUT_OFF, "('behind',)");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_pulling(void **state)
{
	tieline_subscription_options options =
		tieline_subscription_options_default();
	tieline_subscription *subscription;
	tieline_session *session;
	tieline_handle *handle;
	tieline_topic *topic;
	tieline_item *message;
	struct fake fake;
	int ready;

	(void)state;
	options.prefetch = 2;
	options.pattern = "a.*";
	fake_start(&fake, play_topic);
	session = fake_session(&fake, NULL);
	handle = tieline_session_handle(session);
	assert_code(
		TIELINE_OK, tieline_topic_open(session, "news", NULL, &topic));
	assert_code(TIELINE_OK,
		tieline_topic_subscribe(topic, &options, &subscription));
	assert_int_equal(tieline_wait(&handle, 1, HANG_MS, &ready), 1);
	assert_code(TIELINE_OK,
		tieline_subscription_next(subscription, HANG_MS, &message));
	assert_string_equal(message->data, "one");
	assert_int_equal(message->lost_messages, 0);
	tieline_item_free(message);
	assert_code(TIELINE_OK,
		tieline_subscription_next(subscription, HANG_MS, &message));
	assert_string_equal(message->data, "two");
	assert_int_equal(message->lost_messages, 4);
	assert_int_equal(message->lost_bytes, 310);
	tieline_item_free(message);
	assert_code(TIELINE_OK,
		tieline_subscription_next(subscription, HANG_MS, &message));
	assert_string_equal(message->data, "three");
	assert_true(message->lost_messages == TIELINE_LOST_UNKNOWN);
	tieline_item_free(message);
	assert_code(TIELINE_ECUTOFF,
		tieline_subscription_next(subscription, HANG_MS, &message));
	assert_code(TIELINE_ECUTOFF,
		tieline_subscription_next(subscription, HANG_MS, &message));
	tieline_subscription_close(subscription);
	tieline_session_close(session);
	fake_stop(&fake);
}

struct heard {
	int messages, losses, ends;
	uint64_t lost;
};

static void on_message(void *arg, tieline_item *message)
{
	struct heard *heard = arg;

	(void)message;
	heard->messages++;
}

static void on_loss(void *arg, uint64_t messages, uint64_t bytes)
{
	struct heard *heard = arg;

	(void)bytes;
	heard->losses++;
	heard->lost = messages;
}

static void on_heard_end(void *arg, int code, const char *message)
{
	(void)code;
	(void)message;
	((struct heard *)arg)->ends++;
}

static void play_losses(struct fake *fake)
{
	struct tli_session_frame subscribe = begin_topic(fake);

	publish(fake, &subscribe, "one");
	lose(fake, &subscribe, 3, 300);
	fake_return(fake, &subscribe, TLI_STATUS_DELETED, "('gone',)");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_callbacks_of_subscriptions(void **state)
{
	tieline_subscription_options options =
		tieline_subscription_options_default();
	struct heard heard = {0};
	tieline_subscription *subscription;
	tieline_session *session;
	tieline_topic *topic;
	tieline_item *message;
	struct fake fake;

	(void)state;
	options.on_message = on_message;
	options.on_loss = on_loss;
	options.on_end = on_heard_end;
	options.arg = &heard;
	fake_start(&fake, play_losses);
	session = fake_session(&fake, NULL);
	assert_code(
		TIELINE_OK, tieline_topic_open(session, "news", NULL, &topic));
	assert_code(TIELINE_OK,
		tieline_topic_subscribe_start(topic, &options, &subscription));
	assert_code(TIELINE_EINVAL,
		tieline_subscription_next(subscription, 0, &message));
	while (heard.ends == 0)
		assert_true(tieline_session_process(session, HANG_MS) > 0);
	assert_int_equal(heard.messages, 1);
	assert_int_equal(heard.losses, 1);
	assert_int_equal(heard.lost, 3);
	tieline_session_close(session);
	fake_stop(&fake);
}

static void play_refused(struct fake *fake)
{
	struct tli_session_frame subscribe;

	fake_greet(fake);
	fake_open(fake);
	subscribe = fake_take(fake, TLI_OP_SUBSCRIBE);
	fake_return(fake, &subscribe, TLI_STATUS_VALUE_ERROR,
		"('a pattern has no empty words',)");
	subscribe = fake_take(fake, TLI_OP_PUBLISH);
	fake_reply(fake, &subscribe, 5, 0);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_what_cannot_be_subscribed_to(void **state)
{
	tieline_subscription_options options =
		tieline_subscription_options_default();
	tieline_item message = tieline_item_text("hello");
	tieline_subscription *subscription;
	struct heard heard = {0};
	tieline_session *session;
	tieline_topic *topic;
	struct fake fake;
	const char *class;
	uint64_t deliveries;

	(void)state;
	options.pattern = "a..b";
	options.on_message = on_message;
	options.on_end = on_heard_end;
	options.arg = &heard;
	fake_start(&fake, play_refused);
	session = fake_session(&fake, NULL);
	assert_code(
		TIELINE_OK, tieline_topic_open(session, "news", NULL, &topic));
	assert_code(TIELINE_ERAISED,
		tieline_topic_subscribe(topic, &options, &subscription));
	assert_int_equal(
		tieline_session_exception(session, &class, NULL, NULL), 1);
	assert_string_equal(class, "ValueError");
	options.overflow = (tieline_overflow)7;
	assert_code(TIELINE_EINVAL,
		tieline_topic_subscribe(topic, &options, &subscription));
	assert_code(TIELINE_OK,
		tieline_topic_publish(topic, "a.b", &message, &deliveries));
	assert_int_equal(deliveries, 5);
	assert_int_equal(heard.ends, 0);
	tieline_session_close(session);
	fake_stop(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(test_verdicts_and_credit),
		leak_test(test_close_in_the_callback),
		leak_test(test_a_consumer_goes_on),
		leak_test(test_an_item_too_long_ends_it),
		leak_test(test_consuming_needs_a_callback),
		leak_test(test_pulling),
		leak_test(test_callbacks_of_subscriptions),
		leak_test(test_what_cannot_be_subscribed_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
