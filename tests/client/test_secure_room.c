/* SPDX-License-Identifier: MIT */
/* TLS itself has something to say, and the socket has no room for it. */
#include "secure.h"

#include "../../libclient/connection.h"
#include "../../proto/tls_private.h"

#include <poll.h>

#define SOON_MS 50
#define ENOUGH  10000 /* more than TLS keeps */

/* The socket that has no room. */
static int full_fd = -1;

ssize_t __real_tli_socket_write(
	int fd, struct iovec *parts, size_t count, enum tli_socket_mode mode);
ssize_t __wrap_tli_socket_write(
	int fd, struct iovec *parts, size_t count, enum tli_socket_mode mode);

ssize_t __wrap_tli_socket_write(
	int fd, struct iovec *parts, size_t count, enum tli_socket_mode mode)
{
	if (fd == full_fd)
		return TLI_SOCKET_AGAIN;
	return __real_tli_socket_write(fd, parts, count, mode);
}

static void fill(const tieline_connection *connection)
{
	full_fd = connection->channel.fd;
}

static void make_room(void)
{
	full_fd = -1;
}

/* ---- The end ---------------------------------------------------------- */

static void an_end_is_flushed_too(void **state)
{
	struct ends ends;

	(void)state;
	for (int timeout_ms = 0; timeout_ms <= SOON_MS; timeout_ms += SOON_MS) {
		open_secure(&ends);
		fill(ends.client);
		assert_code(
			TIELINE_OK, tieline_send_end(ends.client, timeout_ms));
		assert_code(TIELINE_ETIMEDOUT, tieline_flush(ends.client, 0));
		make_room();
		assert_code(TIELINE_OK, tieline_flush(ends.client, 0));
		assert_code(1, tieline_poll(ends.server, HANG_MS));
		close_ends(&ends);
	}
}

/* ---- Answers to who asks for new keys without end, and reads none ------ */

/* What the client waits for at its socket. */
static int events_of_client(const struct ends *ends)
{
	tieline_handle *handle = tieline_connection_handle(ends->client);

	tieline_handle_want(handle, TIELINE_READ);
	return tli_connection_interest(handle).events;
}

static void ask_for_new_keys(const struct ends *ends)
{
	struct tli_channel *channel = &ends->server->channel;

	SSL_key_update(channel->tls->openssl, SSL_KEY_UPDATE_REQUESTED);
	SSL_do_handshake(channel->tls->openssl);
	(void)tli_channel_flush(channel, TLI_SOCKET_TRY);
}

static void ask_without_end(const struct ends *ends)
{
	fill(ends->client);
	for (int i = 0; i < ENOUGH && events_of_client(ends) != POLLOUT; i++) {
		ask_for_new_keys(ends);
		assert_code(0, tieline_poll(ends->client, 0));
	}
	assert_int_equal(events_of_client(ends), POLLOUT);
}

/* It would be told again and again of what it does not read. */
static void who_reads_no_answers_is_not_read(void **state)
{
	struct ends ends;

	(void)state;
	open_secure(&ends);
	ask_without_end(&ends);
	make_room();
	assert_code(TIELINE_OK, tieline_flush(ends.client, HANG_MS));
	assert_int_equal(events_of_client(&ends), POLLIN);
	assert_code(TIELINE_OK, send_now(ends.server, "there", 5));
	expect_message(ends.client, "there", 5);
	close_ends(&ends);
}

static void who_goes_is_noticed(void **state)
{
	struct ends ends;

	(void)state;
	open_secure(&ends);
	ask_without_end(&ends);
	tli_socket_set_abortive(ends.server->channel.fd, true);
	tieline_connection_close(ends.server);
	ends.server = NULL;
	make_room();
	assert_code(1, tieline_poll(ends.client, HANG_MS));
	close_ends(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(an_end_is_flushed_too),
		leak_test(who_reads_no_answers_is_not_read),
		leak_test(who_goes_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
