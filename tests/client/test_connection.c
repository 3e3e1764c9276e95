/* SPDX-License-Identifier: MIT */
/* A connection: messages, their limits, and the ways in which it ends. */
#include "ends.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sizes around every boundary: header, read-ahead, first chunk, growth. */
static const size_t sizes[] = {0, 1, 2, 4, 16379, 16380, 16383, 16384, 16385,
	65535, 65536, 65537, 81919, 81920, 81921, 131071, 131072, 131073,
	163839, 163840, 163841, 1 << 20, 9 << 20};

static void messages_of_every_size_arrive(void **state)
{
	struct ends ends;
	tieline_options options = with_key();

	(void)state;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *bytes = pattern(sizes[i]);

		assert_code(TIELINE_OK, send_now(ends.client, bytes, sizes[i]));
		while (tieline_poll(ends.server, 0) == 0)
			tieline_handle_process(
				tieline_connection_handle(ends.client));
		expect_message(ends.server, bytes, sizes[i]);
		free(bytes);
	}
	close_ends(&ends);
}

static void many_messages_in_one_read_arrive_in_order(void **state)
{
	tieline_connection *connection;
	uint8_t stream[3000 * 5];
	int fd;

	(void)state;
	connection = raw_pair(&fd, NULL);
	for (size_t i = 0; i < 3000; i++)
		memcpy(stream + 5 * i, (uint8_t[]){0, 0, 0, 1, (uint8_t)i}, 5);
	put(fd, stream, sizeof(stream));
	for (size_t i = 0; i < 3000; i++)
		expect_message(connection, (uint8_t[]){(uint8_t)i}, 1);
	assert_int_equal(tieline_poll(connection, 0), 0);
	tieline_connection_close(connection);
	close(fd);
}

static void a_message_cut_anywhere_arrives(void **state)
{
	static const uint8_t frame[] = {0, 0, 0, 5, 'h', 'e', 'l', 'l', 'o'};
	tieline_connection *connection;
	int fd;

	(void)state;
	connection = raw_pair(&fd, NULL);
	for (size_t cut = 1; cut < sizeof(frame); cut++) {
		void *data;
		size_t len;

		put(fd, frame, cut);
		assert_code(TIELINE_ETIMEDOUT,
			tieline_recv_bytes(connection, 0, &data, &len));
		put(fd, frame + cut, sizeof(frame) - cut);
		expect_message(connection, "hello", 5);
	}
	tieline_connection_close(connection);
	close(fd);
}

static void a_short_buffer_loses_nothing(void **state)
{
	static const size_t lens[] = {5, 40000};
	tieline_connection *first, *second;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	for (size_t i = 0; i < 2; i++) {
		uint8_t *bytes = pattern(lens[i]);
		uint8_t *buffer = malloc(lens[i]);
		size_t len = 0;

		assert_code(TIELINE_OK, send_now(first, bytes, lens[i]));
		assert_code(TIELINE_EBUFFERTOOSHORT,
			tieline_recv_bytes_into(
				second, buffer, lens[i] - 1, HANG_MS, &len));
		assert_int_equal(len, lens[i]);
		assert_code(TIELINE_EBUFFERTOOSHORT,
			tieline_recv_bytes_into(second, NULL, 0, 0, &len));
		assert_code(TIELINE_OK,
			tieline_recv_bytes_into(second, buffer, len, 0, &len));
		assert_memory_equal(buffer, bytes, lens[i]);
		free(buffer);
		free(bytes);
	}
	tieline_connection_close(first);
	tieline_connection_close(second);
}

/* Sends what it is given, and then a small message. */
static void *send_two(void *arg)
{
	tieline_connection *connection = arg;
	uint8_t *bytes = pattern(3 << 20);

	if (tieline_send_bytes(connection, bytes, 3 << 20, TIELINE_FOREVER) <
			0 ||
		tieline_send_bytes(connection, "next", 4, TIELINE_FOREVER) < 0)
		abort();
	free(bytes);
	return NULL;
}

/* Without a time limit a large message goes straight into the buffer, unless
 * it does not fit. */
