/* SPDX-License-Identifier: MIT */
/* What an authenticated connection says first, and the requests by which people
 * see what a broker does. */
#include "carrying.h"
#include "still_clock.h"

#include "../../proto/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNKNOWN                                                                \
	"the first message is none that this broker knows: it takes JSON "     \
	"objects such as {\\\"dial\\\":\\\"name\\\"}"
#define TOO_LONG "a request has at most 4096 bytes"

static void expect_nobody(const char *row)
{
	settle();
	check_equal(row, broker->peers.count, 0);
}

static void close_and_expect_nobody(int fd)
{
	leave(fd);
	expect_nobody("");
}

/* Sends bytes in pieces. */
static void put_in_pieces(int fd, const char *bytes, size_t len, size_t piece)
{
	for (size_t at = 0; at < len; at += piece) {
		put(fd, bytes + at, piece < len - at ? piece : len - at);
		settle();
	}
}

/* ---- Dialects --------------------------------------------------------- */

static void a_first_frame_that_is_not_known(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
		{"\0\0\0\0", 4},
		{"\xff\xff\xff\xff\0\0\0\0\0\0\0\0", 12},
		{"\0\0\0\1x", 5},
		{"\0\0\0\1\0", 5},
		{"\0\0\0\1\xff", 5},
		{"\0\0\0\2[]", 6},
		{"\0\0\0\3\xef\xbb\xbf", 7},
		{"\x7f\xff\xff\xffGET", 7},
		{"\x80\0\0\0", 4},
		{"\xff\xff\xff\xfe", 4},
		{"GET / HTTP/1.0\r\n", 16},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12},
	};

	(void)state;
	open_broker();
	for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
		const char *bytes = rows[i / 2].bytes;
		size_t len = rows[i / 2].len;
		int fd = log_in(i % 2 ? OVER_TCP : OVER_UNIX);

		put_in_pieces(fd, bytes, len, i % 2 ? 1 : len);
		expect_refused(fd, "unsupported", UNKNOWN);
		close_and_expect_nobody(fd);
	}
}

/* (None, "dummy", (), {}) and ("#RETURN", None), in the protocol of the
 * request.
 */
static void a_manager_is_answered_in_pickles(void **state)
{
	static const char dummy[] = "\x80\2(NX\5\0\0\0dummy)}t.";
	static const char expected[] = "\0\0\0\x11\x80\2X\7\0\0\0#RETURN"
				       "N\x86.";
	char bytes[sizeof(expected)];
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_TCP);
	put(fd, "\0\0\0\x12", 4);
	put(fd, dummy, sizeof(dummy) - 1);
	take(fd, bytes, sizeof(expected) - 1);
	assert_memory_equal(bytes, expected, sizeof(expected) - 1);
	expect_end(fd);
	close_and_expect_nobody(fd);
}

static void a_manager_is_answered_in_xml(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	tell(fd,
		"<params><param><value><array><data><value><nil/></value>"
		"<value><string>dummy</string></value>"
		"<value><array><data></data></array></value>"
		"<value><struct></struct></value>"
		"</data></array></value></param></params>");
	expect_part(fd,
		"<params>\n<param>\n<value><array><data>\n"
		"<value><string>#RETURN</string></value>\n"
		"<value><nil/></value>");
	expect_end(fd);
	close_and_expect_nobody(fd);
}

static void a_first_frame_may_take_its_time(void **state)
{
	static const char ping[] = "\xff\xff\xff\xff\0\0\0\0\0\0\0\xc"
				   "{\"ping\":\"x\"}";
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	for (size_t i = 0; i < sizeof(ping) - 1; i++) {
		expect_silence(fd);
		assert_string_equal(
			last_peer()->stage->name, i < 13 ? "idle" : "control");
		put(fd, ping + i, 1);
		pass_ms(60000);
	}
	expect_part(fd, "{\"ok\":true,\"ping\":\"x\"");
	close_and_expect_nobody(fd);
}

/* At each byte of the first frame. */
static void who_goes_before_it_is_known_is_forgotten(void **state)
{
	static const char start[] = "\0\0\0\x0c{\"ping\":\"x\"";

	(void)state;
	open_broker();
	for (size_t len = 0; len < sizeof(start); len++) {
		int fd = log_in(OVER_UNIX);

		put(fd, start, len);
		settle();
		shutdown(fd, SHUT_WR);
		expect_end(fd);
		close_and_expect_nobody(fd);
	}
}

/* It has said all that it will, and waits for the answer. */
static void a_half_closed_client_is_answered(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	say(fd, "{\"ping\":\"1\"}");
	say(fd, "{\"ping\":\"2\"}");
	shutdown(fd, SHUT_WR);
	expect_part(fd, "\"ping\":\"1\"");
	expect_part(fd, "\"ping\":\"2\"");
	expect_end(fd);
	close_and_expect_nobody(fd);
	fd = log_in(OVER_UNIX);
	say(fd, "nonsense");
	shutdown(fd, SHUT_WR);
	expect_refused(fd, "unsupported", UNKNOWN);
	close_and_expect_nobody(fd);
}

/* ---- Requests --------------------------------------------------------- */

static void a_ping_comes_back(void **state)
{
	char expected[256];
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	tell(fd, "{\"ping\":\"caf\\u00e9 \\\"\"}");
	snprintf(expected, sizeof(expected),
		"{\"ok\":true,\"ping\":\"caf\xc3\xa9 \\\"\",\"version\":\"%s\","
		"\"epoch\":\"%s\"}",
		TIELINE_VERSION, broker->epoch);
	expect(fd, expected);
	assert_int_equal(strspn(broker->epoch, "0123456789abcdef"), 2 * 8);
	close_and_expect_nobody(fd);
}

