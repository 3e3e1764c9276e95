/* SPDX-License-Identifier: MIT */
/* How connections with TLS end, and what happens to those that never were. */
#include "secure.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOON_MS 50

/* Receives nothing; returns why. */
static int hear(tieline_connection *connection)
{
	void *data;
	size_t len;

	return tieline_recv_bytes(connection, HANG_MS, &data, &len);
}

static void closing_is_an_end(void **state)
{
	struct ends ends;

	(void)state;
	open_secure(&ends);
	assert_code(TIELINE_OK, send_now(ends.client, "bye", 3));
	tieline_connection_close(ends.client);
	ends.client = NULL;
	expect_message(ends.server, "bye", 3);
	assert_code(TIELINE_EEOF, hear(ends.server));
	close_ends(&ends);
}

/* The start of a message, as it is. */
static void begin_message(tieline_connection *connection)
{
	size_t put;

	assert_code(TIELINE_OK,
		tieline_write_some(connection, "\0\0\0\5he", 6, &put));
	assert_int_equal(put, 6);
}

static void an_end_inside_a_message_is_told_apart(void **state)
{
	struct ends ends;

	(void)state;
	open_secure(&ends);
	begin_message(ends.client);
	tieline_connection_close(ends.client);
	ends.client = NULL;
	assert_code(TIELINE_ETRUNCATED, hear(ends.server));
	close_ends(&ends);
}

static void a_break_is_no_end(void **state)
{
	struct ends ends;

	(void)state;
	for (int inside = 0; inside < 2; inside++) {
		open_secure(&ends);
		assert_code(TIELINE_OK, send_now(ends.client, "oh", 2));
		if (inside)
			begin_message(ends.client);
		tieline_connection_break(ends.client);
		ends.client = NULL;
		expect_message(ends.server, "oh", 2);
		assert_code(TIELINE_ELOST, hear(ends.server));
		close_ends(&ends);
	}
}

static void one_side_can_end_first(void **state)
{
	struct ends ends;

	(void)state;
	open_secure(&ends);
	assert_code(TIELINE_OK, tieline_send_end(ends.client, HANG_MS));
	assert_code(TIELINE_EEOF, hear(ends.server));
	assert_code(TIELINE_EDIRECTION, send_now(ends.client, "more", 4));
	assert_code(TIELINE_OK, send_now(ends.server, "still", 5));
	expect_message(ends.client, "still", 5);
	assert_code(TIELINE_OK, tieline_send_end(ends.server, HANG_MS));
	assert_code(TIELINE_EEOF, hear(ends.client));
	close_ends(&ends);
}

/* The end stands behind what the socket has no room for. */
static void an_end_waits_for_what_is_held(void **state)
{
	struct ends ends;
	uint8_t *bytes = pattern(8 << 20);
	int ended = TIELINE_ETIMEDOUT;

	(void)state;
	open_secure(&ends);
	assert_code(TIELINE_OK, send_now(ends.client, bytes, 8 << 20));
	assert_code(TIELINE_ETIMEDOUT, tieline_send_end(ends.client, 0));
	while (ended == TIELINE_ETIMEDOUT) {
		(void)!tieline_poll(ends.server, 0);
		ended = tieline_send_end(ends.client, 0);
	}
	assert_code(TIELINE_OK, ended);
	expect_message(ends.server, bytes, 8 << 20);
	assert_code(TIELINE_EEOF, hear(ends.server));
	free(bytes);
	close_ends(&ends);
}

/* Nothing of a process that dies says that this is the end. */
static void a_process_that_dies_is_a_break(void **state)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();
	tieline_listener *listener;
	tieline_connection *connection;
	pid_t child;

	(void)state;
	assert_code(
		TIELINE_OK, tieline_listener_open(SECURE, &server, &listener));
	child = fork();
	if (child == 0)
		_exit(tieline_client(tieline_listener_address(listener),
			      &client, &connection) != TIELINE_OK);
	assert_code(TIELINE_OK,
		tieline_listener_accept(listener, HANG_MS, &connection));
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_code(TIELINE_ELOST, hear(connection));
	tieline_connection_close(connection);
	tieline_listener_close(listener);
}

