/* SPDX-License-Identifier: MIT */
/* Sessions against a broker that is played: how they begin, what becomes of
 * what was asked when the connection is lost, and how they come back. */
#include "fake.h"

#include <tieline/queue.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- beginning -------------------------------------------------------- */

static void play_ping(struct fake *fake)
{
	struct tli_session_frame ping;

	fake_greet(fake);
	ping = fake_take(fake, TLI_OP_PING);
	fake_reply(fake, &ping, 0, 0);
}

static void test_open_ping_close(void **state)
{
	struct fake fake;
	tieline_session *session;

	(void)state;
	fake_start(&fake, play_ping);
	session = fake_session(&fake, NULL);
	assert_true(tieline_session_is_connected(session));
	assert_string_equal(tieline_session_epoch(session), "one");
	assert_int_equal(tieline_session_connections(session), 1);
	assert_code(TIELINE_OK, tieline_session_ping(session));
	tieline_session_close(session);
	fake_stop(&fake);
}

static void test_null_is_closed(void **state)
{
	(void)state;
	tieline_session_close(NULL);
	tieline_object_close(NULL);
	tieline_consumer_close(NULL);
	tieline_item_free(NULL);
}

static int open_at(const char *address, const tieline_session_options *options)
{
	tieline_options with = fake_options();
	tieline_session *session;

	return tieline_session_open(address, &with, options, &session);
}

static void test_what_is_no_address(void **state)
{
	(void)state;
	assert_code(TIELINE_EADDRESS, open_at("tcp://127.0.0.1:1#name", NULL));
	assert_non_null(strstr(last_text(), "no #name behind it"));
	assert_code(TIELINE_EADDRESS, open_at("nowhere", NULL));
	assert_code(TIELINE_ECONNECT, open_at("tcp://127.0.0.1:1", NULL));
}

static void test_options_out_of_range(void **state)
{
	tieline_session_options options = tieline_session_options_default();

	(void)state;
	options.answer_timeout_ms = 1u << 31;
	assert_code(TIELINE_EINVAL, open_at("tcp://127.0.0.1:1", &options));
	options = tieline_session_options_default();
	options.max_requests = 600000;
	assert_code(TIELINE_EINVAL, open_at("tcp://127.0.0.1:1", &options));
	options = tieline_session_options_default();
	options.size = 1;
	assert_code(TIELINE_EINVAL, open_at("tcp://127.0.0.1:1", &options));
}

static void play_other_protocol(struct fake *fake)
{
	static const char text[] = "{\"ok\":false,\"error\":\"unknown\"}    ";
	uint8_t length[4] = {0, 0, 0, sizeof(text) - 1};

	fake_accept(fake);
	(void)fake_take(fake, TLI_OP_HELLO);
	put(fake->fd, length, sizeof(length));
	put(fake->fd, text, sizeof(text) - 1);
	fake_count_rest(fake, TLI_OP_PING);
}

static void play_refusal(struct fake *fake)
{
	struct tli_session_frame hello;

	fake_accept(fake);
	hello = fake_take(fake, TLI_OP_HELLO);
	fake_return(fake, &hello, TLI_STATUS_BAD_REQUEST, "('no',)");
	fake_count_rest(fake, TLI_OP_PING);
}

static void play_nonsense(struct fake *fake)
{
	struct tli_session_frame hello;

	fake_accept(fake);
	hello = fake_take(fake, TLI_OP_HELLO);
	fake_return(fake, &hello, TLI_STATUS_OK, "[1]");
	fake_count_rest(fake, TLI_OP_PING);
}

static void play_other_answer(struct fake *fake)
{
	struct tli_session_frame hello;

	fake_accept(fake);
	hello = fake_take(fake, TLI_OP_HELLO);
	hello.op = TLI_OP_PING;
	fake_reply(fake, &hello, 0, 0);
	fake_count_rest(fake, TLI_OP_PING);
}

