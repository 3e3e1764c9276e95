/* SPDX-License-Identifier: MIT */
/* Items and their records: what is put is taken, cut anywhere it is not, what
 * is wrong with one is said, and each limit. */
#include "unit.h"

#include "../../proto/item.h"
#include "alloc.h"

#include <stdlib.h>
#include <string.h>

/* "s" as subject, "k": "v" as headers, "body". */
static const char full_hex[] = "00000004 0005 01 02 00000007 00000008 "
			       "fffffffffffffffd 73 016b000176 626f6479";
#define FULL_BYTES (TLI_RECORD_BYTES + 10)

#define WHOLE_LEN (TLI_RECORD_BYTES + TLI_ITEM_HEADERS_MAX + 8)

static size_t take(struct tli_record *record, const uint8_t *bytes, size_t len,
	const char **why)
{
	uint8_t *copy = exact_copy(bytes, len);
	size_t used = tli_record_take(record, copy, len, why);

	record->bytes = bytes + TLI_RECORD_BYTES;
	free(copy);
	return used;
}

/* ---- records ---------------------------------------------------------- */

static void every_field_has_its_place(void **state)
{
	uint8_t wire[FULL_BYTES], head[TLI_RECORD_BYTES];
	size_t len = from_hex(full_hex, wire, sizeof(wire));
	struct tli_record record;
	const char *why;

	(void)state;
	check_equal("used", take(&record, wire, len, &why), len);
	check_equal("body", record.body_len, 4);
	check_equal("headers", record.headers_len, 5);
	check_equal("subject", record.subject_len, 1);
	check_equal("format", record.format, TLI_FORMAT_TEXT);
	check_equal("delay", record.delay_ms, 7);
	check_equal("ttl", record.ttl_ms, 8);
	check_equal("priority", record.priority, -3);
	check_equal("length", tli_record_len(&record), len);
	tli_record_put(head, &record);
	check_bytes("put", head, sizeof(head), wire, sizeof(head));
}

static void cut_anywhere_it_is_not_taken(void **state)
{
	uint8_t wire[FULL_BYTES];
	size_t len = from_hex(full_hex, wire, sizeof(wire));
	struct tli_record record;
	const char *why;

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		check_equal("used", take(&record, wire, cut, &why), 0);
		assert_string_equal(why, "the payload ends inside an item");
	}
}

#define ENDS    "the payload ends inside an item"
#define FORMAT  "an item has a format that there is not"
#define SUBJECT "a subject is no UTF-8"
#define HEADERS "an item's headers are not pairs of UTF-8 texts"
#define TEXT    "an item said to be text is no UTF-8"

/* Body's, headers' and subject's length, format; what follows. */
static void what_makes_no_sense(void **state)
{
	static const struct {
		const char *head, *rest, *why;
	} rows[] = {
		{"00000000 0000 00 04", "", FORMAT},
		{"00000000 0000 00 ff", "", FORMAT},
		{"ffffffff 0000 00 01", "61", ENDS},
		{"fffffffe ffff ff 01", "61", ENDS},
		{"00000000 0000 01 01", "ff", SUBJECT},
		{"00000000 0000 03 01", "eda080", SUBJECT},
		{"00000000 0001 00 01", "00", HEADERS},
		{"00000000 0002 00 01", "0000", HEADERS},
		{"00000000 0002 00 01", "0161", HEADERS},
		{"00000000 0003 00 01", "016100", HEADERS},
		{"00000000 0004 00 01", "01610001", HEADERS},
		{"00000000 0004 00 01", "00000000", HEADERS},
		{"00000000 0004 00 01", "01ff0000", HEADERS},
		{"00000000 0004 00 01", "000001ff", HEADERS},
		{"00000000 0006 00 01", "03eda0800000", HEADERS},
		{"00000000 0006 00 01", "000003edbfbf", HEADERS},
		{"00000003 0000 00 02", "eda080", TEXT},
		{"00000001 0000 00 02", "80", TEXT},
		{"00000002 0000 00 02", "c080", TEXT},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t wire[TLI_RECORD_BYTES + 8] = {0};
		struct tli_record record;
		const char *why = "";
		size_t len;

		from_hex(rows[i].head, wire, TLI_RECORD_BYTES);
		len = TLI_RECORD_BYTES +
			from_hex(rows[i].rest, wire + TLI_RECORD_BYTES, 8);
		check_equal(rows[i].rest, take(&record, wire, len, &why), 0);
		assert_string_equal(why, rows[i].why);
	}
}

/* A record with one header that is as long. */
static size_t with_headers(uint8_t wire[WHOLE_LEN], size_t headers_len)
{
	size_t value_len = headers_len - 3;
	uint8_t *headers = wire + TLI_RECORD_BYTES;

	memset(wire, 0, WHOLE_LEN);
	memset(headers, 'v', headers_len);
	wire[4] = (uint8_t)(headers_len >> 8);
	wire[5] = (uint8_t)headers_len;
	wire[7] = TLI_FORMAT_BYTES;
	headers[0] = 0;
	headers[1] = (uint8_t)(value_len >> 8);
	headers[2] = (uint8_t)value_len;
	return TLI_RECORD_BYTES + headers_len;
}

static void so_many_headers_and_no_more(void **state)
{
	uint8_t wire[WHOLE_LEN];
	struct tli_record record;
	const char *why;
	size_t len = with_headers(wire, TLI_ITEM_HEADERS_MAX);

	(void)state;
	check_equal("all", take(&record, wire, len, &why), len);
	len = with_headers(wire, TLI_ITEM_HEADERS_MAX + 1);
	check_equal("one more", take(&record, wire, len, &why), 0);
	assert_string_equal(why, "an item has more than 1024 bytes of headers");
}

