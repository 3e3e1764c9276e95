/* SPDX-License-Identifier: MIT */
/* Frames in and out of a session's connection. */
#include "link.h"

#include "session.h"

#define PARTS_MAX  64 /* in one write */
#define ROUNDS_MAX 16 /* in one go */

bool tli_link_add(
	tieline_session *session, const struct tli_session_frame *frame)
{
	struct tli_buf *notes = &session->link.notes;
	uint8_t header[TLI_SESSION_WIRE_BYTES];
	int result =
		tli_buf_reserve(notes, sizeof(header) + frame->payload_len);

	if (result == TLI_BUF_FULL)
		tli_link_lose(session, TIELINE_ELOST,
			"the broker does not read what is sent to it");
	else if (result != TLI_BUF_OK)
		tli_link_lose(session, TIELINE_ENOMEM,
			"no memory for what is to be sent");
	if (result != TLI_BUF_OK)
		return false;
	tli_session_put(header, frame);
	(void)tli_buf_append(notes, header, sizeof(header));
	(void)tli_buf_append(notes, frame->payload, frame->payload_len);
	return true;
}

bool tli_link_note(
	tieline_session *session, const struct tli_session_frame *note)
{
	const struct tli_link *link = &session->link;
	struct tli_session_frame frame = *note;

	frame.tag = tli_tag_of_note(&session->exchanges);
	return link->state != TLI_LINK_OPEN || link->failure.code ||
		tli_link_add(session, &frame);
}

/* ---- out -------------------------------------------------------------- */

/* Until it is greeted, nothing else is sent. */
static struct tli_exchange *first_unsent(const tieline_session *session)
{
	return session->link.state == TLI_LINK_OPEN
		? TAILQ_FIRST(&session->exchanges.unsent)
		: NULL;
}

bool tli_link_has_output(const tieline_session *session)
{
	const tieline_connection *connection = session->link.connection;

	return (connection &&
		       tli_channel_held_bytes(&connection->channel) > 0) ||
		tli_buf_len(&session->link.notes) > 0 || first_unsent(session);
}

static struct iovec rest_of(struct tli_exchange *exchange)
{
	return (struct iovec){exchange->wire + exchange->sent,
		exchange->wire_len - exchange->sent};
}

/* What to write: the rest of a request that was begun, notes, requests. */
static size_t gather(tieline_session *session, struct iovec parts[PARTS_MAX])
{
	struct tli_buf *notes = &session->link.notes;
	struct tli_exchange *exchange = first_unsent(session);
	size_t count = 0;

	if (exchange && exchange->sent > 0) {
		parts[count++] = rest_of(exchange);
		exchange = TAILQ_NEXT(exchange, unsent_link);
	}
	if (tli_buf_len(notes) > 0)
		parts[count++] =
			(struct iovec){tli_buf_head(notes), tli_buf_len(notes)};
	for (; exchange && count < PARTS_MAX;
		exchange = TAILQ_NEXT(exchange, unsent_link))
		parts[count++] = rest_of(exchange);
	return count;
}

/* Takes what was written of one; returns what is left of it. */
static size_t account_first(tieline_session *session, size_t written)
{
	struct tli_exchange *exchange = first_unsent(session);
	size_t left = exchange->wire_len - exchange->sent;
	size_t part = written < left ? written : left;

	tli_exchange_note_sent(exchange, part);
	return written - part;
}

/* The same in the same order. */
static void account(tieline_session *session, size_t written)
{
	struct tli_exchange *first = first_unsent(session);
	struct tli_buf *notes = &session->link.notes;
	size_t noted = tli_buf_len(notes);

	if (first && first->sent > 0)
		written = account_first(session, written);
	if (noted > written)
		noted = written;
	tli_buf_consume(notes, noted);
	written -= noted;
	while (written > 0)
		written = account_first(session, written);
}

/* One write. False when there is no use in another one. */
static bool write_once(tieline_session *session)
{
	struct tli_channel *channel = &session->link.connection->channel;
	struct iovec parts[PARTS_MAX];
	size_t count = gather(session, parts);
	struct tli_error error;
	ssize_t put;

	if (count == 0)
		put = tli_channel_flush(channel, TLI_SOCKET_TRY);
	else
		put = tli_channel_write(channel, parts, count, TLI_SOCKET_TRY);
	if (put < 0) {
		tli_channel_lost(channel, (int)-put, &error);
		tli_link_lose(session, error.code, error.text);
	}
	if (put <= 0 || count == 0)
		return false;
	account(session, (size_t)put);
	return true;
}

