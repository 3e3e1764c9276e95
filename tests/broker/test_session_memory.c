/* SPDX-License-Identifier: MIT */
/* Every allocation made to fail while sessions are under way: whoever it costs
 * the connection loses what it had, and nothing is left. */
#include "shortage.h"

#include "../../proto/item.h"
#include "../../proto/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LONG_BYTES 200000u

static const struct tli_session_frame hello = {
	.op = TLI_OP_HELLO, .argument = TLI_SESSION_VERSION};

/* The broker may have ended the connection. */
static void try_to_put(int fd, const void *bytes, size_t len)
{
	const char *next = bytes;
	ssize_t put;

	while (len > 0 && (put = send(fd, next, len, MSG_NOSIGNAL)) > 0) {
		next += put;
		len -= (size_t)put;
		settle();
	}
	settle();
}

/* Sends a request, in frames of at most piece bytes of the payload. */
static void ask_in_pieces(int fd, const struct tli_session_frame *frame,
	const void *payload, size_t len, size_t piece)
{
	size_t at = 0;

	do {
		struct tli_session_frame part = *frame;
		uint8_t header[TLI_SESSION_WIRE_BYTES];

		part.payload_len =
			(uint32_t)(len - at < piece ? len - at : piece);
		if (at + part.payload_len < len)
			part.flags |= TLI_FLAG_MORE;
		tli_session_put(header, &part);
		try_to_put(fd, header, sizeof(header));
		try_to_put(fd, (const char *)payload + at, part.payload_len);
		at += part.payload_len;
	} while (at < len);
}

static void ask(int fd, const struct tli_session_frame *frame,
	const void *payload, size_t len)
{
	ask_in_pieces(fd, frame, payload, len, TLI_SESSION_PAYLOAD_MAX);
}

static void ask_of(int fd, uint8_t op, uint32_t count, uint64_t argument)
{
	static uint32_t tag = 1000;
	const struct tli_session_frame frame = {
		.op = op,
		.tag = tag++,
		.handle = 1,
		.count = count,
		.timeout_ms = TLI_SESSION_FOREVER,
		.argument = argument,
	};

	ask(fd, &frame, NULL, 0);
}

static void ask_value(int fd, uint8_t op, uint32_t count, const char *json)
{
	const struct tli_session_frame frame = {
		.op = op,
		.format = TLI_FORMAT_JSON,
		.tag = op,
		.handle = 1,
		.count = count,
	};

	ask(fd, &frame, json, strlen(json));
}

/* Items of that many bytes, for a queue or a topic. */
static void send_items(int fd, uint8_t op, size_t count, uint32_t body_len)
{
	const struct tli_record record = {
		.body_len = body_len, .format = TLI_FORMAT_BYTES};
	size_t len = count * (TLI_RECORD_BYTES + body_len);
	uint8_t *payload = calloc(1, len + 1);
	const struct tli_session_frame frame = {
		.op = op, .tag = op, .handle = 1};

	assert_non_null(payload);
	for (size_t i = 0; i < count; i++)
		tli_record_put(
			payload + i * (TLI_RECORD_BYTES + body_len), &record);
	ask(fd, &frame, payload, len);
	free(payload);
}

/* ---- Scenarios -------------------------------------------------------- */

/* What was kept from the last one is not kept. */
static void two_strangers(void)
{
	sessions_fini(&broker->sessions);
	client(OVER_UNIX);
	client(OVER_TCP);
}

static void greet(void)
{
	ask(fds[0], &hello, NULL, 0);
	ask(fds[1], &hello, NULL, 0);
}

static void two_with_objects(const char *options)
{
	two_strangers();
	greet();
	ask_value(fds[0], TLI_OP_OPEN, 0, options);
	ask_value(fds[1], TLI_OP_OPEN, 0, options);
}

static void two_with_a_queue(void)
{
	two_with_objects("{\"name\":\"q\",\"kind\":\"Queue\",\"maxsize\":20,"
			 "\"temporary\":true}");
}

static void two_with_a_topic(void)
{
	two_with_objects(
		"{\"name\":\"t\",\"kind\":\"Topic\",\"temporary\":true}");
}

static void open_and_close(void)
{
	for (int i = 0; i < 3; i++) {
		ask_value(fds[0], TLI_OP_OPEN, 0, "{\"kind\":\"Queue\"}");
		ask_of(fds[0], TLI_OP_CLOSE, 0, 0);
	}
}

static void two_who_were_greeted(void)
{
	two_strangers();
	greet();
}

static void put_and_get(void)
{
	send_items(fds[0], TLI_OP_PUT, 6, 3000);
	ask_of(fds[0], TLI_OP_PEEK, 3, 0);
	ask_of(fds[0], TLI_OP_GET, 5, 0);
	ask_of(fds[0], TLI_OP_ACK, 0, 7);
	ask_of(fds[0], TLI_OP_GET, 5, 0);
}

static void wait_and_cancel(void)
{
	send_items(fds[0], TLI_OP_PUT, 25, 10);
	for (uint32_t i = 0; i < 3; i++)
		ask_of(fds[1], TLI_OP_GET, 20, 0);
	for (uint64_t tag = 1000; tag < 1003; tag++)
		ask_of(fds[1], TLI_OP_CANCEL, 0, tag);
	ask_of(fds[0], TLI_OP_CLOSE, 0, 0);
}

