/* SPDX-License-Identifier: MIT */
/* Streams and timers, in a loop of the test's. */
#include "../unit/unit.h"

#include "../../broker/stream.h"
#include "../../broker/timer.h"
#include "../../system/socket.h"
#include "still_clock.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct event_base *base;
static struct stream stream;
static int other;         /* end */
static unsigned readable; /* times */
static unsigned writable;
static unsigned expired;

static void on_ready(evutil_socket_t fd, short event, void *owner)
{
	assert_int_equal(fd, stream.channel.fd);
	assert_ptr_equal(owner, &stream);
	assert_true(event == EV_READ || event == EV_WRITE);
	readable += event == EV_READ;
	writable += event == EV_WRITE;
}

static void turn(void)
{
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static int open_base(void **state)
{
	(void)state;
	base = event_base_new();
	readable = writable = expired = 0;
	return base ? 0 : -1;
}

static int close_base(void **state)
{
	(void)state;
	event_base_free(base);
	return 0;
}

static int open_unix(void **state)
{
	int fds[2];

	if (open_base(state) < 0 || tli_socket_pair(fds) < 0)
		return -1;
	stream_init(&stream, base, fds[0], false, on_ready, &stream);
	other = fds[1];
	return 0;
}

static int open_tcp(void **state)
{
	struct sockaddr_in any = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(any);
	int listening = socket(AF_INET, SOCK_STREAM, 0);
	struct tli_endpoint from;
	int fd;

	if (open_base(state) < 0 || listen(listening, 1) != 0)
		return -1;
	getsockname(listening, (struct sockaddr *)&any, &len);
	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	other = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(other, (struct sockaddr *)&any, len) != 0)
		return -1;
	fd = tli_socket_accept(listening, &from);
	close(listening);
	stream_init(&stream, base, fd, true, on_ready, &stream);
	return fd >= 0 ? 0 : -1;
}

static int close_both(void **state)
{
	stream_close(&stream);
	assert_int_equal(stream.channel.fd, -1);
	stream_close(&stream);
	close(other);
	return close_base(state);
}

static void only_what_is_watched_is_heard_of(void **state)
{
	(void)state;
	assert_int_equal(write(other, "x", 1), 1);
	turn();
	assert_int_equal(readable + writable, 0);
	assert_true(stream_watch(&stream, true, false));
	turn();
	turn();
	assert_int_equal(readable, 2);
	assert_int_equal(writable, 0);
	assert_true(stream_watch(&stream, false, true));
	turn();
	assert_int_equal(readable, 2);
	assert_int_equal(writable, 1);
	assert_true(stream_watch(&stream, false, false));
	turn();
	assert_int_equal(readable + writable, 3);
}

/* An ordinary file: the kernel takes none into an epoll set. */
static void a_kernel_that_refuses_is_told_of(void **state)
{
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)state;
	stream_init(&stream, base, file, false, on_ready, &stream);
	assert_true(stream_watch(&stream, false, false));
	assert_false(stream_watch(&stream, true, false));
	assert_false(stream_watch(&stream, false, true));
	assert_false(stream.reads);
	assert_false(stream.writes);
	stream_close(&stream);
	assert_true(stream_watch(&stream, true, true));
}

static void bytes_come_and_go(void **state)
{
	char bytes[8];

	(void)state;
	assert_int_equal(stream_read(&stream, bytes, 8), STREAM_AGAIN);
	assert_int_equal(stream_write(&stream, "hello", 5), 5);
	assert_int_equal(read(other, bytes, 8), 5);
	assert_int_equal(write(other, "there", 5), 5);
	assert_false(stream_is_gone(&stream));
	assert_int_equal(stream_read(&stream, bytes, 3), 3);
	assert_int_equal(stream_read(&stream, bytes, 8), 2);
}

static void a_full_socket_is_not_broken(void **state)
{
	static char much[65536];
	ssize_t put;

	(void)state;
	while ((put = stream_write(&stream, much, sizeof(much))) > 0)
		;
	assert_int_equal(put, STREAM_AGAIN);
}

static void an_end_is_no_break(void **state)
{
	char byte;

	(void)state;
	assert_int_equal(write(other, "x", 1), 1);
	shutdown(other, SHUT_WR);
	assert_false(stream_is_gone(&stream));
	assert_int_equal(stream_read(&stream, &byte, 1), 1);
	assert_true(stream_is_gone(&stream));
	assert_int_equal(stream_read(&stream, &byte, 1), STREAM_END);
	assert_int_equal(stream_write(&stream, "y", 1), 1);
	stream_end(&stream);
	assert_int_equal(read(other, &byte, 1), 1);
	assert_int_equal(read(other, &byte, 1), 0);
}