static void requests_come_in_any_pieces(void **state)
{
	char bytes[256];
	size_t len = 0;

	(void)state;
	open_broker();
	for (int i = 0; i < 5; i++) {
		tli_store_be32((uint8_t *)bytes + len, 12);
		snprintf(bytes + len + 4, 13, "{\"ping\":\"%d\"}", i);
		len += 16;
	}
	for (size_t piece = 1; piece <= len; piece++) {
		int fd = log_in(OVER_UNIX);

		put_in_pieces(fd, bytes, len, piece);
		for (int i = 0; i < 5; i++) {
			char part[32];

			snprintf(part, sizeof(part), "\"ping\":\"%d\"", i);
			expect_part(fd, part);
		}
		expect_silence(fd);
		close_and_expect_nobody(fd);
	}
}

static void what_is_no_request_is_refused(void **state)
{
	static const char *const requests[] = {"{", "{}", "", "x", "\x80",
		"{\"dial\":\"a b\"}", "{\"dial\":\"a\",\"dial\":\"b\"}",
		"{\"ping\":\"x\"}{"};

	(void)state;
	open_broker();
	for (size_t i = 0; i < LENGTH(requests); i++) {
		int fd = log_in(OVER_UNIX);

		say(fd, "{\"ping\":\"x\"}");
		say(fd, requests[i]);
		say(fd, "{\"ping\":\"not answered\"}");
		settle();
		expect_part(fd, "\"ping\":\"x\"");
		expect_part(fd,
			"{\"ok\":false,\"error\":\"bad_request\",\"message\":"
			"\"");
		expect_end(fd);
		close_and_expect_nobody(fd);
	}
}

/* A ping as a frame, filled up with spaces. */
static void put_long_ping(int fd, size_t len)
{
	char *text = malloc(len + 4 + 1);

	assert_non_null(text);
	tli_store_be32((uint8_t *)text, (uint32_t)len);
	snprintf(text + 4, len + 1, "{\"ping\":\"x\"%*s", (int)len - 11, "}");
	put(fd, text, len + 4);
	free(text);
	settle();
}

static void a_request_has_4096_bytes(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	put_long_ping(fd, 4096);
	expect_part(fd, "\"ping\":\"x\"");
	put_long_ping(fd, 4096);
	expect_part(fd, "\"ping\":\"x\"");
	put_long_ping(fd, 4097);
	expect_refused(fd, "bad_request", TOO_LONG);
	close_and_expect_nobody(fd);
	fd = log_in(OVER_UNIX);
	put_long_ping(fd, 4097);
	expect_refused(fd, "bad_request", TOO_LONG);
	close_and_expect_nobody(fd);
	fd = log_in(OVER_UNIX);
	say(fd, "{\"ping\":\"x\"}");
	put(fd, "\x80\0\0\0", 4);
	expect_part(fd, "\"ping\":\"x\"");
	expect_refused(fd, "bad_request",
		"the request has a length that no Python sends");
	close_and_expect_nobody(fd);
}

/* Who does not read its replies gets no more of them, and is not read. */
static void replies_wait_for_their_reader(void **state)
{
	struct peer *peer;
	unsigned said = 0;
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	peer = last_peer();
	for (; tli_buf_len(&peer->out) == 0; said++)
		tell(fd, "{\"ping\":\"x\"}");
	for (int i = 0; i < 100; i++, said++)
		tell(fd, "{\"ping\":\"x\"}");
	assert_in_range(tli_buf_len(&peer->out), 1, 200);
	assert_in_range(tli_buf_len(&peer->held), 0, 4108);
	for (; said > 0; said--)
		expect_part(fd, "\"ping\":\"x\"");
	expect_silence(fd);
	close_and_expect_nobody(fd);
}

static size_t count_ready(int fd)
{
	char bytes[65536];
	ssize_t got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	return got > 0 ? (size_t)got : 0;
}

/* One that asks much at a time is not served before others. */
static void many_requests_leave_others_their_turn(void **state)
{
	int greedy, other;
	size_t reply;

	(void)state;
	open_broker();
	greedy = log_in(OVER_UNIX);
	other = log_in(OVER_UNIX);
	for (int i = 0; i < 100; i++)
		say(greedy, "{\"ping\":\"\"}");
	say(other, "{\"ping\":\"\"}");
	turn();
	reply = count_ready(other);
	assert_true(reply > 0);
	assert_int_equal(count_ready(greedy), reply);
	for (int i = 1; i < 100; i++)
		expect_part(greedy, "\"ping\":\"\"");
	expect_silence(greedy);
	close(greedy);
	leave(other);
	expect_nobody("");
}

static void who_goes_with_replies_unread_is_forgotten(void **state)
{
	struct peer *peer;
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	peer = last_peer();
	while (tli_buf_len(&peer->out) == 0)
		tell(fd, "{\"stat\":true}");
	close_and_expect_nobody(fd);
	fd = log_in(OVER_UNIX);
	say(fd, "{\"stat\":true}");
	close_and_expect_nobody(fd);
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(a_first_frame_that_is_not_known),
		broker_test(a_manager_is_answered_in_pickles),
		broker_test(a_manager_is_answered_in_xml),
		broker_test(a_first_frame_may_take_its_time),
		broker_test(who_goes_before_it_is_known_is_forgotten),
		broker_test(a_half_closed_client_is_answered),
		broker_test(a_ping_comes_back),
		broker_test(requests_come_in_any_pieces),
		broker_test(what_is_no_request_is_refused),
		broker_test(a_request_has_4096_bytes),
		broker_test(replies_wait_for_their_reader),
		broker_test(many_requests_leave_others_their_turn),
		broker_test(who_goes_with_replies_unread_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
