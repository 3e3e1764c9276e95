/* SPDX-License-Identifier: MIT */
/* What the examples with a broker share: finding it, and giving up. */
#ifndef EXAMPLES_BROKER_H
#define EXAMPLES_BROKER_H

#include "common.h"

#include <tieline/session.h>

/* A session with the broker of $TIELINE_URL, with the key in the file
 * $TIELINE_AUTHKEY_FILE; without them, with the one that the user runs. Ends
 * the program, with a message, if there is none. */
tieline_session *join_broker(const char *program);

/* Ends the program, with what went wrong, if the result is an error. Returns
 * the result. NULL for what needs no session, as values. */
int must(tieline_session *session, int result);

/* Ends the program with how it is used. */
void say_usage(const char *usage);

#endif