static void a_reset_is_a_break(void **state)
{
	char byte;

	(void)state;
	tli_socket_set_abortive(other, true);
	close(other);
	other = -1;
	assert_true(stream_is_gone(&stream));
	assert_int_equal(stream_write(&stream, "x", 1), STREAM_BROKEN);
	assert_int_equal(stream_read(&stream, &byte, 1), STREAM_END);
}

static void a_reset_is_read_as_a_break(void **state)
{
	char byte;

	(void)state;
	tli_socket_set_abortive(other, true);
	close(other);
	other = -1;
	assert_int_equal(stream_read(&stream, &byte, 1), STREAM_BROKEN);
}

static void an_abortive_end_is_a_reset(void **state)
{
	char byte;

	(void)state;
	stream_set_abortive(&stream, true);
	stream_close(&stream);
	assert_int_equal(recv(other, &byte, 1, 0), -1);
}

static void an_end_that_is_not_abortive_any_more(void **state)
{
	char byte;

	(void)state;
	stream_set_abortive(&stream, true);
	stream_set_abortive(&stream, false);
	stream_close(&stream);
	assert_int_equal(recv(other, &byte, 1, 0), 0);
}

/* On TCP there is no such thing. */
static void who_is_refused_cannot_write(void **state)
{
	(void)state;
	stream_refuse(&stream);
	assert_int_equal(
		send(other, "x", 1, MSG_NOSIGNAL), stream.is_tcp ? 1 : -1);
}

/* On TCP the receiver's window counts; on a Unix socket all is there at once.
 */
static void delivery(void **state)
{
	static char much[65536];

	(void)state;
	assert_true(stream_is_delivered(&stream));
	while (stream_write(&stream, much, sizeof(much)) > 0)
		;
	assert_int_equal(stream_is_delivered(&stream), !stream.is_tcp);
}

static void on_time(void *owner)
{
	assert_ptr_equal(owner, &expired);
	expired++;
}

static void a_timer_expires_once_when_it_is_time(void **state)
{
	struct timer timer;

	(void)state;
	timer_init(&timer, base, on_time, &expired);
	timer_stop(&timer);
	assert_true(timer_start(&timer, 1500));
	pass_ms(1499);
	turn();
	assert_int_equal(expired, 0);
	pass_ms(1);
	turn();
	assert_int_equal(expired, 1);
	pass_ms(10000);
	turn();
	assert_int_equal(expired, 1);
}

static void a_timer_is_stopped_and_started_anew(void **state)
{
	struct timer timer;

	(void)state;
	timer_init(&timer, base, on_time, &expired);
	timer_start(&timer, 1000);
	pass_ms(999);
	timer_start(&timer, 1000);
	pass_ms(999);
	turn();
	assert_int_equal(expired, 0);
	timer_stop(&timer);
	pass_ms(1000);
	turn();
	assert_int_equal(expired, 0);
	timer_start(&timer, 0);
	turn();
	assert_int_equal(expired, 1);
}

/* The longest that a request may ask for. */
static void a_timer_may_take_a_year(void **state)
{
	const int64_t year_ms = INT64_C(365) * 24 * 3600 * 1000;
	struct timer timer;

	(void)state;
	timer_init(&timer, base, on_time, &expired);
	assert_true(timer_start(&timer, year_ms));
	pass_ms(year_ms - 1);
	turn();
	assert_int_equal(expired, 0);
	pass_ms(1);
	turn();
	assert_int_equal(expired, 1);
}

#define base_test(function)                                                    \
	cmocka_unit_test_setup_teardown(function, open_base, close_base)
#define unix_test(function)                                                    \
	cmocka_unit_test_setup_teardown(function, open_unix, close_both)
#define tcp_test(function)                                                     \
	{                                                                      \
#function " on TCP", function, open_tcp, close_both, NULL      \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		unix_test(only_what_is_watched_is_heard_of),
		base_test(a_kernel_that_refuses_is_told_of),
		unix_test(bytes_come_and_go),
		tcp_test(bytes_come_and_go),
		unix_test(a_full_socket_is_not_broken),
		tcp_test(a_full_socket_is_not_broken),
		unix_test(an_end_is_no_break),
		tcp_test(an_end_is_no_break),
		tcp_test(a_reset_is_a_break),
		tcp_test(a_reset_is_read_as_a_break),
		tcp_test(an_abortive_end_is_a_reset),
		tcp_test(an_end_that_is_not_abortive_any_more),
		unix_test(who_is_refused_cannot_write),
		tcp_test(who_is_refused_cannot_write),
		unix_test(delivery),
		tcp_test(delivery),
		base_test(a_timer_expires_once_when_it_is_time),
		base_test(a_timer_is_stopped_and_started_anew),
		base_test(a_timer_may_take_a_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
