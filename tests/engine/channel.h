/* SPDX-License-Identifier: MIT */
/* Messages over a socket between the two halves of the late engine. What goes
 * wrong here is the test's end: both abort. */
#ifndef TESTS_CHANNEL_H
#define TESTS_CHANNEL_H

#include "../../proto/buf.h"

enum message_type {
	SUBMIT,    /* tag, time, op */
	ELAPSE,    /* 0, time */
	COMPLETED, /* tag, an enum engine_result, op */
	WOKEN,     /* object, classes */
	DEADLINE,  /* 0, time */
};

struct message {
	enum message_type type;
	uint64_t tag;
	int64_t number;
	const uint8_t *op; /* encoded */
	size_t op_len;
};

struct channel {
	int fd;
	struct tli_buf in, out;
};

void channel_init(struct channel *channel, int fd);
void channel_fini(struct channel *channel);

struct op;

/* Appends it; NULL for no op. */
void message_put(struct tli_buf *buf, enum message_type type, uint64_t tag,
	int64_t number, const struct op *op);

/* Reads what has come, without waiting. False at the end. */
bool channel_read(struct channel *channel);

/* The first of what was read; false if not all of it is there. */
bool channel_take(struct channel *channel, struct message *message_out);
/* Its bytes are not needed any more. */
void channel_drop(struct channel *channel, const struct message *message);

/* Writes as much as there is room for; all of it if it may wait. */
void channel_write(struct channel *channel, bool waits);

#endif
