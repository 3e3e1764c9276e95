/* SPDX-License-Identifier: MIT */
/* Channels over a pair of sockets: all that TLS hides, and what it does not. */
#include "unit.h"

#include "../../proto/tls_private.h"
#include "../../system/channel.h"

#include "tls_ends.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGE        (3u << 20)
#define HELD_AT_MOST (TLI_TLS_OUTPUT_MAX + (32u << 10))
#define RECORD_EXTRA 22u /* what a record of TLS 1.3 has besides */

struct pair {
	struct contexts contexts;
	struct tli_channel server, client;
};

/* ---- Setting up ------------------------------------------------------- */

static uint8_t *pattern(size_t len)
{
	uint8_t *bytes = malloc(len);

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + (i >> 11));
	return bytes;
}

static struct pair connected(void)
{
	struct pair pair = {
		.contexts = new_contexts(&good_server, &good_client)};
	int fds[2];

	assert_int_equal(tli_socket_pair(fds), 0);
	pair.server = tli_channel_plain(fds[0]);
	pair.client = tli_channel_plain(fds[1]);
	assert_true(
		tli_channel_secure(&pair.server, pair.contexts.server, NULL));
	assert_true(tli_channel_secure(
		&pair.client, pair.contexts.client, "localhost"));
	return pair;
}

static struct pair opened(void)
{
	struct pair pair = connected();
	int server = 0, client = 0;

	for (int i = 0; i < 10 && (server == 0 || client == 0); i++) {
		client = tli_channel_shake_hands(&pair.client);
		server = tli_channel_shake_hands(&pair.server);
	}
	assert_int_equal(server, 1);
	assert_int_equal(client, 1);
	return pair;
}

static void drop(struct pair *pair)
{
	if (pair->server.fd >= 0)
		tli_channel_close(&pair->server);
	if (pair->client.fd >= 0)
		tli_channel_close(&pair->client);
	free_contexts(&pair->contexts);
}

static ssize_t put(struct tli_channel *channel, const void *bytes, size_t len)
{
	struct iovec part = {(void *)bytes, len};

	return tli_channel_write(channel, &part, 1, TLI_SOCKET_TRY);
}

static ssize_t take(struct tli_channel *channel, void *bytes, size_t size)
{
	struct iovec part = {bytes, size};

	return tli_channel_read(channel, &part, 1, TLI_SOCKET_TRY);
}

static bool is_readable(const struct tli_channel *channel)
{
	struct pollfd entry = {.fd = channel->fd, .events = POLLIN};

	return poll(&entry, 1, 0) == 1;
}

/* ---- Tests ------------------------------------------------------------ */

static void without_tls_it_is_the_socket(void **state)
{
	char got[8];
	int fds[2];
	struct tli_channel one, other;

	(void)state;
	assert_int_equal(tli_socket_pair(fds), 0);
	one = tli_channel_plain(fds[0]);
	other = tli_channel_plain(fds[1]);
	assert_int_equal(tli_channel_shake_hands(&one), 1);
	assert_int_equal(put(&one, "hello", 5), 5);
	assert_int_equal(read(other.fd, got, sizeof(got)), 5);
	assert_false(tli_channel_has_input(&other));
	assert_int_equal(tli_channel_held_bytes(&one), 0);
	assert_int_equal(take(&other, got, sizeof(got)), TLI_SOCKET_AGAIN);
	tli_channel_end(&one);
	assert_int_equal(take(&other, got, sizeof(got)), TLI_SOCKET_END);
	tli_channel_close(&one);
	tli_channel_close(&other);
}

