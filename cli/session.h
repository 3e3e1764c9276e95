/* SPDX-License-Identifier: MIT */
/* A session with the broker, for the verbs that use what is there: queues,
 * topics, locks, shared objects. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "broker.h"

#include <tieline/session.h>

/* Not to be moved once it is open. */
struct session {
	struct broker broker;
	tieline_session *session;
};

enum session_loss {
	SESSION_ENDS,      /* when the connection is lost */
	SESSION_COMES_BACK /* and tells on standard error */
};

/* Connects to the broker; --timeout is not for that. It is for an object of
 * that name, unless it is NULL. Returns STATUS_DONE, or another status when it
 * has complained. */
int session_begin(struct session *session, const struct call *call,
	const char *name, enum session_loss loss);

/* The name in a word, which may also be an object's "@" and id: then NULL. */
const char *session_name_in(const char *word);

/* Says that the last call on it failed with that code, at what; returns the
 * code's status. */
int session_complain(const struct session *session, const char *what, int code);

/*
 * Opens the object that the first word names. If it is not there it is made, of
 * that kind, with the options that the dict has; NULL stands for any kind, and
 * none is made. Returns as tieline_object_open().
 */
int session_open_object(struct session *session, const struct call *call,
	const char *kind, const tieline_value *options,
	tieline_object **object_out);

/* One that was not begun, and is zeroed, is fine. */
void session_end(struct session *session);

#endif
