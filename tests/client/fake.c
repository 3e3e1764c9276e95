/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include "../../proto/item.h"

#include <tieline/values.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_BYTES (1u << 20)

static void give_up(const char *what)
{
	fprintf(stderr, "the fake broker: %s\n", what);
	abort();
}

/* ---- the thread ------------------------------------------------------- */

static void *run(void *arg)
{
	struct fake *fake = arg;

	fake->play(fake);
	fake_hang_up(fake);
	return NULL;
}

tieline_options fake_options(void)
{
	tieline_options options = tieline_options_default();

	options.no_authkey = true;
	return options;
}

void fake_start(struct fake *fake, void (*play)(struct fake *fake))
{
	tieline_options options = fake_options();

	*fake = (struct fake){.fd = -1, .play = play, .in_size = IN_BYTES};
	fake->in = malloc(IN_BYTES);
	assert_non_null(fake->in);
	assert_code(TIELINE_OK,
		tieline_listener_open(LOOPBACK, &options, &fake->listener));
	snprintf(fake->address, sizeof(fake->address), "%s",
		tieline_listener_address(fake->listener));
	assert_int_equal(pthread_create(&fake->thread, NULL, run, fake), 0);
}

void fake_stop(struct fake *fake)
{
	pthread_join(fake->thread, NULL);
	tieline_listener_close(fake->listener);
	free(fake->in);
}

tieline_session *fake_session(
	struct fake *fake, const tieline_session_options *options)
{
	tieline_options with = fake_options();
	tieline_session *session;

	assert_code(TIELINE_OK,
		tieline_session_open(fake->address, &with, options, &session));
	return session;
}

/* ---- connections ------------------------------------------------------ */

void fake_accept(struct fake *fake)
{
	tieline_connection *connection;

	if (tieline_listener_accept(fake->listener, HANG_MS, &connection) < 0 ||
		tieline_connection_detach(connection, &fake->fd) < 0)
		give_up("nobody came");
	fake->in_len = fake->used = 0;
}

void fake_hang_up(struct fake *fake)
{
	if (fake->fd >= 0)
		close(fake->fd);
	fake->fd = -1;
}

void fake_greet(struct fake *fake)
{
	struct tli_session_frame hello;

	fake_accept(fake);
	hello = fake_take(fake, TLI_OP_HELLO);
	if (hello.argument != TLI_SESSION_VERSION)
		give_up("another version");
	fake_return(fake, &hello, TLI_STATUS_OK, "{'epoch': 'one'}");
}

/* ---- frames ----------------------------------------------------------- */

/* False at the end. */
static bool read_more(struct fake *fake)
{
	struct pollfd entry = {.fd = fake->fd, .events = POLLIN};
	ssize_t got;

	if (fake->in_len == fake->in_size)
		give_up("a frame is too long");
	if (poll(&entry, 1, HANG_MS) <= 0)
		give_up("nothing came");
	got = read(fake->fd, fake->in + fake->in_len,
		fake->in_size - fake->in_len);
	if (got > 0)
		fake->in_len += (size_t)got;
	return got > 0;
}

bool fake_take_next(struct fake *fake, struct tli_session_frame *frame)
{
	const char *why;
	int result;

	memmove(fake->in, fake->in + fake->used, fake->in_len - fake->used);
	fake->in_len -= fake->used;
	fake->used = 0;
	while ((result = tli_session_take(frame, fake->in, fake->in_len,
			&fake->used, &why)) == TLI_SESSION_MORE)
		if (!read_more(fake))
			return false;
	if (result != TLI_SESSION_FRAME)
		give_up(why);
	return true;
}

struct tli_session_frame fake_take_any(struct fake *fake)
{
	struct tli_session_frame frame;

	if (!fake_take_next(fake, &frame))
		give_up("the session is over");
	return frame;
}

struct tli_session_frame fake_take(struct fake *fake, unsigned op)
{
	struct tli_session_frame frame = fake_take_any(fake);

