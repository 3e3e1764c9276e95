/* SPDX-License-Identifier: MIT */
/* How a relayed pair ends: by ends and breaks of either side, in every order,
 * with and without something held. */
#include "carrying.h"
#include "still_clock.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void end(int fd)
{
	shutdown(fd, SHUT_WR);
	settle();
}

static void expect_all_gone(const char *row)
{
	settle();
	check_equal(row, broker->relays.pairs, 0);
	check_equal(row, broker->relays.held_bytes, 0);
	check_equal(row, broker->peers.count, 0);
	check_equal(row, names_count(&broker->names), 0);
}

/* Runs a scene for each two wires. */
static void on_all_wires(void (*scene)(struct pair *, const struct wires *))
{
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet(all_wires[i].from, all_wires[i].to);

		scene(&pair, &all_wires[i]);
		part(&pair);
		expect_all_gone(all_wires[i].name);
	}
}

/* ---- Ends ------------------------------------------------------------- */

static void end_one_side(struct pair *pair, const struct wires *wires)
{
	(void)wires;
	say(pair->acceptor, "the last");
	end(pair->acceptor);
	expect(pair->dialler, "the last");
	expect_end(pair->dialler);
	say(pair->dialler, "still going");
	expect(pair->acceptor, "still going");
	assert_int_equal(broker->relays.pairs, 1);
	end(pair->dialler);
	expect_end(pair->acceptor);
	assert_int_equal(broker->relays.pairs, 0);
}

static void an_end_leaves_the_other_direction(void **state)
{
	(void)state;
	on_all_wires(end_one_side);
}

/* Both have said and ended all before the broker looks. */
static void end_at_once(struct pair *pair, const struct wires *wires)
{
	(void)wires;
	say(pair->acceptor, "one");
	shutdown(pair->acceptor, SHUT_WR);
	say(pair->dialler, "other");
	shutdown(pair->dialler, SHUT_WR);
	expect(pair->dialler, "one");
	expect_end(pair->dialler);
	expect(pair->acceptor, "other");
	expect_end(pair->acceptor);
}

static void both_may_end_at_once(void **state)
{
	(void)state;
	on_all_wires(end_at_once);
}

static void close_one(struct pair *pair, const struct wires *wires)
{
	(void)wires;
	say(pair->acceptor, "the last");
	close(pair->acceptor);
	pair->acceptor = -1;
	expect(pair->dialler, "the last");
	expect_end(pair->dialler);
}

static void who_closes_ends(void **state)
{
	(void)state;
	on_all_wires(close_one);
}

/* An end within a message is one: the receiver sees that it is cut. */
static void end_within(struct pair *pair, const struct wires *wires)
{
	char bytes[5];

	(void)wires;
	put(pair->acceptor, "\0\0\0\5x", 5);
	close(pair->acceptor);
	pair->acceptor = -1;
	take(pair->dialler, bytes, 5);
	expect_end(pair->dialler);
}

static void an_end_within_a_message_is_passed_on(void **state)
{
	(void)state;
	on_all_wires(end_within);
}

static void end_behind_much(struct pair *pair, const struct wires *wires)
{
	uint8_t *bytes;
	size_t len = flood(pair->acceptor, &bytes);

	(void)wires;
	end(pair->acceptor);
	assert_int_equal(broker->relays.pairs, 1);
	drain(pair->dialler, bytes, len);
	expect_end(pair->dialler);
}

static void an_end_waits_for_what_is_held(void **state)
{
	(void)state;
	on_all_wires(end_behind_much);
}

/* The broker has written it all, and the receiver has not read it: closing must
 * not take back what is between the two. */
static void end_with_much_under_way(
	struct pair *pair, const struct wires *wires)
{
	enum { LEN = 400000, PIECE = 40000 };
	uint8_t *bytes;

