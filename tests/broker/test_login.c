/* SPDX-License-Identifier: MIT */
/* Who is taken, who is let in, and what becomes of the others. */
#include "clients.h"
#include "still_clock.h"

#include "../../proto/auth.h"
#include "../../proto/hmac.h"
#include "../../proto/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHALLENGE_BYTES 63 /* the broker's, with its header */
#define FAILURE         "#FAILURE#"

/* ---- The way to the broker -------------------------------------------- */

/* Where the next connections come from, and what becomes of them: accept4(2)
 * goes through here, and its name is the linker's. */
static struct sockaddr_in6 pretended; /* .sin6_family = 0: as they are */
static int next_error;

int __real_accept4(int fd, struct sockaddr *from, socklen_t *len, int flags);
int __wrap_accept4(int fd, struct sockaddr *from, socklen_t *len, int flags);

int __wrap_accept4(int fd, struct sockaddr *from, socklen_t *len, int flags)
{
	int accepted = -1;

	errno = next_error;
	next_error = 0;
	if (errno == 0)
		accepted = __real_accept4(fd, from, len, flags);
	if (accepted >= 0 && pretended.sin6_family) {
		memcpy(from, &pretended, sizeof(pretended));
		*len = sizeof(pretended);
	}
	return accepted;
}

static void come_from(const char *ipv6)
{
	pretended = (struct sockaddr_in6){.sin6_family = AF_INET6};
	assert_int_equal(inet_pton(AF_INET6, ipv6, &pretended.sin6_addr), 1);
}

static int come_from_here(void **state)
{
	pretended.sin6_family = 0;
	next_error = 0;
	return finish(state);
}

/* ---- What a client says ----------------------------------------------- */

static void take_challenge(int fd, uint8_t challenge[CHALLENGE_BYTES])
{
	take(fd, challenge, CHALLENGE_BYTES);
	assert_memory_equal(challenge, "\0\0\0\x3b#CHALLENGE#{sha256}", 23);
}

/* Answers a challenge with a digest under its name, "" for none. */
static void put_answer(int fd, const uint8_t challenge[CHALLENGE_BYTES],
	const char *name, enum tli_digest digest)
{
	uint8_t frame[4 + 16 + TLI_HMAC_MAX];
	size_t name_len = strlen(name);

	tli_store_be32(frame, (uint32_t)(name_len + tli_digest_bytes(digest)));
	memcpy(frame + 4, name, name_len);
	assert_true(tli_hmac(digest, KEY, strlen(KEY), challenge + 15,
		CHALLENGE_BYTES - 15, frame + 4 + name_len));
	put(fd, frame, 4 + name_len + tli_digest_bytes(digest));
}

/* A client that has connected and answered the challenge. */
static int answering(enum wire wire, const char *name, enum tli_digest digest)
{
	uint8_t challenge[CHALLENGE_BYTES];
	int fd = knock(wire);

	take_challenge(fd, challenge);
	put_answer(fd, challenge, name, digest);
	return fd;
}

/* It is told that it failed, and no more. */
static void expect_failed(int fd)
{
	expect(fd, FAILURE);
	expect_end(fd);
	close(fd);
}

/* One that has been challenged, and answers nothing. */
static int silent(enum wire wire)
{
	uint8_t challenge[CHALLENGE_BYTES];
	int fd = knock(wire);

	take_challenge(fd, challenge);
	return fd;
}

/* Whatever happened to others, the next one is served. */
static void expect_service(enum wire wire)
{
	int fd = log_in(wire);

	tell(fd, "{\"ping\":\"x\"}");
	expect_part(fd, "\"ping\":\"x\"");
	leave(fd);
}

/* ---- The handshake ---------------------------------------------------- */

static void who_has_the_key_is_let_in(void **state)
{
	(void)state;
	open_broker();
	expect_service(OVER_UNIX);
	expect_service(OVER_TCP);
	assert_int_equal(broker->counters.connections, 2);
	assert_int_equal(broker->counters.refused, 0);
	assert_int_equal(broker->logins.count, 0);
}

