/* SPDX-License-Identifier: MIT */
/* A session: a connection to a broker that comes back, what is asked over it,
 * what is open there, and the callbacks. */
#ifndef TLI_CLIENT_SESSION_H
#define TLI_CLIENT_SESSION_H

#include "exchange.h"
#include "handle.h"
#include "link.h"
#include "object.h"
#include "stream.h"

#define TLI_EPOCH_TEXT 64

/* What the program is to be told of the connection. */
struct tli_news {
	bool is_lost, is_connected, is_draining;
	char why[TLI_ERROR_TEXT]; /* it is lost */
};

struct tieline_session {
	struct tieline_handle handle;
	struct tli_link link;
	struct tli_exchanges exchanges;
	struct tli_remotes remotes;
	struct tli_arrivals arrivals; /* streams with something to tell */

	/* The options. */
	int answer_timeout_ms;
	uint32_t max_requests;
	uint64_t max_unsent_bytes;
	tieline_session_callback on_event;
	void *on_event_arg;

	uint64_t connections; /* that there were */
	char epoch[TLI_EPOCH_TEXT];
	struct tli_news news;
	uint64_t called;         /* callbacks, ever */
	bool is_in_callback;     /* then no other is called */
	uint32_t waiting;        /* messages that tieline_subscription_next()
				  * would give */
	tieline_values *scratch; /* for callbacks */

	/* The exception that the last call raised; NULL = none. */
	const char *raised;
	uint8_t raised_format;
	struct tli_buf raised_arguments;
};

/* What acts on a session starts with this: 0, or the code in its error, if it
 * is another process's or has ended. */
int tli_session_check(tieline_session *session);

/* Goes on, and calls callbacks unless one is being called. */
void tli_session_go_on(tieline_session *session);

/* Whether nothing more can be started for the moment. */
bool tli_session_is_busy(const tieline_session *session);

/* What a call that blocks ends with: it writes what can be written, and brings
 * the descriptor in step. Returns result. */
int tli_session_settle(tieline_session *session, int result);

/* Makes this thread's error the session's. Returns its code. */
int tli_session_blame(tieline_session *session);

/* Why there is no connection; "" if that is not known. */
const char *tli_session_absence(const tieline_session *session);

/*
 * Goes on until is_over says so. Returns 0, TIELINE_ETIMEDOUT without a text
 * when the deadline is over, or the code in the session's error.
 */
int tli_session_go_on_until(tieline_session *session, int64_t deadline_ms,
	bool (*is_over)(const void *arg), const void *arg);

/* Calls the callbacks that are due: callbacks.c. */
void tli_session_call_back(tieline_session *session);
/* Whether there are some. */
bool tli_session_has_news(const tieline_session *session);

/* ---- what the link tells: greeting.c ---------------------------------- */

/* The connection is over, or could not be made. */
void tli_session_lost(
	tieline_session *session, bool was_open, const struct tli_error *error);

/* A frame has come; what is wrong with it is told to the link. */
void tli_session_take_frame(
	tieline_session *session, const struct tli_session_frame *frame);

#endif
