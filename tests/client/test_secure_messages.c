/* SPDX-License-Identifier: MIT */
/* Messages over TLS: records that end elsewhere, and what is read, or written,
 * but not yet taken. */
#include "secure.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>

#define BIG ((size_t)64 << 20) /* the longest there may be */

/* Sizes around the limits of records, reading ahead, and what is fed. */
static const size_t sizes[] = {0, 1, 16379, 16380, 16383, 16384, 16385, 32768,
	65535, 65536, 65537, 131073, 1 << 20};

static void messages_of_every_size_arrive(void **state)
{
	struct ends ends;

	(void)state;
	open_secure(&ends);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *bytes = pattern(sizes[i]);

		assert_code(TIELINE_OK, send_now(ends.client, bytes, sizes[i]));
		while (tieline_poll(ends.server, 0) == 0)
			assert_true(tieline_handle_process(
					    tieline_connection_handle(
						    ends.client)) >= 0);
		expect_message(ends.server, bytes, sizes[i]);
		free(bytes);
	}
	close_ends(&ends);
}

/* Both ways at once, in a single thread. */
static void the_longest_messages_cross(void **state)
{
	struct ends ends;
	uint8_t *bytes = pattern(BIG);
	int both;

	(void)state;
	open_secure(&ends);
	assert_code(TIELINE_OK, send_now(ends.client, bytes, BIG));
	assert_code(TIELINE_OK, send_now(ends.server, bytes, BIG));
	do {
		both = tieline_poll(ends.server, 0);
		both += tieline_poll(ends.client, 0);
	} while (both < 2);
	expect_message(ends.server, bytes, BIG);
	expect_message(ends.client, bytes, BIG);
	free(bytes);
	close_ends(&ends);
}

/* So many bytes as they are, in one record if they fit one. */
static void write_all(tieline_connection *to, const void *bytes, size_t len)
{
	const uint8_t *next = bytes;

	while (len > 0) {
		size_t put;

		assert_code(
			TIELINE_OK, tieline_write_some(to, next, len, &put));
		next += put;
		len -= put;
	}
}

#define SMALL_COUNT 3000

static void put_small_ones(tieline_connection *to)
{
	uint8_t stream[SMALL_COUNT * 5];

	for (size_t i = 0; i < SMALL_COUNT; i++)
		memcpy(stream + 5 * i, (uint8_t[]){0, 0, 0, 1, (uint8_t)i}, 5);
	write_all(to, stream, sizeof(stream));
}

static void many_messages_in_a_record_arrive(void **state)
{
	struct ends ends;

	(void)state;
	open_secure(&ends);
	put_small_ones(ends.client);
	for (size_t i = 0; i < SMALL_COUNT; i++)
		expect_message(ends.server, (uint8_t[]){(uint8_t)i}, 1);
	assert_int_equal(tieline_poll(ends.server, 0), 0);
	close_ends(&ends);
}

static void a_message_in_many_records_arrives(void **state)
{
	static const uint8_t frame[] = {0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};
	struct ends ends;

	(void)state;
	open_secure(&ends);
	for (size_t i = 0; i < sizeof(frame); i++) {
		assert_int_equal(tieline_poll(ends.server, 0), 0);
		write_all(ends.client, &frame[i], 1);
	}
	expect_message(ends.server, "hello", 5);
	close_ends(&ends);
}

#define LONG_BYTES 3000
#define LONG_COUNT 20 /* more than is read ahead, less than is fed */

static void put_long_ones(tieline_connection *to)
{
	uint8_t *bytes = pattern(LONG_BYTES);

	for (int i = 0; i < LONG_COUNT; i++)
		assert_code(TIELINE_OK, send_now(to, bytes, LONG_BYTES));
	free(bytes);
}

static void take_long_one(tieline_connection *from)
{
	uint8_t *bytes = pattern(LONG_BYTES);
	uint8_t buffer[LONG_BYTES];
	size_t len;

	assert_code(TIELINE_OK,
		tieline_recv_bytes_into(from, buffer, sizeof(buffer), 0, &len));
	assert_int_equal(len, LONG_BYTES);
	assert_memory_equal(buffer, bytes, len);
	free(bytes);
}

/* The socket is empty after the first of them. */
static void waiting_sees_what_the_socket_does_not_have(void **state)
{
	struct ends ends;
	tieline_handle *handle;
	int ready;

	(void)state;
	open_secure(&ends);
	handle = tieline_connection_handle(ends.server);
	put_long_ones(ends.client);
	for (int i = 0; i < LONG_COUNT; i++) {
		assert_int_equal(tieline_wait(&handle, 1, HANG_MS, &ready), 1);
		assert_int_equal(ready, TIELINE_READ);
		take_long_one(ends.server);
	}
	assert_int_equal(tieline_wait(&handle, 1, 0, &ready), 0);
	close_ends(&ends);
}

/* Sleeps as an event loop does, until there is something to do: the descriptor
 * alone tells. */