	if (wires->to == OVER_UNIX)
		return;
	bytes = message(LEN - 4);
	for (size_t at = 0; at < LEN; at += PIECE) {
		put(pair->acceptor, bytes + at, PIECE);
		settle();
	}
	assert_int_equal(broker->relays.held_bytes, 0);
	end(pair->dialler);
	end(pair->acceptor);
	assert_int_equal(broker->relays.pairs, 0);
	drain(pair->dialler, bytes, LEN);
	expect_end(pair->dialler);
}

static void an_end_takes_nothing_back(void **state)
{
	(void)state;
	on_all_wires(end_with_much_under_way);
}

/* ---- Breaks ----------------------------------------------------------- */

static void break_one(struct pair *pair, const struct wires *wires)
{
	tell(pair->acceptor, "the last");
	reset(pair->acceptor);
	pair->acceptor = -1;
	expect(pair->dialler, "the last");
	if (wires->from == OVER_TCP)
		expect_break(pair->dialler);
	else
		expect_end(pair->dialler);
}

static void a_break_is_passed_on(void **state)
{
	(void)state;
	on_all_wires(break_one);
}

/* Nothing has to be said to cut a message that is cut already. */
static void break_within(struct pair *pair, const struct wires *wires)
{
	char bytes[5];

	put(pair->acceptor, "\0\0\0\5x", 5);
	settle();
	reset(pair->acceptor);
	pair->acceptor = -1;
	take(pair->dialler, bytes, 5);
	if (wires->from == OVER_TCP && wires->to == OVER_TCP)
		expect_break(pair->dialler);
	else
		expect_end(pair->dialler);
}

static void a_break_within_a_message_is_passed_on(void **state)
{
	(void)state;
	on_all_wires(break_within);
}

static void break_within_header(struct pair *pair, const struct wires *wires)
{
	char bytes[2];

	put(pair->acceptor, "\0\0", 2);
	settle();
	reset(pair->acceptor);
	pair->acceptor = -1;
	take(pair->dialler, bytes, 2);
	if (wires->from == OVER_TCP && wires->to == OVER_TCP)
		expect_break(pair->dialler);
	else
		expect_end(pair->dialler);
}

static void a_break_within_a_header_is_passed_on(void **state)
{
	(void)state;
	on_all_wires(break_within_header);
}

/* However long the receiver takes. Of what a reset destroys some is left. */
static void break_behind_much(struct pair *pair, const struct wires *wires)
{
	uint8_t *bytes;
	size_t len = flood(pair->acceptor, &bytes);
	bool whole = wires->from == OVER_UNIX;

	reset(pair->acceptor);
	pair->acceptor = -1;
	pass_ms(INT64_C(24) * 3600 * 1000);
	settle();
	drain_until_over(pair->dialler, bytes, len, whole ? len : 4096,
		!whole && wires->to == OVER_TCP);
}

static void a_break_waits_for_what_is_held(void **state)
{
	(void)state;
	on_all_wires(break_behind_much);
}

/* ---- Who takes nothing any more --------------------------------------- */

/* It has closed its reading side: who writes to it learns that, as without a
 * broker. What it sends goes on. */
static void a_unix_socket_that_is_not_read(void **state)
{
	struct pair pair;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	shutdown(pair.acceptor, SHUT_RD);
	tell(pair.dialler, "lost");
	assert_int_equal(send(pair.dialler, "x", 1, MSG_NOSIGNAL), -1);
	say(pair.acceptor, "still going");
	expect(pair.dialler, "still going");
	assert_int_equal(broker->relays.pairs, 1);
	end(pair.acceptor);
	expect_break(pair.dialler);
	part(&pair);
	expect_all_gone("");
}

/* Who closes with something unread breaks, and so it is for the other. */
static void close_unread(struct pair *pair, const struct wires *wires)
{
	(void)wires;
	tell(pair->dialler, "lost");
	say(pair->acceptor, "the last");
	close(pair->acceptor);
	pair->acceptor = -1;
	expect(pair->dialler, "the last");
	expect_break(pair->dialler);
}

static void what_is_not_read_is_a_break(void **state)
{
	(void)state;
	on_all_wires(close_unread);
}

