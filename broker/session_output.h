/* SPDX-License-Identifier: MIT */
/*
 * What goes out of a session. What is short is copied, one frame behind the
 * other; the bytes of longer items stay where they are, and are referred to.
 * Payloads of more than a frame wait apart and give a frame each in turn, so
 * that what is short overtakes them.
 *
 * Nothing is bounded here: who puts something in looks at the load before. Each
 * function returns false for lack of memory, after which the output cannot be
 * used any more.
 */
#ifndef BROKER_SESSION_OUTPUT_H
#define BROKER_SESSION_OUTPUT_H

#include "../proto/session.h"

#include "segments.h"

#include <sys/queue.h>

struct long_message;
TAILQ_HEAD(long_messages, long_message);

struct session_output {
	struct segments next; /* whole frames */
	struct long_messages waiting;
	uint64_t bytes; /* in all */
	/* The last frame, which may get more records; no op = none. */
	struct tli_session_frame last;
	size_t last_at; /* its place in next.copied */
};

/* An item on its way to who gets it. */
struct parcel {
	struct tli_item *item;
	uint64_t lease;
	uint32_t attempts;
};

/* Who wants to know when a payload of several frames has gone out. */
struct sent {
	void (*call)(void *owner); /* NULL = nobody */
	void *owner;
};

void session_output_init(struct session_output *output);
void session_output_fini(struct session_output *output);

/* A frame with the payload that it has, which is copied. */
bool session_output_frame(
	struct session_output *output, const struct tli_session_frame *frame);

/* The body of an item as payload. */
bool session_output_body(struct session_output *output,
	const struct tli_session_frame *frame, struct tli_item *item);

/* Items as payload, however many and long; sent is called if they take more
 * than a frame, and only then. */
bool session_output_items(struct session_output *output,
	const struct tli_session_frame *frame, const struct parcel *parcels,
	uint32_t count, struct sent sent);

/* How much is to go out, but for the longest of the payloads of several frames:
 * what is short overtakes that. */
uint64_t session_output_load(const struct session_output *output);

/* Whether an item is too long for a frame. */
bool session_output_is_long(const struct tli_item *item);

/* One item, which is not: in the same frame as what was put in last, if that
 * has the same operation and tag and there is room. Counts them in count. */
bool session_output_add_item(struct session_output *output,
	const struct tli_session_frame *frame, const struct parcel *parcel);

/* Writes once. Returns 1 when nothing is left, 0 when more is to come,
 * STREAM_BROKEN also for lack of memory. */
int session_output_write(struct session_output *output, struct stream *stream);

/* Appends a copy of what was begun, whole frames, to a buffer: what may not be
 * left out if something else is to follow. */
bool session_output_copy_rest(
	const struct session_output *output, struct tli_buf *rest);

#endif
