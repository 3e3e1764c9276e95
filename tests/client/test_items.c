/* SPDX-License-Identifier: MIT */
/* Items: as they go over the wire, and as programs see them. */
#include "fake.h"

#include "../../proto/item.h"

#include <tieline/queue.h>

#include <stdio.h>
#include <stdlib.h>

#define BIG (3 * TLI_SESSION_PAYLOAD_MAX + 5)

/* A queue at a broker that is played. */
struct at_queue {
	struct fake fake;
	tieline_session *session;
	tieline_queue *queue;
};

static void open_queue(struct at_queue *at, void (*play)(struct fake *fake),
	const tieline_options *options)
{
	tieline_options with = options ? *options : fake_options();

	fake_start(&at->fake, play);
	assert_code(TIELINE_OK,
		tieline_session_open(
			at->fake.address, &with, NULL, &at->session));
	assert_code(TIELINE_OK,
		tieline_queue_open(at->session, "jobs", NULL, &at->queue));
}

static void close_queue(struct at_queue *at)
{
	tieline_session_close(at->session);
	fake_stop(&at->fake);
}

static const char *text_of(const struct at_queue *at)
{
	return tieline_handle_error(tieline_session_handle(at->session));
}

/* ---- out -------------------------------------------------------------- */

static void check(bool is_right)
{
	if (!is_right)
		abort();
}

