/* SPDX-License-Identifier: MIT */
/* The TLS engine against itself: the handshake however it is cut, bytes within
 * limits, ends and breaks. */
#include "tls_ends.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define BIG          (1u << 20)
#define RECORD_BYTES (16u << 10)
#define RECORD_EXTRA 256u /* more than a record has around its bytes */

static uint8_t big[BIG];

static int fill_big(void **state)
{
	(void)state;
	for (size_t i = 0; i < BIG; i++)
		big[i] = (uint8_t)(i * 2654435761u >> 24);
	return 0;
}

static void check_greetings(struct ends *ends)
{
	check_exchange(ends->client, ends->server, "hello", 5);
	check_exchange(ends->server, ends->client, "welcome", 7);
}

static bool both_open(const struct ends *ends)
{
	return tli_tls_is_open(ends->server) && tli_tls_is_open(ends->client);
}

/* ---- The handshake ---------------------------------------------------- */

static const struct {
	const char *name;
	const struct side *server, *client;
} kinds[] = {
	{"server's certificate", &good_server, &good_client},
	{"both certificates", &mutual_server, &mutual_client},
};

static void test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		struct ends ends = open_ends(kinds[i].server, kinds[i].client);

		check(kinds[i].name, tli_tls_handshake(ends.server) == 1);
		check(kinds[i].name, tli_tls_handshake(ends.client) == 1);
		assert_string_equal(tli_tls_version(ends.server), "TLSv1.3");
		check_greetings(&ends);
		free_ends(&ends);
	}
}

static void test_in_pieces(void **state)
{
	static const size_t pieces[] = {1, 2, 5, 100};

	(void)state;
	for (size_t i = 0; i < LENGTH(pieces); i++) {
		struct ends ends =
			new_ends(&mutual_server, &mutual_client, "localhost");
		size_t budget = UNLIMITED;

		shake_hands(&ends, pieces[i], &budget);
		assert_true(both_open(&ends));
		check_greetings(&ends);
		free_ends(&ends);
	}
}

/* Returns whether that was less than all of it. */
static bool cut_behind(const struct contexts *contexts, size_t len)
{
	struct ends ends = ends_of(contexts, "localhost");
	size_t budget = len;
	bool was_cut;

	shake_hands(&ends, UNLIMITED, &budget);
	was_cut = !both_open(&ends);
	budget = UNLIMITED;
	shake_hands(&ends, UNLIMITED, &budget);
	assert_true(both_open(&ends));
	free_ends(&ends);
	return was_cut;
}

/* Up to there it goes on when the rest has come, and fails at nothing. */
static void test_cut_at_every_byte(void **state)
{
	struct contexts contexts = new_contexts(&good_server, &good_client);
	size_t len = 0;

	(void)state;
	while (cut_behind(&contexts, len))
		len++;
	assert_in_range(len, 500, 2000);
	free_contexts(&contexts);
}

static void test_no_bytes_before_the_handshake(void **state)
{
	struct ends ends = new_ends(&good_server, &good_client, "localhost");
	uint8_t byte;

	(void)state;
	assert_int_equal(tli_tls_handshake(ends.server), TLI_TLS_AGAIN);
	assert_int_equal(tli_tls_write(ends.server, "x", 1), TLI_TLS_AGAIN);
	assert_int_equal(tli_tls_read(ends.server, &byte, 1), TLI_TLS_AGAIN);
	tli_tls_end(ends.server);
	assert_int_equal(tli_buf_len(tli_tls_output(ends.server)), 0);
	free_ends(&ends);
}

/* ---- Bytes ------------------------------------------------------------ */

static void test_large_both_ways(void **state)
{
	struct ends ends = open_ends(&good_server, &good_client);

	(void)state;
	check_exchange(ends.client, ends.server, big, BIG);
	check_exchange(ends.server, ends.client, big, BIG);
	free_ends(&ends);
}

