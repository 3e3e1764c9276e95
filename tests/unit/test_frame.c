/* SPDX-License-Identifier: MIT */
/* Frame headers: written, and read however they are cut. */
#include "unit.h"

#include "../../proto/frame.h"

#include <stdlib.h>

#define ANY   UINT64_MAX
#define READY TLI_FRAME_READY
#define BAD   TLI_FRAME_BAD_LENGTH
#define LONG  TLI_FRAME_TOO_LONG

/* What is read of these bytes, with other bytes behind the header. */
static const struct row {
	const char *hex;
	uint64_t max_bytes;
	bool short_only;
	int result;
	size_t used; /* all that a reader takes */
	uint64_t body_bytes;
} rows[] = {
	/* four bytes */
	{"00000000", ANY, false, READY, 4, 0},
	{"00000000", 0, true, READY, 4, 0},
	{"00000001", ANY, false, READY, 4, 1},
	{"00000100", 256, true, READY, 4, 256},
	{"01020304", ANY, false, READY, 4, 0x01020304},
	{"7fffffff", ANY, false, READY, 4, 0x7fffffff},
	{"7fffffff", ANY, true, READY, 4, 0x7fffffff},
	/* more than the limit */
	{"00000001", 0, false, LONG, 4, 1},
	{"00000101", 256, true, LONG, 4, 257},
	{"00000101", 257, true, READY, 4, 257},
	{"7fffffff", 0x7ffffffe, false, LONG, 4, 0x7fffffff},
	/* negative, but not the escape */
	{"fffffffe", ANY, false, BAD, 4, 0},
	{"fffffffe", ANY, true, BAD, 4, 0},
	{"fffffffb", ANY, false, BAD, 4, 0},
	{"80000000", ANY, false, BAD, 4, 0},
	{"80000000", 0, true, BAD, 4, 0},
	{"80000001", ANY, false, BAD, 4, 0},
	/* twelve bytes; CPython reads also those that it would not write */
	{"ffffffff 0000000000000000", ANY, false, READY, 12, 0},
	{"ffffffff 0000000000000005", ANY, false, READY, 12, 5},
	{"ffffffff 000000007fffffff", ANY, false, READY, 12, 0x7fffffff},
	{"ffffffff 0000000080000000", ANY, false, READY, 12, 0x80000000},
	{"ffffffff 00000000ffffffff", ANY, false, READY, 12, 0xffffffff},
	{"ffffffff 0102030405060708", ANY, false, READY, 12,
		0x0102030405060708},
	{"ffffffff 7fffffffffffffff", ANY, false, READY, 12, INT64_MAX},
	{"ffffffff 0000000080000000", 0x7fffffff, false, LONG, 12, 0x80000000},
	{"ffffffff 0000000080000000", 0x80000000, false, READY, 12, 0x80000000},
	{"ffffffff 7fffffffffffffff", INT64_MAX - 1, false, LONG, 12,
		INT64_MAX},
	{"ffffffff 0000000000000006", 5, false, LONG, 12, 6},
	{"ffffffff 8000000000000000", ANY, false, BAD, 12, 0},
	{"ffffffff ffffffffffffffff", ANY, false, BAD, 12, 0},
	/* ... and not where only four are allowed */
	{"ffffffff 0000000000000005", ANY, true, BAD, 4, 0},
	{"ffffffff 8000000000000000", ANY, true, BAD, 4, 0},
};

struct reading {
	const struct row *row;
	struct tli_frame_reader reader;
	size_t taken;
	int result;
};

static struct reading start(const struct row *row)
{
	struct reading reading = {.row = row};

	tli_frame_reader_init(&reading.reader, row->max_bytes, row->short_only);
	return reading;
}

static void feed(struct reading *reading, const uint8_t *bytes, size_t len)
{
	uint8_t *copy = exact_copy(bytes, len);
	size_t used = SIZE_MAX;

	reading->result =
		tli_frame_reader_feed(&reading->reader, copy, len, &used);
	free(copy);
	check(reading->row->hex, used <= len);
	reading->taken += used;
}

static void finish(const struct reading *reading)
{
	const struct row *row = reading->row;

	check_equal(row->hex, reading->result, row->result);
	check_equal(row->hex, reading->taken, row->used);
	if (row->result != BAD)
		check(row->hex, reading->reader.body_bytes == row->body_bytes);
}

static size_t bytes_of(const struct row *row, uint8_t bytes[32])
{
	size_t len = from_hex(row->hex, bytes, 16);

	return len + from_hex("de ad be ef", bytes + len, 16);
}

static void headers_are_read_whole(void **state)
{
	uint8_t bytes[32];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct reading reading = start(&rows[i]);

		feed(&reading, bytes, bytes_of(&rows[i], bytes));
		finish(&reading);
	}
}

