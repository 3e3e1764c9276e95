/* SPDX-License-Identifier: MIT */
/* Clients that meet at a broker: the request, the replies, and what goes wrong
 * with either. */
#include "broker.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static tieline_connection *start(const struct broker *broker, int timeout_ms)
{
	tieline_options options = with_key();
	tieline_connection *client;

	options.connect_timeout_ms = (uint32_t)timeout_ms;
	assert_code(TIELINE_OK,
		tieline_client_start(broker->named, &options, &client));
	return client;
}

/* A client whose request has come to the broker's end. */
static tieline_connection *start_asking(struct broker *broker, int *fd)
{
	tieline_connection *client = start(broker, HANG_MS);

	*fd = broker_take(broker, tieline_connection_handle(client));
	return client;
}

/* The timeout in a request, in seconds. */
static double timeout_in(const char *request)
{
	const char *found = strstr(request, "\"timeout\":");

	assert_non_null(found);
	return strtod(found + strlen("\"timeout\":"), NULL);
}

static void the_broker_is_asked_for_the_name(void **state)
{
	struct broker broker;
	tieline_connection *client;
	int fd;

	(void)state;
	broker_open(&broker, NULL, NULL);
	client = start_asking(&broker, &fd);
	assert_non_null(strstr(broker.request, "\"dial\":\"echo\""));
	/* The broker is to be done first. */
	assert_true(timeout_in(broker.request) > HANG_MS * 0.9e-3);
	assert_true(timeout_in(broker.request) < HANG_MS * 0.98e-3);
	assert_code(TIELINE_ETIMEDOUT, tieline_flush(client, 0));
	put_frame(fd, PAIRED);
	assert_code(TIELINE_OK, tieline_flush(client, HANG_MS));
	assert_string_equal(
		tieline_connection_peer(client), "tcp://192.0.2.7:40312");
	assert_code(TIELINE_OK, send_now(client, "ping", 4));
	put_frame(fd, "pong");
	expect_message(client, "pong", 4);
	tieline_connection_close(client);
	close(fd);
	broker_close(&broker);
}

static void a_blocking_client_meets_too(void **state)
{
	static int (*const clients[])(const char *, const tieline_options *,
		tieline_connection **) = {tieline_client, tieline_pipe_client};
	static const char *const verbs[] = {
		"\"dial\":\"echo\"", "\"pipe\":\"echo\""};
	tieline_options options = with_key();
	struct broker broker;

	(void)state;
	broker_open(&broker, NULL, NULL);
	for (size_t i = 0; i < 2; i++) {
		tieline_connection *client;
		int fd;

		broker_start(&broker, PAIRED);
		assert_code(TIELINE_OK,
			clients[i](broker.named, &options, &client));
		fd = broker_join(&broker);
		assert_non_null(strstr(broker.request, verbs[i]));
		put_frame(fd, "hello");
		expect_message(client, "hello", 5);
		tieline_connection_close(client);
		close(fd);
	}
	broker_close(&broker);
}

static void a_pipe_needs_a_name(void **state)
{
	tieline_options options = with_key();
	tieline_connection *client;

	(void)state;
	assert_code(TIELINE_EADDRESS,
		tieline_pipe_client("tcp://127.0.0.1:1", &options, &client));
	assert_non_null(strstr(last_text(), "#name"));
}

static void refusals_become_codes(void **state)
{
	static const struct {
		const char *reply;
		const char *word;
		int code;
	} table[] = {
		{REFUSED("bad_request"), "bad_request", TIELINE_EBROKER},
		{REFUSED("unsupported"), "unsupported", TIELINE_EBROKER},
		{REFUSED("no_listener"), "no_listener", TIELINE_ENOLISTENER},
		{REFUSED("timed_out"), "timed_out", TIELINE_ENOLISTENER},
		{REFUSED("name_taken"), "name_taken", TIELINE_ENAMETAKEN},
		{REFUSED("full"), "full", TIELINE_EFULL},
		{REFUSED("not_permitted"), "not_permitted",
			TIELINE_ENOTPERMITTED},
		{REFUSED("draining"), "draining", TIELINE_EBROKER},
		{REFUSED("internal"), "internal", TIELINE_EBROKER},
		{REFUSED("of_a_later_version"), "internal", TIELINE_EBROKER},
	};
	tieline_options options = with_key();
	struct broker broker;

	(void)state;
	broker_open(&broker, NULL, NULL);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		tieline_connection *client;

		broker_start(&broker, table[i].reply);
		assert_code(table[i].code,
			tieline_client(broker.named, &options, &client));
		assert_non_null(strstr(last_text(), table[i].word));
		assert_non_null(strstr(last_text(), "because of it"));
		close(broker_join(&broker));
	}
	broker_close(&broker);
}

