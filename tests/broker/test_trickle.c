/* SPDX-License-Identifier: MIT */
/* Sockets that take a byte at a time, and none every other time: whatever the
 * broker says arrives all the same, whole and in order. */
#include "carrying.h"
#include "still_clock.h"

#include "../../proto/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The linker's names: the broker's writes go through here. */
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
	static bool takes_none;
	struct iovec byte = {message->msg_iov[0].iov_base, 1};
	struct msghdr small = {.msg_iov = &byte, .msg_iovlen = 1};

	takes_none = !takes_none;
	if (!takes_none)
		return __real_sendmsg(fd, &small, flags);
	errno = EAGAIN;
	return -1;
}

/* Until a peer is where it is to come to. */
static void await_stage(const char *stage)
{
	for (int i = 0; i < 1000; i++) {
		if (strcmp(last_peer()->stage->name, stage) == 0)
			return;
		turn();
	}
	fail_msg("not \"%s\", but \"%s\"", stage, last_peer()->stage->name);
}

static int log_in_slowly(enum wire wire)
{
	int fd = knock(wire);

	assert_true(shake_hands(fd));
	await_stage("idle");
	return fd;
}

static void requests_are_answered(void **state)
{
	(void)state;
	open_broker();
	for (int wire = OVER_UNIX; wire <= OVER_TCP; wire++) {
		int fd = log_in_slowly((enum wire)wire);

		say(fd, "{\"ping\":\"1\"}");
		say(fd, "{\"stat\":true}");
		say(fd, "{\"list\":\"connections\"}");
		say(fd, "{\"ping\":\"2\"}");
		say(fd, "{");
		expect_part(fd, "\"ping\":\"1\"");
		expect_part(fd, "\"uptime\":");
		expect_part(fd, "\"state\":\"control\"");
		expect_part(fd, "\"ping\":\"2\"");
		expect_part(fd, "\"bad_request\"");
		expect_end(fd);
		leave(fd);
		assert_int_equal(broker->peers.count, 0);
	}
}

static void pairs_exchange(void **state)
{
	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		int acceptor = log_in_slowly(all_wires[i].from);
		int dialler;

		say(acceptor, "{\"accept\":\"n\",\"confirm\":true}");
		say(acceptor, "early");
		expect(acceptor, "{\"ok\":true,\"parked\":\"n\"}");
		dialler = log_in_slowly(all_wires[i].to);
		say(dialler, "{\"dial\":\"n\"}");
		say(dialler, "early too");
		expect_part(dialler, "\"ok\":true,\"name\":\"n\"");
		expect(dialler, "early");
		expect_part(acceptor, "\"ok\":true,\"name\":\"n\"");
		expect(acceptor, "early too");
		say(acceptor, "one");
		say(acceptor, "two");
		say(dialler, "three");
		expect(dialler, "one");
		expect(dialler, "two");
		expect(acceptor, "three");
		say(acceptor, "the last");
		shutdown(acceptor, SHUT_WR);
		expect(dialler, "the last");
		expect_end(dialler);
		close(dialler);
		expect_end(acceptor);
		leave(acceptor);
		assert_int_equal(broker->relays.held_bytes, 0);
		assert_int_equal(broker->peers.count, 0);
	}
}

/* What is held when a pair is cut comes first. */
static void a_break_comes_last(void **state)
{
	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet(all_wires[i].from, all_wires[i].to);

		say(pair.acceptor, "before");
		put(pair.acceptor, "\x80\0\0\0", 4);
		expect(pair.dialler, "before");
		expect_break(pair.dialler);
		expect_break(pair.acceptor);
		part(&pair);
		assert_int_equal(broker->peers.count, 0);
	}
}

static void a_monitor_gets_every_event(void **state)
{
	int fd, other;

	(void)state;
	open_broker();
	fd = log_in_slowly(OVER_UNIX);
	say(fd, "{\"monitor\":true}");
	expect(fd, "{\"ok\":true,\"monitor\":true}");
	other = log_in_slowly(OVER_TCP);
	say(other, "{\"dial\":\"n\",\"timeout\":0}");
	expect_part(fd, "\"event\":\"connected\"");
	expect_part(fd, "\"event\":\"waiting\"");
	expect_part(fd, "\"event\":\"unclaimed\"");
	expect_part(other, "\"no_listener\"");
	expect_end(other);
	leave(other);
	expect_part(fd, "\"event\":\"closed\"");
	leave(fd);
	assert_int_equal(broker->peers.count, 0);
}

static void a_manager_reads_all_of_its_reply(void **state)
{
	uint8_t header[4];
	char body[1024];
	int fd;

	(void)state;
	open_broker();
	fd = log_in_slowly(OVER_UNIX);
	say(fd, "\x80");
	take(fd, header, sizeof(header));
	assert_in_range(tli_load_be32(header), 100, sizeof(body));
	take(fd, body, tli_load_be32(header));
	assert_int_equal(body[tli_load_be32(header) - 1], '.');
	expect_end(fd);
	leave(fd);
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(requests_are_answered),
		broker_test(pairs_exchange),
		broker_test(a_break_comes_last),
		broker_test(a_monitor_gets_every_event),
		broker_test(a_manager_reads_all_of_its_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