static void headers_are_read_byte_by_byte(void **state)
{
	uint8_t bytes[32];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *row = &rows[i];
		struct reading reading = start(row);

		bytes_of(row, bytes);
		while (reading.result == TLI_FRAME_MORE) {
			size_t needs = tli_frame_reader_needs(&reading.reader);

			check_equal(row->hex, needs,
				reading.taken < 4 ? 4 - reading.taken
						  : 12 - reading.taken);
			feed(&reading, bytes + reading.taken, 1);
		}
		finish(&reading);
	}
}

static void headers_are_read_in_two_pieces(void **state)
{
	uint8_t bytes[32];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		size_t len = bytes_of(&rows[i], bytes);

		for (size_t cut = 0; cut < rows[i].used; cut++) {
			struct reading reading = start(&rows[i]);

			feed(&reading, bytes, cut);
			check_equal(
				rows[i].hex, reading.result, TLI_FRAME_MORE);
			check_equal(rows[i].hex, reading.taken, cut);
			feed(&reading, bytes + cut, len - cut);
			finish(&reading);
		}
	}
}

/* The same answer again and again, and nothing of the body. */
static void after_a_header_nothing_is_taken(void **state)
{
	uint8_t bytes[32];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct reading reading = start(&rows[i]);
		size_t len = bytes_of(&rows[i], bytes);

		if (rows[i].result != READY)
			continue;
		feed(&reading, bytes, len);
		check_equal(rows[i].hex,
			tli_frame_reader_needs(&reading.reader), 0);
		feed(&reading, bytes + reading.taken, len - reading.taken);
		finish(&reading);
		feed(&reading, bytes, 0);
		finish(&reading);
	}
}

/* It stays with what it said. */
static void a_bad_header_does_not_become_good(void **state)
{
	static const uint8_t more[16] = {0, 0, 0, 1};
	uint8_t bytes[32];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct reading reading = start(&rows[i]);

		if (rows[i].result == READY)
			continue;
		feed(&reading, bytes, bytes_of(&rows[i], bytes));
		feed(&reading, more, sizeof(more));
		check_equal(rows[i].hex, reading.result, rows[i].result);
	}
}

static void one_reader_reads_many_headers(void **state)
{
	static const uint8_t stream[] = {0, 0, 0, 7, 255, 255, 255, 255, 0, 0,
		0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0};
	static const struct {
		int result;
		uint64_t body_bytes;
	} expected[] = {{READY, 7}, {READY, 9}, {READY, 0}};
	struct tli_frame_reader reader;
	size_t at = 0, used;

	(void)state;
	tli_frame_reader_init(&reader, 100, false);
	for (size_t i = 0; i < LENGTH(expected); i++) {
		assert_false(tli_frame_reader_started(&reader));
		assert_int_equal(tli_frame_reader_needs(&reader), 4);
		assert_int_equal(tli_frame_reader_feed(&reader, stream + at,
					 sizeof(stream) - at, &used),
			expected[i].result);
		assert_int_equal(reader.body_bytes, expected[i].body_bytes);
		assert_true(tli_frame_reader_started(&reader));
		tli_frame_reader_next(&reader);
		at += used;
	}
	assert_int_equal(at, sizeof(stream) - 2);
}

static void a_header_counts_as_started_from_its_first_byte(void **state)
{
	struct tli_frame_reader reader;
	size_t used;

	(void)state;
	tli_frame_reader_init(&reader, 100, false);
	tli_frame_reader_feed(&reader, (const uint8_t *)"", 0, &used);
	assert_false(tli_frame_reader_started(&reader));
	tli_frame_reader_feed(&reader, (const uint8_t *)"", 1, &used);
	assert_true(tli_frame_reader_started(&reader));
}

static const struct {
	uint64_t body_bytes;
	const char *hex;
} written[] = {
	{0, "00000000"},
	{1, "00000001"},
	{0x01020304, "01020304"},
	{0x7fffffff, "7fffffff"},
	{0x80000000, "ffffffff 0000000080000000"},
	{0xffffffff, "ffffffff 00000000ffffffff"},
	{0x0102030405060708, "ffffffff 0102030405060708"},
	{INT64_MAX, "ffffffff 7fffffffffffffff"},
};

static void headers_are_written_as_cpython_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(written); i++) {
		uint8_t header[TLI_FRAME_HEADER_MAX];
		uint8_t expected[TLI_FRAME_HEADER_MAX];
		size_t len =
			tli_frame_put_header(header, written[i].body_bytes);

		check_bytes(written[i].hex, header, len, expected,
			from_hex(written[i].hex, expected, sizeof(expected)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_read_whole),
		cmocka_unit_test(headers_are_read_byte_by_byte),
		cmocka_unit_test(headers_are_read_in_two_pieces),
		cmocka_unit_test(after_a_header_nothing_is_taken),
		cmocka_unit_test(a_bad_header_does_not_become_good),
		cmocka_unit_test(one_reader_reads_many_headers),
		cmocka_unit_test(
			a_header_counts_as_started_from_its_first_byte),
		cmocka_unit_test(headers_are_written_as_cpython_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