	if (frame.op != op) {
		fprintf(stderr, "%s expected, %s came\n", tli_op_info(op)->word,
			tli_op_info(frame.op)->word);
		give_up("something else came");
	}
	return frame;
}

unsigned fake_count_rest(struct fake *fake, unsigned op)
{
	struct tli_session_frame frame;
	unsigned count = 0;

	while (fake_take_next(fake, &frame))
		count += frame.op == op;
	return count;
}

static void write_all(struct fake *fake, const void *bytes, size_t len)
{
	const uint8_t *next = bytes;

	while (len > 0) {
		ssize_t put = send(fake->fd, next, len, MSG_NOSIGNAL);

		if (put < 0)
			return; /* the session is gone: the test will tell */
		next += put;
		len -= (size_t)put;
	}
}

void fake_send(struct fake *fake, const struct tli_session_frame *frame,
	const void *payload, size_t len)
{
	struct tli_session_frame part = *frame;
	uint8_t header[TLI_SESSION_WIRE_BYTES];
	const uint8_t *next = payload;

	do {
		bool is_last = len <= TLI_SESSION_PAYLOAD_MAX;

		part.payload_len =
			is_last ? (uint32_t)len : TLI_SESSION_PAYLOAD_MAX;
		part.flags =
			(uint8_t)(frame->flags | (is_last ? 0 : TLI_FLAG_MORE));
		tli_session_put(header, &part);
		write_all(fake, header, sizeof(header));
		write_all(fake, next, part.payload_len);
		next += part.payload_len;
		len -= part.payload_len;
	} while (len > 0);
}

static struct tli_session_frame reply_to(const struct tli_session_frame *frame)
{
	return (struct tli_session_frame){
		.op = frame->op,
		.flags = TLI_FLAG_REPLY,
		.tag = frame->tag,
		.handle = frame->handle,
	};
}

void fake_reply(struct fake *fake, const struct tli_session_frame *to,
	uint32_t count, uint64_t argument)
{
	struct tli_session_frame reply = reply_to(to);

	reply.count = count;
	reply.argument = argument;
	fake_send(fake, &reply, NULL, 0);
}

/* Sends the reply with a value, of a literal. */
static void send_value(struct fake *fake, const struct tli_session_frame *reply,
	const char *literal)
{
	tieline_values *values = tieline_values_new(NULL);
	void *data;
	size_t len;

	if (tieline_value_pickle(
		    tieline_value_parse(values, literal, strlen(literal)), 0,
		    &data, &len) < 0)
		give_up("no literal");
	fake_send(fake, reply, data, len);
	tieline_free(data);
	tieline_values_free(values);
}

void fake_return(struct fake *fake, const struct tli_session_frame *to,
	enum tli_status status, const char *literal)
{
	struct tli_session_frame reply = reply_to(to);

	reply.status = (uint8_t)status;
	send_value(fake, &reply, literal);
}

void fake_grant(struct fake *fake, const struct tli_session_frame *to,
	const char *literal, uint64_t token)
{
	struct tli_session_frame reply = reply_to(to);

	reply.argument = token;
	send_value(fake, &reply, literal);
}

void fake_send_item(struct fake *fake, const struct tli_session_frame *frame,
	const char *text, uint32_t attempts, uint64_t lease)
{
	struct tli_record record = {
		.body_len = (uint32_t)strlen(text),
		.format = TLI_FORMAT_TEXT,
		.attempts = attempts,
		.lease = lease,
	};
	size_t len = TLI_RECORD_BYTES + record.body_len;
	uint8_t *payload = malloc(len);

	if (!payload)
		give_up("no memory");
	tli_record_put(payload, &record);
	memcpy(payload + TLI_RECORD_BYTES, text, record.body_len);
	fake_send(fake, frame, payload, len);
	free(payload);
}

void fake_open(struct fake *fake)
{
	struct tli_session_frame open = fake_take(fake, TLI_OP_OPEN);

	fake_reply(fake, &open, 1, open.handle);
}
