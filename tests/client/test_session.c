/* SPDX-License-Identifier: MIT */
/* Sessions against a broker that is played: what goes over the wire, and what
 * becomes of it when things go wrong. */
#include "fake.h"

#include <tieline/queue.h>

#include <stdlib.h>

static void play_hello(struct fake *fake)
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
	fake_start(&fake, play_hello);
	session = fake_session(&fake, NULL);
	assert_true(tieline_session_is_connected(session));
	assert_string_equal(tieline_session_epoch(session), "one");
	assert_int_equal(tieline_session_connections(session), 1);
	assert_code(TIELINE_OK, tieline_session_ping(session));
	tieline_session_close(session);
	fake_stop(&fake);
}

static void play_queue(struct fake *fake)
{
	struct tli_session_frame frame, reply;

	fake_greet(fake);
	fake_open(fake);
	frame = fake_take(fake, TLI_OP_PUT);
	fake_reply(fake, &frame, 1, 0);
	frame = fake_take(fake, TLI_OP_GET);
	reply = (struct tli_session_frame){.op = TLI_OP_GET,
		.flags = TLI_FLAG_REPLY,
		.tag = frame.tag,
		.count = 1};
	fake_send_item(fake, &reply, "hello", 2, 99);
	frame = fake_take(fake, TLI_OP_ACK);
	if (frame.argument != 99 || !(frame.flags & TLI_FLAG_QUIET))
		abort();
	frame = fake_take(fake, TLI_OP_GET);
	fake_return(fake, &frame, TLI_STATUS_EMPTY, "('the queue is empty',)");
	frame = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &frame, TLI_STATUS_OK, "5");
	frame = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &frame, TLI_STATUS_VALUE_ERROR,
		"('task_done() called too many times',)");
	fake_take(fake, TLI_OP_CLOSE);
}

static void test_put_and_get(void **state)
{
	struct fake fake;
	tieline_session *session;
	tieline_queue *queue;
	tieline_item *item;
	uint64_t count;

	(void)state;
	fake_start(&fake, play_queue);
	session = fake_session(&fake, NULL);
	assert_code(
		TIELINE_OK, tieline_queue_open(session, "jobs", NULL, &queue));
	assert_code(
		TIELINE_OK, tieline_queue_put_text(queue, "hello", HANG_MS));
	assert_code(TIELINE_OK, tieline_queue_get(queue, HANG_MS, &item));
	assert_string_equal(item->data, "hello");
	assert_int_equal(item->len, 5);
	assert_true(item->redelivered);
	tieline_item_free(item);
	assert_code(TIELINE_EEMPTY, tieline_queue_get(queue, 0, &item));
	assert_string_equal("the queue is empty",
		tieline_handle_error(tieline_session_handle(session)));
	assert_code(TIELINE_OK, tieline_queue_qsize(queue, &count));
	assert_int_equal(count, 5);
	assert_code(TIELINE_ERAISED, tieline_queue_task_done(queue));
	assert_string_equal("ValueError: task_done() called too many times",
		tieline_handle_error(tieline_session_handle(session)));
	tieline_queue_close(queue);
	tieline_session_close(session);
	fake_stop(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(test_open_ping_close),
		leak_test(test_put_and_get),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