static void play_end(struct fake *fake)
{
	fake_accept(fake);
	(void)fake_take(fake, TLI_OP_HELLO);
}

static void test_who_is_no_broker(void **state)
{
	static const struct {
		void (*play)(struct fake *fake);
		int code;
		const char *text;
	} cases[] = {
		{play_other_protocol, TIELINE_EPROTOCOL, "knows sessions"},
		{play_refusal, TIELINE_EPROTOCOL, "refuses version 1"},
		{play_nonsense, TIELINE_EPROTOCOL, "makes no sense"},
		{play_other_answer, TIELINE_EPROTOCOL, "something else"},
		{play_end, TIELINE_ELOST, "instead of answering"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake fake;

		fake_start(&fake, cases[i].play);
		assert_code(cases[i].code, open_at(fake.address, NULL));
		assert_non_null(strstr(last_text(), cases[i].text));
		fake_stop(&fake);
	}
}

static void play_silence(struct fake *fake)
{
	fake_accept(fake);
	(void)fake_take(fake, TLI_OP_HELLO);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_a_silent_broker(void **state)
{
	tieline_options options = fake_options();
	tieline_session *session;
	struct fake fake;

	(void)state;
	options.handshake_timeout_ms = 50;
	fake_start(&fake, play_silence);
	assert_code(TIELINE_EHANDSHAKE,
		tieline_session_open(fake.address, &options, NULL, &session));
	fake_stop(&fake);
}

/* ---- what the program is told ----------------------------------------- */

struct told {
	int count;
	tieline_session_event last;
};

static void on_event(void *arg, tieline_session *session,
	tieline_session_event event, const char *message)
{
	struct told *told = arg;

	(void)session;
	assert_true(message[0] != '\0');
	told->count++;
	told->last = event;
}

static tieline_session_options telling(struct told *told)
{
	tieline_session_options options = tieline_session_options_default();

	*told = (struct told){.count = 0};
	options.on_event = on_event;
	options.on_event_arg = told;
	return options;
}

static void await_told(tieline_session *session, struct told *told, int count)
{
	while (told->count < count)
		assert_true(tieline_session_process(session, HANG_MS) > 0);
}

static void test_start_tells_of_the_connection(void **state)
{
	tieline_options options = fake_options();
	struct told told;
	tieline_session_options with = telling(&told);
	tieline_session *session;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_ping);
	assert_code(TIELINE_OK,
		tieline_session_start(fake.address, &options, &with, &session));
	assert_int_equal(tieline_session_connections(session), 0);
	assert_code(TIELINE_OK, tieline_session_ping(session));
	assert_int_equal(told.count, 1);
	assert_int_equal(told.last, TIELINE_SESSION_CONNECTED);
	tieline_session_close(session);
	fake_stop(&fake);
}

static void play_loss(struct fake *fake)
{
	static const struct tli_session_frame drain = {.op = TLI_OP_DRAIN};

	fake_greet(fake);
	fake_send(fake, &drain, NULL, 0);
	(void)fake_take(fake, TLI_OP_PING);
	fake_hang_up(fake);
	play_ping(fake);
}

static void test_loss_and_return(void **state)
{
	struct told told;
	tieline_session_options with = telling(&told);
	tieline_session *session;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_loss);
	session = fake_session(&fake, &with);
	await_told(session, &told, 1);
	assert_int_equal(told.last, TIELINE_SESSION_DRAINING);
	assert_code(TIELINE_EOUTCOME, tieline_session_ping(session));
	await_told(session, &told, 2);
	assert_int_equal(told.last, TIELINE_SESSION_LOST);
	await_told(session, &told, 3);
	assert_int_equal(told.last, TIELINE_SESSION_CONNECTED);
	assert_int_equal(tieline_session_connections(session), 2);
	assert_code(TIELINE_OK, tieline_session_ping(session));
	tieline_session_close(session);
	fake_stop(&fake);
}

