/* SPDX-License-Identifier: MIT */
/* What goes out of a session, as it comes out of a socket. */
#include "../../broker/session_output.h"
#include "../unit/alloc.h"
#include "../unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROOM (8u << 20)

static struct session_output output;
static struct stream stream;
static int other; /* end of the stream */
static uint8_t *got;
static size_t got_len, got_at;

static int begin(void **state)
{
	int fds[2];

	(void)state;
	session_output_init(&output);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) != 0)
		return -1;
	stream = (struct stream){.channel.fd = fds[0]};
	other = fds[1];
	got = malloc(ROOM);
	got_len = got_at = 0;
	return got ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	session_output_fini(&output);
	close(stream.channel.fd);
	close(other);
	free(got);
	return 0;
}

static void receive(void)
{
	ssize_t len;

	while ((len = recv(other, got + got_len, ROOM - got_len, 0)) > 0)
		got_len += (size_t)len;
}

/* Writes all of it. */
static void write_all(void)
{
	while (session_output_write(&output, &stream) == 0)
		receive();
	receive();
	assert_int_equal(output.bytes, 0);
	assert_int_equal(output.next.bytes, 0);
	assert_null(output.next.all);
	assert_null(output.next.copied.data);
}

static struct tli_session_frame next_frame(void)
{
	struct tli_session_frame frame;
	const char *why;
	size_t used;

	assert_int_equal(tli_session_take(&frame, got + got_at,
				 got_len - got_at, &used, &why),
		TLI_SESSION_FRAME);
	got_at += used;
	return frame;
}

static void expect_no_frame(void)
{
	assert_int_equal(got_at, got_len);
}

static void expect_payload(
	const struct tli_session_frame *frame, const void *bytes, size_t len)
{
	check_bytes("payload", frame->payload, frame->payload_len, bytes, len);
}

static struct tli_item *item_of(size_t len, char fill)
{
	struct tli_item *item = tli_item_of(TLI_FORMAT_BYTES, NULL, 0);
	char *bytes = malloc(len + 1);

	tli_item_unref(item);
	assert_non_null(bytes);
	memset(bytes, fill, len);
	item = tli_item_of(TLI_FORMAT_BYTES, bytes, len);
	free(bytes);
	assert_non_null(item);
	return item;
}

/* Checks that the next item of a payload is that. */
static void expect_item(const uint8_t **payload, size_t *left, size_t len,
	char fill, uint64_t lease)
{
	struct tli_record record;
	const char *why;
	size_t used = tli_record_take(&record, *payload, *left, &why);

	assert_int_not_equal(used, 0);
	assert_int_equal(record.body_len, len);
	assert_int_equal(record.lease, lease);
	assert_int_equal(record.attempts, 2);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(record.bytes[i], fill);
	*payload += used;
	*left -= used;
}

static struct tli_session_frame reply(uint8_t op, uint32_t tag)
{
	return (struct tli_session_frame){
		.op = op, .flags = TLI_FLAG_REPLY, .tag = tag};
}

static void put_pong(uint32_t tag)
{
	struct tli_session_frame frame = reply(TLI_OP_PING, tag);

	assert_true(session_output_frame(&output, &frame));
}

static void put_item(uint8_t op, uint32_t tag, size_t len)
{
	struct tli_session_frame frame = {.op = op, .tag = tag, .count = 1};
	struct tli_item *item = item_of(len, 'i');
	struct parcel parcel = {.item = item, .lease = 5, .attempts = 2};

	assert_true(session_output_add_item(&output, &frame, &parcel));
	tli_item_unref(item);
}

/* ---- Payloads of a frame ---------------------------------------------- */

static void frames_leave_in_one_write(void **state)
{
	struct tli_session_frame frame = reply(TLI_OP_HELLO, 1);

	(void)state;
	frame.payload = (const uint8_t *)"hello";
	frame.payload_len = 5;
	assert_true(session_output_frame(&output, &frame));
	put_pong(2);
	assert_int_equal(output.bytes, 2 * TLI_SESSION_WIRE_BYTES + 5);
	assert_int_equal(output.next.count, 1);
	assert_int_equal(session_output_write(&output, &stream), 1);
	receive();
	frame = next_frame();
	assert_int_equal(frame.tag, 1);
	expect_payload(&frame, "hello", 5);
	assert_int_equal(next_frame().tag, 2);
	expect_no_frame();
}