/* The reply and the partner's first messages, in one piece. */
static const char reply_and_more[] = PAIRED "\0\0\0\2hi\0\0\0\3you";

static void put_reply_and_more(int fd)
{
	uint8_t bytes[4 + sizeof(reply_and_more)] = {
		0, 0, 0, sizeof(PAIRED) - 1};

	memcpy(bytes + 4, reply_and_more, sizeof(reply_and_more) - 1);
	put(fd, bytes, 4 + sizeof(reply_and_more) - 1);
}

static void what_follows_the_reply_is_the_partners(void **state)
{
	struct broker broker;
	tieline_connection *client;
	int fd;

	(void)state;
	broker_open(&broker, NULL, NULL);
	client = start_asking(&broker, &fd);
	put_reply_and_more(fd);
	expect_message(client, "hi", 2);
	expect_message(client, "you", 3);
	tieline_connection_close(client);
	close(fd);
	broker_close(&broker);
}

static void a_connection_can_be_detached_right_behind_the_reply(void **state)
{
	struct broker broker;
	tieline_connection *client;
	char got[6];
	int fd, ours;

	(void)state;
	broker_open(&broker, NULL, NULL);
	client = start_asking(&broker, &fd);
	assert_code(TIELINE_EPENDING, tieline_connection_detach(client, &ours));
	put_reply_and_more(fd);
	assert_code(TIELINE_OK, tieline_flush(client, HANG_MS));
	assert_code(TIELINE_OK, tieline_connection_detach(client, &ours));
	assert_int_equal(recv(ours, got, sizeof(got), MSG_WAITALL), 6);
	assert_memory_equal(got, "\0\0\0\2hi", 6);
	close(ours);
	close(fd);
	broker_close(&broker);
}

/* Each byte is looked at before the next one comes. */
static void a_reply_may_come_byte_by_byte(void **state)
{
	struct pollfd entry = {.events = POLLIN};
	uint8_t reply[4 + sizeof(PAIRED)] = {0, 0, 0, sizeof(PAIRED) - 1};
	struct broker broker;
	tieline_connection *client;
	int fd;

	(void)state;
	memcpy(reply + 4, PAIRED, sizeof(PAIRED));
	broker_open(&broker, NULL, NULL);
	client = start_asking(&broker, &fd);
	entry.fd = tieline_handle_fileno(tieline_connection_handle(client));
	for (size_t i = 0; i < 4 + sizeof(PAIRED) - 1; i++) {
		assert_code(TIELINE_ETIMEDOUT, tieline_flush(client, 0));
		assert_int_equal(poll(&entry, 1, 0), 0);
		put(fd, reply + i, 1);
		assert_int_equal(poll(&entry, 1, HANG_MS), 1);
	}
	assert_code(TIELINE_OK, tieline_flush(client, 0));
	assert_int_equal(poll(&entry, 1, 0), 0);
	tieline_connection_close(client);
	close(fd);
	broker_close(&broker);
}

static void what_is_no_reply_is_refused(void **state)
{
#define BYTES(text) text, sizeof(text) - 1
	static const struct {
		const char *bytes;
		size_t len;
	} table[] = {
		{BYTES("\0\0\x10\1")},              /* 4097 bytes */
		{BYTES("\x7f\xff\xff\xff")},        /* 2 GiB */
		{BYTES("\xff\xff\xff\xfe")},        /* a negative length */
		{BYTES("\xff\xff\xff\xff")},        /* the long form */
		{BYTES("\0\0\0\0")},                /* no body */
		{BYTES("\0\0\0\5hello")},           /* no JSON */
		{BYTES("\0\0\0\2{}")},              /* no reply */
		{BYTES("\0\0\0\4{\"a\x80")},        /* no UTF-8 */
		{BYTES("\0\0\0\x0b{\"ok\":true}")}, /* no partner */
		{BYTES("\0\0\0\x1b{\"ok\":true,\"parked\":\"echo\"}")},
	};
#undef BYTES
	struct broker broker;

	(void)state;
	broker_open(&broker, NULL, NULL);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		tieline_connection *client;
		int fd;

		client = start_asking(&broker, &fd);
		put(fd, table[i].bytes, table[i].len);
		assert_code(TIELINE_EPROTOCOL, tieline_flush(client, HANG_MS));
		assert_code(TIELINE_EPROTOCOL, send_now(client, "x", 1));
		tieline_connection_close(client);
		close(fd);
	}
	broker_close(&broker);
}

static void close_with_reset(int fd)
{
	struct linger at_once = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}

