/* SPDX-License-Identifier: MIT */
/* How the broker ends a connection: what was said goes out first, and nothing
 * that comes meanwhile takes it back. */
#include "carrying.h"
#include "still_clock.h"

#include "../../broker/closing.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void expect_gone(void)
{
	settle();
	assert_int_equal(broker->peers.count, 0);
}

/* ---- An end ----------------------------------------------------------- */

static void a_refused_one_may_go_when_it_likes(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_TCP);
	tell(fd, "nonsense");
	assert_true(closing_is_under_way(last_peer()));
	pass_ms(settings.linger_timeout_ms - 1);
	settle();
	assert_int_equal(broker->peers.count, 1);
	hear(fd);
	expect_end(fd);
	leave(fd);
	expect_gone();
}

static void who_stays_is_left_behind(void **state)
{
	int fd;

	(void)state;
	settings.linger_timeout_ms = 2000;
	open_broker();
	fd = log_in(OVER_TCP);
	tell(fd, "nonsense");
	pass_ms(2000);
	expect_gone();
	hear(fd);
	expect_end(fd);
	close(fd);
}

static void no_time_to_linger_is_none(void **state)
{
	int fd;

	(void)state;
	settings.linger_timeout_ms = 0;
	open_broker();
	fd = log_in(OVER_UNIX);
	tell(fd, "nonsense");
	expect_gone();
	hear(fd);
	expect_end(fd);
	close(fd);
}

/* What comes behind a refused request is read and dropped, however much. */
static void much_behind_a_refusal_does_not_take_it_back(void **state)
{
	static uint8_t much[1 << 16];

	(void)state;
	open_broker();
	for (int wire = OVER_UNIX; wire <= OVER_TCP; wire++) {
		int fd = log_in((enum wire)wire);

		say(fd, "nonsense");
		for (int i = 0; i < 50; i++) {
			put(fd, much, sizeof(much));
			settle();
		}
		expect_part(fd, "\"unsupported\"");
		expect_end(fd);
		leave(fd);
		expect_gone();
	}
}

/* The refusal waits for the replies before it, which are read late. */
static void a_refusal_waits_for_its_reader(void **state)
{
	struct peer *peer;
	int fd, said = 0;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	peer = last_peer();
	for (; tli_buf_len(&peer->out) == 0; said++)
		tell(fd, "{\"ping\":\"x\"}");
	closing_refuse(peer, TLI_REFUSAL_INTERNAL, "why not");
	settle();
	for (; said > 0; said--)
		expect_part(fd, "\"ping\":\"x\"");
	expect_refused(fd, "internal", "why not");
	leave(fd);
	expect_gone();
}

static void a_refusal_that_nobody_takes_is_dropped(void **state)
{
	struct peer *peer;
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	peer = last_peer();
	while (tli_buf_len(&peer->out) == 0)
		tell(fd, "{\"ping\":\"x\"}");
	closing_refuse(peer, TLI_REFUSAL_INTERNAL, "why not");
	leave(fd);
	expect_gone();
}

/* One that has ended its side is not waited for. */
static void who_has_ended_is_answered_and_closed(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	say(fd, "{\"dial\":\"n\",\"timeout\":1}");
	say(fd, "early");
	shutdown(fd, SHUT_WR);
	settle();
	pass_ms(1000);
	expect_gone();
	expect_part(fd, "\"no_listener\"");
	expect_end(fd);
	close(fd);
}

static void a_refusal_is_logged(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	tell(fd, "nonsense");
	expect_logged("debug: #1 unix: uid ");
	expect_logged(": refused: the first message is none that this broker "
		      "knows");
	leave(fd);
}

/* ---- A break ---------------------------------------------------------- */

/* On TCP it is looked at whether all has arrived, ever more rarely, and for as
 * long as it takes. */
static void a_break_waits_until_all_has_arrived(void **state)
{
	struct pair pair;
	struct peer *peer;
	uint8_t *bytes;
	size_t len;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_TCP);
	peer = peer_of_id(pair.ids[1]);
	len = flood(pair.acceptor, &bytes);
	leave(pair.acceptor);
	relays_cut(&broker->relays);
	for (int i = 0; i < 100; i++) {
		pass_ms(3600 * 1000);
		settle();
		assert_true(closing_is_under_way(peer));
	}
	assert_int_equal(broker->relays.held_bytes, 0);
	drain_until_over(pair.dialler, bytes, len, 4096, true);
	close(pair.dialler);
	expect_gone();
}

/* What the kernel has not even got yet is not there either. */
static void a_break_waits_for_what_is_to_be_written(void **state)
{
	struct peer *peer;
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_TCP);
	peer = last_peer();
	stream_set_abortive(&peer->stream, true);
	assert_true(peer_put_frame(peer, "the last", 8, 4096));
	closing_break(peer, false);
	expect(fd, "the last");
	expect_break(fd);
	close(fd);
	expect_gone();
}

/* Its receiver resets the connection itself. */
static void a_break_that_nobody_waits_for(void **state)
{
	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet(all_wires[i].from, all_wires[i].to);
		uint8_t *bytes;

		flood(pair.acceptor, &bytes);
		free(bytes);
		relays_cut(&broker->relays);
		settle();
		reset(pair.dialler);
		reset(pair.acceptor);
		pass_ms(5);
		settle();
		pass_ms(1000);
		expect_gone();
	}
}

/* On a Unix socket, what was held and the break behind it. */
static void a_break_on_a_unix_socket_waits_for_its_reader(void **state)
{
	struct pair pair;
	unsigned said = 0;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	for (; broker->relays.held_bytes == 0; said++)
		tell(pair.acceptor, "a message");
	relays_cut(&broker->relays);
	for (int i = 0; i < 10; i++) {
		pass_ms(1000);
		settle();
	}
	for (; said > 0; said--)
		expect(pair.dialler, "a message");
	expect_break(pair.dialler);
	expect_break(pair.acceptor);
	part(&pair);
	expect_gone();
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(a_refused_one_may_go_when_it_likes),
		broker_test(who_stays_is_left_behind),
		broker_test(no_time_to_linger_is_none),
		broker_test(much_behind_a_refusal_does_not_take_it_back),
		broker_test(a_refusal_waits_for_its_reader),
		broker_test(a_refusal_that_nobody_takes_is_dropped),
		broker_test(who_has_ended_is_answered_and_closed),
		broker_test(a_refusal_is_logged),
		broker_test(a_break_waits_until_all_has_arrived),
		broker_test(a_break_waits_for_what_is_to_be_written),
		broker_test(a_break_that_nobody_waits_for),
		broker_test(a_break_on_a_unix_socket_waits_for_its_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
