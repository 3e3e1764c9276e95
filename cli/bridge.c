/* SPDX-License-Identifier: MIT */
#include "bridge.h"

#include "breaking.h"
#include "clock.h"
#include "status.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <tieline/adapters/poll.h>

#define MESSAGES_A_TURN 1024 /* those that are not written have no end */

enum { PEER, IN, OUT };

static struct bridge *of(struct party *party)
{
	return (struct bridge *)party;
}

static bool sends(const struct bridge *bridge)
{
	return !bridge->sent_end && !bridge->send_failed;
}

static bool receives(const struct bridge *bridge)
{
	return !bridge->peer_ended && bridge->sink_error == 0 &&
		(bridge->count_left > 0 || !bridge->counting);
}

static int prepare(struct party *party, struct pollfd entries[PARTY_ENTRIES])
{
	struct bridge *bridge = of(party);
	tieline_handle *handle = tieline_connection_handle(bridge->connection);
	bool reads = receives(bridge) && sink_has_room(bridge->sink);

	tieline_handle_want(handle,
		(reads ? TIELINE_READ : 0) |
			(bridge->send_blocked ? TIELINE_WRITE : 0));
	if (sends(bridge) && source_wants_input(bridge->source))
		entries[IN] = (struct pollfd){bridge->source->fd, POLLIN, 0};
	/* No events: only whether somebody still reads there. */
	if (bridge->sink_error == 0)
		entries[OUT] = (struct pollfd){bridge->sink->fd,
			sink_is_empty(bridge->sink) ? 0 : POLLOUT, 0};
	return earlier(tieline_pollfd_prepare(&handle, 1, &entries[PEER]),
		tieline_ms_until(bridge->quit_ms));
}

/* Keeps the first error, and its text, which the next call may change. */
static void note_failure(struct bridge *bridge, int code)
{
	tieline_handle *handle = tieline_connection_handle(bridge->connection);

	bridge->send_failed = true;
	if (bridge->failure)
		return;
	bridge->failure = code;
	snprintf(bridge->why, sizeof(bridge->why), "%s",
		tieline_handle_error(handle));
}

/* Takes what sending returned: true when it can go on. */
static bool goes_on(struct bridge *bridge, int result)
{
	bridge->send_blocked = result == TIELINE_ETIMEDOUT;
	if (result < 0 && !bridge->send_blocked)
		note_failure(bridge, result);
	return result >= 0;
}

static void send_end(struct bridge *bridge)
{
	if (!goes_on(bridge, tieline_send_end(bridge->connection, 0)))
		return;
	bridge->sent_end = true;
	bridge->quit_ms = deadline_in(bridge->quit_after_ms);
}

static void send_messages(struct bridge *bridge)
{
	const void *data;
	size_t len;

	while (source_next(bridge->source, &data, &len)) {
		if (!goes_on(bridge,
			    codec_send(bridge->codec, bridge->connection, data,
				    len)))
			return;
		source_drop(bridge->source);
	}
	if (source_is_over(bridge->source) && bridge->ending == BRIDGE_ENDS)
		send_end(bridge);
}

static void put(struct bridge *bridge, void *data, size_t len)
{
	if (!sink_put(bridge->sink, data, len))
		bridge->sink_error = -ENOMEM;
	tieline_free(data);
}

/* For now, or for ever. */
static void stop_receiving(struct bridge *bridge, int result)
{
	bridge->peer_ended = result != TIELINE_ETIMEDOUT;
	if (bridge->peer_ended && result != TIELINE_EEOF)
		note_failure(bridge, result);
}

static void receive_messages(struct bridge *bridge)
{
	int left = MESSAGES_A_TURN;

	while (left-- > 0 && receives(bridge) && sink_has_room(bridge->sink)) {
		void *data;
		size_t len;
		int result = codec_receive(
			bridge->codec, bridge->connection, &data, &len);

		if (result < 0) {
			stop_receiving(bridge, result);
			return;
		}
		if (result == TIELINE_OK)
			put(bridge, data, len);
		if (bridge->counting)
			bridge->count_left--;
	}
}

static void write_out(struct bridge *bridge)
{
	if (bridge->sink_error == 0)
		bridge->sink_error = sink_write(bridge->sink);
	if (bridge->peer_ended && sink_is_empty(bridge->sink) &&
		!bridge->keeps_sink)
		sink_close(bridge->sink);
}

static bool breaks(const struct bridge *bridge)
{
	return bridge->ending == BRIDGE_BREAKS &&
		source_is_over(bridge->source);
}

/* Whether nothing more is received and written. */
static bool has_received_all(const struct bridge *bridge)
{
	return bridge->sink_error != 0 ||
		(!receives(bridge) && sink_is_empty(bridge->sink));
}

static bool is_over(const struct bridge *bridge)
{
	if (bridge->source_error || tieline_ms_until(bridge->quit_ms) == 0 ||
		breaks(bridge))
		return true;
	if (bridge->sink_error && bridge->ends_with_sink)
		return true;
	return has_received_all(bridge) &&
		(!sends(bridge) || bridge->counting || bridge->ends_with_peer);
}

static bool process(
	struct party *party, const struct pollfd entries[PARTY_ENTRIES])
{
	struct bridge *bridge = of(party);

	tieline_handle_process(tieline_connection_handle(bridge->connection));
	if (entries[IN].revents)
		bridge->source_error = source_read(bridge->source);
	if (entries[OUT].revents & (POLLERR | POLLHUP))
		bridge->sink_error = -EPIPE;
	if (sends(bridge))
		send_messages(bridge);
	receive_messages(bridge);
	write_out(bridge);
	bridge->over = is_over(bridge);
	return !bridge->over;
}

static int complain_of_errno(
	const struct bridge *bridge, const char *which, int error_number)
{
	return complain(STATUS_OTHER, bridge->what, "%s: %s", which,
		strerror(error_number));
}

static int status_at_end(struct bridge *bridge)
{
	bool got_all = bridge->counting && bridge->count_left == 0;

	if (bridge->source_error)
		return complain_of_errno(
			bridge, "input", -bridge->source_error);
	if (bridge->sink_error == -EPIPE)
		return bridge->ends_with_sink ? STATUS_SIGNAL + SIGPIPE
					      : STATUS_DONE;
	if (bridge->sink_error)
		return complain_of_errno(bridge, "output", -bridge->sink_error);
	if (bridge->failure && !got_all)
		return complain(status_of_open(bridge->failure), bridge->what,
			"%s", bridge->why);
	if (bridge->counting && !got_all && !bridge->codec->has_refused)
		return complain(STATUS_LOST, bridge->what,
			"the peer ended %u messages too early",
			bridge->count_left);
	return bridge->codec->has_refused ? STATUS_OTHER : STATUS_DONE;
}

static void close_bridge(struct party *party)
{
	struct bridge *bridge = of(party);
	/* A signal may end it before. */
	int status = bridge->over ? status_at_end(bridge) : STATUS_DONE;

	if (breaks(bridge))
		break_connection(bridge->connection, bridge->loop);
	else
		tieline_connection_close(bridge->connection);
	bridge->on_end(bridge, status);
}

static const struct party_class bridge_class = {
	.prepare = prepare,
	.process = process,
	.close = close_bridge,
};

void bridge_start(struct bridge *bridge, struct loop *loop)
{
	bridge->party.class = &bridge_class;
	bridge->loop = loop;
	bridge->counting = bridge->count_left > 0;
	bridge->quit_ms = NEVER;
	loop_add(loop, &bridge->party);
}
