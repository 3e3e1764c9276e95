/* SPDX-License-Identifier: MIT */
/* Bytes that are no messages, with TLS and without. */
#include "secure.h"

#include <stdlib.h>
#include <unistd.h>

#define PIECE ((size_t)100000)

static void open_plain(struct ends *ends)
{
	tieline_options options = with_key();

	assert_code(TIELINE_OK, open_ends(ends, NULL, &options));
}

static void open_unix(struct ends *ends)
{
	*ends = (struct ends){.why = ""};
	assert_code(TIELINE_OK,
		tieline_pipe(true, NULL, &ends->client, &ends->server));
}

static void (*const kinds[])(struct ends *ends) = {
	open_plain, open_unix, open_secure};

#define FOR_EACH_KIND(ends)                                                    \
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]) &&       \
		(kinds[kind](ends), true);                                     \
		kind++, close_ends(ends))

static int read_now(
	tieline_connection *from, void *bytes, size_t size, size_t *got)
{
	return tieline_read_some(from, bytes, size, got);
}

/* Waits for some. */
static void read_soon(
	tieline_connection *from, void *bytes, size_t size, size_t *got)
{
	tieline_handle *handle = tieline_connection_handle(from);
	int result, ready;

	while ((result = read_now(from, bytes, size, got)) == TIELINE_ETIMEDOUT)
		assert_int_equal(tieline_wait(&handle, 1, HANG_MS, &ready), 1);
	assert_code(TIELINE_OK, result);
}

static void bytes_arrive_as_they_are(void **state)
{
	struct ends ends;
	char bytes[16];
	size_t len;

	(void)state;
	FOR_EACH_KIND(&ends)
	{
		assert_code(TIELINE_ETIMEDOUT,
			read_now(ends.server, bytes, sizeof(bytes), &len));
		assert_code(TIELINE_OK,
			tieline_write_some(ends.client, "hello", 5, &len));
		assert_int_equal(len, 5);
		for (int i = 0; i < 5; i++) {
			read_soon(ends.server, bytes, 1, &len);
			assert_int_equal(len, 1);
			assert_int_equal(bytes[0], "hello"[i]);
		}
		assert_code(TIELINE_OK,
			tieline_write_some(ends.server, NULL, 0, &len));
		assert_int_equal(len, 0);
		assert_code(
			TIELINE_EINVAL, read_now(ends.server, bytes, 0, &len));
	}
}

/* A message is its header and its body. */
static void messages_are_bytes_too(void **state)
{
	struct ends ends;
	char bytes[16];
	size_t len;

	(void)state;
	FOR_EACH_KIND(&ends)
	{
		assert_code(TIELINE_OK, send_now(ends.client, "hello", 5));
		read_soon(ends.server, bytes, sizeof(bytes), &len);
		assert_int_equal(len, 9);
		assert_memory_equal(bytes, "\0\0\0\5hello", 9);
	}
}

/* Those that were read ahead of the last message come first. */
static void bytes_can_follow_messages(void **state)
{
	struct ends ends;
	char bytes[16];
	size_t len;

	(void)state;
	FOR_EACH_KIND(&ends)
	{
		assert_code(TIELINE_OK,
			tieline_write_some(
				ends.client, "\0\0\0\1xyz", 7, &len));
		expect_message(ends.server, "x", 1);
		read_soon(ends.server, bytes, sizeof(bytes), &len);
		assert_int_equal(len, 2);
		assert_memory_equal(bytes, "yz", 2);
		assert_code(TIELINE_EINVAL,
			tieline_recv_bytes_into(
				ends.server, bytes, sizeof(bytes), 0, &len));
	}
}

static void a_message_that_was_begun_comes_first(void **state)
{
	struct ends ends;
	char bytes[16];
	size_t len;

	(void)state;
	FOR_EACH_KIND(&ends)
	{
		assert_code(TIELINE_OK, send_now(ends.client, "hello", 5));
		assert_int_equal(tieline_poll(ends.server, HANG_MS), 1);
		assert_code(TIELINE_EPENDING,
			read_now(ends.server, bytes, sizeof(bytes), &len));
		expect_message(ends.server, "hello", 5);
		assert_code(TIELINE_ETIMEDOUT,
			read_now(ends.server, bytes, sizeof(bytes), &len));
	}
}

/* Writes until nothing more is taken; returns how much that was. */
static size_t fill(tieline_connection *to, const uint8_t *bytes)
{
	size_t total = 0;

	for (;;) {
		size_t at = total % PIECE;
		size_t put;
		int result =
			tieline_write_some(to, bytes + at, PIECE - at, &put);

		if (result == TIELINE_ETIMEDOUT)
			return total;
		assert_code(TIELINE_OK, result);
		assert_in_range(put, 1, PIECE - at);
		total += put;
	}
}

/* Reads so many, which are what fill() has written. */
static void drain(struct ends *ends, const uint8_t *bytes, size_t total)
{
	uint8_t *buffer = malloc(PIECE);
	size_t done = 0;

	while (done < total) {
		size_t at = done % PIECE;
		size_t got;

		assert_true(tieline_handle_process(tieline_connection_handle(
				    ends->client)) >= 0);
		read_soon(ends->server, buffer, PIECE - at, &got);
		assert_memory_equal(buffer, bytes + at, got);
		done += got;
	}
	free(buffer);
}

