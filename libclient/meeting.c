/* SPDX-License-Identifier: MIT */
#include "meeting.h"

#include "../system/clock.h"

#include <tieline/tieline.h>

#include <poll.h>
#include <stdio.h>

#define MARGIN_MAX_MS 500

void tli_meeting_init(
	struct tli_meeting *meeting, const struct tli_request *request)
{
	*meeting = (struct tli_meeting){.request = *request};
	tli_output_init(&meeting->output, TLI_CONTROL_MAX);
	tli_frame_reader_init(&meeting->reader, TLI_CONTROL_MAX, true);
	tli_buf_init(&meeting->body, TLI_CONTROL_MAX);
}

void tli_meeting_fini(struct tli_meeting *meeting)
{
	tli_output_fini(&meeting->output);
	tli_buf_fini(&meeting->body);
}

/* A parked connection waits for ever. All else the broker gives up before we
 * do, because it knows why. */
static int64_t timeout_for_broker(enum tli_verb verb, int64_t deadline_ms)
{
	int left_ms = tli_time_left_ms(deadline_ms);
	int margin_ms = left_ms / 10;

	if (verb == TLI_VERB_ACCEPT)
		return TLI_NO_TIMEOUT_GIVEN;
	if (margin_ms > MARGIN_MAX_MS)
		margin_ms = MARGIN_MAX_MS;
	return left_ms - margin_ms;
}

static int ask(struct tli_meeting *meeting, struct tli_channel *channel,
	int64_t deadline_ms)
{
	char text[TLI_CONTROL_MAX];
	size_t len;

	meeting->request.timeout_ms =
		timeout_for_broker(meeting->request.verb, deadline_ms);
	len = tli_request_format(&meeting->request, text);
	if (len == 0)
		return TIELINE_ENOMEM;
	meeting->asked = true;
	return tli_output_send(
		&meeting->output, channel, text, len, TLI_SOCKET_TRY);
}

static int lost(const struct tli_meeting *meeting, const char *why,
	struct tli_error *error)
{
	return tli_error_set(error, TIELINE_EBROKER, "%s: %s",
		meeting->parked ? "the broker is lost"
				: "the broker went before it had answered",
		why);
}

/* Returns 1 when all of the request is sent, 0 when it takes longer. A broker
 * that does not take it may have said why: that is for reading to find out. */
static int send_request(struct tli_meeting *meeting,
	struct tli_channel *channel, int64_t deadline_ms,
	struct tli_error *error)
{
	struct tli_output *output = &meeting->output;

	if (meeting->asked)
		tli_output_flush(output, channel);
	else if (ask(meeting, channel, deadline_ms) == TIELINE_ENOMEM)
		return tli_error_set(error, TIELINE_ENOMEM,
			"no memory for a request to the broker");
	return output->error.code || !tli_output_is_pending(output, channel);
}

/* Returns how many bytes came, 0 for none yet, or the code. */
static ssize_t read_some(struct tli_meeting *meeting,
	struct tli_channel *channel, void *bytes, size_t len,
	struct tli_error *error)
{
	struct iovec part = {bytes, len};
	ssize_t got = tli_channel_read(channel, &part, 1, TLI_SOCKET_TRY);
	struct tli_error cause;

	if (got == TLI_SOCKET_END)
		return lost(meeting, "it closed the connection", error);
	if (got >= 0)
		return got;
	tli_channel_lost(channel, (int)-got, &cause);
	return lost(meeting, cause.text, error);
}

/* Returns 1 when the header is whole. */
static int read_header(struct tli_meeting *meeting, struct tli_channel *channel,
	struct tli_error *error)
{
	struct tli_frame_reader *reader = &meeting->reader;
	uint8_t bytes[TLI_FRAME_HEADER_MAX];
	size_t missing, used;

	while ((missing = tli_frame_reader_needs(reader)) > 0) {
		ssize_t got =
			read_some(meeting, channel, bytes, missing, error);

		if (got <= 0)
			return (int)got;
		if (tli_frame_reader_feed(reader, bytes, (size_t)got, &used) <
			0)
			return tli_error_set(error, TIELINE_EPROTOCOL,
				"not a broker's reply: it has a length that "
				"none has");
	}
	return 1;
}

