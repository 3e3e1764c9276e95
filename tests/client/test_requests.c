/* SPDX-License-Identifier: MIT */
/* What is asked in sessions: completions, withdrawing, limits, and answers that
 * come late or never. */
#include "fake.h"

#include <tieline/queue.h>

#include <stdio.h>
#include <stdlib.h>

struct done {
	int count;
	int code;
	uint64_t token;
	tieline_request request;
	char text[200];
	tieline_session *session; /* for callbacks that call */
};

static void on_done(void *arg, const tieline_result *result)
{
	struct done *done = arg;
	const char *text = result->value
		? tieline_value_get_str(result->value, NULL)
		: NULL;

	done->count++;
	done->code = result->code;
	done->token = result->token;
	done->request = result->request;
	snprintf(done->text, sizeof(done->text), "%s",
		text ? text : result->message);
}

static void await(tieline_session *session, struct done *done, int count)
{
	while (done->count < count)
		assert_true(tieline_session_process(session, HANG_MS) > 0);
}

static int start_call(
	tieline_object *object, const char *method, struct done *done)
{
	tieline_request request;
	int result = tieline_object_call_start(object, method, NULL, NULL,
		TIELINE_FOREVER, on_done, done, &request);

	return result < 0 ? result : 0;
}

/* ---- in any order ----------------------------------------------------- */

static void play_out_of_order(struct fake *fake)
{
	struct tli_session_frame first, second;

	fake_greet(fake);
	first = fake_take(fake, TLI_OP_CALL);
	second = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &second, TLI_STATUS_OK, "'second'");
	fake_return(fake, &first, TLI_STATUS_OK, "'first'");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_answers_in_any_order(void **state)
{
	struct done one = {0}, two = {0};
	tieline_session *session;
	tieline_object *broker;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_out_of_order);
	session = fake_session(&fake, NULL);
	broker = tieline_session_broker(session);
	assert_code(TIELINE_OK, start_call(broker, "one", &one));
	assert_code(TIELINE_OK, start_call(broker, "two", &two));
	assert_int_equal(one.count + two.count, 0);
	assert_code(TIELINE_OK, tieline_session_flush(session, HANG_MS));
	assert_int_equal(one.count, 1);
	assert_int_equal(two.count, 1);
	assert_string_equal(one.text, "first");
	assert_string_equal(two.text, "second");
	tieline_session_close(session);
	fake_stop(&fake);
}

/* ---- callbacks that call ---------------------------------------------- */

static void play_three(struct fake *fake)
{
	struct tli_session_frame frame;

	fake_greet(fake);
	for (int i = 0; i < 3; i++) {
		frame = fake_take(fake, TLI_OP_CALL);
		fake_return(fake, &frame, TLI_STATUS_OK, "'ok'");
	}
	fake_count_rest(fake, TLI_OP_PING);
}

/* While a callback runs no other is called: the second waits for the first. */
static void on_done_call(void *arg, const tieline_result *result)
{
	/* It is told when this has returned. */
	static struct done other;
	struct done *done = arg;

	other = (struct done){0};
	on_done(arg, result);
	assert_code(TIELINE_OK,
		start_call(tieline_session_broker(done->session), "other",
			&other));
	assert_code(TIELINE_OK,
		tieline_object_call(tieline_session_broker(done->session),
			"nested", NULL, NULL, HANG_MS, NULL, NULL));
	assert_int_equal(other.count, 0);
	assert_code(TIELINE_OK, tieline_session_flush(done->session, HANG_MS));
	assert_int_equal(other.count, 0);
}

static void test_a_callback_can_block(void **state)
{
	struct done done = {0};
	struct fake fake;

	(void)state;
	fake_start(&fake, play_three);
	done.session = fake_session(&fake, NULL);
	assert_code(TIELINE_OK,
		tieline_object_call_start(tieline_session_broker(done.session),
			"first", NULL, NULL, TIELINE_FOREVER, on_done_call,
			&done, NULL));
	await(done.session, &done, 1);
	tieline_session_close(done.session);
	fake_stop(&fake);
}

