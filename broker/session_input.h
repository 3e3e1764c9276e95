/* SPDX-License-Identifier: MIT */
/* Requests out of frames: payloads that come in several are put together,
 * bounded in number and in bytes. */
#ifndef BROKER_SESSION_INPUT_H
#define BROKER_SESSION_INPUT_H

#include "../proto/session.h"

#include <sys/queue.h>

struct assembly;
TAILQ_HEAD(assembly_list, assembly);

struct session_input {
	struct assembly_list unfinished;
	unsigned count;
	unsigned max_count;
	size_t bytes; /* of all that are unfinished */
	size_t max_bytes;
};

/* A request, with the whole of its payload in the frame. */
struct arrival {
	struct tli_session_frame frame;
	uint8_t *whole; /* the payload, if it came in several frames: to be
			 * freed with free() */
	uint8_t status; /* an enum tli_status: OK, or why it cannot be served */
	const char *why;
};

enum input_result {
	INPUT_WHOLE = 1, /* there is a request */
	INPUT_MORE = 0,  /* it goes on in another frame */
	INPUT_BAD = -1,  /* it fits to none of those that are unfinished, or is
			  * one too many */
};

void session_input_init(struct session_input *input);
void session_input_fini(struct session_input *input);

/*
 * Adds a frame. Returns an enum input_result, for INPUT_BAD with *why, a text
 * that lives forever. A payload that there is no room for is passed over: it
 * arrives with LIMIT or NO_MEMORY as status, and without its bytes.
 */
int session_input_add(struct session_input *input,
	const struct tli_session_frame *frame, struct arrival *arrival_out,
	const char **why);

#endif
