/* SPDX-License-Identifier: MIT */
/* A broker's side of sessions, played by a thread as the test says. What it
 * does not expect ends the test's process, with a line that says what. */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include "ends.h"

#include "../../proto/session.h"

#include <tieline/session.h>

#include <pthread.h>
#include <stdbool.h>

struct fake {
	tieline_listener *listener;
	char address[128];
	void (*play)(struct fake *fake);
	pthread_t thread;
	int fd; /* of the connection */
	uint8_t *in;
	size_t in_len, in_size, used;
	uint64_t arg; /* for the play */
};

/* Listens, without a key, and has a thread play. */
void fake_start(struct fake *fake, void (*play)(struct fake *fake));
/* Waits for the thread, and stops listening. */
void fake_stop(struct fake *fake);

/* Options for it, and a session with it, whose answers may take no longer than
 * a test. */
tieline_options fake_options(void);
tieline_session *fake_session(
	struct fake *fake, const tieline_session_options *options);

/* ---- for plays -------------------------------------------------------- */

/* Accepts a connection; the second answers its hello too. */
void fake_accept(struct fake *fake);
void fake_greet(struct fake *fake);

/* Closes the connection. */
void fake_hang_up(struct fake *fake);

/* The next frame, which has to be of that operation; its payload stays until
 * the next call. */
struct tli_session_frame fake_take(struct fake *fake, unsigned op);
struct tli_session_frame fake_take_any(struct fake *fake);
/* False when the session has closed the connection. */
bool fake_take_next(struct fake *fake, struct tli_session_frame *frame);

/* Takes what was sent until the session closes the connection, frames of that
 * operation apart. Returns how many there were. */
unsigned fake_count_rest(struct fake *fake, unsigned op);

/* Sends a frame with that payload. */
void fake_send(struct fake *fake, const struct tli_session_frame *frame,
	const void *payload, size_t len);

/* Answers with success, a count and an argument. */
void fake_reply(struct fake *fake, const struct tli_session_frame *to,
	uint32_t count, uint64_t argument);
/* Answers with a value, of a literal. */
void fake_return(struct fake *fake, const struct tli_session_frame *to,
	enum tli_status status, const char *literal);
/* The same with success, and what was granted. */
void fake_grant(struct fake *fake, const struct tli_session_frame *to,
	const char *literal, uint64_t token);
/* Sends an item of text, as a reply or delivery. */
void fake_send_item(struct fake *fake, const struct tli_session_frame *frame,
	const char *text, uint32_t attempts, uint64_t lease);

/* Takes an open and answers it: with the handle as id. */
void fake_open(struct fake *fake);

#endif
