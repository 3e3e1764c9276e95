/* SPDX-License-Identifier: MIT */
/* Two brokers in one process, each in a thread of its own, with programs in
 * others that meet there: they share nothing. */
#include "../unit/unit.h"

#include "../../broker/broker.h"

#include <tieline/tieline.h>

#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEY     "the key of these tests"
#define BROKERS 2
#define ROUNDS  50
#define MUCH    (1u << 20) /* is spliced */
#define HANG_MS 60000

/* A broker in its thread. What is written to the one end of the sockets is
 * heard in its loop: nobody else may touch it. */
struct lodger {
	struct broker *broker;
	struct event order;
	int orders[2];
	pthread_t thread;
	char address[256];
	bool whole; /* what broker_run() returned */
};

static void on_order(evutil_socket_t fd, short event, void *arg)
{
	struct broker *broker = arg;
	char order = 0;

	(void)event;
	assert_int_equal(read(fd, &order, 1), 1);
	if (order == 'd')
		broker_drain(broker);
	else
		broker_stop(broker);
}

static void *run(void *arg)
{
	struct lodger *lodger = arg;

	lodger->whole = broker_run(lodger->broker);
	return NULL;
}

static void open_lodger(struct lodger *lodger)
{
	static struct config config;
	struct tli_error error;
	struct tli_key *key = tli_key_copy(KEY, strlen(KEY), &error);

	config_init(&config);
	config_add_listen(&config, "tcp://127.0.0.1:0", &error);
	lodger->broker = broker_new(
		&config, identities_load("", key, NULL, &error), -1, &error);
	assert_non_null(lodger->broker);
	assert_int_equal(broker_listen(lodger->broker, &error), 0);
	snprintf(lodger->address, sizeof(lodger->address), "%.200s#echo",
		TAILQ_FIRST(&lodger->broker->ports.list)->address);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM, 0, lodger->orders), 0);
	event_assign(&lodger->order, lodger->broker->base, lodger->orders[0],
		EV_READ, on_order, lodger->broker);
	event_add(&lodger->order, NULL);
	assert_int_equal(pthread_create(&lodger->thread, NULL, run, lodger), 0);
}

static void close_lodger(struct lodger *lodger, char order)
{
	assert_int_equal(write(lodger->orders[1], &order, 1), 1);
	pthread_join(lodger->thread, NULL);
	event_del(&lodger->order);
	broker_free(lodger->broker);
	close(lodger->orders[0]);
	close(lodger->orders[1]);
}

static tieline_options with_key(void)
{
	tieline_options options = tieline_options_default();

	options.authkey = KEY;
	options.authkey_len = strlen(KEY);
	return options;
}

/* Returns 0, or the code of what failed. */
static int send_back(tieline_connection *connection)
{
	void *data;
	size_t len;
	int result = tieline_recv_bytes(connection, HANG_MS, &data, &len);

	if (result < 0)
		return result;
	result = tieline_send_bytes(connection, data, len, HANG_MS);
	tieline_free(data);
	return result;
}

/* Sends back the messages of each who dials. */
static void *listen_and_echo(void *arg)
{
	struct lodger *lodger = arg;
	tieline_options options = with_key();
	tieline_listener *listener;
	tieline_connection *connection;
	int result =
		tieline_listener_open(lodger->address, &options, &listener);

	for (int i = 0; i < ROUNDS && result == 0; i++) {
		result =
			tieline_listener_accept(listener, HANG_MS, &connection);
		if (result < 0)
			break;
		result = send_back(connection);
		tieline_connection_close(connection);
	}
	if (result == 0)
		tieline_listener_close(listener);
	return (void *)(intptr_t)result;
}

static int ask(const char *address, const void *bytes, size_t len)
{
	tieline_options options = with_key();
	tieline_connection *connection;
	void *back;
	size_t back_len;
	int result = tieline_client(address, &options, &connection);

	if (result < 0)
		return result;
	result = tieline_send_bytes(connection, bytes, len, HANG_MS);
	if (result == 0)
		result = tieline_recv_bytes(
			connection, HANG_MS, &back, &back_len);
	if (result == 0) {
		result = back_len == len && memcmp(back, bytes, len) == 0
			? 0
			: TIELINE_EPROTOCOL;
		tieline_free(back);
	}
	tieline_connection_close(connection);
	return result;
}

static void *dial_and_ask(void *arg)
{
	static const char much[MUCH];
	struct lodger *lodger = arg;
	int result = 0;

	for (int i = 0; i < ROUNDS && result == 0; i++)
		result = ask(lodger->address, much, i % 10 ? 100 : MUCH);
	return (void *)(intptr_t)result;
}

static void join(pthread_t thread)
{
	void *result;

	pthread_join(thread, &result);
	assert_int_equal((intptr_t)result, 0);
}

static void brokers_share_nothing(void **state)
{
	static const char orders[BROKERS] = {'d', 's'};
	struct lodger lodgers[BROKERS];
	pthread_t threads[2 * BROKERS];

	(void)state;
	for (int i = 0; i < BROKERS; i++)
		open_lodger(&lodgers[i]);
	for (int i = 0; i < BROKERS; i++) {
		pthread_create(
			&threads[2 * i], NULL, listen_and_echo, &lodgers[i]);
		pthread_create(
			&threads[2 * i + 1], NULL, dial_and_ask, &lodgers[i]);
	}
	for (int i = 0; i < 2 * BROKERS; i++)
		join(threads[i]);
	for (int i = 0; i < BROKERS; i++) {
		close_lodger(&lodgers[i], orders[i]);
		/* Who is stopped may have cut the last who were about to go. */
		assert_true(lodgers[i].whole || orders[i] == 's');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brokers_share_nothing),
	};

	/* A write to a socket that is no more raises it, as main.c knows. */
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