static void a_body_is_the_payload(void **state)
{
	static const size_t lengths[] = {0, 1, 1024, 1025, 65536};

	(void)state;
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		struct tli_item *item = item_of(lengths[i], 'v');
		struct tli_session_frame frame = reply(TLI_OP_CALL, 9);

		assert_true(session_output_body(&output, &frame, item));
		write_all();
		frame = next_frame();
		expect_payload(&frame, tli_item_body(item), lengths[i]);
		assert_int_equal(item->references, 1);
		tli_item_unref(item);
		expect_no_frame();
	}
}

static void items_of_one_turn_share_a_frame(void **state)
{
	struct tli_session_frame frame;
	const uint8_t *payload;
	size_t left;

	(void)state;
	put_item(TLI_OP_DELIVER, 1, 10);
	put_item(TLI_OP_DELIVER, 1, 5000);
	put_item(TLI_OP_DELIVER, 1, 0);
	write_all();
	frame = next_frame();
	expect_no_frame();
	assert_int_equal(frame.count, 3);
	payload = frame.payload;
	left = frame.payload_len;
	expect_item(&payload, &left, 10, 'i', 5);
	expect_item(&payload, &left, 5000, 'i', 5);
	expect_item(&payload, &left, 0, 'i', 5);
	assert_int_equal(left, 0);
}

/* What is of something else, or too much, or was begun, is not joined. */
static void other_items_have_frames_of_their_own(void **state)
{
	static const struct {
		uint32_t tag, count;
	} expected[] = {{1, 1}, {2, 1}, {3, 0}, {2, 2}, {2, 1}, {2, 1}, {2, 1}};

	(void)state;
	put_item(TLI_OP_DELIVER, 1, 10);
	put_item(TLI_OP_DELIVER, 2, 10);
	put_pong(3);
	put_item(TLI_OP_DELIVER, 2, 10);
	put_item(TLI_OP_DELIVER, 2, 65536 - 34 - 24);
	put_item(TLI_OP_DELIVER, 2, 65536 - 24);
	put_item(TLI_OP_MESSAGE, 2, 0);
	write_all();
	put_item(TLI_OP_MESSAGE, 2, 0);
	write_all();
	for (size_t i = 0; i < LENGTH(expected); i++) {
		struct tli_session_frame frame = next_frame();

		assert_int_equal(frame.tag, expected[i].tag);
		assert_int_equal(frame.count, expected[i].count);
	}
	expect_no_frame();
}

/* ---- Payloads of several frames --------------------------------------- */

static unsigned sent_calls;

static void note_sent(void *owner)
{
	sent_calls += *(unsigned *)owner;
}

static void put_long(uint32_t tag, size_t len, char fill, unsigned *owner)
{
	struct tli_session_frame frame = reply(TLI_OP_GET, tag);
	struct tli_item *items[2] = {item_of(len, fill), item_of(3, fill)};
	struct parcel parcels[2] = {{items[0], 7, 2}, {items[1], 8, 2}};
	struct sent sent = {owner ? note_sent : NULL, owner};

	frame.count = 2;
	assert_true(session_output_items(&output, &frame, parcels, 2, sent));
	tli_item_unref(items[0]);
	tli_item_unref(items[1]);
}

/* Puts the frames of that tag together, up to the last one of it. */
static size_t assemble(uint32_t tag, uint8_t *payload)
{
	struct tli_session_frame frame;
	size_t len = 0;

	do {
		frame = next_frame();
		if (frame.tag != tag)
			continue;
		memcpy(payload + len, frame.payload, frame.payload_len);
		len += frame.payload_len;
	} while (frame.tag != tag || (frame.flags & TLI_FLAG_MORE));
	return len;
}

