/* SPDX-License-Identifier: MIT */
/* Handles in event loops: one descriptor, level-triggered; tieline_wait(). */
#include "ends.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Whether the handle's descriptor is readable now. */
static bool is_up(tieline_handle *handle)
{
	struct pollfd entry = {
		.fd = tieline_handle_fileno(handle),
		.events = tieline_handle_events(handle),
	};

	assert_true(entry.fd >= 0);
	return poll(&entry, 1, 0) == 1;
}

/* As is_up(), but lets the network have the time it takes. */
static void wait_until_up(tieline_handle *handle)
{
	struct pollfd entry = {
		.fd = tieline_handle_fileno(handle),
		.events = tieline_handle_events(handle),
	};

	assert_int_equal(poll(&entry, 1, HANG_MS), 1);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void the_descriptor_is_up_while_messages_wait(void **state)
{
	tieline_connection *connection;
	tieline_handle *handle;
	int fd;

	(void)state;
	connection = raw_pair(&fd, NULL);
	handle = tieline_connection_handle(connection);
	assert_false(is_up(handle));
	put(fd, "\0\0\0\1a\0\0\0\1b\0\0\0\1c\0\0\0\2d", 20);
	/* All come with the first read; one is taken at a time. */
	for (char c = 'a'; c <= 'c'; c++) {
		assert_true(is_up(handle));
		assert_int_equal(tieline_handle_process(handle), TIELINE_READ);
		assert_true(is_up(handle));
		expect_message(connection, &c, 1);
	}
	assert_false(is_up(handle));
	assert_int_equal(tieline_handle_process(handle), 0);
	put(fd, "e", 1);
	assert_true(is_up(handle));
	expect_message(connection, "de", 2);
	assert_false(is_up(handle));
	close(fd);
	/* The end stays, so the descriptor stays up. */
	for (int i = 0; i < 3; i++) {
		assert_true(is_up(handle));
		assert_int_equal(tieline_handle_process(handle), TIELINE_READ);
	}
	tieline_connection_close(connection);
}

static void polling_does_not_lower_the_descriptor(void **state)
{
	tieline_connection *connection;
	tieline_handle *handle;
	char buffer[1];
	size_t len;
	int fd;

	(void)state;
	connection = raw_pair(&fd, NULL);
	handle = tieline_connection_handle(connection);
	assert_false(is_up(handle));
	put(fd, "\0\0\0\2ab", 6);
	assert_int_equal(tieline_poll(connection, HANG_MS), 1);
	assert_true(is_up(handle));
	assert_code(TIELINE_EBUFFERTOOSHORT,
		tieline_recv_bytes_into(connection, buffer, 1, 0, &len));
	assert_true(is_up(handle));
	expect_message(connection, "ab", 2);
	assert_false(is_up(handle));
	tieline_connection_close(connection);
	close(fd);
}

static void the_descriptor_stays_the_same_for_life(void **state)
{
	tieline_options options = with_key();
	struct ends ends = {.why = ""};
	tieline_handle *handle;
	int fileno;

	(void)state;
	assert_code(TIELINE_OK,
		tieline_listener_open(NULL, &options, &ends.listener));
	assert_code(TIELINE_OK,
		tieline_client_start(tieline_listener_address(ends.listener),
			&options, &ends.client));
	handle = tieline_connection_handle(ends.client);
	fileno = tieline_handle_fileno(handle);
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_WRITE));
	/* Each side goes on only when its own descriptor says so. */
	while (tieline_handle_process(handle) != TIELINE_WRITE) {
		assert_int_equal(tieline_handle_fileno(handle), fileno);
		if (is_up(tieline_listener_handle(ends.listener)))
			tieline_handle_process(
				tieline_listener_handle(ends.listener));
	}
	wait_until_up(tieline_listener_handle(ends.listener));
	while (tieline_listener_accept(ends.listener, 0, &ends.server) != 0)
		wait_until_up(tieline_listener_handle(ends.listener));
	assert_int_equal(tieline_handle_fileno(handle), fileno);
	assert_false(is_up(tieline_listener_handle(ends.listener)));
	close_ends(&ends);
}