/* ---- withdrawing ------------------------------------------------------ */

static void play_cancel(struct fake *fake)
{
	struct tli_session_frame call, cancel;

	fake_greet(fake);
	call = fake_take(fake, TLI_OP_CALL);
	fake_send(
		fake, &(struct tli_session_frame){.op = TLI_OP_DRAIN}, NULL, 0);
	cancel = fake_take(fake, TLI_OP_CANCEL);
	if (cancel.argument != call.tag)
		abort();
	fake_return(fake, &call, TLI_STATUS_CANCELLED, "('cancelled',)");
	fake_count_rest(fake, TLI_OP_PING);
}

static void on_event(void *arg, tieline_session *session,
	tieline_session_event event, const char *message)
{
	(void)session;
	(void)event;
	(void)message;
	++*(int *)arg;
}

static void test_cancel(void **state)
{
	tieline_session_options with = tieline_session_options_default();
	struct done done = {0};
	tieline_session *session;
	tieline_request request;
	struct fake fake;
	int events = 0;

	(void)state;
	with.on_event = on_event;
	with.on_event_arg = &events;
	fake_start(&fake, play_cancel);
	session = fake_session(&fake, &with);
	assert_code(TIELINE_OK,
		tieline_object_call_start(tieline_session_broker(session),
			"wait", NULL, NULL, TIELINE_FOREVER, on_done, &done,
			&request));
	/* It has reached the broker, which says something. */
	while (events == 0)
		assert_true(tieline_session_process(session, HANG_MS) > 0);
	assert_int_equal(tieline_session_cancel(session, request), 1);
	await(session, &done, 1);
	assert_code(TIELINE_ECANCELLED, done.code);
	assert_true(done.request == request);
	assert_int_equal(tieline_session_cancel(session, request), 0);
	assert_int_equal(tieline_session_cancel(session, 12345), 0);
	tieline_session_close(session);
	fake_stop(&fake);
}

static void play_nothing(struct fake *fake)
{
	fake_greet(fake);
	if (fake_count_rest(fake, TLI_OP_CALL) != 0)
		abort();
}

static void test_cancel_what_was_not_sent(void **state)
{
	struct done done = {0};
	tieline_session *session;
	tieline_request request;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_nothing);
	session = fake_session(&fake, NULL);
	assert_code(TIELINE_OK,
		tieline_object_call_start(tieline_session_broker(session),
			"wait", NULL, NULL, TIELINE_FOREVER, on_done, &done,
			&request));
	assert_int_equal(tieline_session_cancel(session, request), 1);
	assert_int_equal(done.count, 0);
	await(session, &done, 1);
	assert_code(TIELINE_ECANCELLED, done.code);
	tieline_session_close(session);
	fake_stop(&fake);
}

/* ---- time ------------------------------------------------------------- */

static void play_withdrawn(struct fake *fake)
{
	struct tli_session_frame call;

	fake_greet(fake);
	call = fake_take(fake, TLI_OP_CALL);
	(void)fake_take(fake, TLI_OP_CANCEL);
	fake_return(fake, &call, TLI_STATUS_CANCELLED, "('cancelled',)");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_a_call_takes_no_longer(void **state)
{
	static const int timeouts_ms[] = {0, 20};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		tieline_session *session;
		struct fake fake;

		fake_start(&fake, play_withdrawn);
		session = fake_session(&fake, NULL);
		assert_code(TIELINE_ETIMEDOUT,
			tieline_object_call(tieline_session_broker(session),
				"wait", NULL, NULL, timeouts_ms[i], NULL,
				NULL));
		tieline_session_close(session);
		fake_stop(&fake);
	}
}

