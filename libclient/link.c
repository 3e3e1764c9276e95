/* SPDX-License-Identifier: MIT */
#include "link.h"

#include "client.h"
#include "session.h"

#include <stdlib.h>

#define NOTES_MAX_BYTES (64u << 20) /* that the broker did not read */

int tli_link_init(struct tli_link *link, const char *address,
	enum tli_lookup lookup, const tieline_options *options,
	struct tli_error *error)
{
	struct tli_address parsed;
	int result;

	*link = (struct tli_link){.find_by_ms = TLI_NEVER};
	tli_buf_init(&link->in, 2 * TLI_SESSION_FRAME_MAX);
	tli_buf_init(&link->notes, NOTES_MAX_BYTES);
	result = tli_endpoint_parse(address, &parsed, error);
	if (result < 0)
		return result;
	if (parsed.name[0] != '\0')
		return tli_error_set(error, TIELINE_EADDRESS,
			"a session is with a broker itself, whose address has "
			"no #name behind it");
	result = tli_endpoint_lookup(
		&parsed, lookup, link->endpoints, &link->endpoint_count, error);
	if (result < 0)
		return result;
	return tli_settings_init(&link->settings, options,
		&(struct tli_use){&parsed, TLI_AUTH_CLIENT}, error);
}

/* Nothing of the connection is left. */
static void close_connection(tieline_session *session)
{
	struct tli_link *link = &session->link;
	tieline_connection *connection = link->connection;

	tli_buf_fini(&link->in);
	tli_buf_fini(&link->notes);
	if (!connection)
		return;
	link->connection = NULL;
	if (!tli_handle_is_foreign(&session->handle)) {
		(void)tli_poller_watch(&session->handle.poller,
			connection->channel.fd, &connection->watched, 0,
			session);
		tli_channel_end(&connection->channel);
	}
	tieline_connection_close(connection);
}

void tli_link_fini(tieline_session *session)
{
	close_connection(session);
	tli_settings_fini(&session->link.settings);
}

void tli_link_lose(tieline_session *session, int code, const char *why)
{
	struct tli_link *link = &session->link;

	if (!link->failure.code)
		tli_error_set(&link->failure, code, "%s", why);
}

/* Whether another address is to be tried before this is a failure. */
static bool try_next_address(
	struct tli_link *link, const struct tli_error *error)
{
	if (error->code != TIELINE_ECONNECT)
		return false;
	link->next = (link->next + 1) % link->endpoint_count;
	return link->next != 0;
}

/* What is to be done about a connection that failed, or could not be made. */
static void deal_with(tieline_session *session, struct tli_error error)
{
	struct tli_link *link = &session->link;
	bool was_open = link->state == TLI_LINK_OPEN;

	close_connection(session);
	link->failure.code = 0;
	link->state = TLI_LINK_PAUSING;
	if (was_open)
		tli_backoff_forgive(&link->backoff, tli_now_ms());
	else if (try_next_address(link, &error))
		return;
	if (error.code == TIELINE_EAUTH)
		tli_backoff_slow_down(&link->backoff);
	tli_backoff_pause(&link->backoff, tli_now_ms());
	if (!link->is_persistent)
		link->state = TLI_LINK_ENDED;
	tli_session_lost(session, was_open, &error);
	link->absence = error;
}

/* A silent address leaves its share of the time to others. */
static int share_of(const struct tli_link *link, int64_t total_ms)
{
	return tli_time_left_ms(total_ms) /
		(int)(link->endpoint_count - link->next);
}

static void dial(tieline_session *session)
{
	struct tli_link *link = &session->link;
	int64_t total_ms = tli_earlier(link->find_by_ms,
		tli_deadline_in(link->settings.connect_timeout_ms));
	struct tli_error error;

	link->connection = tli_client_new(&link->settings,
		&link->endpoints[link->next], NULL,
		tli_deadline_in(share_of(link, total_ms)), total_ms, &error);
	if (link->connection)
		link->state = TLI_LINK_OPENING;
	else
		deal_with(session, error);
}

static void greet(tieline_session *session)
{
	const struct tli_session_frame hello = {
		.op = TLI_OP_HELLO,
		.argument = TLI_SESSION_VERSION,
	};
	struct tli_link *link = &session->link;

	link->state = TLI_LINK_GREETING;
	link->greeted_by_ms = tli_earlier(link->find_by_ms,
		tli_deadline_in(link->settings.handshake_timeout_ms));
	tli_link_add(session, &hello);
	if (tli_input_is_pending(&link->connection->input))
		tli_link_lose(session, TIELINE_EPROTOCOL,
			"the peer spoke before it was spoken to");
}

static void open_step(tieline_session *session)
{
	struct tli_link *link = &session->link;
	int result = tli_connection_step(link->connection);

	if (result < 0)
		link->failure = link->connection->output.error;
	else if (result > 0)
		greet(session);
}

static void talk(tieline_session *session)
{
	struct tli_link *link = &session->link;

	tli_link_flush(session);
	/* Also when writing has failed: answers may have come before. */
	tli_link_read(session);
	tli_link_flush(session);
	if (link->state == TLI_LINK_GREETING &&
		tli_time_left_ms(link->greeted_by_ms) == 0)
		tli_link_lose(session, TIELINE_EHANDSHAKE,
			"the broker did not answer the session's hello in "
			"time");
}

void tli_link_step(tieline_session *session)
{
	struct tli_link *link = &session->link;

	if (link->state == TLI_LINK_PAUSING &&
		!tli_backoff_is_pausing(&link->backoff, tli_now_ms()))
		dial(session);
	if (link->state == TLI_LINK_OPENING)
		open_step(session);
	if (link->state == TLI_LINK_GREETING || link->state == TLI_LINK_OPEN)
		talk(session);
	if (link->failure.code)
		deal_with(session, link->failure);
}

struct tli_interest tli_link_interest(tieline_session *session)
{
	struct tli_link *link = &session->link;
	struct tli_interest interest = {-1, 0, TLI_NEVER};

	if (link->state == TLI_LINK_ENDED)
		return interest;
	if (link->state == TLI_LINK_PAUSING) {
		interest.deadline_ms = link->backoff.until_ms;
		return interest;
	}
	if (link->state == TLI_LINK_OPENING)
		return tli_connection_interest(&link->connection->handle);
	interest.fd = link->connection->channel.fd;
	interest.events = POLLIN;
	if (tli_link_has_output(session))
		interest.events |= POLLOUT;
	if (link->state == TLI_LINK_GREETING)
		interest.deadline_ms = link->greeted_by_ms;
	if (link->failure.code ||
		tli_channel_has_input(&link->connection->channel))
		interest.deadline_ms = 0;
	return interest;
}

int tli_link_watch(tieline_session *session)
{
	tieline_connection *connection = session->link.connection;

	if (!connection)
		return 0;
	/* poll(2) and epoll(7) have the same bits for these two. */
	return tli_poller_watch(&session->handle.poller, connection->channel.fd,
		&connection->watched,
		(uint32_t)tli_link_interest(session).events, session);
}