static void another_key_is_refused(void **state)
{
	static const char wrong[] =
		"\0\0\0\x28{sha256}................................";
	int fd;

	(void)state;
	open_broker();
	fd = silent(OVER_TCP);
	put(fd, wrong, sizeof(wrong) - 1);
	expect_failed(fd);
	expect_logged("warning: #1 tcp://127.0.0.1:");
	expect_logged("not let in: the peer answered our challenge with "
		      "another key: both sides need the same authkey, byte for "
		      "byte (its answer: SHA-256)");
	assert_int_equal(broker->counters.refused, 1);
	assert_int_equal(broker->peers.count, 0);
	expect_service(OVER_TCP);
}

static void who_speaks_something_else_is_told_so_in_the_log(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = silent(OVER_TCP);
	put(fd, "GET / HTTP/1.1\r\n", 16);
	expect_failed(fd);
	expect_logged("sent a length that no handshake has: does it speak "
		      "multiprocessing.connection, and is its authkey set? "
		      "(its answer: none)");
}

static void a_client_may_reject_the_broker(void **state)
{
	char welcome[13];
	int fd;

	(void)state;
	open_broker();
	fd = answering(OVER_UNIX, "{sha256}", TLI_SHA256);
	take(fd, welcome, sizeof(welcome));
	say(fd, FAILURE);
	expect_end(fd);
	close(fd);
	expect_logged("the peer rejected our key: both sides need the same "
		      "authkey");
}

static void md5_is_as_the_settings_say(void **state)
{
	static const struct {
		enum config_legacy_auth setting;
		const char *from; /* NULL = this machine */
		bool taken;
	} rows[] = {
		{CONFIG_LEGACY_AUTH_OFF, NULL, false},
		{CONFIG_LEGACY_AUTH_LOCAL, NULL, true},
		{CONFIG_LEGACY_AUTH_ANY, NULL, true},
		{CONFIG_LEGACY_AUTH_LOCAL, "2001:db8::1", false},
		{CONFIG_LEGACY_AUTH_ANY, "2001:db8::2", true},
		{CONFIG_LEGACY_AUTH_LOCAL, "::ffff:127.0.0.1", true},
		{CONFIG_LEGACY_AUTH_LOCAL, "::ffff:192.0.2.1", false},
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		int fd;

		if (i > 0)
			prepare(state);
		settings.legacy_auth = rows[i].setting;
		open_broker();
		if (rows[i].from)
			come_from(rows[i].from);
		fd = answering(OVER_TCP, "", TLI_MD5);
		if (rows[i].taken)
			expect(fd, "#WELCOME#");
		else
			expect(fd, FAILURE);
		leave(fd);
		expect_logged(rows[i].taken
				? "closed the connection during the handshake: "
				  "does it speak multiprocessing.connection, "
				  "and "
				  "is its authkey set? (its answer: raw MD5)"
				: "uses a digest that is not allowed here: "
				  "Python up to 3.11 can only do MD5");
		if (i + 1 < LENGTH(rows))
			come_from_here(state);
	}
}

static void a_handshake_comes_in_any_pieces(void **state)
{
	(void)state;
	open_broker();
	for (size_t piece = 1; piece < 64; piece++) {
		int fd = knock(piece % 2 ? OVER_TCP : OVER_UNIX);

		assert_true(shake_hands_in_pieces(fd, piece));
		assert_int_equal(broker->counters.connections, piece);
		leave(fd);
	}
}

/* The first request in the same segment as the last frame of the handshake. */
static void what_follows_the_handshake_is_not_lost(void **state)
{
	uint8_t bytes[CHALLENGE_BYTES];
	char welcome[13];
	int fd;

	(void)state;
	open_broker();
	fd = answering(OVER_UNIX, "{sha256}", TLI_SHA256);
	take(fd, welcome, sizeof(welcome));
	tli_store_be32(bytes, 31);
	memcpy(bytes + 4, "#CHALLENGE#12345678901234567890", 31);
	put(fd, bytes, 35);
	hear(fd);
	put(fd,
		"\0\0\0\x09#WELCOME#\0\0\0\x0c{\"ping\":\"x\"}\0\0\0\x0c"
		"{\"ping\":\"y\"}",
		13 + 16 + 16);
	expect_part(fd, "\"ping\":\"x\"");
	expect_part(fd, "\"ping\":\"y\"");
	leave(fd);
}