/* What is said while the last words of who has closed are under way is lost:
 * behind them comes a break. Over TCP it destroys them too. */
static void say_to_who_has_closed(struct pair *pair, const struct wires *wires)
{
	uint8_t *bytes;
	size_t len;

	if (wires->from == OVER_TCP)
		return;
	len = flood(pair->acceptor, &bytes);
	leave(pair->acceptor);
	pair->acceptor = -1;
	tell(pair->dialler, "lost");
	drain(pair->dialler, bytes, len);
	if (wires->to == OVER_TCP)
		expect_break(pair->dialler);
	else
		expect_end(pair->dialler);
}

static void who_speaks_to_the_closed_breaks(void **state)
{
	(void)state;
	on_all_wires(say_to_who_has_closed);
}

/* The end was passed on before anything was said. */
static void say_after_the_end(struct pair *pair, const struct wires *wires)
{
	(void)wires;
	close(pair->acceptor);
	pair->acceptor = -1;
	expect_end(pair->dialler);
	say(pair->dialler, "lost");
	for (int i = 0; i < 100 && broker->relays.pairs > 0; i++) {
		(void)!send(pair->dialler, "\0\0\0\0", 4, MSG_NOSIGNAL);
		settle();
	}
	check_equal(wires->name, broker->relays.pairs, 0);
}

static void who_speaks_after_the_end_breaks(void **state)
{
	(void)state;
	on_all_wires(say_after_the_end);
}

/* Two that write and do not read, and are killed: nothing may be left. */
static void die_in_a_deadlock(struct pair *pair, const struct wires *wires)
{
	uint8_t *bytes;

	(void)wires;
	flood(pair->acceptor, &bytes);
	free(bytes);
	flood(pair->dialler, &bytes);
	free(bytes);
	leave(pair->acceptor);
	leave(pair->dialler);
	pair->acceptor = pair->dialler = -1;
}

static void a_deadlock_leaves_nothing(void **state)
{
	(void)state;
	on_all_wires(die_in_a_deadlock);
}

static void die_at_once(struct pair *pair, const struct wires *wires)
{
	uint8_t *bytes;

	(void)wires;
	flood(pair->acceptor, &bytes);
	free(bytes);
	flood(pair->dialler, &bytes);
	free(bytes);
	close(pair->dialler);
	leave(pair->acceptor);
	pair->acceptor = pair->dialler = -1;
}

static void a_deadlock_that_dies_at_once_leaves_nothing(void **state)
{
	(void)state;
	on_all_wires(die_at_once);
}

/* ---- Early ends ------------------------------------------------------- */

/* A length that nobody sends, before there is anybody to send it to. */
static void a_bad_length_that_comes_early(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		acceptor = log_in(all_wires[i].from);
		say(acceptor, "{\"accept\":\"p\"}");
		say(acceptor, "before");
		put(acceptor, "\x80\0\0\0", 4);
		settle();
		dialler = log_in(all_wires[i].to);
		say(dialler, "{\"dial\":\"p\"}");
		hear(dialler);
		expect(dialler, "before");
		expect_break(dialler);
		hear(acceptor);
		expect_break(acceptor);
		close(acceptor);
		leave(dialler);
		expect_all_gone(all_wires[i].name);
	}
}

/* It is the reply that finds the reset, which the kernel tells of only once. */
static void a_reset_before_the_reply_is_a_break(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		if (all_wires[i].from != OVER_TCP)
			continue;
		acceptor = log_in(all_wires[i].to);
		tell(acceptor, "{\"accept\":\"p\"}");
		dialler = log_in(OVER_TCP);
		say(dialler, "{\"dial\":\"p\"}");
		say(dialler, "the last");
		reset(dialler);
		hear(acceptor);
		expect(acceptor, "the last");
		expect_break(acceptor);
		leave(acceptor);
		expect_all_gone(all_wires[i].name);
	}
}

