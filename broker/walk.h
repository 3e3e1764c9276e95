/* SPDX-License-Identifier: MIT */
/* How far a stream of messages has come: its length headers are walked, and
 * what is in the messages is passed over. */
#ifndef BROKER_WALK_H
#define BROKER_WALK_H

#include "../proto/frame.h"

struct walk {
	struct tli_frame_reader reader;
	uint64_t body_left; /* of the message under way */
	uint64_t messages;  /* of which the header was walked */
};

/* Starts between two messages. A longest message of 0 is no limit. */
void walk_init(struct walk *walk, uint64_t max_message_bytes);

/*
 * Walks on. Returns how many of the bytes were walked: all, or those in front
 * of a header that says what cannot be, with the tli_frame_result in *wrong,
 * which is 0 else.
 */
size_t walk_on(struct walk *walk, const uint8_t *bytes, size_t len, int *wrong);

/*
 * Whether an end would be a break for who has got all that was walked but the
 * last unwritten_bytes of a body. Python reads a header, the rest of a long one
 * and a body one by one, and takes an end between them for a clean one. A body
 * of one byte is left alone: the byte that tells would make it whole.
 */
bool walk_shows_break(const struct walk *walk, uint64_t unwritten_bytes);

/* The length of the message under way, or of the last one. */
uint64_t walk_message_bytes(const struct walk *walk);

#endif