/* The answer comes after all: what was granted goes back. */
static void play_late(struct fake *fake)
{
	static const struct tli_session_frame item = {
		.op = TLI_OP_GET, .flags = TLI_FLAG_REPLY, .count = 1};
	struct tli_session_frame get, note, ping, reply = item;

	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_GET);
	(void)fake_take(fake, TLI_OP_CANCEL);
	ping = fake_take(fake, TLI_OP_PING);
	reply.tag = get.tag;
	fake_send_item(fake, &reply, "late", 1, 55);
	fake_reply(fake, &ping, 0, 0);
	note = fake_take(fake, TLI_OP_NACK);
	if (note.argument != 55 || note.handle != get.handle)
		abort();
	get = fake_take(fake, TLI_OP_CALL);
	(void)fake_take(fake, TLI_OP_CANCEL);
	ping = fake_take(fake, TLI_OP_PING); /* it was given up */
	fake_reply(fake, &get, 0, 66);       /* a lock was acquired */
	fake_reply(fake, &ping, 0, 0);
	note = fake_take(fake, TLI_OP_CALL);
	if (note.handle != get.handle || !(note.flags & TLI_FLAG_QUIET))
		abort();
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_late_answers(void **state)
{
	tieline_session_options with = tieline_session_options_default();
	tieline_session *session;
	tieline_queue *queue;
	tieline_item *item;
	struct fake fake;

	(void)state;
	with.answer_timeout_ms = 50;
	fake_start(&fake, play_late);
	session = fake_session(&fake, &with);
	assert_code(
		TIELINE_OK, tieline_queue_open(session, "jobs", NULL, &queue));
	assert_code(TIELINE_EOUTCOME, tieline_queue_get(queue, 0, &item));
	assert_code(TIELINE_OK, tieline_session_ping(session));
	assert_code(TIELINE_EOUTCOME,
		tieline_object_call(tieline_queue_object(queue), "acquire",
			NULL, NULL, 1, NULL, NULL));
	assert_code(TIELINE_OK, tieline_session_ping(session));
	tieline_session_close(session);
	fake_stop(&fake);
}

/* ---- limits ----------------------------------------------------------- */

static void play_two_late(struct fake *fake)
{
	struct tli_session_frame first, second;

	fake_greet(fake);
	first = fake_take(fake, TLI_OP_CALL);
	second = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &first, TLI_STATUS_OK, "'ok'");
	fake_return(fake, &second, TLI_STATUS_OK, "'ok'");
	first = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &first, TLI_STATUS_OK, "'ok'");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_too_many_requests(void **state)
{
	tieline_session_options with = tieline_session_options_default();
	struct done done = {0};
	tieline_session *session;
	tieline_object *broker;
	tieline_handle *handle;
	struct fake fake;
	int ready;

	(void)state;
	with.max_requests = 2;
	fake_start(&fake, play_two_late);
	session = fake_session(&fake, &with);
	broker = tieline_session_broker(session);
	handle = tieline_session_handle(session);
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_WRITE));
	assert_int_equal(tieline_wait(&handle, 1, 0, &ready), 1);
	assert_code(TIELINE_OK, start_call(broker, "one", &done));
	assert_code(TIELINE_OK, start_call(broker, "two", &done));
	assert_code(TIELINE_EBUSY, start_call(broker, "three", &done));
	/* A call that blocks waits for its turn. */
	assert_code(TIELINE_OK,
		tieline_object_call(
			broker, "four", NULL, NULL, HANG_MS, NULL, NULL));
	assert_int_equal(done.count, 2);
	tieline_session_close(session);
	fake_stop(&fake);
}

/* ---- errors ----------------------------------------------------------- */