static void a_forked_child_says_nothing(void **state)
{
	struct ends ends;
	pid_t child;
	int status;

	(void)state;
	open_secure(&ends);
	child = fork();
	if (child == 0) {
		int result = send_now(ends.client, "x", 1);

		tieline_connection_close(ends.server);
		tieline_connection_break(ends.client);
		_exit(result != TIELINE_EFORKED);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_code(TIELINE_OK, send_now(ends.client, "ping", 4));
	expect_message(ends.server, "ping", 4);
	assert_code(TIELINE_OK, send_now(ends.server, "pong", 4));
	expect_message(ends.client, "pong", 4);
	close_ends(&ends);
}

static void there_is_no_socket_to_be_had(void **state)
{
	struct ends ends;
	int fd;

	(void)state;
	open_secure(&ends);
	assert_code(
		TIELINE_EINVAL, tieline_connection_detach(ends.client, &fd));
	assert_non_null(strstr(
		tieline_handle_error(tieline_connection_handle(ends.client)),
		"tieline_read_some"));
	close_ends(&ends);
}

/* ---- those that never open -------------------------------------------- */

static tieline_connection *start_client(int *fd)
{
	tieline_options options = secure_client();
	tieline_connection *connection;
	char address[64];
	int listening = listen_raw(address);

	options.handshake_timeout_ms = SOON_MS;
	assert_code(TIELINE_OK,
		tieline_client_start(address, &options, &connection));
	*fd = accept_raw(listening);
	close(listening);
	return connection;
}

/* What becomes of the client, and part of the text for it. */
static void expect_failure(
	tieline_connection *connection, int code, const char *text)
{
	assert_code(code, tieline_flush(connection, HANG_MS));
	assert_non_null(strstr(
		tieline_handle_error(tieline_connection_handle(connection)),
		text));
	assert_code(code, hear(connection));
	tieline_connection_close(connection);
}

static void a_client_gives_silent_peers_up(void **state)
{
	int fd;
	tieline_connection *connection = start_client(&fd);

	(void)state;
	expect_failure(connection, TIELINE_EHANDSHAKE, "TLS");
	close(fd);
}

static void a_client_knows_what_is_no_tls(void **state)
{
	int fd;
	tieline_connection *connection = start_client(&fd);

	(void)state;
	put(fd, "\0\0\0\x1b#CHALLENGE#0123456789abcdef", 31);
	expect_failure(connection, TIELINE_ETLS, "does not speak TLS");
	close(fd);
}

static void a_client_tells_a_cut_handshake(void **state)
{
	int fd;
	tieline_connection *connection = start_client(&fd);

	(void)state;
	close(fd);
	expect_failure(connection, TIELINE_ELOST, "handshake of TLS");
}

static int refused_code;

static void note_refused(
	void *arg, int code, const char *peer, const char *message)
{
	(void)arg;
	(void)peer;
	(void)message;
	refused_code = code;
}

/* What a listener turns a peer away with that says no more than that. */
static int refusal_of(const char *said)
{
	tieline_options server = secure_server("good");
	tieline_options client = tieline_options_default();
	tieline_connection *stranger, *nobody;
	tieline_listener *listener;
	char address[64];
	size_t put;

	server.handshake_timeout_ms = SOON_MS;
	server.on_refused = note_refused;
	refused_code = 0;
	assert_code(
		TIELINE_OK, tieline_listener_open(SECURE, &server, &listener));
	snprintf(address, sizeof(address), "tcp%s",
		tieline_listener_address(listener) + 3);
	client.no_authkey = true;
	assert_code(TIELINE_OK, tieline_client(address, &client, &stranger));
	if (said)
		assert_code(TIELINE_OK,
			tieline_write_some(stranger, said, strlen(said), &put));
	while (!refused_code)
		assert_code(TIELINE_ETIMEDOUT,
			tieline_listener_accept(listener, 1, &nobody));
	tieline_connection_close(stranger);
	tieline_listener_close(listener);
	return refused_code;
}

static void a_listener_gives_silent_peers_up(void **state)
{
	(void)state;
	assert_code(TIELINE_EHANDSHAKE, refusal_of(NULL));
}

static void a_listener_knows_what_is_no_tls(void **state)
{
	(void)state;
	assert_code(TIELINE_ETLS, refusal_of("GET / HTTP/1.1\r\n\r\n"));
	assert_code(TIELINE_ETLS, refusal_of("what is this place?"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(closing_is_an_end),
		leak_test(an_end_inside_a_message_is_told_apart),
		leak_test(a_break_is_no_end),
		leak_test(one_side_can_end_first),
		leak_test(an_end_waits_for_what_is_held),
		leak_test(a_process_that_dies_is_a_break),
		leak_test(a_forked_child_says_nothing),
		leak_test(there_is_no_socket_to_be_had),
		leak_test(a_client_gives_silent_peers_up),
		leak_test(a_client_knows_what_is_no_tls),
		leak_test(a_client_tells_a_cut_handshake),
		leak_test(a_listener_gives_silent_peers_up),
		leak_test(a_listener_knows_what_is_no_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
