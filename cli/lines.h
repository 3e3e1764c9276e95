/* SPDX-License-Identifier: MIT */
/*
 * A descriptor's bytes as messages: those read from it, and those written to
 * it, a line each; or raw, as they come. Neither blocks on a descriptor that
 * poll(2) calls ready, whatever its mode: it may be shared with other programs.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "bytes.h"

/* What is read. */
struct source {
	int fd; /* -1 = ended */
	bool raw;
	struct bytes held;
	size_t scanned; /* bytes of held that are no end of a line */
};

/* Reads once. Returns 0, or -errno; at the end, it closes the descriptor. */
int source_read(struct source *source);

/* Whether there is something to read, and nothing of it held that has to go
 * first. */
bool source_wants_input(const struct source *source);

/* The next message, valid until the next call; false if there is none yet. */
bool source_next(struct source *source, const void **data, size_t *len);

/* Forgets the message that source_next() gave. */
void source_drop(struct source *source);

/* Whether all has been read and taken. */
bool source_is_over(const struct source *source);

void source_close(struct source *source);

/* What is written. */
struct sink {
	int fd; /* -1 = closed */
	bool raw;
	struct bytes held;
};

/* Adds a message; false for lack of memory. */
bool sink_put(struct sink *sink, const void *data, size_t len);

/* Writes what there is room for. Returns 0, or -errno. */
int sink_write(struct sink *sink);

/* Whether it can take another message, or has nothing left to write. */
bool sink_has_room(const struct sink *sink);
bool sink_is_empty(const struct sink *sink);

void sink_close(struct sink *sink);

#endif