void tli_link_flush(tieline_session *session)
{
	const struct tli_link *link = &session->link;

	if (link->state != TLI_LINK_GREETING && link->state != TLI_LINK_OPEN)
		return;
	for (int i = 0; i < ROUNDS_MAX && !link->failure.code; i++)
		if (!write_once(session))
			return;
}

/* ---- in --------------------------------------------------------------- */

static void refuse(tieline_session *session, const char *why)
{
	bool is_greeted = session->link.state == TLI_LINK_OPEN;
	struct tli_error error;

	tli_error_set(&error, TIELINE_EPROTOCOL,
		is_greeted ? "the broker sent what makes no sense: %s"
			   : "the peer is no broker that knows sessions: %s",
		why);
	tli_link_lose(session, error.code, error.text);
}

/* What a later version may have to say is passed over, but for answers. */
static void take_unknown(tieline_session *session,
	const struct tli_session_frame *frame, const char *why)
{
	if (session->link.state != TLI_LINK_OPEN)
		refuse(session, why);
	else if (frame->flags & TLI_FLAG_REPLY)
		tli_session_take_frame(session, frame);
}

/* Takes all frames that are there as a whole. False when one was refused. */
static bool take_frames(tieline_session *session)
{
	int code = session->link.failure.code; /* of writing */
	struct tli_buf *in = &session->link.in;

	for (;;) {
		struct tli_session_frame frame;
		const char *why;
		size_t used = 0;
		int result = tli_session_take(
			&frame, tli_buf_head(in), tli_buf_len(in), &used, &why);

		if (result == TLI_SESSION_MORE)
			return true;
		if (result == TLI_SESSION_BAD)
			refuse(session, why);
		else if (result == TLI_SESSION_UNKNOWN)
			take_unknown(session, &frame, why);
		else
			tli_session_take_frame(session, &frame);
		if (session->link.failure.code != code)
			return false;
		tli_buf_consume(in, used);
	}
}

static void end_of_input(tieline_session *session, ssize_t how)
{
	struct tli_error error;

	if (how == TLI_SOCKET_END)
		tli_error_set(&error, TIELINE_ELOST,
			session->link.state == TLI_LINK_OPEN
				? "the broker has closed the connection"
				: "the peer closed the connection instead of "
				  "answering the session's hello");
	else
		tli_channel_lost(
			&session->link.connection->channel, (int)-how, &error);
	tli_link_lose(session, error.code, error.text);
}

/* One read. False when there is no use in another one at the moment. */
static bool read_once(tieline_session *session)
{
	struct tli_link *link = &session->link;
	struct iovec part;
	ssize_t got;

	if (tli_buf_reserve(&link->in,
		    TLI_SESSION_FRAME_MAX + TLI_SESSION_WIRE_BYTES -
			    tli_buf_len(&link->in)) != TLI_BUF_OK) {
		tli_link_lose(
			session, TIELINE_ENOMEM, "no memory for what comes in");
		return false;
	}
	part = (struct iovec){tli_buf_tail(&link->in), tli_buf_room(&link->in)};
	got = tli_channel_read(
		&link->connection->channel, &part, 1, TLI_SOCKET_TRY);
	if (got == TLI_SOCKET_AGAIN)
		return false;
	if (got < 0) {
		end_of_input(session, got);
		return false;
	}
	tli_buf_commit(&link->in, (size_t)got);
	/* A short read has emptied the socket. */
	return take_frames(session) && (size_t)got == part.iov_len;
}

void tli_link_read(tieline_session *session)
{
	const struct tli_link *link = &session->link;
	struct tli_buf *in = &session->link.in;

	if (link->state != TLI_LINK_GREETING && link->state != TLI_LINK_OPEN)
		return;
	for (int i = 0; i < ROUNDS_MAX; i++)
		if (!read_once(session))
			break;
	/* At rest a session holds no buffer. */
	if (tli_buf_len(in) == 0)
		tli_buf_fini(in);
}