/* A client need not wait for the answer before it takes it. */
static void what_comes_with_the_challenge_is_not_lost(void **state)
{
	static const char early[] =
		"\0\0\0\x1f#CHALLENGE#12345678901234567890"
		"\0\0\0\x09#WELCOME#\0\0\0\x0c{\"ping\":\"x\"}";
	char welcome[13];
	int fd;

	(void)state;
	open_broker();
	fd = answering(OVER_UNIX, "{sha256}", TLI_SHA256);
	take(fd, welcome, sizeof(welcome));
	put(fd, early, sizeof(early) - 1);
	hear(fd);
	expect_part(fd, "\"ping\":\"x\"");
	leave(fd);
}

/* ---- Time and number -------------------------------------------------- */

static void a_handshake_has_so_much_time(void **state)
{
	int fd;

	(void)state;
	settings.handshake_timeout_ms = 3000;
	open_broker();
	fd = silent(OVER_TCP);
	pass_ms(2999);
	expect_silence(fd);
	pass_ms(1);
	expect_failed(fd);
	expect_logged(
		"did not answer our challenge in time: is its authkey set?");
	assert_int_equal(broker->counters.refused, 1);
	assert_int_equal(broker->peers.count, 0);
}

/* Who comes when there are too many is worth more than who has been silent for
 * longest. */
static void the_oldest_makes_room_for_the_newest(void **state)
{
	int fds[4];

	(void)state;
	settings.max_handshakes = 3;
	open_broker();
	for (int i = 0; i < 4; i++)
		fds[i] = silent(OVER_UNIX);
	assert_int_equal(broker->logins.count, 3);
	expect_failed(fds[0]);
	expect_logged("#1 unix: uid ");
	expect_logged("dropped before it authenticated: max_handshakes were "
		      "under way");
	assert_int_equal(broker->counters.dropped, 1);
	expect_service(OVER_TCP);
	expect_failed(fds[1]);
	close(fds[2]);
	close(fds[3]);
}

static void so_many_connections_are_open(void **state)
{
	int open[2], newcomer;

	(void)state;
	settings.max_connections = 2;
	open_broker();
	open[0] = log_in(OVER_UNIX);
	open[1] = silent(OVER_UNIX);
	newcomer = silent(OVER_UNIX);
	expect_failed(open[1]);
	expect_logged("dropped before it authenticated: max_connections are "
		      "open");
	assert_true(broker->peers.count <= 2);
	close(newcomer);
	settle();
	open[1] = log_in(OVER_UNIX);
	newcomer = knock(OVER_UNIX);
	expect_end(newcomer);
	close(newcomer);
	expect_logged("a connection was turned away: max_connections are "
		      "open");
	assert_int_equal(broker->counters.dropped, 2);
	leave(open[0]);
	expect_service(OVER_UNIX);
	leave(open[1]);
}

/* ---- Sources ---------------------------------------------------------- */

static void expect_turned_away(void)
{
	uint64_t dropped = broker->counters.dropped;
	int fd = knock(OVER_TCP);
	char byte;

	settle();
	assert_int_equal(recv(fd, &byte, 1, 0), 0);
	close(fd);
	assert_int_equal(broker->counters.dropped, dropped + 1);
}

static void who_fails_is_kept_out_for_a_while(void **state)
{
	int fd;

	(void)state;
	settings.penalty_ms = 1000;
	open_broker();
	come_from("2001:db8::1");
	fd = silent(OVER_TCP);
	say(fd, "nonsense");
	expect_failed(fd);
	expect_turned_away();
	expect_logged("a connection was turned away: its source has too many "
		      "handshakes under way, or has failed too often");
	come_from("2001:db8:1::1");
	expect_service(OVER_TCP);
	come_from("2001:db8::2");
	pass_ms(999);
	expect_turned_away();
	pass_ms(1);
	expect_service(OVER_TCP);
}

static void a_source_has_so_many_handshakes(void **state)
{
	int fds[2];

	(void)state;
	settings.max_handshakes_per_source = 2;
	open_broker();
	come_from("2001:db8::1");
	for (int i = 0; i < 2; i++)
		fds[i] = silent(OVER_TCP);
	expect_turned_away();
	come_from("2001:db8:1::1");
	expect_service(OVER_TCP);
	close(fds[0]);
	leave(fds[1]);
}

