/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the library, and of OpenSSL below it, made to fail in
 * turn: once, and from then on for good. Each time the call that needed it says
 * so, nothing leaks, and what was kept is still there when there is memory
 * again.
 */
#include "broker.h"
#include "shortage.h"

#include "../unit/alloc.h"
#include "../unit/alloc_crypto.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIG  (1u << 20)
#define MANY 70 /* more handles than tieline_wait() has on its stack */

static uint8_t big[BIG];

/* Each scenario returns 0, or the first code that is not. */
static int handshake(void)
{
	tieline_options options = with_key();
	struct ends ends;
	int result = open_ends(&ends, NULL, &options);

	if (result == 0)
		close_ends(&ends);
	return result;
}

static int accept_blocking(void)
{
	tieline_options options = tieline_options_default();
	struct ends ends = {.why = ""};
	int result;

	options.no_authkey = true;
	result = tieline_listener_open(NULL, &options, &ends.listener);
	if (result == 0)
		result = tieline_client(tieline_listener_address(ends.listener),
			&options, &ends.client);
	if (result == 0)
		result = tieline_listener_accept(
			ends.listener, HANG_MS, &ends.server);
	close_ends(&ends);
	return result;
}

static int listen_with_key_file(void)
{
	tieline_options options = tieline_options_default();
	tieline_listener *listener;
	int result;

	options.authkey_file = "/dev/null";
	result = tieline_listener_open(NULL, &options, &listener);
	return result == TIELINE_EKEY ? 0 : result;
}

/* Sends without blocking, as that keeps what does not fit. */
static int send_and_flush(
	tieline_connection *from, tieline_connection *to, size_t len)
{
	int result = tieline_send_bytes(from, big, len, 0);

	while (result == 0 && tieline_poll(to, 0) == 0)
		tieline_handle_process(tieline_connection_handle(from));
	return result;
}

static int exchange(size_t len)
{
	tieline_connection *first, *second;
	void *data = NULL;
	size_t got;
	int result = tieline_pipe(true, NULL, &first, &second);

	if (result < 0)
		return result;
	result = send_and_flush(first, second, len);
	if (result == 0)
		result = tieline_recv_bytes(second, HANG_MS, &data, &got);
	if (result == 0)
		assert_int_equal(got, len);
	tieline_free(data);
	tieline_connection_close(first);
	tieline_connection_close(second);
	return result;
}

static int exchange_small(void)
{
	return exchange(100);
}

static int exchange_big(void)
{
	return exchange(BIG);
}

static int wait_for_many(void)
{
	tieline_connection *first, *second;
	tieline_handle *handles[MANY];
	int ready[MANY];
	int result = tieline_pipe(true, NULL, &first, &second);

	if (result < 0)
		return result;
	for (int i = 0; i < MANY; i++)
		handles[i] = tieline_connection_handle(i % 2 ? first : second);
	result = tieline_wait(handles, MANY, 0, ready);
	tieline_connection_close(first);
	tieline_connection_close(second);
	return result;
}

/* In a process of its own, which has all the memory it needs: parks and pairs
 * everybody, says something as the partner, and closes. */
static pid_t broker_process;
static char named[256];

static void serve(int said)
{
	struct broker broker;

	broker_open(&broker, NULL, NULL);
	(void)!write(said, broker.named, sizeof(named));
	for (;;) {
		tieline_connection *connection;
		void *request;
		size_t len;

		if (tieline_listener_accept(
			    broker.listener, TIELINE_FOREVER, &connection) < 0)
			_exit(1);
		if (tieline_recv_bytes(
			    connection, TIELINE_FOREVER, &request, &len) == 0) {
			if (memmem(request, len, "accept", 6))
				(void)!send_now(
					connection, PARKED, sizeof(PARKED) - 1);
			(void)!send_now(connection, PAIRED, sizeof(PAIRED) - 1);
			(void)!send_now(connection, "hello", 5);
			tieline_free(request);
		}
		tieline_connection_close(connection);
	}
}

static int start_broker(void **state)
{
	int said[2];
	ssize_t got;

	(void)state;
	assert_int_equal(pipe(said), 0);
	broker_process = fork();
	if (broker_process == 0)
		serve(said[1]);
	got = read(said[0], named, sizeof(named));
	close(said[0]);
	close(said[1]);
	return got == sizeof(named) ? 0 : -1;
}

