/* SPDX-License-Identifier: MIT */
/* Listeners with a name: being found at a broker, and staying so. */
#include "broker.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 12 /* more than are made at a time */

static void a_listener_is_found_when_it_is_open(void **state)
{
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *connection;
	int fd;

	(void)state;
	broker_open(&broker, NULL, NULL);
	listener = broker_listener(&broker, NULL, &fd);
	assert_non_null(strstr(broker.request, "\"accept\":\"echo\""));
	assert_non_null(strstr(broker.request, "\"confirm\":true"));
	assert_null(strstr(broker.request, "exclusive"));
	assert_null(strstr(broker.request, "timeout"));
	assert_string_equal(tieline_listener_address(listener), broker.named);
	expect_nobody(listener);
	assert_string_equal(tieline_listener_last_accepted(listener), "");
	put_frame(fd, PAIRED);
	put_frame(fd, "hello");
	connection = accept_one(listener);
	assert_string_equal(tieline_listener_last_accepted(listener),
		"tcp://192.0.2.7:40312");
	assert_string_equal(
		tieline_connection_peer(connection), "tcp://192.0.2.7:40312");
	expect_message(connection, "hello", 5);
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	close(fd);
	broker_close(&broker);
}

static void what_is_accepted_can_be_detached_at_once(void **state)
{
	struct broker broker;
	tieline_listener *listener;
	char got[9];
	int fd, ours;

	(void)state;
	broker_open(&broker, NULL, NULL);
	listener = broker_listener(&broker, NULL, &fd);
	put_frame(fd, PAIRED);
	put_frame(fd, "hello");
	assert_code(TIELINE_OK,
		tieline_connection_detach(accept_one(listener), &ours));
	assert_int_equal(recv(ours, got, sizeof(got), MSG_WAITALL), 9);
	assert_memory_equal(got, "\0\0\0\5hello", 9);
	close(ours);
	tieline_listener_close(listener);
	close(fd);
	broker_close(&broker);
}

/* The listener's id in a request. */
static void copy_id(const struct broker *broker, char id[33])
{
	const char *found = strstr(broker->request, "\"listener\":\"");

	assert_non_null(found);
	found += strlen("\"listener\":\"");
	assert_int_equal(strspn(found, "0123456789abcdef"), 32);
	snprintf(id, 33, "%s", found);
}

static void all_connections_of_a_listener_have_its_id(void **state)
{
	char first[33], second[33], other[33];
	struct broker broker;
	tieline_listener *listener, *another;
	tieline_connection *connection;
	int fds[3];

	(void)state;
	broker_open(&broker, NULL, NULL);
	listener = broker_listener(&broker, NULL, &fds[0]);
	copy_id(&broker, first);
	put_frame(fds[0], PAIRED);
	connection = accept_one(listener);
	fds[1] = broker_take(&broker, tieline_listener_handle(listener));
	copy_id(&broker, second);
	another = broker_listener(&broker, NULL, &fds[2]);
	copy_id(&broker, other);
	assert_string_equal(first, second);
	assert_string_not_equal(first, other);
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	tieline_listener_close(another);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	broker_close(&broker);
}

static void a_name_can_be_asked_for_alone(void **state)
{
	tieline_options options = with_key();
	struct broker broker;
	tieline_listener *listener;
	int fd;

	(void)state;
	options.exclusive = true;
	broker_open(&broker, NULL, NULL);
	listener = broker_listener(&broker, &options, &fd);
	assert_non_null(strstr(broker.request, "\"exclusive\":true"));
	tieline_listener_close(listener);
	close(fd);
	broker_close(&broker);
}

