/* SPDX-License-Identifier: MIT */
/* What the relay carries, how it counts it, and how much it holds. */
#include "carrying.h"

#include "../../proto/wire.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Carrying --------------------------------------------------------- */

static void it_carries_both_ways(void **state)
{
	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet(all_wires[i].from, all_wires[i].to);

		say(pair.acceptor, "one");
		say(pair.acceptor, "two");
		say(pair.dialler, "three");
		expect(pair.dialler, "one");
		expect(pair.acceptor, "three");
		expect(pair.dialler, "two");
		say(pair.dialler, "");
		expect(pair.acceptor, "");
		assert_int_equal(broker->relays.pairs, 1);
		part(&pair);
		assert_int_equal(broker->relays.pairs, 0);
	}
	assert_int_equal(broker->relays.total, WIRES);
	assert_int_equal(broker->relays.messages, 4 * WIRES);
}

/* Headers of both forms, bodies of every length up to some. */
static size_t many_messages(uint8_t *bytes)
{
	size_t len = 0;

	for (uint32_t body = 0; body < 40; body++) {
		bool is_long = body % 3 == 0;

		tli_store_be32(bytes + len, is_long ? 0xffffffffu : body);
		len += 4;
		if (is_long)
			tli_store_be64(bytes + len, body);
		len += is_long ? 8 : 0;
		memset(bytes + len, 0xff, body);
		len += body;
	}
	return len;
}

static void headers_are_walked_however_they_are_cut(void **state)
{
	uint8_t bytes[2048];
	size_t len = many_messages(bytes);
	struct pair pair;
	uint64_t rounds = 0;

	(void)state;
	settings.max_message_bytes = 39;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	for (size_t piece = 1; piece <= 80; piece++) {
		carry(pair.dialler, pair.acceptor, bytes, len, piece);
		rounds++;
		assert_int_equal(report_of(pair.ids[1]).messages, rounds * 40);
		assert_int_equal(report_of(pair.ids[1]).bytes, rounds * len);
	}
	assert_int_equal(report_of(pair.ids[0]).messages, 0);
	assert_int_equal(broker->relays.messages, rounds * 40);
	assert_int_equal(broker->relays.bytes, rounds * len);
	part(&pair);
}

/* Smaller than any setting: each read is cut. */
static void a_small_window_carries_all(void **state)
{
	(void)state;
	settings.relay_window_bytes = 333;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet(all_wires[i].from, all_wires[i].to);
		uint8_t *bytes = message(100000);

		carry(pair.acceptor, pair.dialler, bytes, 100004, 9999);
		carry(pair.dialler, pair.acceptor, bytes, 100004, 100004);
		free(bytes);
		part(&pair);
	}
}

static void a_report_tells_of_a_pair(void **state)
{
	struct relay_report report;
	struct pair pair;
	int other;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_TCP);
	say(pair.acceptor, "hello");
	expect(pair.dialler, "hello");
	report = report_of(pair.ids[0]);
	assert_string_equal(report.name, "p");
	assert_ptr_equal(report.partner, peer_of_id(pair.ids[1]));
	assert_int_equal(report.messages, 1);
	assert_int_equal(report.bytes, 9);
	assert_int_equal(report.held_bytes, 0);
	report = report_of(pair.ids[1]);
	assert_ptr_equal(report.partner, peer_of_id(pair.ids[0]));
	assert_int_equal(report.messages, 0);
	other = log_in(OVER_UNIX);
	assert_false(relay_report(last_peer(), &report));
	close(other);
	part(&pair);
}

/* ---- Holding ---------------------------------------------------------- */

static uint64_t held(void)
{
	return broker->relays.held_bytes;
}

/* A receiver that does not read stops its sender, and gets all in the end. */
static void a_slow_reader_stops_the_writer(void **state)
{
	(void)state;
	settings.relay_window_bytes = 16384;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet(all_wires[i].from, all_wires[i].to);
		uint8_t *bytes;
		size_t len;

		len = flood(pair.acceptor, &bytes);
		assert_in_range(held(), 1, 16384);
		assert_in_range(broker->relays.held_bytes_peak, held(), 16384);
		assert_int_equal(report_of(pair.ids[0]).held_bytes, held());
		say(pair.dialler, "the other way is free");
		expect(pair.acceptor, "the other way is free");
		drain(pair.dialler, bytes, len);
		settle();
		assert_int_equal(held(), 0);
		part(&pair);
	}
}

static void both_may_be_slow(void **state)
{
	struct pair pair;
	uint8_t *bytes[2];
	size_t lens[2];

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_TCP);
	lens[0] = flood(pair.acceptor, &bytes[0]);
	lens[1] = flood(pair.dialler, &bytes[1]);
	assert_int_equal(held(),
		report_of(pair.ids[0]).held_bytes +
			report_of(pair.ids[1]).held_bytes);
	drain(pair.dialler, bytes[0], lens[0]);
	drain(pair.acceptor, bytes[1], lens[1]);
	settle();
	assert_int_equal(held(), 0);
	part(&pair);
}