static int stop_broker(void **state)
{
	(void)state;
	kill(broker_process, SIGKILL);
	waitpid(broker_process, NULL, 0);
	return 0;
}

/* Returns 0 when the partner's message has come, or the code. */
static int hear(tieline_connection *connection)
{
	void *data;
	size_t len;
	int result = tieline_recv_bytes(connection, HANG_MS, &data, &len);

	if (result == 0)
		tieline_free(data);
	tieline_connection_close(connection);
	return result;
}

static int dial(void)
{
	tieline_options options = with_key();
	tieline_connection *connection;
	int result = tieline_client(named, &options, &connection);

	return result == 0 ? hear(connection) : result;
}

static int listen_by_name(void)
{
	tieline_options options = with_key();
	tieline_connection *connection;
	tieline_listener *listener;
	int result = tieline_listener_open(named, &options, &listener);

	if (result < 0)
		return result;
	result = tieline_listener_accept(listener, HANG_MS, &connection);
	if (result == 0)
		result = hear(connection);
	tieline_listener_close(listener);
	return result;
}

/* Returns the code; what came is checked and freed. */
static int receive(tieline_connection *from, size_t expected)
{
	void *data;
	size_t len;
	int result = tieline_recv_bytes(from, HANG_MS, &data, &len);

	if (result < 0)
		return result;
	assert_int_equal(len, expected);
	tieline_free(data);
	return 0;
}

/* A message whose receiver is short of memory is received when it is not. */
static void receive_with_shortage_at(
	unsigned long n, size_t len, unsigned *shortages)
{
	tieline_connection *first, *second;
	int result;

	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_code(TIELINE_OK, tieline_send_bytes(first, big, len, 0));
	alloc_fail_from(n, false);
	result = receive(second, len);
	alloc_fail_from(0, false);
	if (result == TIELINE_ENOMEM) {
		(*shortages)++;
		result = receive(second, len);
	}
	assert_code(TIELINE_OK, result);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

static void a_message_outlives_a_shortage(void **state)
{
	unsigned small = 0, large = 0;

	(void)state;
	/* More than either needs. */
	for (unsigned long n = 1; n <= 10; n++) {
		receive_with_shortage_at(n, 100, &small);
		receive_with_shortage_at(n, 100000, &large);
	}
	/* The read-ahead buffer and the message; with a large one it grows. */
	assert_int_equal(small, 2);
	assert_in_range(large, 3, 9);
}

/* The header comes in time, the rest when there is no memory to read into. */
static void a_shortage_in_mid_message_is_not_an_end(void **state)
{
	tieline_connection *connection;
	uint8_t buffer[8];
	size_t len;
	int fds[2];

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	assert_code(TIELINE_OK,
		tieline_connection_adopt(fds[0], NULL, &connection));
	put(fds[1], "\0\0\0\5", 4);
	assert_int_equal(tieline_poll(connection, 0), 0);
	put(fds[1], "hello", 5);
	alloc_fail_from(1, true);
	assert_code(TIELINE_ENOMEM,
		tieline_recv_bytes_into(connection, buffer, sizeof(buffer),
			TIELINE_FOREVER, &len));
	alloc_fail_from(0, false);
	assert_code(TIELINE_OK,
		tieline_recv_bytes_into(connection, buffer, sizeof(buffer),
			TIELINE_FOREVER, &len));
	assert_int_equal(len, 5);
	assert_memory_equal(buffer, "hello", 5);
	tieline_connection_close(connection);
	close(fds[1]);
}

static void run_scenario(void **state)
{
	int (*scenario)(void) = (int (*)(void))(uintptr_t)*state;

	fail_allocations(scenario, 1);
}

#define scenario_test(function)                                                \
	{                                                                      \
#function, run_scenario, NULL, NULL,                           \
			(void *)(uintptr_t)(function)                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scenario_test(handshake),
		scenario_test(accept_blocking),
		scenario_test(listen_with_key_file),
		scenario_test(dial),
		scenario_test(listen_by_name),
		scenario_test(exchange_small),
		scenario_test(exchange_big),
		scenario_test(wait_for_many),
		cmocka_unit_test(a_shortage_in_mid_message_is_not_an_end),
		cmocka_unit_test(a_message_outlives_a_shortage),
	};

	if (!alloc_take_crypto())
		return 1;
	return cmocka_run_group_tests(tests, start_broker, stop_broker);
}
