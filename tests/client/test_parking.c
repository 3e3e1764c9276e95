/* SPDX-License-Identifier: MIT */
/* Listeners with a name at a broker: parking, refilling, losing the broker. */
#include "broker.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MANY 5

/* What on_refused heard. */
struct refusals {
	int count;
	int code;
	char peer[256];
	char text[256];
};

static void note_refusal(
	void *arg, int code, const char *peer, const char *message)
{
	struct refusals *refusals = arg;

	refusals->count++;
	refusals->code = code;
	snprintf(refusals->peer, sizeof(refusals->peer), "%s", peer);
	snprintf(refusals->text, sizeof(refusals->text), "%s", message);
}

static tieline_options with_refusals(struct refusals *refusals)
{
	tieline_options options = with_key();

	*refusals = (struct refusals){.count = 0};
	options.on_refused = note_refusal;
	options.on_refused_arg = refusals;
	return options;
}

/* A listener whose first connection is parked; stores the broker's end. */
static tieline_listener *listen_named(
	struct broker *broker, const tieline_options *options, int *fd)
{
	tieline_options with = options ? *options : with_key();
	tieline_listener *listener;

	broker_start(broker, PARKED);
	assert_code(TIELINE_OK,
		tieline_listener_open(broker->named, &with, &listener));
	*fd = broker_join(broker);
	assert_true(*fd >= 0);
	return listener;
}

/* Goes on until on_refused has been called so often. */
static void await_refusals(
	tieline_listener *listener, const struct refusals *refusals, int count)
{
	tieline_connection *none;

	while (refusals->count < count)
		assert_code(TIELINE_ETIMEDOUT,
			tieline_listener_accept(listener, 1, &none));
}

static tieline_connection *accept_one(tieline_listener *listener)
{
	tieline_connection *connection;

	assert_code(TIELINE_OK,
		tieline_listener_accept(listener, HANG_MS, &connection));
	return connection;
}