/* Once the bound on all is reached, each pair gets by with 4 KiB more. */
static void all_together_hold_so_much(void **state)
{
	enum { PAIRS = 5 };
	struct pair pairs[PAIRS];
	uint8_t *bytes[PAIRS];
	size_t lens[PAIRS];

	(void)state;
	settings.relay_window_bytes = 65536;
	settings.relay_total_bytes = 65536;
	open_broker();
	for (int i = 0; i < PAIRS; i++) {
		pairs[i] = meet(OVER_UNIX, OVER_UNIX);
		narrow(pairs[i].ids[1]);
		lens[i] = flood(pairs[i].acceptor, &bytes[i]);
		assert_in_range(held(), 1, 65536 + 65536 + i * 4096);
	}
	assert_in_range(held(), 65536, 65536 + 65536 + PAIRS * 4096);
	assert_in_range(report_of(pairs[PAIRS - 1].ids[0]).held_bytes, 1, 4096);
	for (int i = 0; i < PAIRS; i++) {
		drain(pairs[i].dialler, bytes[i], lens[i]);
		part(&pairs[i]);
	}
	assert_int_equal(held(), 0);
}

/* What is held when a pair ends is not held any more. */
static void what_is_held_goes_with_its_pair(void **state)
{
	(void)state;
	settings.relay_window_bytes = 8192;
	open_broker();
	for (int i = 0; i < WIRES; i++) {
		struct pair pair = meet(all_wires[i].from, all_wires[i].to);
		uint8_t *bytes;

		flood(pair.acceptor, &bytes);
		free(bytes);
		check(all_wires[i].name, held() > 0);
		part(&pair);
		check_equal(all_wires[i].name, held(), 0);
		check_equal(all_wires[i].name, broker->peers.count, 0);
	}
}

/* The replies that a narrow socket does not take go first. */
static void replies_go_before_the_partners_bytes(void **state)
{
	static const char ping[] = "{\"ping\":\"x\"}";
	int acceptor, dialler;
	uint64_t id;

	(void)state;
	open_broker();
	acceptor = log_in(OVER_UNIX);
	tell(acceptor, "{\"accept\":\"p\"}");
	tell(acceptor, "early");
	dialler = log_in(OVER_UNIX);
	id = last_peer()->id;
	while (tli_buf_len(&peer_of_id(id)->out) == 0)
		tell(dialler, ping);
	/* The broker takes the request only when there is room; to fill it
	 * again before the reply, the socket is made too narrow for both. */
	narrow(id);
	say(dialler, "{\"dial\":\"p\"}");
	while (strstr(hear(dialler), "ping"))
		;
	expect(dialler, "early");
	assert_int_equal(held(), 0);
	close(acceptor);
	leave(dialler);
}

/* ---- Lengths ---------------------------------------------------------- */

/* Sends a header in pieces, and returns how much of it went on: what has come
 * before it is whole. */
static size_t put_header(int fd, const char *header, size_t piece)
{
	size_t went_on = 0;

	for (size_t at = 0; at < 4; at += piece) {
		size_t next = piece < 4 - at ? piece : 4 - at;

		put(fd, header + at, next);
		settle();
		went_on += at + next < 4 ? next : 0;
	}
	return went_on;
}

/* What is in front of the message that cannot go on arrives; then both sides
 * break. */
static void expect_broken_for(const char *header, size_t piece,
	const struct wires *wires, const char *why)
{
	struct pair pair = meet(wires->from, wires->to);
	size_t went_on;
	char bytes[4];

	say(pair.acceptor, "before");
	settle();
	clear_log();
	went_on = put_header(pair.acceptor, header, piece);
	expect_logged(why);
	expect(pair.dialler, "before");
	take(pair.dialler, bytes, went_on);
	if (wires->to == OVER_TCP || went_on == 0)
		expect_break(pair.dialler);
	else
		expect_end(pair.dialler);
	expect_break(pair.acceptor);
	part(&pair);
	assert_int_equal(broker->peers.count, 0);
}

static void a_length_that_no_python_sends(void **state)
{
	(void)state;
	open_broker();
	for (int i = 0; i < WIRES; i++)
		for (size_t piece = 1; piece <= 4; piece++)
			expect_broken_for("\xff\xff\xff\xfe", piece,
				&all_wires[i],
				"sends a message length that no Python sends");
}

static void a_message_that_is_too_long(void **state)
{
	(void)state;
	settings.max_message_bytes = 100;
	open_broker();
	for (int i = 0; i < WIRES; i++)
		for (size_t piece = 1; piece <= 4; piece++)
			expect_broken_for("\0\0\0\x65", piece, &all_wires[i],
				"sends a message longer than "
				"max_message_bytes");
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(it_carries_both_ways),
		broker_test(headers_are_walked_however_they_are_cut),
		broker_test(a_small_window_carries_all),
		broker_test(a_report_tells_of_a_pair),
		broker_test(a_slow_reader_stops_the_writer),
		broker_test(both_may_be_slow),
		broker_test(all_together_hold_so_much),
		broker_test(what_is_held_goes_with_its_pair),
		broker_test(replies_go_before_the_partners_bytes),
		broker_test(a_length_that_no_python_sends),
		broker_test(a_message_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
