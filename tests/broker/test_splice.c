/* SPDX-License-Identifier: MIT */
/* Long messages, which go through a pipe in the kernel. */
#include "carrying.h"

#include "../../proto/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST 262144u /* what is left of a message that is spliced */

/* The linker's names, as splice(2) goes through here. */
ssize_t __real_splice(int from, off_t *from_at, int to, off_t *to_at,
	size_t len, unsigned flags);
ssize_t __wrap_splice(int from, off_t *from_at, int to, off_t *to_at,
	size_t len, unsigned flags);

static bool no_socket_has_room;

static bool is_socket(int fd)
{
	struct stat about;

	return fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode);
}

ssize_t __wrap_splice(int from, off_t *from_at, int to, off_t *to_at,
	size_t len, unsigned flags)
{
	if (!no_socket_has_room || !is_socket(to))
		return __real_splice(from, from_at, to, to_at, len, flags);
	errno = EAGAIN;
	return -1;
}

/* How many descriptors are open beyond those of the pairs. */
static unsigned quiet_descriptors;

static unsigned pipes(void)
{
	return (count_descriptors() - quiet_descriptors) / 2;
}

static struct pair meet_quietly(const struct wires *wires)
{
	struct pair pair = meet(wires->from, wires->to);

	settle();
	quiet_descriptors = count_descriptors();
	return pair;
}

static void expect_nothing_left(const char *row)
{
	settle();
	check_equal(row, broker->relays.pairs, 0);
	check_equal(row, broker->relays.held_bytes, 0);
	check_equal(row, broker->peers.count, 0);
}

static void long_and_short_messages_go_through(void **state)
{
	static const size_t lens[] = {LEAST - 1, LEAST, LEAST + 4096, 1, 0,
		3 * LEAST, 2 * LEAST + 1, LEAST, 70000, 5 * LEAST};

	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet_quietly(&all_wires[i]);

		for (size_t n = 0; n < LENGTH(lens); n++) {
			uint8_t *bytes = message(lens[n]);

			carry(pair.acceptor, pair.dialler, bytes, lens[n] + 4,
				n % 2 ? 65536 : 300001);
			free(bytes);
			check_equal(all_wires[i].name, pipes(), 0);
			assert_int_equal(
				report_of(pair.ids[0]).messages, n + 1);
		}
		assert_int_equal(broker->relays.held_bytes, 0);
		part(&pair);
	}
}

/* One message behind the other, cut anywhere: no byte is lost between what is
 * copied and what is spliced. */
static void one_behind_the_other(void **state)
{
	uint8_t *one = message(LEAST + 5), *bytes = malloc(8 * (LEAST + 9));

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < 8; i++)
		memcpy(bytes + i * (LEAST + 9), one, LEAST + 9);
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet_quietly(&all_wires[i]);

		carry(pair.dialler, pair.acceptor, bytes, 8 * (LEAST + 9),
			100003);
		assert_int_equal(report_of(pair.ids[1]).messages, 8);
		assert_int_equal(report_of(pair.ids[1]).bytes, 8 * (LEAST + 9));
		part(&pair);
	}
	free(one);
	free(bytes);
}

/* Sends the header and all but so much of the body, until the broker holds
 * something in a pipe; returns how much was sent. */
static size_t fill_pipe(struct pair *pair, uint8_t **bytes)
{
	size_t len = flood(pair->acceptor, bytes);

	assert_int_equal(pipes(), 1);
	assert_in_range(broker->relays.held_bytes, 1,
		broker->config.relay_window_bytes);
	return len;
}

static void a_pipe_holds_what_a_slow_reader_does_not_take(void **state)
{
	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet_quietly(&all_wires[i]);
		uint8_t *bytes;
		size_t len = fill_pipe(&pair, &bytes);

		drain(pair.dialler, bytes, len);
		settle();
		assert_int_equal(broker->relays.held_bytes, 0);
		part(&pair);
		expect_nothing_left(all_wires[i].name);
		check_equal(all_wires[i].name, count_descriptors(),
			quiet_descriptors - 4);
	}
}

/* A pair with the last byte of a long message in a pipe; the others are read,
 * but there is no room for this one. */
static struct pair meet_with_the_last_byte_in_a_pipe(void)
{
	struct pair pair = meet_quietly(&all_wires[0]);
	uint8_t *bytes = message(2 * LEAST);

	carry(pair.acceptor, pair.dialler, bytes, 2 * LEAST + 3, 65536);
	no_socket_has_room = true;
	put(pair.acceptor, bytes + 2 * LEAST + 3, 1);
	settle();
	free(bytes);
	assert_int_equal(broker->relays.held_bytes, 1);
	assert_int_equal(pipes(), 1);
	return pair;
}

/* It may be all that the connection ever carries: others need descriptors. */
static void a_pipe_goes_with_its_message(void **state)
{
	struct pair pair;

	(void)state;
	open_broker();
	pair = meet_with_the_last_byte_in_a_pipe();
	no_socket_has_room = false;
	assert_int_equal(take_all(pair.dialler), 1);
	assert_int_equal(pipes(), 0);
	say(pair.acceptor, "and on it goes");
	expect(pair.dialler, "and on it goes");
	part(&pair);
}