static void opening_fails_with_the_brokers_reason(void **state)
{
	static const struct {
		const char *reply; /* NULL = it just goes */
		int code;
		const char *text;
	} table[] = {
		{REFUSED("name_taken"), TIELINE_ENAMETAKEN, "because of it"},
		{REFUSED("full"), TIELINE_EFULL, "because of it"},
		{REFUSED("not_permitted"), TIELINE_ENOTPERMITTED,
			"because of it"},
		{REFUSED("draining"), TIELINE_EBROKER, "because of it"},
		{NULL, TIELINE_EBROKER, "before it had answered"},
		{"hello", TIELINE_EPROTOCOL, "not a broker's reply"},
	};
	tieline_options options = with_key();
	tieline_listener *listener;
	struct broker broker;

	(void)state;
	broker_open(&broker, NULL, NULL);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		int fd;

		broker_start(&broker, table[i].reply);
		assert_code(table[i].code,
			tieline_listener_open(
				broker.named, &options, &listener));
		assert_non_null(strstr(last_text(), table[i].text));
		fd = broker_join(&broker);
		if (fd >= 0)
			close(fd);
	}
	broker_close(&broker);
}

static void *refuse_one(void *arg)
{
	struct broker *broker = arg;
	tieline_connection *none;

	return (void *)(intptr_t)tieline_listener_accept(
		broker->listener, 1000, &none);
}

static void another_key_than_the_brokers_is_said_at_once(void **state)
{
	tieline_options options = with_key();
	tieline_listener *listener;
	struct broker broker;
	pthread_t thread;

	(void)state;
	options.authkey = "another key of these tests";
	broker_open(&broker, NULL, NULL);
	assert_int_equal(pthread_create(&thread, NULL, refuse_one, &broker), 0);
	assert_code(TIELINE_EAUTH,
		tieline_listener_open(broker.named, &options, &listener));
	pthread_join(thread, NULL);
	broker_close(&broker);
}

/* Nobody takes what the kernel has queued. */
static void opening_at_a_silent_broker_ends_in_time(void **state)
{
	tieline_options options = with_key(), no_key = with_key();
	tieline_listener *listener;
	struct broker broker;
	int64_t start_ms;

	(void)state;
	options.connect_timeout_ms = 100;
	broker_open(&broker, NULL, NULL);
	start_ms = now_ms();
	assert_code(TIELINE_EHANDSHAKE,
		tieline_listener_open(broker.named, &options, &listener));
	no_key.authkey = NULL;
	no_key.no_authkey = true;
	no_key.connect_timeout_ms = 100;
	assert_code(TIELINE_EBROKER,
		tieline_listener_open(broker.named, &no_key, &listener));
	assert_in_range(now_ms() - start_ms, 200, HANG_MS / 2);
	broker_close(&broker);
}

/* Both families of localhost are tried; only one has the broker. */
static void a_host_name_is_looked_up_once(void **state)
{
	tieline_options options = with_key();
	tieline_listener *listener;
	struct broker broker;
	char address[256];

	(void)state;
	broker_open(&broker, NULL, NULL);
	snprintf(address, sizeof(address), "tcp://localhost%s",
		strrchr(broker.named, ':'));
	broker_start(&broker, PARKED);
	assert_code(TIELINE_OK,
		tieline_listener_open(address, &options, &listener));
	assert_string_equal(tieline_listener_address(listener), address);
	close(broker_join(&broker));
	tieline_listener_close(listener);
	broker_close(&broker);
}

static void so_many_are_parked_as_the_backlog_says(void **state)
{
	tieline_options options = with_key();
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *accepted[2];
	int fds[MANY + 2];

	(void)state;
	options.backlog = MANY;
	broker_open(&broker, NULL, NULL);
	listener = broker_listener(&broker, &options, &fds[0]);
	broker_park(&broker, listener, fds, 1, MANY);
	broker_expect_none(&broker, listener);
	/* Those that wait for accept count too. */
	put_frame(fds[1], PAIRED);
	put_frame(fds[3], PAIRED);
	broker_expect_none(&broker, listener);
	for (int i = 0; i < 2; i++)
		accepted[i] = accept_one(listener);
	broker_park(&broker, listener, fds, MANY, MANY + 2);
	broker_expect_none(&broker, listener);
	for (int i = 0; i < 2; i++)
		tieline_connection_close(accepted[i]);
	tieline_listener_close(listener);
	for (int i = 0; i < MANY + 2; i++)
		close(fds[i]);
	broker_close(&broker);
}