static void a_big_message_fits_or_not_without_a_time_limit(void **state)
{
	uint8_t *bytes = pattern(3 << 20), *buffer = malloc(3 << 20);

	(void)state;
	for (size_t spare = 0; spare < 2; spare++) {
		tieline_connection *first, *second;
		pthread_t thread;
		size_t len = 0;

		assert_code(
			TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
		assert_int_equal(
			pthread_create(&thread, NULL, send_two, first), 0);
		memset(buffer, 0, 3 << 20);
		assert_code(spare ? TIELINE_EBUFFERTOOSHORT : TIELINE_OK,
			tieline_recv_bytes_into(second, buffer,
				(3 << 20) - spare, TIELINE_FOREVER, &len));
		if (spare)
			assert_code(TIELINE_OK,
				tieline_recv_bytes_into(second, buffer, 3 << 20,
					TIELINE_FOREVER, &len));
		assert_int_equal(len, 3 << 20);
		assert_memory_equal(buffer, bytes, len);
		expect_message(second, "next", 4);
		pthread_join(thread, NULL);
		tieline_connection_close(first);
		tieline_connection_close(second);
	}
	free(buffer);
	free(bytes);
}

/* A break in the middle of a message that was going into the buffer. */
static void half_a_message_in_the_buffer_is_an_end(void **state)
{
	tieline_connection *connection;
	uint8_t *buffer = malloc(1 << 20), *bytes = pattern(100000);
	size_t len;
	int fd;

	(void)state;
	connection = raw_pair(&fd, NULL);
	put(fd, "\0\20\0\0", 4);
	put(fd, bytes, 100000);
	close(fd);
	for (int i = 0; i < 2; i++)
		assert_code(TIELINE_ETRUNCATED,
			tieline_recv_bytes_into(connection, buffer, 1 << 20,
				TIELINE_FOREVER, &len));
	free(buffer);
	free(bytes);
	tieline_connection_close(connection);
}

static void an_empty_message_needs_no_buffer(void **state)
{
	tieline_connection *first, *second;
	size_t len = 1;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_code(TIELINE_OK, send_now(first, NULL, 0));
	assert_code(TIELINE_OK,
		tieline_recv_bytes_into(second, NULL, 0, HANG_MS, &len));
	assert_int_equal(len, 0);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

/* What a peer writes before it closes, and how that ends. */
static const struct {
	const char *bytes;
	size_t len;
	int code;
} ends_of_input[] = {
	{"", 0, TIELINE_EEOF},
	{"\0", 1, TIELINE_ETRUNCATED},
	{"\0\0\0", 3, TIELINE_ETRUNCATED},
	{"\0\0\0\2", 4, TIELINE_ETRUNCATED},
	{"\0\0\0\2x", 5, TIELINE_ETRUNCATED},
	{"\0\0\4\0x", 5, TIELINE_ETRUNCATED},
	{"\377\377\377\377", 4, TIELINE_ETRUNCATED},
	{"\377\377\377\377\0\0\0", 7, TIELINE_ETRUNCATED},
	{"\377\377\377\376", 4, TIELINE_EPROTOCOL},
	{"\200\0\0\0", 4, TIELINE_EPROTOCOL},
	{"\377\377\377\377\200\0\0\0\0\0\0\0", 12, TIELINE_EPROTOCOL},
	{"\377\377\377\377\377\377\377\377\377\377\377\377", 12,
		TIELINE_EPROTOCOL},
	{"\0\0\4\1", 4, TIELINE_EMSGSIZE},
	{"\177\377\377\377", 4, TIELINE_EMSGSIZE},
	{"\377\377\377\377\0\0\0\1\0\0\0\0", 12, TIELINE_EMSGSIZE},
};

static void each_end_has_its_code_and_keeps_it(void **state)
{
	tieline_options options = tieline_options_default();

	(void)state;
	options.max_message_bytes = 1024;
	for (size_t i = 0; i < sizeof(ends_of_input) / sizeof(*ends_of_input);
		i++) {
		tieline_connection *connection;
		void *data;
		size_t len;
		int fd;

		connection = raw_pair(&fd, &options);
		put(fd, ends_of_input[i].bytes, ends_of_input[i].len);
		close(fd);
		for (int again = 0; again < 2; again++) {
			assert_code(ends_of_input[i].code,
				tieline_recv_bytes(
					connection, HANG_MS, &data, &len));
			assert_int_equal(tieline_poll(connection, 0), 1);
		}
		tieline_connection_close(connection);
	}
}

static void the_longest_message_passes_and_one_more_does_not(void **state)
{
	tieline_options options = tieline_options_default();
	tieline_connection *first, *second;
	uint8_t *bytes = pattern(1025);

	(void)state;
	options.max_message_bytes = 1024;
	assert_code(TIELINE_OK, tieline_pipe(true, &options, &first, &second));
	assert_code(TIELINE_EMSGSIZE, send_now(first, bytes, 1025));
	assert_code(TIELINE_OK, send_now(first, bytes, 1024));
	expect_message(second, bytes, 1024);
	free(bytes);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

static void too_long_a_message_ends_receiving_alone(void **state)
{
	tieline_options options = tieline_options_default();
	tieline_connection *connection;
	char got[6];
	void *data;
	size_t len;
	int fd;

	(void)state;
	options.max_message_bytes = 10;
	connection = raw_pair(&fd, &options);
	put(fd, "\0\0\0\13", 4);
	assert_code(TIELINE_EMSGSIZE,
		tieline_recv_bytes(connection, HANG_MS, &data, &len));
	assert_code(TIELINE_OK, send_now(connection, "hi", 2));
	assert_int_equal(recv(fd, got, sizeof(got), MSG_WAITALL), 6);
	assert_memory_equal(got, "\0\0\0\2hi", 6);
	tieline_connection_close(connection);
	close(fd);
}

static void a_peer_that_is_gone_ends_sending_without_a_signal(void **state)
{
	tieline_connection *connection;
	int fd;
	int result = 0;

	(void)state;
	connection = raw_pair(&fd, NULL);
	close(fd);
	for (int i = 0; i < 3 && result == 0; i++)
		result = send_now(connection, "x", 1);
	assert_code(TIELINE_ELOST, result);
	assert_code(TIELINE_ELOST, send_now(connection, "x", 1));
	assert_code(TIELINE_ELOST, tieline_flush(connection, 0));
	tieline_connection_close(connection);
}

static void a_half_closed_connection_still_sends(void **state)
{
	tieline_connection *connection;
	char got[5];
	void *data;
	size_t len;
	int fd;

	(void)state;
	connection = raw_pair(&fd, NULL);
	shutdown(fd, SHUT_WR);
	assert_code(TIELINE_EEOF,
		tieline_recv_bytes(connection, HANG_MS, &data, &len));
	assert_code(TIELINE_OK, send_now(connection, "x", 1));
	assert_int_equal(recv(fd, got, sizeof(got), MSG_WAITALL), 5);
	tieline_connection_close(connection);
	close(fd);
}

static void ending_sending_leaves_receiving(void **state)
{
	tieline_connection *first, *second;
	void *data;
	size_t len;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_code(TIELINE_OK, send_now(first, "last", 4));
	assert_code(TIELINE_OK, tieline_send_end(first, 0));
	assert_false(tieline_connection_writable(first));
	assert_code(TIELINE_EDIRECTION, send_now(first, "x", 1));
	assert_code(TIELINE_EDIRECTION, tieline_send_end(first, 0));
	assert_code(TIELINE_OK, tieline_flush(first, 0));
	expect_message(second, "last", 4);
	assert_code(
		TIELINE_EEOF, tieline_recv_bytes(second, HANG_MS, &data, &len));
	assert_code(TIELINE_OK, send_now(second, "answer", 6));
	expect_message(first, "answer", 6);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

static void sending_does_not_end_before_what_is_pending(void **state)
{
	tieline_connection *first, *second;
	uint8_t *bytes = pattern(4 << 20);
	void *data;
	size_t len;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_code(TIELINE_OK, send_now(first, bytes, 4 << 20));
	assert_code(TIELINE_ETIMEDOUT, tieline_send_end(first, 0));
	assert_true(tieline_connection_writable(first));
	while (tieline_poll(second, 0) == 0)
		tieline_handle_process(tieline_connection_handle(first));
	expect_message(second, bytes, 4 << 20);
	assert_code(TIELINE_OK, tieline_send_end(first, 0));
	assert_code(
		TIELINE_EEOF, tieline_recv_bytes(second, HANG_MS, &data, &len));
	free(bytes);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

static void sending_does_not_end_where_it_cannot_be(void **state)
{
	tieline_connection *first, *second;
	int result = 0;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(false, NULL, &first, &second));
	assert_code(TIELINE_EDIRECTION, tieline_send_end(first, 0));
	tieline_connection_close(first);
	for (int i = 0; i < 3 && result == 0; i++)
		result = send_now(second, "x", 1);
	assert_code(TIELINE_ELOST, tieline_send_end(second, 0));
	tieline_connection_close(second);
}

/* A message bigger than the socket's buffers, to a peer that does not read. */
static void what_is_taken_is_kept_and_goes_out(void **state)
{
	tieline_connection *first, *second;
	uint8_t *bytes = pattern(4 << 20);

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_code(TIELINE_OK, send_now(first, bytes, 4 << 20));
	assert_code(TIELINE_ETIMEDOUT, send_now(first, "next", 4));
	assert_code(TIELINE_ETIMEDOUT, tieline_flush(first, 1));
	while (tieline_poll(second, 0) == 0)
		tieline_handle_process(tieline_connection_handle(first));
	expect_message(second, bytes, 4 << 20);
	assert_code(TIELINE_OK, tieline_flush(first, 0));
	assert_code(TIELINE_OK, send_now(first, "next", 4));
	expect_message(second, "next", 4);
	free(bytes);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

static void a_timeout_in_the_middle_still_takes_the_message(void **state)
{
	tieline_connection *first, *second;
	uint8_t *bytes = pattern(4 << 20);

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_code(TIELINE_OK, tieline_send_bytes(first, bytes, 4 << 20, 20));
	while (tieline_poll(second, 0) == 0)
		tieline_handle_process(tieline_connection_handle(first));
	expect_message(second, bytes, 4 << 20);
	free(bytes);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

/* The other end of blocking calls, in a thread of its own. */
static void *echo_until_end(void *arg)
{
	tieline_connection *connection = arg;
	void *data;
	size_t len;

	while (tieline_recv_bytes(connection, TIELINE_FOREVER, &data, &len) ==
		0) {
		if (tieline_send_bytes(connection, data, len, TIELINE_FOREVER) <
			0)
			abort();
		tieline_free(data);
	}
	tieline_connection_close(connection);
	return NULL;
}

static void blocking_calls_carry_big_messages(void **state)
{
	tieline_connection *first, *second;
	uint8_t *bytes = pattern(9 << 20);
	pthread_t thread;
	void *data;
	size_t len;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_int_equal(
		pthread_create(&thread, NULL, echo_until_end, second), 0);
	for (int i = 0; i < 3; i++) {
		assert_code(TIELINE_OK,
			tieline_send_bytes(
				first, bytes, 9 << 20, TIELINE_FOREVER));
		assert_code(TIELINE_OK,
			tieline_recv_bytes(
				first, TIELINE_FOREVER, &data, &len));
		assert_int_equal(len, 9 << 20);
		assert_memory_equal(data, bytes, len);
		tieline_free(data);
	}
	free(bytes);
	tieline_connection_close(first);
	pthread_join(thread, NULL);
}

/* A descriptor that is non-blocking itself must not make blocking calls fail.
 */
static void an_adopted_nonblocking_socket_blocks_all_the_same(void **state)
{
	tieline_connection *ours, *theirs;
	uint8_t *bytes = pattern(4 << 20);
	pthread_t thread;
	int fds[2];

	(void)state;
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	assert_code(TIELINE_OK, tieline_connection_adopt(fds[0], NULL, &ours));
	assert_code(
		TIELINE_OK, tieline_connection_adopt(fds[1], NULL, &theirs));
	assert_int_equal(
		pthread_create(&thread, NULL, echo_until_end, theirs), 0);
	assert_code(TIELINE_OK,
		tieline_send_bytes(ours, bytes, 4 << 20, TIELINE_FOREVER));
	expect_message(ours, bytes, 4 << 20);
	free(bytes);
	tieline_connection_close(ours);
	pthread_join(thread, NULL);
}

static void the_peers_address_is_told(void **state)
{
	struct ends ends;
	tieline_options options = with_key();

	(void)state;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	assert_string_equal(tieline_connection_peer(ends.client),
		tieline_listener_address(ends.listener));
	assert_string_equal(tieline_connection_peer(ends.server),
		tieline_listener_last_accepted(ends.listener));
	assert_memory_equal(
		tieline_connection_peer(ends.server), "tcp://127.0.0.1:", 16);
	close_ends(&ends);
}

static void closing_nothing_is_fine(void **state)
{
	(void)state;
	tieline_connection_close(NULL);
	tieline_listener_close(NULL);
	tieline_free(NULL);
}

static void every_code_has_a_name_and_a_text(void **state)
{
	(void)state;
	for (int code = 0; code >= TIELINE_ELOST; code--) {
		assert_memory_equal(tieline_code_name(code), "TIELINE_", 8);
		assert_string_not_equal(
			tieline_strerror(code), tieline_strerror(1));
	}
	assert_string_equal(tieline_code_name(1), "unknown");
	assert_string_equal(tieline_version(), TIELINE_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(messages_of_every_size_arrive),
		leak_test(many_messages_in_one_read_arrive_in_order),
		leak_test(a_message_cut_anywhere_arrives),
		leak_test(a_short_buffer_loses_nothing),
		leak_test(a_big_message_fits_or_not_without_a_time_limit),
		leak_test(half_a_message_in_the_buffer_is_an_end),
		leak_test(an_empty_message_needs_no_buffer),
		leak_test(each_end_has_its_code_and_keeps_it),
		leak_test(the_longest_message_passes_and_one_more_does_not),
		leak_test(too_long_a_message_ends_receiving_alone),
		leak_test(a_peer_that_is_gone_ends_sending_without_a_signal),
		leak_test(a_half_closed_connection_still_sends),
		leak_test(ending_sending_leaves_receiving),
		leak_test(sending_does_not_end_before_what_is_pending),
		leak_test(sending_does_not_end_where_it_cannot_be),
		leak_test(what_is_taken_is_kept_and_goes_out),
		leak_test(a_timeout_in_the_middle_still_takes_the_message),
		leak_test(blocking_calls_carry_big_messages),
		leak_test(an_adopted_nonblocking_socket_blocks_all_the_same),
		leak_test(the_peers_address_is_told),
		leak_test(closing_nothing_is_fine),
		leak_test(every_code_has_a_name_and_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