static void a_listeners_descriptor_is_up_until_all_are_taken(void **state)
{
	tieline_options options = tieline_options_default();
	tieline_listener *listener;
	tieline_connection *clients[3], *servers[3];
	tieline_handle *handle;

	(void)state;
	options.no_authkey = true;
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &options, &listener));
	handle = tieline_listener_handle(listener);
	assert_false(is_up(handle));
	for (int i = 0; i < 3; i++)
		assert_code(TIELINE_OK,
			tieline_client(tieline_listener_address(listener),
				&options, &clients[i]));
	for (int i = 0; i < 3; i++) {
		wait_until_up(handle);
		assert_int_equal(tieline_handle_process(handle), TIELINE_READ);
		assert_true(is_up(handle));
		assert_code(TIELINE_OK,
			tieline_listener_accept(listener, 0, &servers[i]));
	}
	assert_false(is_up(handle));
	for (int i = 0; i < 3; i++) {
		tieline_connection_close(clients[i]);
		tieline_connection_close(servers[i]);
	}
	tieline_listener_close(listener);
}

static void writing_is_wanted_only_when_asked_for(void **state)
{
	tieline_connection *first, *second;
	tieline_handle *handle;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	handle = tieline_connection_handle(first);
	assert_false(is_up(handle));
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_WRITE));
	assert_true(is_up(handle));
	assert_int_equal(tieline_handle_process(handle), TIELINE_WRITE);
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_READ));
	assert_false(is_up(handle));
	assert_code(TIELINE_EINVAL, tieline_handle_want(handle, 4));
	tieline_connection_close(first);
	tieline_connection_close(second);
}

static void what_is_kept_goes_out_by_processing(void **state)
{
	tieline_connection *first, *second;
	tieline_handle *handle;
	void *big = calloc(1, 4 << 20);

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	handle = tieline_connection_handle(first);
	assert_code(TIELINE_OK, tieline_send_bytes(first, big, 4 << 20, 0));
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_WRITE));
	assert_false(is_up(handle));
	while (tieline_poll(second, 0) == 0)
		if (is_up(handle))
			tieline_handle_process(handle);
	assert_int_equal(tieline_handle_process(handle), TIELINE_WRITE);
	expect_message(second, big, 4 << 20);
	free(big);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

static void who_does_not_want_to_read_holds_the_peer_back(void **state)
{
	tieline_connection *first, *second;
	tieline_handle *handle;
	void *block = calloc(1, 1 << 16);
	int taken = 0;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	handle = tieline_connection_handle(second);
	assert_code(TIELINE_OK, tieline_handle_want(handle, 0));
	while (tieline_send_bytes(first, block, 1 << 16, 0) == TIELINE_OK) {
		assert_int_equal(tieline_handle_process(handle), 0);
		assert_false(is_up(handle));
		taken++;
		assert_in_range(taken, 1, 1000);
	}
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_READ));
	for (int i = 0; i < taken; i++) {
		tieline_handle_process(tieline_connection_handle(first));
		expect_message(second, block, 1 << 16);
	}
	free(block);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

