/* SPDX-License-Identifier: MIT */
/* Listeners with a name whose broker is lost, refuses them, or has to wait for
 * them. */
#include "broker.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
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

/* Goes on until on_refused has been called so often. */
static void await_refusals(
	tieline_listener *listener, const struct refusals *refusals, int count)
{
	tieline_connection *none;

	while (refusals->count < count)
		assert_code(TIELINE_ETIMEDOUT,
			tieline_listener_accept(listener, 1, &none));
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
	listener = broker_listener(&broker, &options, &fds[0]);
	broker_park(&broker, listener, fds, 1, MANY);
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
	broker_expect_none(&broker, listener);
	put_frame(fds[0], PARKED);
	broker_park(&broker, listener, fds, 1, MANY);
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
	listener = broker_listener(&broker, &options, &fd);
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
	broker_park(&broker, listener, &fd, 0, 1);
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
	listener = broker_listener(&broker, &options, &fd);
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
	listener = broker_listener(&broker, &options, &fds[0]);
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
	listener = broker_listener(&broker, &options, &fd);
	put_frame(fd, REFUSED("draining"));
	await_refusals(listener, &refusals, 1);
	assert_code(TIELINE_EBROKER, refusals.code);
	assert_non_null(strstr(refusals.text, "draining"));
	close(fd);
	fd = broker_take(&broker, tieline_listener_handle(listener));
	put_frame(fd, REFUSED("name_taken"));
	close(fd);
	broker_park(&broker, listener, &fd, 0, 1);
	assert_int_equal(refusals.count, 1);
	tieline_listener_close(listener);
	close(fd);
	broker_close(&broker);
}

/* Somebody who is paired meanwhile does not make it a new refusal. */
static void a_refusal_that_lasts_is_told_once(void **state)
{
	struct refusals refusals;
	tieline_options options = with_refusals(&refusals);
	struct broker broker;
	tieline_listener *listener;
	tieline_connection *connection;
	tieline_handle *handle;
	int fds[3];

	(void)state;
	options.backlog = 2;
	broker_open(&broker, NULL, NULL);
	listener = broker_listener(&broker, &options, &fds[0]);
	handle = tieline_listener_handle(listener);
	fds[1] = broker_take(&broker, handle);
	put_frame(fds[1], REFUSED("full"));
	await_refusals(listener, &refusals, 1);
	put_frame(fds[0], PAIRED);
	connection = accept_one(listener);
	fds[2] = broker_take(&broker, handle);
	put_frame(fds[2], REFUSED("full"));
	close(fds[1]);
	fds[1] = broker_take(&broker, handle);
	assert_int_equal(refusals.count, 1);
	tieline_connection_close(connection);
	tieline_listener_close(listener);
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
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
	listener = broker_listener(&broker, NULL, &fds[0]);
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
	broker_park(&broker, listener, fds, 1, 2);
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
		leak_test(a_lost_broker_is_told_once_and_gone_back_to),
		leak_test(a_broker_is_tried_until_it_is_back),
		leak_test(a_broker_with_another_key_is_tried_slowly),
		leak_test(a_busy_programs_handshakes_are_made_anew),
		leak_test(a_refusal_later_on_is_told_and_tried_again),
		leak_test(a_refusal_that_lasts_is_told_once),
		leak_test(no_descriptor_left_is_said_and_passes),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
