/* SPDX-License-Identifier: MIT */
/* Sessions turn by turn: whose turn it is, when time is over, and with how many
 * writes answers leave. */
#include "clients.h"
#include "still_clock.h"

#include "../../proto/item.h"
#include "../../proto/session.h"
#include "../../proto/wire.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_MAX  (4 + TLI_SESSION_FRAME_MAX)
#define LONG_BYTES 30000u

/* Counts writes. The names are the linker's. */
ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);

static unsigned writes;

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
	writes++;
	return __real_sendmsg(fd, message, flags);
}

/* ---- Clients ---------------------------------------------------------- */

static void ask(
	int fd, struct tli_session_frame frame, const void *payload, size_t len)
{
	uint8_t header[TLI_SESSION_WIRE_BYTES];

	frame.payload_len = (uint32_t)len;
	tli_session_put(header, &frame);
	put(fd, header, sizeof(header));
	if (len > 0)
		put(fd, payload, len);
}

/* The next frame; its payload is dropped. */
static struct tli_session_frame answer(int fd)
{
	static uint8_t bytes[REPLY_MAX];
	struct tli_session_frame frame;
	const char *why;
	size_t len, used;

	take(fd, bytes, 4);
	len = tli_load_be32(bytes);
	assert_in_range(len, TLI_SESSION_HEADER_BYTES, sizeof(bytes) - 4);
	take(fd, bytes + 4, len);
	assert_int_equal(tli_session_take(&frame, bytes, len + 4, &used, &why),
		TLI_SESSION_FRAME);
	return frame;
}

static void expect_answer(int fd, uint32_t tag, enum tli_status status)
{
	struct tli_session_frame frame = answer(fd);

	assert_int_equal(frame.tag, tag);
	assert_int_equal(frame.status, status);
}

static void ping(int fd, uint32_t tag)
{
	ask(fd, (struct tli_session_frame){.op = TLI_OP_PING, .tag = tag}, NULL,
		0);
}

/* With tags from 1 on, at once. */
static void put_pings(int fd, uint32_t count)
{
	size_t len = count * (size_t)TLI_SESSION_WIRE_BYTES;
	uint8_t *bytes = malloc(len);

	assert_non_null(bytes);
	for (uint32_t i = 0; i < count; i++)
		tli_session_put(bytes + i * TLI_SESSION_WIRE_BYTES,
			&(struct tli_session_frame){
				.op = TLI_OP_PING, .tag = i + 1});
	put(fd, bytes, len);
	free(bytes);
}

/* One that has a queue, the same for all, under handle 1. */
static int session(enum wire wire)
{
	static const char options[] = "{\"name\":\"q\",\"kind\":\"Queue\"}";
	int fd = log_in(wire);

	ask(fd,
		(struct tli_session_frame){.op = TLI_OP_HELLO,
			.format = TLI_FORMAT_JSON,
			.argument = TLI_SESSION_VERSION},
		NULL, 0);
	expect_answer(fd, 0, TLI_STATUS_OK);
	assert_string_equal(last_peer()->stage->name, "session");
	ask(fd,
		(struct tli_session_frame){.op = TLI_OP_OPEN,
			.format = TLI_FORMAT_JSON,
			.handle = 1},
		options, strlen(options));
	expect_answer(fd, 0, TLI_STATUS_OK);
	return fd;
}

static void get(int fd, uint32_t tag, uint32_t timeout_ms)
{
	ask(fd,
		(struct tli_session_frame){.op = TLI_OP_GET,
			.tag = tag,
			.handle = 1,
			.count = 1,
			.timeout_ms = timeout_ms},
		NULL, 0);
}

static void put_items(int fd, uint32_t tag, size_t count)
{
	uint8_t *payload = calloc(count, TLI_RECORD_BYTES);

	assert_non_null(payload);
	ask(fd,
		(struct tli_session_frame){
			.op = TLI_OP_PUT, .tag = tag, .handle = 1},
		payload, count * TLI_RECORD_BYTES);
	free(payload);
}

/* An item whose reply is almost half a window. */
static void put_long_item(int fd, uint32_t tag)
{
	static uint8_t payload[TLI_RECORD_BYTES + LONG_BYTES];
	const struct tli_record record = {.body_len = LONG_BYTES};

	tli_record_put(payload, &record);
	ask(fd,
		(struct tli_session_frame){
			.op = TLI_OP_PUT, .tag = tag, .handle = 1},
		payload, sizeof(payload));
}

static void peek(int fd, uint32_t tag)
{
	ask(fd,
		(struct tli_session_frame){
			.op = TLI_OP_PEEK, .tag = tag, .handle = 1, .count = 1},
		NULL, 0);
}

/* ---- Turns ------------------------------------------------------------ */

static void answers_of_a_turn_leave_with_one_write(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = session(OVER_UNIX);
	settle();
	for (uint32_t tag = 1; tag <= 50; tag++)
		ping(fd, tag);
	put_items(fd, 51, 3);
	get(fd, 52, 0);
	writes = 0;
	turn();
	assert_int_equal(writes, 1);
	for (uint32_t tag = 1; tag <= 52; tag++)
		expect_answer(fd, tag, TLI_STATUS_OK);
	expect_silence(fd);
	assert_int_equal(writes, 1);
	leave(fd);
}