static void all_arrives_in_order_whatever_the_kernel_takes(void **state)
{
	static const size_t rooms[] = {1000, 16384, 16385, 200000};
	uint8_t *sent = pattern(LARGE), *got = malloc(LARGE);

	(void)state;
	for (size_t i = 0; i < LENGTH(rooms); i++) {
		struct pair pair = opened();
		size_t out = 0, in = 0;

		while (in < LARGE) {
			size_t room =
				LARGE - in < rooms[i] ? LARGE - in : rooms[i];
			ssize_t some =
				put(&pair.client, sent + out, LARGE - out);

			assert_true(some >= 0);
			out += (size_t)some;
			assert_in_range(tli_channel_held_bytes(&pair.client), 0,
				HELD_AT_MOST);
			assert_true(tli_channel_flush(
					    &pair.client, TLI_SOCKET_TRY) >= 0);
			some = take(&pair.server, got + in, room);
			assert_true(some >= 0);
			in += (size_t)some;
		}
		assert_int_equal(out, LARGE);
		assert_memory_equal(sent, got, LARGE);
		drop(&pair);
	}
	free(sent);
	free(got);
}

static void who_does_not_read_stops_the_writer(void **state)
{
	struct pair pair = opened();
	uint8_t *bytes = pattern(LARGE);
	size_t out = 0;
	ssize_t some;

	(void)state;
	while ((some = put(&pair.client, bytes + out, LARGE - out)) > 0)
		out += (size_t)some;
	assert_int_equal(some, TLI_SOCKET_AGAIN);
	assert_in_range(out, 1, LARGE - 1);
	assert_in_range(tli_channel_held_bytes(&pair.client), 1, HELD_AT_MOST);
	assert_int_equal(tli_channel_flush(&pair.client, TLI_SOCKET_TRY), 0);
	free(bytes);
	drop(&pair);
}

static void parts_of_a_message_share_a_record(void **state)
{
	struct pair pair = opened();
	char bytes[] = "headbody";
	struct iovec parts[4] = {
		{bytes, 0}, {bytes, 4}, {bytes, 0}, {bytes + 4, 4}};
	uint8_t encrypted[100];

	(void)state;
	assert_int_equal(
		tli_channel_write(&pair.client, parts, 4, TLI_SOCKET_TRY), 8);
	assert_int_equal(read(pair.server.fd, encrypted, sizeof(encrypted)),
		8 + RECORD_EXTRA);
	drop(&pair);
}

static void several_parts_are_filled(void **state)
{
	struct pair pair = opened();
	char head[4], body[100];
	struct iovec parts[2] = {{head, 4}, {body, sizeof(body)}};

	(void)state;
	assert_int_equal(put(&pair.client, "headbo", 6), 6);
	assert_int_equal(put(&pair.client, "dy", 2), 2);
	assert_int_equal(
		tli_channel_read(&pair.server, parts, 2, TLI_SOCKET_TRY), 8);
	assert_memory_equal(head, "head", 4);
	assert_memory_equal(body, "body", 4);
	drop(&pair);
}

static void empty_parts_are_passed_over(void **state)
{
	struct pair pair = opened();
	char got[8];
	struct iovec parts[3] = {{got, 0}, {got, 4}, {got + 4, 4}};

	(void)state;
	assert_int_equal(put(&pair.client, "headbody", 8), 8);
	assert_int_equal(
		tli_channel_read(&pair.server, parts, 3, TLI_SOCKET_TRY), 8);
	assert_memory_equal(got, "headbody", 8);
	drop(&pair);
}

/* What is hidden shows as input; a short read leaves nothing behind. */
static void what_the_socket_does_not_show_is_told(void **state)
{
	struct pair pair = opened();
	char got[8];

	(void)state;
	assert_int_equal(put(&pair.client, "abcdef", 6), 6);
	assert_false(tli_channel_has_input(&pair.server));
	assert_int_equal(take(&pair.server, got, 4), 4);
	assert_false(is_readable(&pair.server));
	assert_true(tli_channel_has_input(&pair.server));
	assert_int_equal(take(&pair.server, got, sizeof(got)), 2);
	assert_false(tli_channel_has_input(&pair.server));
	assert_int_equal(
		take(&pair.server, got, sizeof(got)), TLI_SOCKET_AGAIN);
	drop(&pair);
}