static void a_deadline_is_told_only_while_there_is_one(void **state)
{
	tieline_options options = with_key();
	struct ends ends = {.why = ""};
	tieline_handle *handle;
	int64_t deadline_ms;

	(void)state;
	options.handshake_timeout_ms = 3000;
	options.connect_timeout_ms = 4000;
	assert_code(TIELINE_OK,
		tieline_listener_open(NULL, &options, &ends.listener));
	assert_int_equal(tieline_handle_deadline_ms(
				 tieline_listener_handle(ends.listener)),
		-1);
	assert_code(TIELINE_OK,
		tieline_client_start(tieline_listener_address(ends.listener),
			&options, &ends.client));
	handle = tieline_connection_handle(ends.client);
	deadline_ms = tieline_handle_deadline_ms(handle);
	assert_in_range(deadline_ms, now_ms() + 1, now_ms() + 4000);
	assert_code(TIELINE_ETIMEDOUT,
		tieline_listener_accept(ends.listener, 0, &ends.server));
	assert_in_range(tieline_handle_deadline_ms(
				tieline_listener_handle(ends.listener)),
		now_ms() + 1, now_ms() + 3000);
	while (tieline_listener_accept(ends.listener, 0, &ends.server) != 0)
		tieline_handle_process(handle);
	assert_int_equal(tieline_handle_deadline_ms(handle), -1);
	assert_int_equal(tieline_handle_deadline_ms(
				 tieline_listener_handle(ends.listener)),
		-1);
	close_ends(&ends);
}

static void wait_tells_whose_turn_it_is(void **state)
{
	enum { COUNT = 100 }; /* more than wait has room for on its stack */
	tieline_connection *ours[COUNT];
	tieline_handle *handles[COUNT];
	int fds[COUNT], ready[COUNT];

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		ours[i] = raw_pair(&fds[i], NULL);
		handles[i] = tieline_connection_handle(ours[i]);
	}
	assert_int_equal(tieline_wait(handles, COUNT, 0, ready), 0);
	put(fds[7], "\0\0\0\1x", 5);
	put(fds[8], "\0\0\0\2x", 5); /* not whole: not ready */
	close(fds[99]);
	fds[99] = -1;
	assert_int_equal(tieline_wait(handles, COUNT, HANG_MS, ready), 2);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(
			ready[i], i == 7 || i == 99 ? TIELINE_READ : 0);
	expect_message(ours[7], "x", 1);
	assert_int_equal(tieline_wait(handles, COUNT, 0, ready), 1);
	for (int i = 0; i < COUNT; i++) {
		tieline_connection_close(ours[i]);
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

static void wait_finds_what_was_read_ahead(void **state)
{
	tieline_connection *connection;
	tieline_handle *handle;
	int fd, ready;

	(void)state;
	connection = raw_pair(&fd, NULL);
	handle = tieline_connection_handle(connection);
	put(fd, "\0\0\0\1a\0\0\0\1b", 10);
	expect_message(connection, "a", 1);
	assert_int_equal(tieline_wait(&handle, 1, TIELINE_FOREVER, &ready), 1);
	expect_message(connection, "b", 1);
	assert_int_equal(tieline_wait(&handle, 1, 0, &ready), 0);
	assert_int_equal(tieline_wait(NULL, 0, 0, NULL), 0);
	tieline_connection_close(connection);
	close(fd);
}

static void *connect_and_close(void *arg)
{
	tieline_options options = with_key();
	tieline_connection *connection;

	if (tieline_client(arg, &options, &connection) == 0)
		tieline_connection_close(connection);
	return NULL;
}

static void wait_takes_listeners_and_connections_together(void **state)
{
	tieline_options options = with_key();
	tieline_listener *listener;
	tieline_connection *connection, *accepted;
	tieline_handle *handles[2];
	pthread_t thread;
	int fd, ready[2];

	(void)state;
	connection = raw_pair(&fd, NULL);
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &options, &listener));
	handles[0] = tieline_connection_handle(connection);
	handles[1] = tieline_listener_handle(listener);
	assert_int_equal(pthread_create(&thread, NULL, connect_and_close,
				 (void *)tieline_listener_address(listener)),
		0);
	assert_int_equal(tieline_wait(handles, 2, HANG_MS, ready), 1);
	assert_int_equal(ready[0], 0);
	assert_int_equal(ready[1], TIELINE_READ);
	assert_code(
		TIELINE_OK, tieline_listener_accept(listener, 0, &accepted));
	pthread_join(thread, NULL);
	tieline_connection_close(accepted);
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	close(fd);
}