static void expect_nobody(tieline_listener *listener)
{
	tieline_connection *none;

	assert_code(
		TIELINE_ETIMEDOUT, tieline_listener_accept(listener, 0, &none));
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* How long the listener would sleep. */
static int64_t pause_of(tieline_listener *listener)
{
	return tieline_handle_deadline_ms(tieline_listener_handle(listener)) -
		now_ms();
}

static void a_listener_is_found_when_it_is_open(void **state)
{
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *connection;
	int fd;

	(void)state;
	broker_open(&broker, NULL, NULL);
	listener = listen_named(&broker, NULL, &fd);
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
	listener = listen_named(&broker, NULL, &fd);
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
	listener = listen_named(&broker, NULL, &fds[0]);
	copy_id(&broker, first);
	put_frame(fds[0], PAIRED);
	connection = accept_one(listener);
	fds[1] = broker_take(&broker, tieline_listener_handle(listener));
	copy_id(&broker, second);
	another = listen_named(&broker, NULL, &fds[2]);
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
	listener = listen_named(&broker, &options, &fd);
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
	struct refusals refusals;
	tieline_listener *listener;
	struct broker broker;
	tieline_options brokers = with_refusals(&refusals);
	pthread_t thread;

	(void)state;
	options.authkey = "another key of these tests";
	broker_open(&broker, NULL, &brokers);
	assert_int_equal(pthread_create(&thread, NULL, refuse_one, &broker), 0);
	assert_code(TIELINE_EAUTH,
		tieline_listener_open(broker.named, &options, &listener));
	pthread_join(thread, NULL);
	assert_int_equal(refusals.count, 1);
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

/* Takes and parks connections until there are so many. */
static void park(struct broker *broker, tieline_listener *listener, int fds[],
	int from, int to)
{
	for (int i = from; i < to; i++) {
		fds[i] = broker_take(broker, tieline_listener_handle(listener));
		put_frame(fds[i], PARKED);
	}
	expect_nobody(listener);
}

/* No other connection comes to the broker: 20 rounds are more than any takes
 * to be there. */
static void expect_no_more(
	const struct broker *broker, tieline_listener *listener)
{
	tieline_connection *none;

	for (int i = 0; i < 20; i++) {
		tieline_handle_process(tieline_listener_handle(listener));
		assert_code(TIELINE_ETIMEDOUT,
			tieline_listener_accept(broker->listener, 0, &none));
	}
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
	listener = listen_named(&broker, &options, &fds[0]);
	park(&broker, listener, fds, 1, MANY);
	expect_no_more(&broker, listener);
	/* Those that wait for accept count too. */
	put_frame(fds[1], PAIRED);
	put_frame(fds[3], PAIRED);
	expect_no_more(&broker, listener);
	for (int i = 0; i < 2; i++)
		accepted[i] = accept_one(listener);
	park(&broker, listener, fds, MANY, MANY + 2);
	expect_no_more(&broker, listener);
	for (int i = 0; i < 2; i++)
		tieline_connection_close(accepted[i]);
	tieline_listener_close(listener);
	for (int i = 0; i < MANY + 2; i++)
		close(fds[i]);
	broker_close(&broker);
}

/* Who has not been told of is not lost by looking late, or by a broker that has
 * gone since. */
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
	listener = listen_named(&broker, NULL, &fd);
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

static void a_lost_broker_is_told_once_and_gone_back_to(void **state)
{
	struct refusals refusals;
	tieline_options options = with_refusals(&refusals);
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *connection;
	int fds[2 * MANY];

	(void)state;
	options.backlog = MANY;
	broker_open(&broker, NULL, NULL);
	listener = listen_named(&broker, &options, &fds[0]);
	park(&broker, listener, fds, 1, MANY);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	await_refusals(listener, &refusals, 1);
	expect_nobody(listener);
	assert_code(TIELINE_EBROKER, refusals.code);
	assert_string_equal(refusals.peer, broker.named);
	assert_non_null(strstr(refusals.text, "lost"));
	assert_non_null(
		strstr(tieline_handle_error(tieline_listener_handle(listener)),
			"lost"));
	/* One comes back first, and when that is parked, the others. */
	assert_in_range(pause_of(listener), 1, 125);
	fds[0] = broker_take(&broker, tieline_listener_handle(listener));
	expect_no_more(&broker, listener);
	put_frame(fds[0], PARKED);
	park(&broker, listener, fds, 1, MANY);
	put_frame(fds[2], PAIRED);
	connection = accept_one(listener);
	assert_int_equal(refusals.count, 1);
	/* The next loss is another one. */
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	await_refusals(listener, &refusals, 2);
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	broker_close(&broker);
}

/* Nobody listens there for a while. */
static void a_broker_is_tried_until_it_is_back(void **state)
{
	static const int64_t longest_ms[] = {125, 250, 500};
	char *place = strdup(unix_address("broker"));
	struct refusals refusals;
	tieline_options options = with_refusals(&refusals);
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *none;
	tieline_handle *handle;
	int fd;

	(void)state;
	broker_open(&broker, place, NULL);
	listener = listen_named(&broker, &options, &fd);
	handle = tieline_listener_handle(listener);
	broker_close(&broker);
	close(fd);
	await_refusals(listener, &refusals, 1);
	for (size_t i = 0; i < 3; i++) {
		int64_t until_ms = tieline_handle_deadline_ms(handle);

		assert_in_range(pause_of(listener), 0, longest_ms[i]);
		while (tieline_handle_deadline_ms(handle) == until_ms)
			assert_code(TIELINE_ETIMEDOUT,
				tieline_listener_accept(listener, 10, &none));
	}
	assert_int_equal(refusals.count, 1);
	broker_open(&broker, place, NULL);
	park(&broker, listener, &fd, 0, 1);
	put_frame(fd, PAIRED);
	tieline_connection_close(accept_one(listener));
	tieline_listener_close(listener);
	close(fd);
	broker_close(&broker);
	free(place);
}

/* A key that is not the broker's any more will not be soon again. */
static void a_broker_with_another_key_is_tried_slowly(void **state)
{
	tieline_options others = with_key();
	char *place = strdup(unix_address("broker"));
	struct refusals refusals;
	tieline_options options = with_refusals(&refusals);
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *none;
	int fd;

	(void)state;
	others.authkey = "another key of these tests";
	broker_open(&broker, place, NULL);
	listener = listen_named(&broker, &options, &fd);
	broker_close(&broker);
	broker_open(&broker, place, &others);
	close(fd);
	await_refusals(listener, &refusals, 1);
	while (pause_of(listener) < 3000) {
		assert_code(TIELINE_ETIMEDOUT,
			tieline_listener_accept(broker.listener, 1, &none));
		expect_nobody(listener);
	}
	assert_int_equal(refusals.count, 1);
	tieline_listener_close(listener);
	broker_close(&broker);
	free(place);
}

/* A broker that gives up a connection of a program that is busy with something
 * else does what it has to. */
static void a_busy_programs_handshakes_are_made_anew(void **state)
{
	struct refusals refusals;
	tieline_options options = with_refusals(&refusals), brokers = options;
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *connection, *none;
	tieline_handle *handle;
	int fds[2];

	(void)state;
	options.handshake_timeout_ms = brokers.handshake_timeout_ms = 100;
	brokers.on_refused = NULL;
	broker_open(&broker, NULL, &brokers);
	listener = listen_named(&broker, &options, &fds[0]);
	handle = tieline_listener_handle(listener);
	put_frame(fds[0], PAIRED);
	connection = accept_one(listener);
	tieline_handle_process(handle);
	/* The listener is half-way, and is not looked after. */
	assert_code(TIELINE_ETIMEDOUT,
		tieline_listener_accept(broker.listener, 300, &none));
	assert_true(pause_of(listener) < -50);
	fds[1] = broker_take(&broker, handle);
	put_frame(fds[1], PARKED);
	expect_nobody(listener);
	assert_int_equal(refusals.count, 0);
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	close(fds[0]);
	close(fds[1]);
	broker_close(&broker);
}

static void a_refusal_later_on_is_told_and_tried_again(void **state)
{
	struct refusals refusals;
	tieline_options options = with_refusals(&refusals);
	struct broker broker;
	tieline_listener *listener;
	int fd;

	(void)state;
	broker_open(&broker, NULL, NULL);
	listener = listen_named(&broker, &options, &fd);
	put_frame(fd, REFUSED("draining"));
	await_refusals(listener, &refusals, 1);
	assert_code(TIELINE_EBROKER, refusals.code);
	assert_non_null(strstr(refusals.text, "draining"));
	close(fd);
	fd = broker_take(&broker, tieline_listener_handle(listener));
	put_frame(fd, REFUSED("name_taken"));
	close(fd);
	park(&broker, listener, &fd, 0, 1);
	assert_int_equal(refusals.count, 1);
	tieline_listener_close(listener);
	close(fd);
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
	listener = listen_named(&broker, NULL, &fds[0]);
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
	assert_int_equal(poll(&entry, 1, 0), 0);
	/* The next one is to be made now. */
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
	listener = listen_named(&broker, NULL, &fd);
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

static void no_descriptor_left_is_said_and_passes(void **state)
{
	struct broker broker;
	struct rlimit limit, low;
	tieline_listener *listener;
	tieline_connection *connection, *none;
	int fds[2], spare;

	(void)state;
	broker_open(&broker, NULL, NULL);
	listener = listen_named(&broker, NULL, &fds[0]);
	put_frame(fds[0], PAIRED);
	connection = accept_one(listener);
	spare = open("/dev/null", O_RDONLY);
	getrlimit(RLIMIT_NOFILE, &limit);
	low = limit;
	low.rlim_cur = (rlim_t)spare;
	setrlimit(RLIMIT_NOFILE, &low);
	assert_code(TIELINE_EDESCRIPTORS,
		tieline_listener_accept(listener, HANG_MS, &none));
	assert_code(
		TIELINE_ETIMEDOUT, tieline_listener_accept(listener, 0, &none));
	setrlimit(RLIMIT_NOFILE, &limit);
	park(&broker, listener, fds, 1, 2);
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	close(spare);
	close(fds[0]);
	close(fds[1]);
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
		leak_test(a_lost_broker_is_told_once_and_gone_back_to),
		leak_test(a_broker_is_tried_until_it_is_back),
		leak_test(a_broker_with_another_key_is_tried_slowly),
		leak_test(a_busy_programs_handshakes_are_made_anew),
		leak_test(a_refusal_later_on_is_told_and_tried_again),
		leak_test(an_event_loop_accepts),
		leak_test(a_forked_child_leaves_what_is_parked_alone),
		leak_test(no_descriptor_left_is_said_and_passes),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