/* Whoever asks little is answered in the turn in which it asks. */
static void who_asks_much_leaves_others_their_turn(void **state)
{
	int busy, other;

	(void)state;
	open_broker();
	busy = session(OVER_UNIX);
	other = session(OVER_TCP);
	put_pings(busy, 1000);
	ping(other, 1);
	turn();
	assert_true(sessions_are_due(&broker->sessions));
	expect_answer(other, 1, TLI_STATUS_OK);
	settle();
	for (uint32_t tag = 1; tag <= 1000; tag++)
		expect_answer(busy, tag, TLI_STATUS_OK);
	leave(busy);
	leave(other);
}

static void a_long_request_leaves_others_their_turn(void **state)
{
	const size_t count = TLI_SESSION_PAYLOAD_MAX / TLI_RECORD_BYTES;
	int busy, other;
	uint8_t byte;

	(void)state;
	open_broker();
	busy = session(OVER_UNIX);
	other = session(OVER_UNIX);
	put_items(busy, 1, count);
	ping(other, 1);
	turn();
	expect_answer(other, 1, TLI_STATUS_OK);
	assert_int_equal(recv(busy, &byte, 1, MSG_PEEK), -1);
	settle();
	assert_int_equal(answer(busy).count, count);
	leave(busy);
	leave(other);
}

/* Nobody who sits at the loop's end has to be woken for it. */
static void what_is_left_for_later_keeps_the_loop_awake(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = session(OVER_UNIX);
	put_items(fd, 1, TLI_SESSION_PAYLOAD_MAX / TLI_RECORD_BYTES);
	for (int i = 0; i < 8; i++)
		broker_turn(broker, i < 4);
	assert_int_equal(answer(fd).tag, 1);
	leave(fd);
}

/* The kernel may take at once all that was too much. */
static void who_was_held_up_goes_on_when_all_is_written(void **state)
{
	int fd;

	(void)state;
	settings.session_window_bytes = 64 << 10;
	open_broker();
	fd = session(OVER_UNIX);
	put_long_item(fd, 1);
	expect_answer(fd, 1, TLI_STATUS_OK);
	for (uint32_t tag = 1; tag <= 4; tag++)
		peek(fd, tag);
	ping(fd, 5);
	settle();
	for (uint32_t tag = 1; tag <= 5; tag++)
		expect_answer(fd, tag, TLI_STATUS_OK);
	leave(fd);
}

/* ---- Time ------------------------------------------------------------- */

/* And never shorter: of a millisecond nobody knows how much was over. */
static void a_get_waits_as_long_as_it_says(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = session(OVER_UNIX);
	get(fd, 1, 1000);
	get(fd, 2, 500);
	get(fd, 3, TLI_SESSION_FOREVER);
	settle();
	assert_int_equal(waiters_count(broker->objects.waiters), 3);
	pass_ms(500);
	expect_silence(fd);
	pass_ms(1);
	settle();
	expect_answer(fd, 2, TLI_STATUS_EMPTY);
	pass_ms(499);
	expect_silence(fd);
	pass_ms(1);
	settle();
	expect_answer(fd, 1, TLI_STATUS_EMPTY);
	pass_ms(INT64_C(24) * 3600 * 1000);
	expect_silence(fd);
	put_items(fd, 4, 1);
	expect_answer(fd, 4, TLI_STATUS_OK);
	expect_answer(fd, 3, TLI_STATUS_OK);
	leave(fd);
	assert_int_equal(waiters_count(broker->objects.waiters), 0);
}

static void a_lease_lasts_as_long_as_it_says(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = session(OVER_UNIX);
	put_items(fd, 1, 1);
	expect_answer(fd, 1, TLI_STATUS_OK);
	ask(fd,
		(struct tli_session_frame){.op = TLI_OP_GET,
			.tag = 2,
			.handle = 1,
			.count = 1,
			.lease_ms = 1000},
		NULL, 0);
	expect_answer(fd, 2, TLI_STATUS_OK);
	get(fd, 3, TLI_SESSION_FOREVER);
	pass_ms(999);
	expect_silence(fd);
	pass_ms(1);
	settle();
	expect_answer(fd, 3, TLI_STATUS_OK);
	leave(fd);
}

/* ---- Ends ------------------------------------------------------------- */

static void a_broker_ends_with_sessions_in_it(void **state)
{
	int fds[3];

	(void)state;
	open_broker();
	for (size_t i = 0; i < LENGTH(fds); i++)
		fds[i] = session(OVER_UNIX);
	put_items(fds[0], 1, 2);
	get(fds[1], 1, TLI_SESSION_FOREVER);
	for (uint32_t tag = 1; tag <= 10; tag++)
		get(fds[2], tag, TLI_SESSION_FOREVER);
	settle();
	broker_stop(broker);
	assert_true(broker->cut);
	close_broker();
	for (size_t i = 0; i < LENGTH(fds); i++)
		close(fds[i]);
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(answers_of_a_turn_leave_with_one_write),
		broker_test(who_asks_much_leaves_others_their_turn),
		broker_test(a_long_request_leaves_others_their_turn),
		broker_test(what_is_left_for_later_keeps_the_loop_awake),
		broker_test(who_was_held_up_goes_on_when_all_is_written),
		broker_test(a_get_waits_as_long_as_it_says),
		broker_test(a_lease_lasts_as_long_as_it_says),
		broker_test(a_broker_ends_with_sessions_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