static void play_statuses(struct fake *fake)
{
	fake_greet(fake);
	for (unsigned status = 1; status < TLI_STATUSES; status++) {
		struct tli_session_frame call = fake_take(fake, TLI_OP_CALL);

		fake_return(
			fake, &call, (enum tli_status)status, "({'a': 1},)");
	}
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_each_status_is_an_error(void **state)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_session *session;
	tieline_object *broker;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_statuses);
	session = fake_session(&fake, NULL);
	broker = tieline_session_broker(session);
	assert_int_equal(
		tieline_session_exception(session, NULL, NULL, NULL), 0);
	for (unsigned status = 1; status < TLI_STATUSES; status++) {
		const char *class = NULL;
		tieline_value *arguments = NULL;
		int code = tieline_object_call(
			broker, "f", NULL, NULL, HANG_MS, NULL, NULL);

		assert_true(code < 0);
		assert_non_null(strstr(
			tieline_handle_error(tieline_session_handle(session)),
			"{'a': 1}"));
		assert_int_equal(tieline_session_exception(
					 session, &class, values, &arguments),
			1);
		assert_string_equal(class, tli_status_info(status)->exception);
		assert_int_equal(tieline_value_count(arguments), 1);
	}
	tieline_values_free(values);
	tieline_session_close(session);
	fake_stop(&fake);
}

static void on_raised(void *arg, const tieline_result *result)
{
	struct done *done = arg;

	on_done(arg, result);
	assert_string_equal(result->exception, "KeyError");
	assert_string_equal(
		tieline_value_get_str(
			tieline_value_item(result->arguments, 0), NULL),
		"key");
	assert_null(result->value);
	assert_string_equal(done->text, "KeyError: key");
}

static void play_raise(struct fake *fake)
{
	struct tli_session_frame call;

	fake_greet(fake);
	call = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &call, TLI_STATUS_KEY_ERROR, "('key',)");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_exceptions_in_results(void **state)
{
	struct done done = {0};
	tieline_session *session;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_raise);
	session = fake_session(&fake, NULL);
	assert_code(TIELINE_OK,
		tieline_object_call_start(tieline_session_broker(session), "f",
			NULL, NULL, 0, on_raised, &done, NULL));
	await(session, &done, 1);
	assert_code(TIELINE_ENOITEM, done.code);
	tieline_session_close(session);
	fake_stop(&fake);
}

/* ---- closing an object ------------------------------------------------ */

static void play_closing(struct fake *fake)
{
	struct tli_session_frame get, close;

	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_GET);
	fake_send(
		fake, &(struct tli_session_frame){.op = TLI_OP_DRAIN}, NULL, 0);
	close = fake_take(fake, TLI_OP_CANCEL);
	if (close.argument != get.tag)
		abort();
	fake_return(fake, &get, TLI_STATUS_CANCELLED, "('cancelled',)");
	close = fake_take(fake, TLI_OP_CLOSE);
	if (close.handle != get.handle)
		abort();
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_what_is_under_way_ends_with_the_object(void **state)
{
	tieline_session_options with = tieline_session_options_default();
	struct done done = {0};
	tieline_session *session;
	tieline_queue *queue;
	struct fake fake;
	int events = 0;

	(void)state;
	with.on_event = on_event;
	with.on_event_arg = &events;
	fake_start(&fake, play_closing);
	session = fake_session(&fake, &with);
	assert_code(
		TIELINE_OK, tieline_queue_open(session, "jobs", NULL, &queue));
	assert_code(TIELINE_OK,
		tieline_queue_get_start(queue, 1, TIELINE_NO_LEASE,
			TIELINE_FOREVER, on_done, &done, NULL));
	while (events == 0)
		assert_true(tieline_session_process(session, HANG_MS) > 0);
	tieline_queue_close(queue);
	await(session, &done, 1);
	assert_code(TIELINE_ECANCELLED, done.code);
	assert_code(TIELINE_OK, tieline_session_flush(session, HANG_MS));
	tieline_session_close(session);
	fake_stop(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(test_answers_in_any_order),
		leak_test(test_a_callback_can_block),
		leak_test(test_cancel),
		leak_test(test_cancel_what_was_not_sent),
		leak_test(test_a_call_takes_no_longer),
		leak_test(test_late_answers),
		leak_test(test_too_many_requests),
		leak_test(test_each_status_is_an_error),
		leak_test(test_exceptions_in_results),
		leak_test(test_what_is_under_way_ends_with_the_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