/* A break that the receiver is at fault for drops what is in the pipe, and puts
 * nothing in its place that would make the message whole. */
static void a_cut_message_is_not_made_whole(void **state)
{
	struct pair pair;

	(void)state;
	open_broker();
	pair = meet_with_the_last_byte_in_a_pipe();
	put(pair.dialler, "\x80\0\0\0", 4);
	settle();
	no_socket_has_room = false;
	assert_int_equal(take_all(pair.dialler), 0);
	expect_end(pair.dialler);
	part(&pair);
}

static void an_end_comes_behind_what_is_in_the_pipe(void **state)
{
	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet_quietly(&all_wires[i]);
		uint8_t *bytes;
		size_t len = fill_pipe(&pair, &bytes);

		shutdown(pair.acceptor, SHUT_WR);
		drain(pair.dialler, bytes, len);
		expect_end(pair.dialler);
		part(&pair);
		expect_nothing_left(all_wires[i].name);
	}
}

/* Reading drops it, and splice(2) does not get past it: what follows goes on,
 * as it does where nothing is spliced. */
static void urgent_data_holds_nothing_up(void **state)
{
	uint8_t *bytes = message(2 * LEAST);

	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet_quietly(&all_wires[i]);

		carry(pair.acceptor, pair.dialler, bytes, 4096, 1024);
		check_equal(all_wires[i].name, pipes(), 1);
		(void)!send(pair.acceptor, "!", 1, MSG_OOB);
		settle();
		carry(pair.acceptor, pair.dialler, bytes + 4096,
			2 * LEAST + 4 - 4096, 65536);
		part(&pair);
	}
	free(bytes);
}

static void a_break_comes_behind_what_is_in_the_pipe(void **state)
{
	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet_quietly(&all_wires[i]);
		bool is_reset = all_wires[i].from == OVER_TCP &&
			all_wires[i].to == OVER_TCP;
		uint8_t *bytes;
		size_t len = fill_pipe(&pair, &bytes);

		reset(pair.acceptor);
		pair.acceptor = -1;
		drain_until_over(pair.dialler, bytes, len, 4096, is_reset);
		part(&pair);
		expect_nothing_left(all_wires[i].name);
	}
}

/* What is in the pipe has nowhere to go any more. */
static void a_pipe_goes_with_its_receiver(void **state)
{
	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet_quietly(&all_wires[i]);
		uint8_t *bytes;

		fill_pipe(&pair, &bytes);
		free(bytes);
		leave(pair.dialler);
		pair.dialler = -1;
		leave(pair.acceptor);
		pair.acceptor = -1;
		expect_nothing_left(all_wires[i].name);
		check_equal(all_wires[i].name, count_descriptors(),
			quiet_descriptors - 4);
	}
}

/* Without descriptors for a pipe it is copied. */
static void a_process_without_descriptors_copies(void **state)
{
	uint8_t *bytes = message(4 * LEAST);
	struct rlimit before, none;
	struct pair pair;

	(void)state;
	open_broker();
	pair = meet_quietly(&all_wires[0]);
	getrlimit(RLIMIT_NOFILE, &before);
	none = before;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	carry(pair.acceptor, pair.dialler, bytes, 4 * LEAST + 4, 65536);
	setrlimit(RLIMIT_NOFILE, &before);
	carry(pair.acceptor, pair.dialler, bytes, 4 * LEAST + 4, 65536);
	part(&pair);
	free(bytes);
}

/* With so much held already, a long message is copied in small pieces. */
static void beyond_the_bound_on_all_it_copies(void **state)
{
	struct pair first, second;
	uint8_t *bytes[2];
	size_t lens[2];

	(void)state;
	settings.relay_total_bytes = 1;
	open_broker();
	first = meet(OVER_UNIX, OVER_UNIX);
	lens[0] = flood(first.acceptor, &bytes[0]);
	second = meet_quietly(&all_wires[0]);
	lens[1] = flood(second.acceptor, &bytes[1]);
	assert_int_equal(pipes(), 0);
	assert_in_range(report_of(second.ids[0]).held_bytes, 1, 4096);
	drain(second.dialler, bytes[1], lens[1]);
	drain(first.dialler, bytes[0], lens[0]);
	part(&first);
	part(&second);
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(long_and_short_messages_go_through),
		broker_test(one_behind_the_other),
		broker_test(a_pipe_holds_what_a_slow_reader_does_not_take),
		broker_test(a_pipe_goes_with_its_message),
		broker_test(a_cut_message_is_not_made_whole),
		broker_test(an_end_comes_behind_what_is_in_the_pipe),
		broker_test(urgent_data_holds_nothing_up),
		broker_test(a_break_comes_behind_what_is_in_the_pipe),
		broker_test(a_pipe_goes_with_its_receiver),
		broker_test(a_process_without_descriptors_copies),
		broker_test(beyond_the_bound_on_all_it_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