static void a_full_connection_is_not_ready(void **state)
{
	uint8_t *bytes = pattern(PIECE);
	struct ends ends;
	size_t total, len;
	int ready;

	(void)state;
	FOR_EACH_KIND(&ends)
	{
		tieline_handle *handle = tieline_connection_handle(ends.client);

		total = fill(ends.client, bytes);
		assert_code(
			TIELINE_OK, tieline_handle_want(handle, TIELINE_WRITE));
		assert_int_equal(tieline_wait(&handle, 1, 0, &ready), 0);
		drain(&ends, bytes, total);
		assert_int_equal(tieline_wait(&handle, 1, HANG_MS, &ready), 1);
		assert_code(TIELINE_OK,
			tieline_write_some(ends.client, "x", 1, &len));
	}
	free(bytes);
}

static void an_end_is_seen_behind_the_last_byte(void **state)
{
	struct ends ends;
	char bytes[16];
	size_t len;

	(void)state;
	FOR_EACH_KIND(&ends)
	{
		assert_code(TIELINE_OK,
			tieline_write_some(ends.client, "bye", 3, &len));
		assert_code(TIELINE_OK, tieline_send_end(ends.client, 0));
		assert_code(TIELINE_EDIRECTION,
			tieline_write_some(ends.client, "x", 1, &len));
		read_soon(ends.server, bytes, sizeof(bytes), &len);
		assert_int_equal(len, 3);
		assert_int_equal(tieline_poll(ends.server, HANG_MS), 1);
		assert_code(TIELINE_EEOF,
			read_now(ends.server, bytes, sizeof(bytes), &len));
		assert_code(TIELINE_OK,
			tieline_write_some(ends.server, "yes", 3, &len));
		read_soon(ends.client, bytes, sizeof(bytes), &len);
		assert_int_equal(len, 3);
	}
}

static void a_break_is_seen_as_one(void **state)
{
	struct ends ends;
	char bytes[16];
	size_t len;

	(void)state;
	FOR_EACH_KIND(&ends)
	{
		tieline_connection_break(ends.client);
		ends.client = NULL;
		assert_int_equal(tieline_poll(ends.server, HANG_MS), 1);
		/* Unix sockets have none. */
		assert_code(
			kinds[kind] == open_unix ? TIELINE_EEOF : TIELINE_ELOST,
			read_now(ends.server, bytes, sizeof(bytes), &len));
	}
	tieline_connection_break(NULL);
}

/* Fills what is between them; TCP alone says how much is on its way. */
static void what_is_not_confirmed_is_counted(void **state)
{
	struct ends ends;
	char *bytes = calloc(1, PIECE);
	size_t len;

	(void)state;
	FOR_EACH_KIND(&ends)
	{
		tieline_handle *handle = tieline_connection_handle(ends.client);

		while (tieline_write_some(ends.client, bytes, PIECE, &len) ==
			TIELINE_OK)
			;
		assert_int_equal(
			tieline_connection_unsent_bytes(ends.client) > 0,
			kinds[kind] != open_unix);
		while (tieline_connection_unsent_bytes(ends.client) > 0 ||
			tieline_flush(ends.client, 0) != TIELINE_OK) {
			(void)!read_now(ends.server, bytes, PIECE, &len);
			(void)tieline_handle_process(handle);
		}
	}
	free(bytes);
}

static void a_connection_that_is_no_more_has_nothing_unsent(void **state)
{
	struct ends ends;
	char byte = 0;
	size_t len;

	(void)state;
	open_plain(&ends);
	while (tieline_write_some(ends.client, &byte, 1, &len) == TIELINE_OK)
		;
	assert_true(tieline_connection_unsent_bytes(ends.client) > 0);
	tieline_connection_break(ends.server);
	ends.server = NULL;
	assert_int_equal(tieline_poll(ends.client, HANG_MS), 1);
	assert_int_equal(tieline_connection_unsent_bytes(ends.client), 0);
	close_ends(&ends);
}

/* Before it is open, already, it is known that no messages come. */
static void reading_can_begin_before_it_is_open(void **state)
{
	tieline_options options = secure_client();
	tieline_options served = secure_server("good");
	struct ends ends = {.why = ""};
	char bytes[16];
	size_t len;

	(void)state;
	assert_code(TIELINE_OK,
		tieline_listener_open(SECURE, &served, &ends.listener));
	assert_code(TIELINE_OK,
		tieline_client_start(tieline_listener_address(ends.listener),
			&options, &ends.client));
	assert_code(TIELINE_ETIMEDOUT,
		read_now(ends.client, bytes, sizeof(bytes), &len));
	assert_code(TIELINE_ETIMEDOUT,
		tieline_write_some(ends.client, "x", 1, &len));
	while (!ends.server) {
		(void)!tieline_listener_accept(ends.listener, 0, &ends.server);
		tieline_handle_process(tieline_connection_handle(ends.client));
	}
	assert_code(TIELINE_OK, send_now(ends.server, "hello", 5));
	read_soon(ends.client, bytes, sizeof(bytes), &len);
	assert_int_equal(len, 9);
	close_ends(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(bytes_arrive_as_they_are),
		leak_test(messages_are_bytes_too),
		leak_test(bytes_can_follow_messages),
		leak_test(a_message_that_was_begun_comes_first),
		leak_test(a_full_connection_is_not_ready),
		leak_test(an_end_is_seen_behind_the_last_byte),
		leak_test(a_break_is_seen_as_one),
		leak_test(what_is_not_confirmed_is_counted),
		leak_test(a_connection_that_is_no_more_has_nothing_unsent),
		leak_test(reading_can_begin_before_it_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