static void close_softly(int fd)
{
	close(fd);
}

static void a_broker_that_goes_is_said_to_be_lost(void **state)
{
	static void (*const ways[])(int) = {close_softly, close_with_reset};
	static const size_t sent[] = {0, 2, 4, 20};
	uint8_t reply[4 + sizeof(PAIRED)] = {0, 0, 0, sizeof(PAIRED) - 1};
	struct broker broker;

	(void)state;
	memcpy(reply + 4, PAIRED, sizeof(PAIRED));
	broker_open(&broker, NULL, NULL);
	for (size_t i = 0; i < 8; i++) {
		tieline_connection *client;
		int fd;

		client = start_asking(&broker, &fd);
		put(fd, reply, sent[i / 2]);
		assert_code(TIELINE_ETIMEDOUT, tieline_flush(client, 0));
		ways[i % 2](fd);
		assert_code(TIELINE_EBROKER, tieline_flush(client, HANG_MS));
		assert_non_null(strstr(
			tieline_handle_error(tieline_connection_handle(client)),
			"before it had answered"));
		tieline_connection_close(client);
	}
	broker_close(&broker);
}

static void a_silent_broker_is_given_up_in_time(void **state)
{
	struct broker broker;
	tieline_connection *client;
	int fd;

	(void)state;
	broker_open(&broker, NULL, NULL);
	client = start(&broker, 300);
	fd = broker_take(&broker, tieline_connection_handle(client));
	assert_true(timeout_in(broker.request) <= 0.271);
	assert_code(TIELINE_EBROKER, tieline_flush(client, HANG_MS));
	assert_non_null(
		strstr(tieline_handle_error(tieline_connection_handle(client)),
			"connect_timeout_ms"));
	tieline_connection_close(client);
	close(fd);
	broker_close(&broker);
}

/* What has come in time counts, even if it is looked at late. */
static void a_reply_in_time_counts_late(void **state)
{
	struct broker broker;
	tieline_connection *client;
	tieline_handle *handle;
	struct timespec now;
	int fd;

	(void)state;
	broker_open(&broker, NULL, NULL);
	client = start(&broker, 300);
	handle = tieline_connection_handle(client);
	fd = broker_take(&broker, handle);
	put_frame(fd, PAIRED);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (now.tv_sec * 1000 + now.tv_nsec / 1000000 <=
		tieline_handle_deadline_ms(handle));
	assert_code(TIELINE_OK, tieline_flush(client, 0));
	tieline_connection_close(client);
	close(fd);
	broker_close(&broker);
}

static void without_a_key_the_request_comes_first(void **state)
{
	tieline_options options = tieline_options_default();
	struct broker broker;
	tieline_connection *client;

	(void)state;
	options.no_authkey = true;
	broker_open(&broker, NULL, &options);
	broker_start(&broker, PAIRED);
	assert_code(
		TIELINE_OK, tieline_client(broker.named, &options, &client));
	close(broker_join(&broker));
	tieline_connection_close(client);
	broker_close(&broker);
}

/* A program sleeps on the descriptor alone. */
static void an_event_loop_meets(void **state)
{
	struct broker broker;
	tieline_connection *client;
	tieline_handle *handle;
	struct pollfd entry = {.events = POLLIN};
	int fd;

	(void)state;
	broker_open(&broker, NULL, NULL);
	client = start_asking(&broker, &fd);
	handle = tieline_connection_handle(client);
	entry.fd = tieline_handle_fileno(handle);
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_WRITE));
	assert_int_equal(tieline_handle_process(handle), 0);
	assert_int_equal(poll(&entry, 1, 0), 0);
	put_frame(fd, PAIRED);
	assert_int_equal(poll(&entry, 1, HANG_MS), 1);
	assert_int_equal(tieline_handle_process(handle), TIELINE_WRITE);
	assert_int_equal(tieline_handle_deadline_ms(handle), -1);
	tieline_connection_close(client);
	close(fd);
	broker_close(&broker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(the_broker_is_asked_for_the_name),
		leak_test(a_blocking_client_meets_too),
		leak_test(a_pipe_needs_a_name),
		leak_test(refusals_become_codes),
		leak_test(what_follows_the_reply_is_the_partners),
		leak_test(a_connection_can_be_detached_right_behind_the_reply),
		leak_test(a_reply_may_come_byte_by_byte),
		leak_test(what_is_no_reply_is_refused),
		leak_test(a_broker_that_goes_is_said_to_be_lost),
		leak_test(a_silent_broker_is_given_up_in_time),
		leak_test(a_reply_in_time_counts_late),
		leak_test(without_a_key_the_request_comes_first),
		leak_test(an_event_loop_meets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