static void test_waiting_for_the_connection(void **state)
{
	tieline_session *session;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_loss);
	session = fake_session(&fake, NULL);
	assert_code(TIELINE_EOUTCOME, tieline_session_ping(session));
	/* There is none now: it waits for the next one. */
	assert_code(TIELINE_OK, tieline_session_ping(session));
	tieline_session_close(session);
	fake_stop(&fake);
}

static void play_one_loss(struct fake *fake)
{
	fake_greet(fake);
	(void)fake_take(fake, TLI_OP_PING);
}

static void test_no_reconnect(void **state)
{
	tieline_session_options with = tieline_session_options_default();
	tieline_session *session;
	tieline_handle *handle;
	struct fake fake;
	int ready;

	(void)state;
	with.no_reconnect = true;
	fake_start(&fake, play_one_loss);
	session = fake_session(&fake, &with);
	handle = tieline_session_handle(session);
	assert_code(TIELINE_EOUTCOME, tieline_session_ping(session));
	assert_code(TIELINE_ELOST, tieline_session_ping(session));
	assert_code(TIELINE_ELOST, tieline_session_process(session, HANG_MS));
	assert_int_equal(tieline_wait(&handle, 1, 0, &ready), 1);
	assert_int_equal(ready, TIELINE_READ);
	tieline_session_close(session);
	fake_stop(&fake);
}

static void test_nobody_comes_back(void **state)
{
	tieline_session_options with = tieline_session_options_default();
	tieline_session *session;
	struct fake fake;

	(void)state;
	with.answer_timeout_ms = 300;
	fake_start(&fake, play_one_loss);
	session = fake_session(&fake, &with);
	assert_code(TIELINE_EOUTCOME, tieline_session_ping(session));
	fake_stop(&fake);
	assert_code(TIELINE_ENOTSENT, tieline_session_ping(session));
	tieline_session_close(session);
}

/* ---- what had left and what had not ------------------------------------ */

#define BIG_BYTES (32u << 20) /* more than sockets take at once */

static void on_code(void *arg, const tieline_result *result)
{
	*(int *)arg = result->code;
	assert_int_equal(result->count, 0);
}

/* The first is cut somewhere in the middle. Neither is sent again. */
static void play_cut(struct fake *fake)
{
	fake_greet(fake);
	fake_open(fake);
	for (uint64_t i = 0; i < fake->arg; i++)
		(void)fake_take(fake, TLI_OP_PUT);
	fake_hang_up(fake);
	fake_greet(fake);
	fake_open(fake);
	fake_take(fake, TLI_OP_PING);
}

static void test_sent_in_part_and_not_at_all(void **state)
{
	char *bytes = calloc(1, BIG_BYTES);

	(void)state;
	for (uint64_t parts = 0; parts < 5; parts++) {
		tieline_item items[] = {tieline_item_bytes(bytes, BIG_BYTES),
			tieline_item_text("small")};
		int codes[2] = {1, 1};
		tieline_session *session;
		tieline_queue *queue;
		struct fake fake;

		fake_start(&fake, play_cut);
		fake.arg = parts;
		session = fake_session(&fake, NULL);
		assert_code(TIELINE_OK,
			tieline_queue_open(session, "jobs", NULL, &queue));
		for (int i = 0; i < 2; i++)
			assert_code(TIELINE_OK,
				tieline_queue_put_start(queue, &items[i], 1,
					TIELINE_FOREVER, on_code, &codes[i],
					NULL));
		while (codes[0] == 1 || codes[1] == 1)
			assert_true(
				tieline_session_process(session, HANG_MS) > 0);
		if (parts > 0 || codes[0] != TIELINE_ENOTSENT)
			assert_code(TIELINE_EOUTCOME, codes[0]);
		assert_code(TIELINE_ENOTSENT, codes[1]);
		assert_code(TIELINE_EOUTCOME, tieline_session_ping(session));
		tieline_session_close(session);
		fake_stop(&fake);
	}
	free(bytes);
}

