/* SPDX-License-Identifier: MIT */
/* Whose a connection is: pipes, detaching and adopting, forks, closing. */
#include "ends.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_one_way_pipe_goes_one_way(void **state)
{
	tieline_connection *reader, *writer;
	void *data;
	size_t len;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(false, NULL, &reader, &writer));
	assert_true(tieline_connection_readable(reader));
	assert_false(tieline_connection_writable(reader));
	assert_false(tieline_connection_readable(writer));
	assert_true(tieline_connection_writable(writer));
	assert_code(TIELINE_EDIRECTION, send_now(reader, "x", 1));
	assert_code(
		TIELINE_EDIRECTION, tieline_recv_bytes(writer, 0, &data, &len));
	assert_code(TIELINE_EDIRECTION, tieline_poll(writer, 0));
	assert_code(TIELINE_OK, send_now(writer, "x", 1));
	expect_message(reader, "x", 1);
	tieline_connection_close(writer);
	assert_code(
		TIELINE_EEOF, tieline_recv_bytes(reader, HANG_MS, &data, &len));
	tieline_connection_close(reader);
}

/* Whoever else holds the socket of an adopted connection gets what is in it. */
static void closing_an_adopted_one_leaves_its_input_to_others(void **state)
{
	tieline_connection *connection;
	char got[6];
	int fds[2], other;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	other = dup(fds[0]);
	assert_code(TIELINE_OK,
		tieline_connection_adopt(fds[0], NULL, &connection));
	put(fds[1], "\0\0\0\2hi", 6);
	tieline_connection_close(connection);
	assert_int_equal(recv(other, got, sizeof(got), MSG_WAITALL), 6);
	close(other);
	close(fds[1]);
}

static void a_detached_connection_can_be_adopted(void **state)
{
	struct ends ends;
	tieline_options options = with_key();
	int fd;

	(void)state;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	assert_code(TIELINE_OK, tieline_connection_detach(ends.server, &fd));
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	assert_code(
		TIELINE_OK, tieline_connection_adopt(fd, NULL, &ends.server));
	assert_code(TIELINE_OK, send_now(ends.client, "hello", 5));
	expect_message(ends.server, "hello", 5);
	close_ends(&ends);
}

static int option_of(int fd, int level, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);

	assert_int_equal(getsockopt(fd, level, option, &value, &len), 0);
	return value;
}

static void tcp_sockets_do_not_delay_and_are_kept_alive(void **state)
{
	struct ends ends;
	tieline_options options = with_key();
	int fds[2];

	(void)state;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	assert_code(
		TIELINE_OK, tieline_connection_detach(ends.server, &fds[0]));
	assert_code(
		TIELINE_OK, tieline_connection_detach(ends.client, &fds[1]));
	for (int i = 0; i < 2; i++) {
		assert_true(option_of(fds[i], IPPROTO_TCP, TCP_NODELAY));
		assert_true(option_of(fds[i], SOL_SOCKET, SO_KEEPALIVE));
		assert_int_equal(
			option_of(fds[i], IPPROTO_TCP, TCP_KEEPIDLE), 30);
		assert_int_equal(
			option_of(fds[i], IPPROTO_TCP, TCP_KEEPINTVL), 10);
		assert_int_equal(
			option_of(fds[i], IPPROTO_TCP, TCP_KEEPCNT), 3);
		close(fds[i]);
	}
	tieline_listener_close(ends.listener);
}

static void pending_bytes_keep_a_connection_from_being_detached(void **state)
{
	tieline_connection *first, *second;
	uint8_t *bytes = pattern(4 << 20);
	int fd;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_code(TIELINE_OK, send_now(first, bytes, 4 << 20));
	assert_code(TIELINE_EPENDING, tieline_connection_detach(first, &fd));
	assert_int_equal(tieline_poll(second, 0), 0);
	assert_code(TIELINE_EPENDING, tieline_connection_detach(second, &fd));
	free(bytes);
	tieline_connection_close(first);
	tieline_connection_close(second);
}