static void an_end_comes_behind_all_that_was_held(void **state)
{
	struct pair pair = opened();
	uint8_t *bytes = pattern(LARGE), *got = malloc(LARGE);
	size_t out = 0, in = 0;
	ssize_t some;

	(void)state;
	while ((some = put(&pair.client, bytes + out, LARGE - out)) > 0)
		out += (size_t)some;
	tli_channel_end(&pair.client);
	while ((some = take(&pair.server, got + in, LARGE - in)) >= 0) {
		in += (size_t)some;
		assert_true(
			tli_channel_flush(&pair.client, TLI_SOCKET_TRY) >= 0);
	}
	assert_int_equal(some, TLI_SOCKET_END);
	assert_int_equal(in, out);
	assert_memory_equal(bytes, got, out);
	/* The other direction goes on. */
	assert_int_equal(put(&pair.server, "still", 5), 5);
	assert_int_equal(take(&pair.client, got, 10), 5);
	free(bytes);
	free(got);
	drop(&pair);
}

static void a_socket_that_just_ends_is_a_break_behind_the_bytes(void **state)
{
	struct pair pair = opened();
	char got[8];

	(void)state;
	assert_int_equal(put(&pair.client, "last", 4), 4);
	tli_channel_close(&pair.client);
	assert_int_equal(take(&pair.server, got, sizeof(got)), 4);
	assert_int_equal(take(&pair.server, got, sizeof(got)), -ECONNRESET);
	assert_int_equal(take(&pair.server, got, sizeof(got)), -ECONNRESET);
	drop(&pair);
}

/* The socket itself goes on, and tells nobody. */
static void an_end_behind_bytes_is_told(void **state)
{
	struct pair pair = opened();
	char got[8];

	(void)state;
	assert_int_equal(put(&pair.client, "last", 4), 4);
	tli_tls_end(pair.client.tls);
	assert_int_equal(tli_channel_flush(&pair.client, TLI_SOCKET_TRY), 1);
	assert_int_equal(take(&pair.server, got, sizeof(got)), 4);
	assert_false(is_readable(&pair.server));
	assert_true(tli_channel_has_input(&pair.server));
	assert_int_equal(take(&pair.server, got, sizeof(got)), TLI_SOCKET_END);
	drop(&pair);
}

static void a_failure_behind_bytes_is_told(void **state)
{
	static const uint8_t forged[5 + 64] = {0x17, 3, 3, 0, 64};
	struct pair pair = opened();
	char got[8];

	(void)state;
	assert_int_equal(put(&pair.client, "last", 4), 4);
	assert_int_equal(
		write(pair.client.fd, forged, sizeof(forged)), sizeof(forged));
	assert_int_equal(take(&pair.server, got, sizeof(got)), 4);
	assert_false(is_readable(&pair.server));
	assert_true(tli_channel_has_input(&pair.server));
	assert_int_equal(take(&pair.server, got, sizeof(got)), -EPROTO);
	drop(&pair);
}

/* As fast as they may come: others have their turn. */
static void records_without_bytes_keep_no_read_busy(void **state)
{
	struct pair pair = opened();
	SSL *client = pair.client.tls->openssl;
	char got[8];
	int reads = 0;

	(void)state;
	do {
		assert_int_equal(
			SSL_key_update(client, SSL_KEY_UPDATE_NOT_REQUESTED),
			1);
		assert_int_equal(SSL_do_handshake(client), 1);
	} while (tli_channel_held_bytes(&pair.client) < TLI_TLS_OUTPUT_MAX ||
		tli_channel_flush(&pair.client, TLI_SOCKET_TRY) > 0);
	for (; is_readable(&pair.server); reads++)
		assert_int_equal(
			take(&pair.server, got, sizeof(got)), TLI_SOCKET_AGAIN);
	assert_in_range(reads, 2, 1000);
	drop(&pair);
}