/* ---- objects ---------------------------------------------------------- */

/* What is open is opened again, under the same number, before all else. */
static void play_reopening(struct fake *fake)
{
	struct tli_session_frame frame;

	fake_greet(fake);
	fake_open(fake);
	fake_open(fake);
	frame = fake_take(fake, TLI_OP_CLOSE);
	if (frame.handle != 1)
		abort();
	frame = fake_take(fake, TLI_OP_CALL);
	fake_hang_up(fake);
	fake_greet(fake);
	frame = fake_take(fake, TLI_OP_OPEN);
	if (frame.handle != 2)
		abort();
	fake_reply(fake, &frame, 0, 77);
	frame = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &frame, TLI_STATUS_OK, "True");
	(void)fake_take(fake, TLI_OP_CLOSE);
}

static void test_reopening(void **state)
{
	tieline_session *session;
	tieline_queue *one, *two;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_reopening);
	session = fake_session(&fake, NULL);
	assert_code(TIELINE_OK, tieline_queue_open(session, "one", NULL, &one));
	assert_code(TIELINE_OK, tieline_queue_open(session, "two", NULL, &two));
	assert_int_equal(tieline_object_id(tieline_queue_object(two)), 2);
	tieline_queue_close(one);
	assert_code(TIELINE_EOUTCOME, tieline_queue_empty(two));
	assert_int_equal(tieline_queue_empty(two), 1);
	assert_int_equal(tieline_object_id(tieline_queue_object(two)), 77);
	tieline_queue_close(two);
	tieline_session_close(session);
	fake_stop(&fake);
}

static void play_refused_opening(struct fake *fake)
{
	struct tli_session_frame frame;

	fake_greet(fake);
	frame = fake_take(fake, TLI_OP_OPEN);
	fake_return(fake, &frame, TLI_STATUS_WRONG_KIND,
		"('the object of that name is a Lock',)");
	frame = fake_take(fake, TLI_OP_OPEN);
	if (frame.handle != 1)
		abort();
	fake_reply(fake, &frame, 1, 5);
	if (fake_count_rest(fake, TLI_OP_CLOSE) != 0)
		abort();
}

static void test_what_cannot_be_opened(void **state)
{
	tieline_object_options options = tieline_object_options_default();
	tieline_session *session;
	tieline_queue *queue;
	struct fake fake;

	(void)state;
	fake_start(&fake, play_refused_opening);
	session = fake_session(&fake, NULL);
	assert_code(TIELINE_EKIND,
		tieline_queue_open(session, "lock", NULL, &queue));
	assert_string_equal("the object of that name is a Lock",
		tieline_handle_error(tieline_session_handle(session)));
	options.size = 3;
	assert_code(TIELINE_EINVAL,
		tieline_queue_open(session, "lock", &options, &queue));
	options = tieline_object_options_default();
	options.queue_kind = (tieline_queue_kind)9;
	assert_code(TIELINE_EINVAL,
		tieline_queue_open(session, "lock", &options, &queue));
	assert_code(
		TIELINE_OK, tieline_queue_open(session, "jobs", NULL, &queue));
	tieline_session_close(session);
	fake_stop(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(test_open_ping_close),
		leak_test(test_null_is_closed),
		leak_test(test_what_is_no_address),
		leak_test(test_options_out_of_range),
		leak_test(test_who_is_no_broker),
		leak_test(test_a_silent_broker),
		leak_test(test_start_tells_of_the_connection),
		leak_test(test_loss_and_return),
		leak_test(test_waiting_for_the_connection),
		leak_test(test_no_reconnect),
		leak_test(test_nobody_comes_back),
		leak_test(test_sent_in_part_and_not_at_all),
		leak_test(test_reopening),
		leak_test(test_what_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