/* Returns 1 when the body is whole. Behind it nothing is read. */
static int read_body(struct tli_meeting *meeting, struct tli_channel *channel,
	struct tli_error *error)
{
	struct tli_buf *body = &meeting->body;
	size_t missing;

	if (tli_buf_reserve(body, TLI_CONTROL_MAX - tli_buf_len(body)) !=
		TLI_BUF_OK)
		return tli_error_set(error, TIELINE_ENOMEM,
			"no memory for the broker's reply");
	while ((missing = (size_t)meeting->reader.body_bytes -
			       tli_buf_len(body)) > 0) {
		ssize_t got = read_some(
			meeting, channel, tli_buf_tail(body), missing, error);

		if (got <= 0)
			return (int)got;
		tli_buf_commit(body, (size_t)got);
	}
	return 1;
}

/* What the broker's refusals are to the program. */
/* What is not here is about the broker. */
static const int code_of_refusal[TLI_REFUSAL_COUNT] = {
	[TLI_REFUSAL_NO_LISTENER] = TIELINE_ENOLISTENER,
	[TLI_REFUSAL_TIMED_OUT] = TIELINE_ENOLISTENER,
	[TLI_REFUSAL_NAME_TAKEN] = TIELINE_ENAMETAKEN,
	[TLI_REFUSAL_FULL] = TIELINE_EFULL,
	[TLI_REFUSAL_NOT_PERMITTED] = TIELINE_ENOTPERMITTED,
};

static int code_of(enum tli_refusal refusal)
{
	return code_of_refusal[refusal] ? code_of_refusal[refusal]
					: TIELINE_EBROKER;
}

/* Returns 1, or the code. */
static int take_reply(struct tli_meeting *meeting,
	const struct tli_reply *reply, struct tli_error *error)
{
	if (reply->refusal != TLI_REFUSAL_NONE)
		return tli_error_set(error, code_of(reply->refusal),
			"the broker refuses (%s): %s",
			tli_refusal_code(reply->refusal), reply->message);
	if (reply->parked && (meeting->parked || !meeting->request.confirm))
		return tli_error_set(error, TIELINE_EPROTOCOL,
			"the broker confirms what it was not asked to");
	meeting->parked = reply->parked;
	meeting->met = !reply->parked;
	snprintf(meeting->partner, sizeof(meeting->partner), "%.127s",
		reply->peer_address);
	return 1;
}

/* As take_reply(), of the frame that is whole. */
static int take_frame(struct tli_meeting *meeting, struct tli_error *error)
{
	struct tli_buf *body = &meeting->body;
	char why[TLI_CONTROL_TEXT];
	struct tli_reply reply;
	int result = tli_reply_parse(
		tli_buf_head(body), tli_buf_len(body), &reply, why);

	tli_buf_fini(body);
	tli_frame_reader_next(&meeting->reader);
	if (result == TLI_CONTROL_OK)
		return take_reply(meeting, &reply, error);
	return tli_error_set(error,
		result == TLI_CONTROL_NOMEM ? TIELINE_ENOMEM
					    : TIELINE_EPROTOCOL,
		"not a broker's reply: %s", why);
}

/* Returns 1 when a reply was taken, 0 when it takes longer, or the code. */
static int read_reply(struct tli_meeting *meeting, struct tli_channel *channel,
	struct tli_error *error)
{
	int result = read_header(meeting, channel, error);

	if (result > 0)
		result = read_body(meeting, channel, error);
	return result > 0 ? take_frame(meeting, error) : result;
}

int tli_meeting_step(struct tli_meeting *meeting, struct tli_channel *channel,
	int64_t deadline_ms, struct tli_error *error)
{
	int result = send_request(meeting, channel, deadline_ms, error);

	while (result > 0 && !meeting->met)
		result = read_reply(meeting, channel, error);
	return result;
}

short tli_meeting_events(
	const struct tli_meeting *meeting, const struct tli_channel *channel)
{
	const struct tli_output *output = &meeting->output;

	return tli_output_is_pending(output, channel) && !output->error.code
		? POLLOUT
		: POLLIN;
}
