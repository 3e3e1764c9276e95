/* SPDX-License-Identifier: MIT */
/*
 * Bytes that go from one socket to another by way of a pipe, so that they are
 * never copied into the process. A write to a socket that is no more raises
 * SIGPIPE, which has to be ignored.
 */
#ifndef BROKER_SPLICE_H
#define BROKER_SPLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct splice {
	bool open;
	int fds[2]; /* of the pipe */
	size_t size;
	size_t held_bytes; /* in the pipe */
};

/* Makes the pipe, for about so many bytes, and the sockets non-blocking, as
 * they must be. False for lack of descriptors. */
bool splice_open(struct splice *splice, int from, int to, size_t size);

/* Closes the pipe, with what is in it; it may be closed already. */
void splice_close(struct splice *splice);

/* Takes up to max_bytes from a socket into the pipe, which must be empty.
 * Returns what stream_read() does. */
ssize_t splice_fill(struct splice *splice, int from, size_t max_bytes);

/* Takes bytes back out of the pipe. Returns how many, or STREAM_BROKEN. */
ssize_t splice_take_back(struct splice *splice, void *bytes, size_t size);

/* Gives what is in the pipe to a socket. Returns 1 when all is written, 0 when
 * more is to come, or STREAM_BROKEN. */
int splice_drain(struct splice *splice, int to);

#endif