static void any_body_but_text(void **state)
{
	(void)state;
	for (uint8_t format = 0; format < TLI_FORMATS; format++) {
		uint8_t wire[TLI_RECORD_BYTES + 1] = {0};
		struct tli_record record;
		const char *why;

		wire[3] = 1;
		wire[7] = format;
		wire[TLI_RECORD_BYTES] = 0xff;
		check_equal(tli_format_word(format),
			take(&record, wire, sizeof(wire), &why) > 0,
			format != TLI_FORMAT_TEXT);
	}
}

/* ---- items ------------------------------------------------------------ */

static struct tli_item *full_item(void)
{
	uint8_t wire[FULL_BYTES];
	size_t len = from_hex(full_hex, wire, sizeof(wire));
	struct tli_record record;
	const char *why;

	check_equal("used", take(&record, wire, len, &why), len);
	return tli_item_new(&record);
}

static void an_item_has_what_its_record_has(void **state)
{
	struct tli_item *item = full_item();
	struct tli_record record = tli_record_of(item);

	(void)state;
	check_bytes("body", tli_item_body(item), item->body_len, "body", 4);
	check_equal("length", tli_item_len(item), 10);
	check_equal("record", tli_record_len(&record), FULL_BYTES);
	check_equal("format", record.format, TLI_FORMAT_TEXT);
	check_equal("attempts", record.attempts, 0);
	check_equal("lease", record.lease, 0);
	assert_ptr_equal(tli_item_ref(item), item);
	tli_item_unref(item);
	check_bytes("still", tli_item_body(item), item->body_len, "body", 4);
	tli_item_unref(item);
	tli_item_unref(NULL);
	assert_null(tli_item_ref(NULL));
}

static void items_of_bodies(void **state)
{
	struct tli_item *empty = tli_item_of(TLI_FORMAT_BYTES, NULL, 0);
	struct tli_item *one = tli_item_of(TLI_FORMAT_TEXT, "x", 1);

	(void)state;
	check_equal("empty", tli_item_len(empty), 0);
	check_equal("one", one->format, TLI_FORMAT_TEXT);
	check_bytes("one", tli_item_body(one), one->body_len, "x", 1);
	assert_null(tli_item_of(
		TLI_FORMAT_TEXT, "x", (size_t)TLI_ITEM_BODY_MAX + 1));
	assert_null(tli_item_of(TLI_FORMAT_TEXT, "x", SIZE_MAX));
	tli_item_unref(empty);
	tli_item_unref(one);
}

/* ---- headers ---------------------------------------------------------- */

static struct tli_header header(const char *key, const char *value)
{
	return (struct tli_header){
		key, value, (uint8_t)strlen(key), (uint16_t)strlen(value)};
}

static void headers_come_behind_its_own(void **state)
{
	static const char *const expected[][2] = {
		{"k", "v"}, {"", ""}, {"from", "here"}};
	const struct tli_header more[] = {
		header("", ""), header("from", "here")};
	struct tli_item *item = full_item();
	struct tli_item *with = tli_item_with_headers(item, more, LENGTH(more));
	struct tli_header got;
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(expected); i++) {
		assert_true(
			tli_header_next(&got, with->bytes + with->subject_len,
				with->headers_len, &at));
		check_bytes("key", got.key, got.key_len, expected[i][0],
			strlen(expected[i][0]));
		check_bytes("value", got.value, got.value_len, expected[i][1],
			strlen(expected[i][1]));
	}
	check_equal("end", at, with->headers_len);
	assert_false(tli_header_next(
		&got, with->bytes + with->subject_len, with->headers_len, &at));
	check_bytes("body", tli_item_body(with), with->body_len, "body", 4);
	check_bytes("subject", with->bytes, with->subject_len, "s", 1);
	check_equal("references", with->references, 1);
	tli_item_unref(with);
	tli_item_unref(item);
}

static void more_headers_than_there_may_be(void **state)
{
	char value[TLI_ITEM_HEADERS_MAX + 1] = "";
	struct tli_item *item = full_item(), *with;
	struct tli_header more;

	(void)state;
	memset(value, 'v', TLI_ITEM_HEADERS_MAX - 5 - 3);
	more = header("", value);
	with = tli_item_with_headers(item, &more, 1);
	check_equal("all", with->headers_len, TLI_ITEM_HEADERS_MAX);
	more.key = "k";
	more.key_len = 1;
	assert_null(tli_item_with_headers(item, &more, 1));
	tli_item_unref(with);
	tli_item_unref(item);
}

static void without_memory_there_is_none(void **state)
{
	struct tli_item *item = full_item();
	struct tli_record record = tli_record_of(item);
	const struct tli_header more = header("a", "b");

	(void)state;
	alloc_fail_from(1, true);
	assert_null(tli_item_new(&record));
	assert_null(tli_item_of(TLI_FORMAT_BYTES, "x", 1));
	assert_null(tli_item_with_headers(item, &more, 1));
	alloc_reset();
	check_bytes("body", tli_item_body(item), item->body_len, "body", 4);
	tli_item_unref(item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_its_place),
		cmocka_unit_test(cut_anywhere_it_is_not_taken),
		cmocka_unit_test(what_makes_no_sense),
		cmocka_unit_test(so_many_headers_and_no_more),
		cmocka_unit_test(any_body_but_text),
		cmocka_unit_test(an_item_has_what_its_record_has),
		cmocka_unit_test(items_of_bodies),
		cmocka_unit_test(headers_come_behind_its_own),
		cmocka_unit_test(more_headers_than_there_may_be),
		cmocka_unit_test(without_memory_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