static void long_payloads_take_turns(void **state)
{
	uint8_t *payload = malloc(ROOM);
	unsigned one = 1;

	(void)state;
	sent_calls = 0;
	put_long(1, 1000000, 'a', &one);
	put_long(2, 200000, 'b', &one);
	assert_int_equal(output.bytes, 1200000 + 2 * (3 + 2 * 24));
	assert_int_equal(session_output_write(&output, &stream), 0);
	put_pong(3);
	write_all();
	assert_int_equal(sent_calls, 2);
	for (int i = 0; i < 4; i++)
		assert_int_equal(next_frame().tag, 1 + i % 2);
	assert_int_equal(next_frame().tag, 3);
	got_at = 0;
	for (uint32_t tag = 1; tag <= 2; tag++) {
		const uint8_t *next = payload;
		size_t len = assemble(tag, payload);

		expect_item(&next, &len, tag == 1 ? 1000000 : 200000,
			tag == 1 ? 'a' : 'b', 7);
		expect_item(&next, &len, 3, tag == 1 ? 'a' : 'b', 8);
		assert_int_equal(len, 0);
		got_at = 0;
	}
	free(payload);
}

/* Wherever the kernel stops taking, it goes on there. */
static void writes_may_be_cut_anywhere(void **state)
{
	int bytes = 4608; /* the least that the kernel allows */
	uint8_t *payload = malloc(ROOM);
	const uint8_t *next = payload;
	size_t len;

	(void)state;
	setsockopt(stream.channel.fd, SOL_SOCKET, SO_SNDBUF, &bytes,
		sizeof(bytes));
	put_item(TLI_OP_DELIVER, 1, 3000);
	put_long(2, 300000, 'c', NULL);
	put_item(TLI_OP_DELIVER, 1, 30000);
	write_all();
	assert_int_equal(next_frame().count, 2);
	len = assemble(2, payload);
	expect_no_frame();
	expect_item(&next, &len, 300000, 'c', 7);
	free(payload);
}

static void the_rest_is_whole_frames(void **state)
{
	struct tli_buf rest;

	(void)state;
	put_long(1, 5000000, 'd', NULL);
	assert_int_equal(session_output_write(&output, &stream), 0);
	put_pong(2);
	tli_buf_init(&rest, SIZE_MAX);
	assert_true(session_output_copy_rest(&output, &rest));
	assert_int_equal(tli_buf_len(&rest), output.next.bytes);
	receive();
	memcpy(got + got_len, tli_buf_head(&rest), tli_buf_len(&rest));
	got_len += tli_buf_len(&rest);
	tli_buf_fini(&rest);
	while (next_frame().tag == 1)
		;
	expect_no_frame();
}

static void an_end_is_told(void **state)
{
	(void)state;
	shutdown(other, SHUT_RDWR);
	put_pong(1);
	assert_int_equal(session_output_write(&output, &stream), STREAM_BROKEN);
}

/* ---- Memory ----------------------------------------------------------- */

static bool put_everything(struct tli_item *items[2])
{
	struct tli_session_frame frame = reply(TLI_OP_GET, 1);
	struct parcel parcels[2] = {{items[0], 1, 1}, {items[1], 2, 1}};
	struct sent sent = {.call = NULL};

	return session_output_frame(&output, &frame) &&
		session_output_add_item(&output, &frame, &parcels[0]) &&
		session_output_add_item(&output, &frame, &parcels[0]) &&
		session_output_body(&output, &frame, items[0]) &&
		session_output_items(&output, &frame, parcels, 2, sent) &&
		session_output_write(&output, &stream) >= 0;
}

static void memory_may_lack(void **state)
{
	struct tli_item *items[2] = {item_of(2000, 'x'), item_of(100000, 'y')};
	unsigned long n = 1;

	for (bool done = false; !done; n++) {
		begin(state);
		alloc_fail_from(n, false);
		done = put_everything(items);
		alloc_reset();
		end(state);
		assert_int_equal(items[0]->references, 1);
		assert_int_equal(items[1]->references, 1);
	}
	assert_in_range(n, 4, 100);
	tli_item_unref(items[0]);
	tli_item_unref(items[1]);
}

#define output_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		output_test(frames_leave_in_one_write),
		output_test(a_body_is_the_payload),
		output_test(items_of_one_turn_share_a_frame),
		output_test(other_items_have_frames_of_their_own),
		output_test(long_payloads_take_turns),
		output_test(writes_may_be_cut_anywhere),
		output_test(the_rest_is_whole_frames),
		output_test(an_end_is_told),
		cmocka_unit_test(memory_may_lack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