static void an_end_within_the_handshake_is_a_break(void **state)
{
	struct pair pair = connected();

	(void)state;
	assert_int_equal(tli_channel_shake_hands(&pair.client), 0);
	tli_channel_close(&pair.client);
	/* There is nobody to be answered. */
	assert_int_equal(tli_channel_shake_hands(&pair.server), -EPIPE);
	drop(&pair);
}

static void garbage_is_answered_and_explained(void **state)
{
	struct pair pair = connected();
	char text[TLI_TLS_TEXT];
	uint8_t alert[100];

	(void)state;
	assert_int_equal(
		write(pair.client.fd, "GET / HTTP/1.0\r\n\r\n", 18), 18);
	assert_int_equal(tli_channel_shake_hands(&pair.server), -EPROTO);
	tli_tls_explain(pair.server.tls, text);
	assert_string_equal(text, "does not speak TLS, but HTTP");
	assert_int_equal(write(pair.client.fd, "x", 1), 1);
	assert_int_equal(take(&pair.server, alert, 1), -EPROTO);
	drop(&pair);
}

static void changed_bytes_are_noticed(void **state)
{
	struct pair pair = opened();
	uint8_t bytes[100];
	ssize_t len;

	(void)state;
	assert_int_equal(put(&pair.client, "secret", 6), 6);
	len = read(pair.server.fd, bytes, sizeof(bytes));
	assert_true(len > 10);
	bytes[len - 1] ^= 1;
	assert_int_equal(write(pair.client.fd, bytes, (size_t)len), len);
	assert_int_equal(take(&pair.server, bytes, sizeof(bytes)), -EPROTO);
	drop(&pair);
}

/* ---- Blocking --------------------------------------------------------- */

static void *write_all(void *arg)
{
	struct tli_channel *channel = arg;
	uint8_t *bytes = pattern(LARGE);
	struct iovec part = {bytes, LARGE};
	ssize_t done = tli_channel_write(channel, &part, 1, TLI_SOCKET_BLOCK);

	free(bytes);
	return (void *)(done == (ssize_t)LARGE ? channel : NULL);
}

static void blocking_calls_wait_in_the_kernel(void **state)
{
	struct pair pair = opened();
	uint8_t *expected = pattern(LARGE), *got = malloc(LARGE);
	pthread_t writer;
	void *written;
	size_t in = 0;

	(void)state;
	assert_int_equal(
		pthread_create(&writer, NULL, write_all, &pair.client), 0);
	while (in < LARGE) {
		struct iovec part = {got + in, LARGE - in};
		ssize_t some = tli_channel_read(
			&pair.server, &part, 1, TLI_SOCKET_BLOCK);

		assert_true(some > 0);
		in += (size_t)some;
	}
	assert_int_equal(pthread_join(writer, &written), 0);
	assert_ptr_equal(written, &pair.client);
	assert_memory_equal(expected, got, LARGE);
	free(expected);
	free(got);
	drop(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_tls_it_is_the_socket),
		cmocka_unit_test(
			all_arrives_in_order_whatever_the_kernel_takes),
		cmocka_unit_test(who_does_not_read_stops_the_writer),
		cmocka_unit_test(parts_of_a_message_share_a_record),
		cmocka_unit_test(several_parts_are_filled),
		cmocka_unit_test(empty_parts_are_passed_over),
		cmocka_unit_test(what_the_socket_does_not_show_is_told),
		cmocka_unit_test(an_end_behind_bytes_is_told),
		cmocka_unit_test(a_failure_behind_bytes_is_told),
		cmocka_unit_test(records_without_bytes_keep_no_read_busy),
		cmocka_unit_test(an_end_comes_behind_all_that_was_held),
		cmocka_unit_test(
			a_socket_that_just_ends_is_a_break_behind_the_bytes),
		cmocka_unit_test(an_end_within_the_handshake_is_a_break),
		cmocka_unit_test(garbage_is_answered_and_explained),
		cmocka_unit_test(changed_bytes_are_noticed),
		cmocka_unit_test(blocking_calls_wait_in_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