/* A put of two items, the one with all that there is. */
static void play_put(struct fake *fake)
{
	struct tli_session_frame put;
	struct tli_record record;
	struct tli_header header;
	const char *why;
	size_t at = 0;
	size_t used;

	fake_greet(fake);
	fake_open(fake);
	put = fake_take(fake, TLI_OP_PUT);
	check(put.timeout_ms == 1234 && put.handle == 1);
	used = tli_record_take(&record, put.payload, put.payload_len, &why);
	check(used > 0 && record.body_len == 3 &&
		record.format == TLI_FORMAT_JSON && record.delay_ms == 7 &&
		record.ttl_ms == 8 && record.priority == -9);
	check(tli_header_next(&header, record.bytes, record.headers_len, &at));
	check(header.key_len == 4 && memcmp(header.key, "kind", 4) == 0);
	check(header.value_len == 3 && memcmp(header.value, "new", 3) == 0);
	check(!tli_header_next(&header, record.bytes, record.headers_len, &at));
	check(memcmp(record.bytes + record.headers_len, "[1]", 3) == 0);
	used += tli_record_take(
		&record, put.payload + used, put.payload_len - used, &why);
	check(used == put.payload_len && record.body_len == 0);
	fake_reply(fake, &put, 2, 0);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_put_all_there_is(void **state)
{
	static const tieline_header headers[] = {{"kind", "new"}};
	tieline_item items[] = {
		tieline_item_bytes("[1]", 3), tieline_item_bytes(NULL, 0)};
	struct at_queue at;
	size_t count;

	(void)state;
	items[0].format = TIELINE_FORMAT_JSON;
	items[0].headers = headers;
	items[0].header_count = 1;
	items[0].delay_ms = 7;
	items[0].ttl_ms = 8;
	items[0].priority = -9;
	open_queue(&at, play_put, NULL);
	assert_code(TIELINE_OK,
		tieline_queue_put_many(at.queue, items, 2, 1234, &count));
	assert_int_equal(count, 2);
	close_queue(&at);
}

/* A long one goes in parts, and none of its bytes is lost. */
static void play_long_put(struct fake *fake)
{
	uint8_t *all = malloc(BIG + TLI_RECORD_BYTES);
	uint8_t *expected = pattern(BIG);
	struct tli_session_frame part;
	size_t len = 0;

	fake_greet(fake);
	fake_open(fake);
	do {
		part = fake_take(fake, TLI_OP_PUT);
		check(len + part.payload_len <= BIG + TLI_RECORD_BYTES);
		memcpy(all + len, part.payload, part.payload_len);
		len += part.payload_len;
	} while (part.flags & TLI_FLAG_MORE);
	check(len == BIG + TLI_RECORD_BYTES);
	check(memcmp(all + TLI_RECORD_BYTES, expected, BIG) == 0);
	fake_reply(fake, &part, 1, 0);
	free(expected);
	free(all);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_put_in_parts(void **state)
{
	uint8_t *data = pattern(BIG);
	struct at_queue at;

	(void)state;
	open_queue(&at, play_long_put, NULL);
	assert_code(TIELINE_OK,
		tieline_queue_put_bytes(at.queue, data, BIG, HANG_MS));
	free(data);
	close_queue(&at);
}

static void play_open_alone(struct fake *fake)
{
	fake_greet(fake);
	fake_open(fake);
	if (fake_count_rest(fake, TLI_OP_PUT) != 0)
		abort();
}

static void expect_refused(
	struct at_queue *at, const tieline_item *item, const char *text)
{
	assert_code(TIELINE_EINVAL, tieline_queue_put(at->queue, item, 0));
	assert_non_null(strstr(text_of(at), text));
}

static void test_what_is_no_item(void **state)
{
	char long_text[1100];
	tieline_header header = {"k", long_text};
	tieline_item item = tieline_item_text("\xff");
	struct at_queue at;

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	open_queue(&at, play_open_alone, NULL);
	expect_refused(&at, &item, "its text is no UTF-8");
	item = tieline_item_bytes(NULL, 3);
	expect_refused(&at, &item, "its data is NULL");
	item = tieline_item_text("x");
	item.format = (tieline_format)4;
	expect_refused(&at, &item, "its format");
	item = tieline_item_text("x");
	item.size = 2;
	expect_refused(&at, &item, "its size is wrong");
	item = tieline_item_text("x");
	item.header_count = 1;
	expect_refused(&at, &item, "its headers are NULL");
	item.headers = &header;
	expect_refused(&at, &item, "more than 1024 bytes");
	header.value = "\xff";
	expect_refused(&at, &item, "no UTF-8");
	header.value = NULL;
	expect_refused(&at, &item, "is NULL");
	header = (tieline_header){"", "v"};
	expect_refused(&at, &item, "1 to 255 bytes");
	item.headers = NULL;
	item.header_count = 0;
	item.subject = long_text;
	expect_refused(&at, &item, "255 bytes");
	assert_code(TIELINE_EINVAL,
		tieline_queue_put_many(at.queue, &item, 0, 0, NULL));
	assert_code(TIELINE_EINVAL, tieline_queue_put_value(at.queue, NULL, 0));
	close_queue(&at);
}

static void test_too_long_to_be_sent(void **state)
{
	tieline_options options = fake_options();
	struct at_queue at;

	(void)state;
	options.max_message_bytes = 1000;
	open_queue(&at, play_open_alone, &options);
	assert_code(TIELINE_EMSGSIZE,
		tieline_queue_put_bytes(at.queue, (char[1001]){0}, 1001, 0));
	assert_non_null(strstr(text_of(&at), "max_message_bytes is 1000"));
	close_queue(&at);
}

/* ---- in --------------------------------------------------------------- */

static struct tli_session_frame items_for(const struct tli_session_frame *get)
{
	return (struct tli_session_frame){.op = get->op,
		.flags = TLI_FLAG_REPLY,
		.tag = get->tag,
		.handle = get->handle};
}

/* Two items, one with headers. */
static void play_two_items(struct fake *fake)
{
	static const char bytes[] = "\1k\0\1v"
				    "\1l\0\0"
				    "body";
	struct tli_record record = {
		.body_len = 4,
		.headers_len = 9,
		.format = TLI_FORMAT_BYTES,
		.attempts = 1,
		.lease = 11,
	};
	uint8_t payload[200];
	struct tli_session_frame get, reply;
	size_t len;

	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_GET);
	check(get.count == 10 && get.lease_ms == 500);
	tli_record_put(payload, &record);
	memcpy(payload + TLI_RECORD_BYTES, bytes, 13);
	len = TLI_RECORD_BYTES + 13;
	record = (struct tli_record){
		.format = TLI_FORMAT_TEXT, .attempts = 3, .lease = 12};
	tli_record_put(payload + len, &record);
	len += TLI_RECORD_BYTES;
	reply = items_for(&get);
	reply.count = 2;
	fake_send(fake, &reply, payload, len);
	get = fake_take(fake, TLI_OP_ACK);
	check(get.argument == 11);
	fake_reply(fake, &get, 0, 0);
	get = fake_take(fake, TLI_OP_NACK);
	check(get.argument == 12 && get.lease_ms == 40);
	fake_return(fake, &get, TLI_STATUS_NO_LEASE, "('over',)");
	get = fake_take(fake, TLI_OP_TOUCH);
	check(get.argument == 12 && get.lease_ms == 60);
	fake_reply(fake, &get, 0, 0);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_get_many_with_leases(void **state)
{
	tieline_item *items[10];
	struct at_queue at;
	size_t count;

	(void)state;
	open_queue(&at, play_two_items, NULL);
	assert_code(TIELINE_OK,
		tieline_queue_get_many(
			at.queue, 10, 500, HANG_MS, items, &count));
	assert_int_equal(count, 2);
	assert_int_equal(items[0]->len, 4);
	assert_string_equal(items[0]->data, "body");
	assert_int_equal(items[0]->header_count, 2);
	assert_string_equal(tieline_item_header(items[0], "k"), "v");
	assert_string_equal(tieline_item_header(items[0], "l"), "");
	assert_null(tieline_item_header(items[0], "m"));
	assert_string_equal(items[0]->subject, "");
	assert_false(items[0]->redelivered);
	assert_int_equal(items[0]->lease, 11);
	assert_int_equal(items[1]->attempts, 3);
	assert_true(items[1]->redelivered);
	assert_string_equal(items[1]->data, "");
	assert_code(TIELINE_OK, tieline_queue_ack(at.queue, items[0]->lease));
	assert_code(TIELINE_ENOLEASE,
		tieline_queue_nack(at.queue, items[1]->lease, 40));
	assert_code(
		TIELINE_OK, tieline_queue_touch(at.queue, items[1]->lease, 60));
	tieline_item_free(items[0]);
	tieline_item_free(items[1]);
	close_queue(&at);
}

static void send_long_item(
	struct fake *fake, const struct tli_session_frame *get, uint64_t lease)
{
	struct tli_record record = {
		.body_len = BIG,
		.format = TLI_FORMAT_BYTES,
		.attempts = 1,
		.lease = lease,
	};
	struct tli_session_frame reply = items_for(get);
	uint8_t *payload = malloc(TLI_RECORD_BYTES + BIG);
	uint8_t *body = pattern(BIG);

	tli_record_put(payload, &record);
	memcpy(payload + TLI_RECORD_BYTES, body, BIG);
	fake_send(fake, &reply, payload, TLI_RECORD_BYTES + BIG);
	free(body);
	free(payload);
}

static void play_long_get(struct fake *fake)
{
	struct tli_session_frame get;

	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_GET);
	send_long_item(fake, &get, 5);
	get = fake_take(fake, TLI_OP_ACK);
	check(get.argument == 5 && (get.flags & TLI_FLAG_QUIET));
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_get_in_parts(void **state)
{
	uint8_t *expected = pattern(BIG);
	tieline_item *item;
	struct at_queue at;

	(void)state;
	open_queue(&at, play_long_get, NULL);
	assert_code(TIELINE_OK, tieline_queue_get(at.queue, HANG_MS, &item));
	assert_int_equal(item->len, BIG);
	assert_memory_equal(item->data, expected, BIG);
	tieline_item_free(item);
	free(expected);
	close_queue(&at);
}

static void play_too_long_get(struct fake *fake)
{
	struct tli_session_frame get;

	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_GET);
	send_long_item(fake, &get, 5);
	get = fake_take(fake, TLI_OP_NACK);
	check(get.argument == 5);
	get = fake_take(fake, TLI_OP_CALL);
	fake_return(fake, &get, TLI_STATUS_OK, "1");
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_too_long_to_be_got(void **state)
{
	tieline_options options = fake_options();
	tieline_item *item;
	struct at_queue at;
	uint64_t count;

	(void)state;
	options.max_message_bytes = TLI_SESSION_PAYLOAD_MAX;
	open_queue(&at, play_too_long_get, &options);
	assert_code(
		TIELINE_EMSGSIZE, tieline_queue_get(at.queue, HANG_MS, &item));
	assert_code(TIELINE_OK, tieline_queue_qsize(at.queue, &count));
	assert_int_equal(count, 1);
	close_queue(&at);
}

static void play_bad_items(struct fake *fake)
{
	struct tli_session_frame get, reply;

	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_GET);
	reply = items_for(&get);
	fake_send(fake, &reply, "no record", 9);
	fake_count_rest(fake, TLI_OP_PING);
}

/* Of several, none is left behind. */
static void play_too_long_together(struct fake *fake)
{
	size_t len = 2 * TLI_RECORD_BYTES + BIG;
	uint8_t *payload = calloc(1, len);
	struct tli_record record = {.format = TLI_FORMAT_BYTES, .lease = 6};
	struct tli_session_frame get, reply;

	check(payload != NULL);
	tli_record_put(payload, &record);
	record.body_len = BIG;
	record.lease = 7;
	tli_record_put(payload + TLI_RECORD_BYTES, &record);
	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_GET);
	reply = items_for(&get);
	fake_send(fake, &reply, payload, len);
	free(payload);
	check(fake_take(fake, TLI_OP_NACK).argument == 6);
	check(fake_take(fake, TLI_OP_NACK).argument == 7);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_too_long_together(void **state)
{
	tieline_options options = fake_options();
	tieline_item *items[2];
	struct at_queue at;
	size_t count = 9;

	(void)state;
	options.max_message_bytes = 1000;
	open_queue(&at, play_too_long_together, &options);
	assert_code(TIELINE_EMSGSIZE,
		tieline_queue_get_many(at.queue, 2, 0, HANG_MS, items, &count));
	assert_int_equal(count, 0);
	close_queue(&at);
}

/* The broker would give one all the same, which would be lost. */
static void test_nothing_to_get(void **state)
{
	tieline_item *items[1];
	struct at_queue at;
	size_t count = 9;

	(void)state;
	open_queue(&at, play_open_alone, NULL);
	assert_code(TIELINE_EINVAL,
		tieline_queue_get_many(
			at.queue, 0, TIELINE_NO_LEASE, HANG_MS, items, &count));
	assert_int_equal(count, 0);
	assert_code(
		TIELINE_EINVAL, tieline_queue_peek(at.queue, 0, items, &count));
	close_queue(&at);
}

/* What makes no sense ends the connection: so does what it was an answer to. */
static void test_items_that_make_no_sense(void **state)
{
	tieline_item *item;
	struct at_queue at;

	(void)state;
	open_queue(&at, play_bad_items, NULL);
	assert_code(
		TIELINE_EOUTCOME, tieline_queue_get(at.queue, HANG_MS, &item));
	close_queue(&at);
}

static void play_values(struct fake *fake)
{
	static const char *const verdicts[] = {"ack", "nack"};
	struct tli_session_frame get, reply;

	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_PUT);
	fake_reply(fake, &get, 1, 0);
	for (int i = 0; i < 2; i++) {
		struct tli_record record = {
			.body_len = 3,
			.format = i == 0 ? TLI_FORMAT_JSON : TLI_FORMAT_PICKLE,
			.lease = 9,
		};
		uint8_t payload[TLI_RECORD_BYTES + 3];

		get = fake_take(fake, TLI_OP_GET);
		tli_record_put(payload, &record);
		memcpy(payload + TLI_RECORD_BYTES, "[1]", 3);
		reply = items_for(&get);
		fake_send(fake, &reply, payload, sizeof(payload));
		get = fake_take(fake, i == 0 ? TLI_OP_ACK : TLI_OP_NACK);
		check(get.argument == 9 && verdicts[i]);
	}
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_values_in_items(void **state)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *value = NULL;
	tieline_item *item;
	struct at_queue at;

	(void)state;
	assert_code(TIELINE_OK,
		tieline_item_pickle(tieline_value_int(values, 3), 0, &item));
	value = tieline_item_value(item, values);
	assert_int_equal(tieline_value_kind(value), TIELINE_INT);
	open_queue(&at, play_values, NULL);
	assert_code(TIELINE_OK,
		tieline_queue_put_value(
			at.queue, tieline_value_int(values, 3), HANG_MS));
	assert_code(TIELINE_OK,
		tieline_queue_get_value(at.queue, HANG_MS, values, &value));
	assert_int_equal(tieline_value_kind(value), TIELINE_LIST);
	assert_code(TIELINE_ESYNTAX,
		tieline_queue_get_value(at.queue, HANG_MS, values, &value));
	close_queue(&at);
	tieline_item_free(item);
	tieline_values_free(values);
}