static void a_peers_path_is_shown_without_control_characters(void **state)
{
	struct sockaddr_un named = {.sun_family = AF_UNIX};
	tieline_connection *connection;
	int ours = socket(AF_UNIX, SOCK_STREAM, 0), theirs, accepted;
	char path[64];

	(void)state;
	snprintf(
		path, sizeof(path), "/tmp/tieline-\033[1m\n-%d", (int)getpid());
	strcpy(named.sun_path, path);
	assert_int_equal(bind(ours, (void *)&named, sizeof(named)), 0);
	assert_int_equal(listen(ours, 1), 0);
	theirs = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(theirs, (void *)&named, sizeof(named)), 0);
	accepted = accept(ours, NULL, NULL);
	assert_code(TIELINE_OK,
		tieline_connection_adopt(theirs, NULL, &connection));
	assert_memory_equal(tieline_connection_peer(connection),
		"unix:/tmp/tieline-?[1m?-", 24);
	tieline_connection_close(connection);
	close(accepted);
	close(ours);
	unlink(path);
}

static void a_sending_end_wants_nothing_at_first(void **state)
{
	tieline_connection *reader, *writer;
	tieline_handle *handle;
	int ready;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(false, NULL, &reader, &writer));
	handle = tieline_connection_handle(writer);
	assert_false(is_up(handle));
	assert_int_equal(tieline_wait(&handle, 1, 0, &ready), 0);
	tieline_connection_close(reader);
	tieline_connection_close(writer);
}

/* One handle's long message does not keep the others waiting. */
static void a_long_message_is_read_in_turns(void **state)
{
	tieline_connection *connection;
	tieline_handle *handle;
	char *bytes = calloc(1, 64 << 20);
	int fd, turns = 0;

	(void)state;
	connection = raw_pair(&fd, NULL);
	handle = tieline_connection_handle(connection);
	put(fd, "\4\0\0\0", 4);
	while (tieline_handle_process(handle) == 0) {
		(void)!send(fd, bytes, 64 << 20, MSG_DONTWAIT);
		turns++;
	}
	/* The socket holds far less than the message. */
	assert_true(turns > 10);
	expect_message(connection, bytes, 64 << 20);
	free(bytes);
	tieline_connection_close(connection);
	close(fd);
}

static void a_failed_start_is_ready_and_says_why(void **state)
{
	tieline_options options = with_key();
	tieline_connection *client;
	tieline_handle *handle;
	int ready, result;

	(void)state;
	/* Refused at once, or when it is asked for: both are right. */
	result = tieline_client_start("tcp://127.0.0.1:1", &options, &client);
	if (result < 0) {
		assert_code(TIELINE_ECONNECT, result);
		return;
	}
	handle = tieline_connection_handle(client);
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_WRITE));
	assert_int_equal(tieline_wait(&handle, 1, HANG_MS, &ready), 1);
	assert_code(TIELINE_ECONNECT, tieline_flush(client, 0));
	assert_non_null(
		strstr(tieline_handle_error(handle), "Connection refused"));
	tieline_connection_close(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(the_descriptor_is_up_while_messages_wait),
		leak_test(polling_does_not_lower_the_descriptor),
		leak_test(the_descriptor_stays_the_same_for_life),
		leak_test(a_listeners_descriptor_is_up_until_all_are_taken),
		leak_test(writing_is_wanted_only_when_asked_for),
		leak_test(what_is_kept_goes_out_by_processing),
		leak_test(who_does_not_want_to_read_holds_the_peer_back),
		leak_test(a_deadline_is_told_only_while_there_is_one),
		leak_test(wait_tells_whose_turn_it_is),
		leak_test(wait_finds_what_was_read_ahead),
		leak_test(wait_takes_listeners_and_connections_together),
		leak_test(a_peers_path_is_shown_without_control_characters),
		leak_test(a_sending_end_wants_nothing_at_first),
		leak_test(a_long_message_is_read_in_turns),
		leak_test(a_failed_start_is_ready_and_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