/* Although the connection has ended since. */
static void who_was_paired_in_time_is_accepted_late(void **state)
{
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *connection;
	void *data;
	size_t len;
	int fd;

	(void)state;
	broker_open(&broker, NULL, NULL);
	listener = broker_listener(&broker, NULL, &fd);
	put_frame(fd, PAIRED);
	put_frame(fd, "hello");
	close(fd);
	connection = accept_one(listener);
	expect_message(connection, "hello", 5);
	assert_code(TIELINE_EEOF,
		tieline_recv_bytes(connection, HANG_MS, &data, &len));
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	broker_close(&broker);
}

/* A program sleeps on the descriptor and the deadline alone. */
static void an_event_loop_accepts(void **state)
{
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *connection;
	tieline_handle *handle;
	struct pollfd entry = {.events = POLLIN};
	int fds[2];

	(void)state;
	broker_open(&broker, NULL, NULL);
	listener = broker_listener(&broker, NULL, &fds[0]);
	handle = tieline_listener_handle(listener);
	entry.fd = tieline_handle_fileno(handle);
	assert_int_equal(poll(&entry, 1, 0), 0);
	assert_int_equal(tieline_handle_deadline_ms(handle), -1);
	put_frame(fds[0], PAIRED);
	assert_int_equal(poll(&entry, 1, HANG_MS), 1);
	/* It stays up until the connection is taken. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tieline_handle_process(handle), TIELINE_READ);
		assert_int_equal(poll(&entry, 1, 0), 1);
	}
	assert_code(
		TIELINE_OK, tieline_listener_accept(listener, 0, &connection));
	/* The next one is to be made now. */
	assert_int_equal(poll(&entry, 1, 0), 1);
	assert_true(pause_of(listener) <= 0);
	fds[1] = broker_take(&broker, handle);
	put_frame(fds[1], PARKED);
	assert_int_equal(poll(&entry, 1, HANG_MS), 1);
	assert_int_equal(tieline_handle_process(handle), 0);
	assert_int_equal(poll(&entry, 1, 0), 0);
	assert_int_equal(tieline_handle_deadline_ms(handle), -1);
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	close(fds[0]);
	close(fds[1]);
	broker_close(&broker);
}

static void a_forked_child_leaves_what_is_parked_alone(void **state)
{
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *connection;
	int fd, status;
	pid_t child;

	(void)state;
	broker_open(&broker, NULL, NULL);
	listener = broker_listener(&broker, NULL, &fd);
	put_frame(fd, PAIRED);
	child = fork();
	if (child == 0) {
		int result = tieline_listener_accept(listener, 0, &connection);

		tieline_listener_close(listener);
		_exit(result == TIELINE_EFORKED ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	connection = accept_one(listener);
	put_frame(fd, "hello");
	expect_message(connection, "hello", 5);
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	close(fd);
	broker_close(&broker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(a_listener_is_found_when_it_is_open),
		leak_test(what_is_accepted_can_be_detached_at_once),
		leak_test(all_connections_of_a_listener_have_its_id),
		leak_test(a_name_can_be_asked_for_alone),
		leak_test(opening_fails_with_the_brokers_reason),
		leak_test(another_key_than_the_brokers_is_said_at_once),
		leak_test(opening_at_a_silent_broker_ends_in_time),
		leak_test(a_host_name_is_looked_up_once),
		leak_test(so_many_are_parked_as_the_backlog_says),
		leak_test(who_was_paired_in_time_is_accepted_late),
		leak_test(an_event_loop_accepts),
		leak_test(a_forked_child_leaves_what_is_parked_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