static void only_connected_stream_sockets_are_adopted(void **state)
{
	tieline_connection *connection;
	int pipe_fds[2], datagram[2];
	int unconnected = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, datagram), 0);
	const int refused[] = {-1, pipe_fds[1], datagram[0], 123456};

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_code(TIELINE_EINVAL,
			tieline_connection_adopt(
				refused[i], NULL, &connection));
	assert_code(TIELINE_ELOST,
		tieline_connection_adopt(unconnected, NULL, &connection));
	assert_int_equal(fcntl(pipe_fds[1], F_GETFD), 0);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	close(datagram[0]);
	close(datagram[1]);
	close(unconnected);
}

/* Runs in the child; its exit status says at which line it failed. */
static void in_child(tieline_connection *inherited, int detached_fd)
{
	tieline_connection *adopted;
	void *data;
	size_t len;

#define check(condition)                                                       \
	if (!(condition))                                                      \
	_exit(__LINE__ % 250 + 1)
	check(tieline_recv_bytes(inherited, 0, &data, &len) == TIELINE_EFORKED);
	check(tieline_send_bytes(inherited, "x", 1, 0) == TIELINE_EFORKED);
	check(tieline_handle_fileno(tieline_connection_handle(inherited)) ==
		TIELINE_EFORKED);
	check(strstr(tieline_handle_error(tieline_connection_handle(inherited)),
		      "fork") != NULL);
	tieline_connection_close(inherited);
	check(tieline_connection_adopt(detached_fd, NULL, &adopted) == 0);
	check(tieline_send_bytes(adopted, "child", 5, HANG_MS) == 0);
	tieline_connection_close(adopted);
#undef check
	_exit(0);
}

static void a_fork_leaves_the_parents_connection_alone(void **state)
{
	tieline_connection *ours, *theirs, *other, *detached;
	pid_t child;
	int fd, status;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &ours, &theirs));
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &other, &detached));
	assert_code(TIELINE_OK, tieline_connection_detach(detached, &fd));
	assert_true(
		tieline_handle_fileno(tieline_connection_handle(ours)) >= 0);
	assert_code(TIELINE_OK, send_now(theirs, "still here", 10));
	child = fork();
	if (child == 0)
		in_child(ours, fd);
	close(fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	expect_message(other, "child", 5);
	expect_message(ours, "still here", 10);
	tieline_connection_close(ours);
	tieline_connection_close(theirs);
	tieline_connection_close(other);
}

static void a_close_with_unread_input_still_delivers_the_reply(void **state)
{
	struct ends ends;
	tieline_options options = with_key();

	(void)state;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	assert_code(TIELINE_OK, send_now(ends.client, "unread", 6));
	assert_code(TIELINE_OK, send_now(ends.server, "reply", 5));
	tieline_connection_close(ends.server);
	ends.server = NULL;
	expect_message(ends.client, "reply", 5);
	close_ends(&ends);
}

#define DESCRIPTORS 256

static void note_open(bool open_fds[DESCRIPTORS])
{
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		open_fds[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void descriptors_are_close_on_exec(void **state)
{
	bool before[DESCRIPTORS], after[DESCRIPTORS];
	tieline_options options = with_key();
	struct ends ends;
	int made = 0;

	(void)state;
	note_open(before);
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	tieline_handle *const handles[] = {
		tieline_listener_handle(ends.listener),
		tieline_connection_handle(ends.client),
		tieline_connection_handle(ends.server),
	};

	for (size_t i = 0; i < 3; i++) {
		assert_code(TIELINE_OK,
			tieline_handle_want(handles[i], TIELINE_WRITE));
		assert_true(tieline_handle_fileno(handles[i]) >= 0);
	}
	note_open(after);
	for (int fd = 0; fd < DESCRIPTORS; fd++) {
		if (before[fd] || !after[fd])
			continue;
		assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
		made++;
	}
	/* Three sockets, a poller for each, a signal for two of them. */
	assert_int_equal(made, 8);
	close_ends(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(a_one_way_pipe_goes_one_way),
		leak_test(closing_an_adopted_one_leaves_its_input_to_others),
		leak_test(a_detached_connection_can_be_adopted),
		leak_test(tcp_sockets_do_not_delay_and_are_kept_alive),
		leak_test(pending_bytes_keep_a_connection_from_being_detached),
		leak_test(only_connected_stream_sockets_are_adopted),
		leak_test(a_fork_leaves_the_parents_connection_alone),
		leak_test(a_close_with_unread_input_still_delivers_the_reply),
		leak_test(descriptors_are_close_on_exec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
