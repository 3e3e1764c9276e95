/* SPDX-License-Identifier: MIT */
/* Streams with TLS, in a loop of the test's: what TLS holds back on either
 * side shows to their owner as if there were none. */
#include "../unit/certificates.h"
#include "../unit/unit.h"

#include "../../broker/stream.h"
#include "../../proto/tls_private.h"
#include "../../system/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURNS 64
#define MUCH  (4u << 20)

static struct event_base *base;
static struct stream_list due;
static struct stream stream;
static struct tli_channel other; /* end */
static struct tli_tls_context *contexts[2];
static unsigned readable, writable;
static void (*on_event)(short event); /* what the owner does; NULL = nothing */

static void on_ready(evutil_socket_t fd, short event, void *owner)
{
	assert_int_equal(fd, stream.channel.fd);
	assert_ptr_equal(owner, &stream);
	readable += event == EV_READ;
	writable += event == EV_WRITE;
	if (on_event)
		on_event(event);
}

/* As the broker does it. */
static void turn(void)
{
	streams_wake(&due);
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static void connect_both(int fds[2])
{
	struct sockaddr_in any = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(any);
	const int on = 1;
	int listening = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(
		bind(listening, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(listening, 1), 0);
	getsockname(listening, (struct sockaddr *)&any, &len);
	fds[1] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(fds[1], (struct sockaddr *)&any, len), 0);
	setsockopt(fds[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	fds[0] = accept(listening, NULL, NULL);
	close(listening);
}

static void shake_hands(void)
{
	int server = 0, client = 0;

	for (int i = 0; i < TURNS && (server != 1 || client != 1); i++) {
		client = tli_channel_shake_hands(&other);
		server = stream_shake_hands(&stream);
	}
	assert_int_equal(server, 1);
	assert_int_equal(client, 1);
}

static int open_both(void **state)
{
	static const struct side server = {.own = "good"};
	static const struct side client = {.verify = TLI_TLS_CHAIN};
	int fds[2];

	(void)state;
	base = event_base_new();
	TAILQ_INIT(&due);
	readable = writable = 0;
	on_event = NULL;
	contexts[0] = new_context(TLI_TLS_SERVER, &server);
	contexts[1] = new_context(TLI_TLS_CLIENT, &client);
	connect_both(fds);
	stream_init(&stream, base, fds[0], true, on_ready, &stream);
	assert_true(stream_secure(&stream, contexts[0], &due));
	other = tli_channel_plain(fds[1]);
	assert_true(tli_channel_secure(&other, contexts[1], "localhost"));
	assert_null(stream_tls_version(&stream));
	shake_hands();
	assert_string_equal(stream_tls_version(&stream), "TLSv1.3");
	return 0;
}

static int close_both(void **state)
{
	(void)state;
	stream_close(&stream);
	assert_true(TAILQ_EMPTY(&due));
	if (other.fd >= 0)
		tli_channel_close(&other);
	event_base_free(base);
	tli_tls_context_unref(contexts[0]);
	tli_tls_context_unref(contexts[1]);
	return 0;
}

static void say(const void *bytes, size_t len)
{
	struct iovec part = {(void *)bytes, len};

	assert_int_equal(
		tli_channel_write(&other, &part, 1, TLI_SOCKET_TRY), len);
	assert_int_equal(tli_channel_flush(&other, TLI_SOCKET_TRY), 1);
}

static ssize_t hear(void *bytes, size_t size)
{
	struct iovec part = {bytes, size};

	return tli_channel_read(&other, &part, 1, TLI_SOCKET_TRY);
}

static void bytes_come_and_go(void **state)
{
	char bytes[8];

	(void)state;
	assert_int_equal(stream_read(&stream, bytes, 8), STREAM_AGAIN);
	assert_int_equal(stream_write(&stream, "hello", 5), 5);
	assert_int_equal(stream_flush(&stream), 1);
	assert_int_equal(hear(bytes, 8), 5);
	say("there", 5);
	assert_false(stream_is_gone(&stream));
	assert_int_equal(stream_read(&stream, bytes, 3), 3);
	assert_int_equal(stream_read(&stream, bytes, 8), 2);
}

/* ---- Reading ---------------------------------------------------------- */

static void read_a_byte(short event)
{
	char byte;

	if (event == EV_READ)
		(void)stream_read(&stream, &byte, 1);
}

/* The kernel has nothing any more after the first byte. */
static void who_reads_little_hears_of_the_rest(void **state)
{
	char byte;

	(void)state;
	on_event = read_a_byte;
	assert_true(stream_watch(&stream, true, false));
	say("0123456789", 10);
	for (int i = 0; i < 10; i++)
		turn();
	assert_int_equal(readable, 10);
	turn();
	assert_int_equal(readable, 10);
	assert_int_equal(stream_read(&stream, &byte, 1), STREAM_AGAIN);
}

static void who_listens_later_hears_of_what_is_there(void **state)
{
	char byte;

	(void)state;
	say("0123456789", 10);
	assert_int_equal(stream_read(&stream, &byte, 1), 1);
	turn();
	assert_int_equal(readable, 0);
	assert_true(stream_watch(&stream, true, false));
	turn();
	turn();
	assert_int_equal(readable, 2);
	assert_true(stream_watch(&stream, false, false));
	turn();
	assert_int_equal(readable, 2);
}

static void many_small_records(void **state)
{
	char bytes[100];
	size_t got = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		say("x", 1);
	for (int i = 0; i < 10000 && got < sizeof(bytes); i++)
		got += (size_t)stream_read(&stream, bytes, sizeof(bytes) - got);
	assert_int_equal(got, sizeof(bytes));
}

static void close_it(short event)
{
	(void)event;
	stream_close(&stream);
}

/* Also while another turn is due to it. */
static void the_owner_may_close_it(void **state)
{
	char byte;

	(void)state;
	say("0123456789", 10);
	assert_true(stream_watch(&stream, true, true));
	assert_int_equal(stream_read(&stream, &byte, 1), 1);
	on_event = close_it;
	turn();
	turn();
	assert_int_equal(readable + writable, 1);
	assert_int_equal(stream.channel.fd, -1);
}

/* ---- Writing ---------------------------------------------------------- */

/* As much as goes; the rest of it is held. */
static size_t fill(void)
{
	static char much[MUCH];
	size_t total = 0;
	ssize_t put;

	while ((put = stream_write(&stream, much, sizeof(much))) > 0)
		total += (size_t)put;
	assert_int_equal(put, STREAM_AGAIN);
	assert_true(stream_held_bytes(&stream) > 0);
	assert_false(stream_is_delivered(&stream));
	return total;
}

static void take_all(size_t total)
{
	static char bytes[MUCH];
	size_t got = 0;

	for (int i = 0; i < 100000 && got < total; i++) {
		ssize_t part = hear(bytes, sizeof(bytes));

		assert_true(part >= 0);
		got += (size_t)part;
		turn();
	}
	assert_int_equal(got, total);
}

static void what_is_held_goes_by_itself(void **state)
{
	size_t total = fill();

	(void)state;
	take_all(total);
	assert_int_equal(stream_held_bytes(&stream), 0);
	assert_int_equal(writable, 0);
	assert_false(stream.writes);
}

static void who_waits_is_told_when_all_has_gone(void **state)
{
	size_t total = fill();

	(void)state;
	assert_true(stream_watch(&stream, false, true));
	turn();
	assert_int_equal(writable, 0);
	take_all(total);
	assert_true(writable > 0);
}

/* What never goes is not held for ever. */
static void who_takes_nothing_any_more_holds_nothing(void **state)
{
	(void)state;
	fill();
	tli_socket_set_abortive(other.fd, true);
	tli_channel_close(&other);
	turn();
	assert_int_equal(stream_held_bytes(&stream), 0);
	assert_int_equal(stream_flush(&stream), STREAM_BROKEN);
	assert_int_equal(stream_write(&stream, "x", 1), STREAM_BROKEN);
	assert_false(stream.writes);
}

static void ask_for_a_key_update(void)
{
	char byte = 'x';
	struct iovec part = {&byte, 1};

	SSL_key_update(other.tls->openssl, SSL_KEY_UPDATE_REQUESTED);
	assert_true(tli_channel_write(&other, &part, 1, TLI_SOCKET_TRY) >= 0);
}

/* Until the answers wait for being read, and nothing is read any more. */
static void ask_without_end(void)
{
	fill();
	assert_true(stream_watch(&stream, true, false));
	on_event = read_a_byte;
	for (int i = 0; i < 10000 && !stream.channel.stuck; i++) {
		ask_for_a_key_update();
		turn();
	}
	assert_true(stream.channel.stuck);
	readable = 0;
}

/* Each has us answer. Who reads none of the answers is not read either, until
 * it does; and the loop has nothing to do meanwhile. */
static void who_asks_without_end_has_to_read(void **state)
{
	static char bytes[65536];

	(void)state;
	ask_without_end();
	turn();
	turn();
	assert_int_equal(readable, 0);
	assert_true(stream_held_bytes(&stream) <= 2 * TLI_TLS_OUTPUT_MAX);
	for (int i = 0; i < 10000 && stream.channel.stuck; i++) {
		assert_true(hear(bytes, sizeof(bytes)) >= 0);
		turn();
	}
	assert_false(stream.channel.stuck);
	turn();
	assert_true(readable > 0);
}

static void who_asks_without_end_and_goes_is_broken(void **state)
{
	char byte;

	(void)state;
	ask_without_end();
	tli_socket_set_abortive(other.fd, true);
	tli_channel_close(&other);
	turn();
	turn();
	assert_true(readable > 0);
	assert_int_equal(stream_read(&stream, &byte, 1), STREAM_BROKEN);
}

/* ---- Ends ------------------------------------------------------------- */

static void an_end_is_no_break(void **state)
{
	char byte;

	(void)state;
	say("x", 1);
	tli_channel_end(&other);
	assert_int_equal(stream_read(&stream, &byte, 1), 1);
	assert_int_equal(stream_read(&stream, &byte, 1), STREAM_END);
	assert_true(stream_is_gone(&stream));
	assert_int_equal(stream_write(&stream, "y", 1), 1);
	stream_end(&stream);
	assert_int_equal(hear(&byte, 1), 1);
	assert_int_equal(hear(&byte, 1), TLI_SOCKET_END);
}

static void our_end_leaves_the_other_direction(void **state)
{
	char byte;

	(void)state;
	stream_end(&stream);
	assert_int_equal(hear(&byte, 1), TLI_SOCKET_END);
	say("x", 1);
	assert_int_equal(stream_read(&stream, &byte, 1), 1);
	assert_int_equal(stream_write(&stream, "y", 1), STREAM_BROKEN);
}

static void an_end_waits_for_what_is_held(void **state)
{
	size_t total = fill();
	char byte;

	(void)state;
	stream_end(&stream);
	assert_true(stream_held_bytes(&stream) > 0);
	take_all(total);
	assert_int_equal(hear(&byte, 1), TLI_SOCKET_END);
}

static void an_end_without_a_word_is_a_break(void **state)
{
	char byte;

	(void)state;
	say("x", 1);
	shutdown(other.fd, SHUT_WR);
	assert_true(stream_is_gone(&stream));
	assert_int_equal(stream_read(&stream, &byte, 1), 1);
	assert_int_equal(stream_read(&stream, &byte, 1), STREAM_BROKEN);
}

#define stream_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, open_both, close_both)

int main(void)
{
	const struct CMUnitTest tests[] = {
		stream_test(bytes_come_and_go),
		stream_test(who_reads_little_hears_of_the_rest),
		stream_test(who_listens_later_hears_of_what_is_there),
		stream_test(many_small_records),
		stream_test(the_owner_may_close_it),
		stream_test(what_is_held_goes_by_itself),
		stream_test(who_waits_is_told_when_all_has_gone),
		stream_test(who_takes_nothing_any_more_holds_nothing),
		stream_test(who_asks_without_end_has_to_read),
		stream_test(who_asks_without_end_and_goes_is_broken),
		stream_test(an_end_is_no_break),
		stream_test(our_end_leaves_the_other_direction),
		stream_test(an_end_waits_for_what_is_held),
		stream_test(an_end_without_a_word_is_a_break),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
