/* SPDX-License-Identifier: MIT */
/*
 * A session's connection: made, greeted, lost, and made again after a pause.
 * What goes over it are frames of proto/session.h: notes, which nobody waits
 * for an answer to, and the unsent exchanges, in order.
 */
#ifndef TLI_LINK_H
#define TLI_LINK_H

#include "../proto/buf.h"
#include "../proto/session.h"

#include "../system/endpoint.h"
#include "backoff.h"
#include "connection.h"
#include "settings.h"

#include <tieline/session.h>

enum tli_link_state {
	TLI_LINK_PAUSING, /* there is no connection; the next try comes */
	TLI_LINK_OPENING,
	TLI_LINK_GREETING,
	TLI_LINK_OPEN,
	TLI_LINK_ENDED /* there will be none any more */
};

struct tli_link {
	struct tli_settings settings;
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX];
	size_t endpoint_count;
	size_t next;        /* of them, to be tried */
	int64_t find_by_ms; /* the first connection, for who waits for it */
	bool is_persistent; /* a lost one is made again */
	uint8_t state;      /* an enum tli_link_state */
	struct tli_backoff backoff;
	struct tli_error absence; /* why there is none; code 0 = there is, or
				   * the first is being made */
	struct tli_error failure; /* of the connection, to be dealt with; code 0
				   * = none */
	tieline_connection *connection; /* NULL = none */
	int64_t greeted_by_ms;
	struct tli_buf in;
	struct tli_buf notes;
};

/* Fills it in, of an address without a name. Returns 0, or the code in *error;
 * it is to be finished in either case. */
int tli_link_init(struct tli_link *link, const char *address,
	enum tli_lookup lookup, const tieline_options *options,
	struct tli_error *error);
void tli_link_fini(tieline_session *session);

/* Goes on: connects, greets, writes and reads. */
void tli_link_step(tieline_session *session);

struct tli_interest tli_link_interest(tieline_session *session);

/* Brings what the open poller watches in step. Returns 0 or -errno. */
int tli_link_watch(tieline_session *session);

/*
 * The connection is lost, with that code and text. Nothing is freed yet: that
 * is for the next step.
 */
void tli_link_lose(tieline_session *session, int code, const char *why);

/* ---- frames: link_frames.c -------------------------------------------- */

/* Writes what can be written at once, and reads what has come. */
void tli_link_flush(tieline_session *session);
void tli_link_read(tieline_session *session);

/* Whether something is to be written. */
bool tli_link_has_output(const tieline_session *session);

/*
 * Adds a frame that nobody waits for, which goes out before the exchanges that
 * nothing was written of. Nothing if there is no connection. False for lack of
 * memory: then the connection is lost.
 */
bool tli_link_note(
	tieline_session *session, const struct tli_session_frame *note);

/* The same whatever the connection is like. */
bool tli_link_add(
	tieline_session *session, const struct tli_session_frame *frame);

#endif