/* One that the broker itself drops has neither failed nor succeeded. */
static void being_dropped_is_no_success(void **state)
{
	int first, second;

	(void)state;
	settings.penalty_ms = 1000;
	settings.max_handshakes = 1;
	open_broker();
	come_from("2001:db8::1");
	first = silent(OVER_TCP);
	say(first, "nonsense");
	expect_failed(first);
	pass_ms(1000);
	first = silent(OVER_TCP);
	come_from("2001:db8:1::1");
	second = silent(OVER_TCP);
	expect_failed(first);
	/* It fails again: the penalty is the second, not the first once more.
	 */
	close(second);
	settle();
	come_from("2001:db8::1");
	first = silent(OVER_TCP);
	say(first, "nonsense");
	expect_failed(first);
	pass_ms(1000);
	expect_turned_away();
	pass_ms(1000);
	expect_service(OVER_TCP);
}

/* ---- Descriptors ------------------------------------------------------ */

static struct rlimit limit_before;

/* No descriptor is left from now on. */
static void use_up_descriptors(void)
{
	struct rlimit limit;
	int next = dup(0);

	close(next);
	getrlimit(RLIMIT_NOFILE, &limit_before);
	limit = limit_before;
	limit.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void give_descriptors(void)
{
	setrlimit(RLIMIT_NOFILE, &limit_before);
}

static void who_is_silent_gives_its_descriptor(void **state)
{
	int old, newcomer;

	(void)state;
	open_broker();
	old = silent(OVER_UNIX);
	newcomer = knock(OVER_UNIX);
	use_up_descriptors();
	settle();
	give_descriptors();
	expect_failed(old);
	expect_logged("dropped before it authenticated: no descriptor was "
		      "left");
	assert_true(shake_hands(newcomer));
	leave(newcomer);
}

/* With nobody to drop, all who knock are turned away, and the broker rests. */
static void without_descriptors_all_are_turned_away(void **state)
{
	int fds[3], late;

	(void)state;
	open_broker();
	for (int i = 0; i < 3; i++)
		fds[i] = knock(i == 2 ? OVER_TCP : OVER_UNIX);
	late = knock(OVER_UNIX);
	close(late);
	use_up_descriptors();
	settle();
	give_descriptors();
	for (int i = 0; i < 2; i++)
		expect_end(fds[i]);
	for (int i = 0; i < 2; i++)
		close(fds[i]);
	expect_logged("a connection was turned away: Too many open files");
	assert_true(broker->counters.dropped >= 2);
	late = knock(OVER_UNIX);
	pass_ms(99);
	expect_silence(late);
	pass_ms(1);
	assert_true(shake_hands(late));
	close(late);
	close(fds[2]);
	settle();
	expect_service(OVER_TCP);
}

/* An error of one connection is not one of the next. */
static void a_connection_that_failed_is_passed_over(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = knock(OVER_TCP);
	next_error = ECONNABORTED;
	assert_true(shake_hands(fd));
	leave(fd);
	fd = knock(OVER_TCP);
	next_error = EPERM;
	assert_true(shake_hands(fd));
	leave(fd);
}

#define login_test(function)                                                   \
	cmocka_unit_test_setup_teardown(function, prepare, come_from_here)

int main(void)
{
	const struct CMUnitTest tests[] = {
		login_test(who_has_the_key_is_let_in),
		login_test(another_key_is_refused),
		login_test(who_speaks_something_else_is_told_so_in_the_log),
		login_test(a_client_may_reject_the_broker),
		login_test(md5_is_as_the_settings_say),
		login_test(a_handshake_comes_in_any_pieces),
		login_test(what_follows_the_handshake_is_not_lost),
		login_test(what_comes_with_the_challenge_is_not_lost),
		login_test(a_handshake_has_so_much_time),
		login_test(the_oldest_makes_room_for_the_newest),
		login_test(so_many_connections_are_open),
		login_test(who_fails_is_kept_out_for_a_while),
		login_test(a_source_has_so_many_handshakes),
		login_test(being_dropped_is_no_success),
		login_test(who_is_silent_gives_its_descriptor),
		login_test(without_descriptors_all_are_turned_away),
		login_test(a_connection_that_failed_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