/* Both are gone when they are paired: what the one said has nowhere to go. */
static void both_may_be_gone_when_they_are_paired(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		acceptor = log_in(all_wires[i].from);
		say(acceptor, "{\"accept\":\"p\"}");
		say(acceptor, "a last word");
		leave(acceptor);
		dialler = log_in(all_wires[i].to);
		say(dialler, "{\"dial\":\"p\"}");
		say(dialler, "another");
		leave(dialler);
		expect_all_gone(all_wires[i].name);
	}
}

/* ---- Ends that the broker makes --------------------------------------- */

/* Several pairs, of which each is cut: on a Unix socket within a message. */
static void all_pairs_are_cut(void **state)
{
	struct pair pairs[2 * WIRES];

	(void)state;
	open_broker();
	for (int i = 0; i < 2 * WIRES; i++)
		pairs[i] = meet(
			all_wires[i % WIRES].from, all_wires[i % WIRES].to);
	relays_cut(&broker->relays);
	assert_int_equal(broker->relays.pairs, 0);
	for (int i = 0; i < 2 * WIRES; i++) {
		expect_break(pairs[i].acceptor);
		expect_break(pairs[i].dialler);
		part(&pairs[i]);
	}
	expect_all_gone("");
}

/* Nobody can wait for a reader that takes its time: what it has got so far ends
 * within a message. */
static void a_slow_reader_sees_that_it_is_cut(void **state)
{
	char text[1001] = "", bytes[65536];
	struct pair pair;
	size_t total = 0;
	ssize_t got;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	memset(text, 'x', sizeof(text) - 1);
	while (broker->relays.held_bytes == 0)
		tell(pair.acceptor, text);
	broker_free(broker);
	broker = NULL;
	while ((got = recv(pair.dialler, bytes, sizeof(bytes), 0)) > 0)
		total += (size_t)got;
	assert_int_equal(got, 0);
	assert_int_equal(total % (sizeof(text) + 3), 1);
	close(pair.acceptor);
	close(pair.dialler);
}

/* Puts a file, which no kernel watches, in the place of the peer's socket. */
static int make_unwatchable(uint64_t id)
{
	int fd = peer_of_id(id)->stream.channel.fd;
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int kept = dup(fd);

	assert_int_equal(dup2(file, fd), fd);
	close(file);
	return kept;
}

/* The sender is lost when it is to be read again: the receiver sees a break
 * behind all that was held. */
static void a_kernel_that_refuses_breaks_the_pair(void **state)
{
	struct pair pair;
	unsigned said = 0;
	int kept;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	for (; broker->relays.held_bytes == 0; said++)
		tell(pair.acceptor, "a message");
	kept = make_unwatchable(pair.ids[0]);
	for (; said > 0; said--)
		expect(pair.dialler, "a message");
	expect_break(pair.dialler);
	close(kept);
	part(&pair);
	expect_all_gone("");
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(an_end_leaves_the_other_direction),
		broker_test(both_may_end_at_once),
		broker_test(who_closes_ends),
		broker_test(an_end_within_a_message_is_passed_on),
		broker_test(an_end_waits_for_what_is_held),
		broker_test(an_end_takes_nothing_back),
		broker_test(a_break_is_passed_on),
		broker_test(a_break_within_a_message_is_passed_on),
		broker_test(a_break_within_a_header_is_passed_on),
		broker_test(a_break_waits_for_what_is_held),
		broker_test(a_unix_socket_that_is_not_read),
		broker_test(what_is_not_read_is_a_break),
		broker_test(who_speaks_to_the_closed_breaks),
		broker_test(who_speaks_after_the_end_breaks),
		broker_test(a_deadlock_leaves_nothing),
		broker_test(a_deadlock_that_dies_at_once_leaves_nothing),
		broker_test(a_bad_length_that_comes_early),
		broker_test(a_reset_before_the_reply_is_a_break),
		broker_test(both_may_be_gone_when_they_are_paired),
		broker_test(a_slow_reader_sees_that_it_is_cut),
		broker_test(all_pairs_are_cut),
		broker_test(a_kernel_that_refuses_breaks_the_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