static void sleep_once(tieline_handle *handle)
{
	struct pollfd entry = {.fd = tieline_handle_fileno(handle),
		.events = tieline_handle_events(handle)};

	assert_true(entry.fd >= 0);
	assert_int_equal(poll(&entry, 1, HANG_MS), 1);
}

static void event_loops_see_it_too(void **state)
{
	struct ends ends;
	tieline_handle *handle;

	(void)state;
	open_secure(&ends);
	handle = tieline_connection_handle(ends.server);
	put_long_ones(ends.client);
	for (int i = 0; i < LONG_COUNT; i++) {
		do
			sleep_once(handle);
		while (tieline_handle_process(handle) == 0);
		take_long_one(ends.server);
	}
	close_ends(&ends);
}

/* Of a long message, what comes is read in several goes. */
static void event_loops_get_long_messages(void **state)
{
	struct ends ends;
	tieline_handle *handle;
	uint8_t *bytes = pattern(1 << 20);

	(void)state;
	open_secure(&ends);
	handle = tieline_connection_handle(ends.server);
	assert_code(TIELINE_OK, send_now(ends.client, bytes, 1 << 20));
	while (tieline_handle_process(handle) == 0)
		if (tieline_flush(ends.client, 0) == TIELINE_OK)
			sleep_once(handle);
	expect_message(ends.server, bytes, 1 << 20);
	free(bytes);
	close_ends(&ends);
}

/* What the socket has no room for is kept, some of it encrypted. */
static void held_messages_go_out_later(void **state)
{
	struct ends ends;
	uint8_t *bytes = pattern(1 << 20);
	unsigned count = 0, got = 0;
	tieline_handle *handle;
	int ready, result;

	(void)state;
	open_secure(&ends);
	handle = tieline_connection_handle(ends.client);
	while ((result = send_now(ends.client, bytes, 1 << 20)) == TIELINE_OK)
		count++;
	assert_code(TIELINE_ETIMEDOUT, result);
	assert_code(TIELINE_ETIMEDOUT, tieline_flush(ends.client, 0));
	assert_code(TIELINE_OK, tieline_handle_want(handle, TIELINE_WRITE));
	assert_int_equal(tieline_wait(&handle, 1, 0, &ready), 0);
	while (got < count) {
		if (tieline_poll(ends.server, 0) == 1) {
			expect_message(ends.server, bytes, 1 << 20);
			got++;
		}
		assert_true(tieline_handle_process(handle) >= 0);
	}
	assert_code(TIELINE_OK, tieline_flush(ends.client, 0));
	free(bytes);
	close_ends(&ends);
}

/* Sends back what comes, without a limit of time. */
static void *echo(void *arg)
{
	tieline_connection *connection = arg;
	void *data;
	size_t len;

	while (tieline_recv_bytes(connection, TIELINE_FOREVER, &data, &len) ==
		TIELINE_OK) {
		if (tieline_send_bytes(connection, data, len,
			    TIELINE_FOREVER) != TIELINE_OK)
			break;
		tieline_free(data);
	}
	return NULL;
}

static void calls_without_a_limit_block(void **state)
{
	struct ends ends;
	uint8_t *bytes = pattern(1 << 20);
	uint8_t *buffer = malloc(1 << 20);
	pthread_t thread;
	size_t len;

	(void)state;
	open_secure(&ends);
	assert_int_equal(pthread_create(&thread, NULL, echo, ends.server), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_code(TIELINE_OK,
			tieline_send_bytes(
				ends.client, bytes, sizes[i], TIELINE_FOREVER));
		assert_code(TIELINE_OK,
			tieline_recv_bytes_into(ends.client, buffer, 1 << 20,
				TIELINE_FOREVER, &len));
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(buffer, bytes, len);
	}
	assert_code(TIELINE_OK, tieline_send_end(ends.client, HANG_MS));
	assert_int_equal(pthread_join(thread, NULL), 0);
	free(buffer);
	free(bytes);
	close_ends(&ends);
}

/* Handles of their own are nobody else's matter. */
static void *exchange_many(void *arg)
{
	struct ends ends;

	(void)arg;
	for (int i = 0; i < 10; i++) {
		open_secure(&ends);
		put_long_ones(ends.client);
		for (int j = 0; j < LONG_COUNT; j++) {
			assert_int_equal(tieline_poll(ends.server, HANG_MS), 1);
			take_long_one(ends.server);
		}
		close_ends(&ends);
	}
	return NULL;
}

static void threads_are_independent(void **state)
{
	pthread_t threads[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, exchange_many, NULL),
			0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(messages_of_every_size_arrive),
		leak_test(the_longest_messages_cross),
		leak_test(many_messages_in_a_record_arrive),
		leak_test(a_message_in_many_records_arrives),
		leak_test(waiting_sees_what_the_socket_does_not_have),
		leak_test(event_loops_see_it_too),
		leak_test(event_loops_get_long_messages),
		leak_test(held_messages_go_out_later),
		leak_test(calls_without_a_limit_block),
		leak_test(threads_are_independent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