static void consume(void)
{
	const struct tli_session_frame consumer = {
		.op = TLI_OP_CONSUME, .tag = 1, .handle = 1, .count = 4};

	ask(fds[1], &consumer, NULL, 0);
	send_items(fds[0], TLI_OP_PUT, 8, 10);
	send_items(fds[0], TLI_OP_PUT, 1, 100000);
	ask_of(fds[1], TLI_OP_CREDIT, 100, 1);
	ask_of(fds[1], TLI_OP_CANCEL, 0, 1);
}

static void subscribe(void)
{
	ask_value(fds[1], TLI_OP_SUBSCRIBE, 5, "{\"max_messages\":3}");
	send_items(fds[0], TLI_OP_PUBLISH, 10, 10);
	ask_of(fds[1], TLI_OP_CREDIT, 100, TLI_OP_SUBSCRIBE);
	ask_of(fds[1], TLI_OP_CANCEL, 0, TLI_OP_SUBSCRIBE);
}

static void long_ones(void)
{
	send_items(fds[0], TLI_OP_PUT, 1, LONG_BYTES);
	send_items(fds[0], TLI_OP_PUT, 2, LONG_BYTES / 4);
	ask_of(fds[1], TLI_OP_GET, 1, 0);
	ask_of(fds[1], TLI_OP_GET, 2, 0);
	(void)is_open(fds[1]);
	settle();
}

static void call(void)
{
	ask_value(fds[0], TLI_OP_CALL, 0, "[\"put\",[[1,2,3]]]");
	ask_value(fds[0], TLI_OP_CALL, 0, "[\"get\",[]]");
	ask_value(fds[0], TLI_OP_CALL, 0, "[\"nonsense\",[]]");
	ask_value(fds[0], TLI_OP_CALL, 0, "nonsense");
}

static void make_no_sense(void)
{
	ask_of(fds[0], TLI_OP_PING, 0, 0);
	ask_of(fds[0], TLI_OP_DELIVER, 0, 0);
	ask_of(fds[0], 0x7f, 0, 0);
	ask_of(fds[0], TLI_OP_GET, 0, 0);
	try_to_put(fds[0], "\0\0\0\1", 4);
	try_to_put(fds[1], "\xff\0\0\1", 4);
}

/* With what they hold. */
static void leave_in_the_middle(void)
{
	send_items(fds[0], TLI_OP_PUT, 6, 3000);
	ask_of(fds[1], TLI_OP_GET, 3, 0);
	for (uint32_t i = 0; i < 5; i++)
		ask_of(fds[1], TLI_OP_GET, 3, 0);
	shutdown(fds[1], SHUT_RDWR);
	settle();
}

/* Those who come later are to meet. */
static const char *const few_rights[] = {
	"accept", "dial", "put q", "call other", NULL};

static void two_with_few_rights(void)
{
	change_rights(NULL);
	two_with_a_queue();
	change_rights(few_rights);
}

static void ask_for_too_much(void)
{
	ask_value(fds[0], TLI_OP_CALL, 0, "[\"put\",[1]]");
	ask_value(fds[0], TLI_OP_CALL, 0, "[\"get\",[]]");
	ask_of(fds[0], TLI_OP_GET, 1, 0);
	ask_of(fds[0], TLI_OP_CLOSE, 0, 0);
	ask_value(fds[0], TLI_OP_OPEN, 0, "{\"name\":\"q\"}");
	send_items(fds[0], TLI_OP_PUT, 2, 10);
	ask_of(fds[0], TLI_OP_CLOSE, 0, 0);
	ask_value(fds[0], TLI_OP_OPEN, 0, "{\"kind\":\"Queue\"}");
	ask_value(fds[0], TLI_OP_OPEN, 0, "{\"name\":\"secret\"}");
	ask_value(fds[0], TLI_OP_OPEN, 0, "{\"id\":1}");
}

static void two_with_all_rights(void)
{
	change_rights(NULL);
	two_with_a_queue();
}

static void lose_rights(void)
{
	const struct tli_session_frame consumer = {
		.op = TLI_OP_CONSUME, .tag = 1, .handle = 1, .count = 4};

	ask_of(fds[0], TLI_OP_GET, 1, 0);
	ask(fds[1], &consumer, NULL, 0);
	ask_value(fds[1], TLI_OP_CALL, 0, "[\"get\",[]]");
	change_rights(few_rights);
	settle();
	send_items(fds[1], TLI_OP_PUT, 2, 10);
	ask_of(fds[0], TLI_OP_GET, 1, 0);
}

static const struct scenario scenarios[] = {
	{"hello", two_strangers, greet},
	{"open, close", two_who_were_greeted, open_and_close},
	{"put, get", two_with_a_queue, put_and_get},
	{"wait, cancel", two_with_a_queue, wait_and_cancel},
	{"consume", two_with_a_queue, consume},
	{"subscribe", two_with_a_topic, subscribe},
	{"long items", two_with_a_queue, long_ones},
	{"call", two_with_a_queue, call},
	{"nonsense", two_with_a_queue, make_no_sense},
	{"leave", two_with_a_queue, leave_in_the_middle},
	{"rights", two_with_few_rights, ask_for_too_much},
	{"rights lost", two_with_all_rights, lose_rights},
};

int main(void)
{
	return run_scenarios(scenarios, LENGTH(scenarios));
}