static void test_output_is_limited(void **state)
{
	struct ends ends = open_ends(&good_server, &good_client);
	struct tli_buf *output = tli_tls_output(ends.client);
	ssize_t put = tli_tls_write(ends.client, big, BIG);

	(void)state;
	assert_in_range(put, TLI_TLS_OUTPUT_MAX - RECORD_BYTES,
		TLI_TLS_OUTPUT_MAX + RECORD_BYTES);
	assert_in_range(tli_buf_len(output), TLI_TLS_OUTPUT_MAX,
		TLI_TLS_OUTPUT_MAX + RECORD_BYTES + RECORD_EXTRA);
	assert_int_equal(
		tli_tls_write(ends.client, big + put, BIG), TLI_TLS_AGAIN);
	/* Less than that much, and there is room again. */
	carry(ends.client, ends.server, RECORD_BYTES + RECORD_EXTRA);
	assert_int_equal(tli_tls_write(ends.client, "x", 1), 1);
	free_ends(&ends);
}

static void test_input_is_limited(void **state)
{
	struct ends ends = new_ends(&good_server, &good_client, "localhost");
	size_t budget = UNLIMITED;

	(void)state;
	assert_int_equal(tli_tls_input(ends.server)->max_bytes,
		TLI_TLS_INPUT_MAX_AT_FIRST);
	shake_hands(&ends, UNLIMITED, &budget);
	assert_int_equal(
		tli_tls_input(ends.server)->max_bytes, TLI_TLS_INPUT_MAX);
	free_ends(&ends);
}

/* A record is read when it is there to its last byte. */
static void test_fed_byte_by_byte(void **state)
{
	struct ends ends = open_ends(&good_server, &good_client);
	char got[8];
	size_t len;

	(void)state;
	assert_int_equal(tli_tls_write(ends.client, "hello", 5), 5);
	len = tli_buf_len(tli_tls_output(ends.client));
	for (size_t i = 1; i < len; i++) {
		carry(ends.client, ends.server, 1);
		assert_int_equal(tli_tls_read(ends.server, got, sizeof(got)),
			TLI_TLS_AGAIN);
	}
	carry(ends.client, ends.server, 1);
	assert_int_equal(tli_tls_read(ends.server, got, sizeof(got)), 5);
	assert_memory_equal(got, "hello", 5);
	free_ends(&ends);
}

static void test_read_in_small_parts(void **state)
{
	struct ends ends = open_ends(&good_server, &good_client);
	char byte;

	(void)state;
	assert_false(tli_tls_may_read(ends.server));
	assert_int_equal(tli_tls_write(ends.client, "hello", 5), 5);
	carry(ends.client, ends.server, UNLIMITED);
	for (const char *due = "hello"; *due; due++) {
		assert_true(tli_tls_may_read(ends.server));
		assert_int_equal(tli_tls_read(ends.server, &byte, 1), 1);
		assert_int_equal(byte, *due);
	}
	assert_false(tli_tls_may_read(ends.server));
	assert_int_equal(tli_tls_read(ends.server, &byte, 1), TLI_TLS_AGAIN);
	free_ends(&ends);
}

static void test_no_memory_at_rest(void **state)
{
	struct ends ends = open_ends(&mutual_server, &mutual_client);
	struct tli_tls *each[] = {ends.server, ends.client};

	(void)state;
	check_exchange(ends.client, ends.server, big, BIG);
	check_exchange(ends.server, ends.client, big, BIG);
	for (size_t i = 0; i < LENGTH(each); i++) {
		assert_null(tli_tls_input(each[i])->data);
		assert_null(tli_tls_output(each[i])->data);
	}
	free_ends(&ends);
}

/* ---- Ends and breaks -------------------------------------------------- */

static void test_end_of_one_side(void **state)
{
	struct ends ends = open_ends(&good_server, &good_client);
	char got[8];

	(void)state;
	assert_int_equal(tli_tls_write(ends.client, "last", 4), 4);
	tli_tls_end(ends.client);
	tli_tls_end(ends.client);
	assert_int_equal(tli_tls_write(ends.client, "x", 1), TLI_TLS_FAILED);
	carry(ends.client, ends.server, UNLIMITED);
	assert_int_equal(tli_tls_read(ends.server, got, sizeof(got)), 4);
	for (int i = 0; i < 2; i++)
		assert_int_equal(tli_tls_read(ends.server, got, sizeof(got)),
			TLI_TLS_END);
	/* Who waits is to hear of it. */
	assert_true(tli_tls_may_read(ends.server));
	check_exchange(ends.server, ends.client, big, BIG);
	tli_tls_end(ends.server);
	carry(ends.server, ends.client, UNLIMITED);
	assert_int_equal(
		tli_tls_read(ends.client, got, sizeof(got)), TLI_TLS_END);
	free_ends(&ends);
}

