/* SPDX-License-Identifier: MIT */
/* The one place from which callbacks are called. */
#include "answer.h"
#include "session.h"

#include <string.h>

bool tli_session_has_news(const tieline_session *session)
{
	const struct tli_news *news = &session->news;

	return !TAILQ_EMPTY(&session->exchanges.done) ||
		!TAILQ_EMPTY(&session->arrivals) || news->is_lost ||
		news->is_connected || news->is_draining;
}

static void tell_event(tieline_session *session, bool *is_due,
	tieline_session_event event, const char *message)
{
	if (!*is_due)
		return;
	*is_due = false;
	if (!session->on_event)
		return;
	session->called++;
	session->on_event(session->on_event_arg, session, event, message);
}

static void tell_events(tieline_session *session)
{
	struct tli_news *news = &session->news;
	char why[TLI_ERROR_TEXT]; /* which may change under way */

	strcpy(why, news->why);
	tell_event(session, &news->is_lost, TIELINE_SESSION_LOST, why);
	tell_event(session, &news->is_connected, TIELINE_SESSION_CONNECTED,
		"there is a connection to the broker");
	tell_event(session, &news->is_draining, TIELINE_SESSION_DRAINING,
		"the broker is about to end");
}

/* Streams take turns. */
static void tell_arrival(tieline_session *session)
{
	struct tli_stream *stream = TAILQ_FIRST(&session->arrivals);

	TAILQ_REMOVE(&session->arrivals, stream, arrival);
	stream->is_in_arrivals = false;
	tli_stream_tell(stream);
}

static void tell_done(tieline_session *session)
{
	struct tli_exchange *exchange = TAILQ_FIRST(&session->exchanges.done);

	TAILQ_REMOVE(&session->exchanges.done, exchange, done_link);
	tli_answer_tell(exchange);
}

void tli_session_call_back(tieline_session *session)
{
	if (session->is_in_callback)
		return;
	session->is_in_callback = true;
	while (tli_session_has_news(session)) {
		tell_events(session);
		if (!TAILQ_EMPTY(&session->exchanges.done))
			tell_done(session);
		if (!TAILQ_EMPTY(&session->arrivals))
			tell_arrival(session);
	}
	session->is_in_callback = false;
}