/* ---- completions ------------------------------------------------------ */

static void on_got(void *arg, const tieline_result *result)
{
	tieline_item **kept = arg;

	assert_code(TIELINE_OK, result->code);
	assert_int_equal(result->item_count, 1);
	assert_string_equal(result->items[0]->data, "kept");
	*kept = tieline_item_keep(result->items[0]);
}

static void play_get_start(struct fake *fake)
{
	struct tli_session_frame get, reply;

	fake_greet(fake);
	fake_open(fake);
	get = fake_take(fake, TLI_OP_GET);
	reply = items_for(&get);
	fake_send_item(fake, &reply, "kept", 1, 77);
	get = fake_take(fake, TLI_OP_ACK);
	check(get.argument == 77);
	fake_count_rest(fake, TLI_OP_PING);
}

static void test_get_start(void **state)
{
	tieline_item *kept = NULL;
	struct at_queue at;

	(void)state;
	open_queue(&at, play_get_start, NULL);
	assert_code(TIELINE_OK,
		tieline_queue_get_start(at.queue, 1, TIELINE_NO_LEASE,
			TIELINE_FOREVER, on_got, &kept, NULL));
	assert_code(TIELINE_OK, tieline_session_flush(at.session, HANG_MS));
	close_queue(&at);
	assert_string_equal(kept->data, "kept");
	tieline_item_free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(test_put_all_there_is),
		leak_test(test_put_in_parts),
		leak_test(test_what_is_no_item),
		leak_test(test_too_long_to_be_sent),
		leak_test(test_get_many_with_leases),
		leak_test(test_get_in_parts),
		leak_test(test_too_long_to_be_got),
		leak_test(test_too_long_together),
		leak_test(test_nothing_to_get),
		leak_test(test_items_that_make_no_sense),
		leak_test(test_values_in_items),
		leak_test(test_get_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