/* What is missing at a break is never an end. */
static void test_an_end_that_is_cut(void **state)
{
	struct ends ends = open_ends(&good_server, &good_client);
	struct tli_buf *output = tli_tls_output(ends.client);
	char byte;

	(void)state;
	tli_tls_end(ends.client);
	while (tli_buf_len(output) > 1) {
		carry(ends.client, ends.server, 1);
		assert_int_equal(
			tli_tls_read(ends.server, &byte, 1), TLI_TLS_AGAIN);
	}
	carry(ends.client, ends.server, 1);
	assert_int_equal(tli_tls_read(ends.server, &byte, 1), TLI_TLS_END);
	free_ends(&ends);
}

/* Writes a message, changes a byte of it, and carries it. */
static void carry_changed(struct ends *ends, size_t at)
{
	assert_int_equal(tli_tls_write(ends->client, "hello", 5), 5);
	tli_buf_head(tli_tls_output(ends->client))[at] ^= 1;
	carry(ends->client, ends->server, UNLIMITED);
}

static void check_failed(struct tli_tls *tls, const char *part)
{
	char text[TLI_TLS_TEXT];
	char byte;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(tli_tls_read(tls, &byte, 1), TLI_TLS_FAILED);
		assert_int_equal(tli_tls_write(tls, "x", 1), TLI_TLS_FAILED);
	}
	assert_true(tli_tls_may_read(tls));
	tli_tls_explain(tls, text);
	if (!strstr(text, part))
		fail_msg("'%s' has no '%s' in it", text, part);
}

/* An end before there was a beginning. */
static void test_an_end_at_first(void **state)
{
	static const uint8_t close_notify[] = {21, 3, 3, 0, 2, 1, 0};
	struct ends ends = new_ends(&good_server, &good_client, "localhost");

	(void)state;
	tli_buf_append(
		tli_tls_input(ends.client), close_notify, sizeof(close_notify));
	assert_int_equal(tli_tls_handshake(ends.client), TLI_TLS_FAILED);
	check_failed(ends.client, "closed the connection");
	free_ends(&ends);
}

static void test_a_changed_byte(void **state)
{
	static const size_t where[] = {5, 10, 20};

	(void)state;
	for (size_t i = 0; i < LENGTH(where); i++) {
		struct ends ends = open_ends(&good_server, &good_client);

		carry_changed(&ends, where[i]);
		check_failed(ends.server, "record mac");
		tli_tls_end(ends.server);
		carry(ends.server, ends.client, UNLIMITED);
		check_failed(ends.client, "the alert \"bad record mac\"");
		free_ends(&ends);
	}
}

static void test_a_record_again(void **state)
{
	struct ends ends = open_ends(&good_server, &good_client);
	struct tli_buf *output = tli_tls_output(ends.client);
	uint8_t record[64];
	size_t len;
	char got[8];

	(void)state;
	assert_int_equal(tli_tls_write(ends.client, "hello", 5), 5);
	len = tli_buf_len(output);
	assert_true(len <= sizeof(record));
	memcpy(record, tli_buf_head(output), len);
	carry(ends.client, ends.server, UNLIMITED);
	assert_int_equal(tli_tls_read(ends.server, got, sizeof(got)), 5);
	tli_buf_append(tli_tls_input(ends.server), record, len);
	check_failed(ends.server, "record mac");
	free_ends(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_in_pieces),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_no_bytes_before_the_handshake),
		cmocka_unit_test(test_large_both_ways),
		cmocka_unit_test(test_output_is_limited),
		cmocka_unit_test(test_input_is_limited),
		cmocka_unit_test(test_fed_byte_by_byte),
		cmocka_unit_test(test_read_in_small_parts),
		cmocka_unit_test(test_no_memory_at_rest),
		cmocka_unit_test(test_end_of_one_side),
		cmocka_unit_test(test_an_end_that_is_cut),
		cmocka_unit_test(test_an_end_at_first),
		cmocka_unit_test(test_a_changed_byte),
		cmocka_unit_test(test_a_record_again),
	};

	return cmocka_run_group_tests(tests, fill_big, NULL);
}
