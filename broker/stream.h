/* SPDX-License-Identifier: MIT */
/*
 * One connection of the broker as a stream of bytes: plain reads and writes,
 * and plain libevent events that say when they are worth trying. Nothing is
 * buffered here. Events are level-triggered, and the kernel is told of a change
 * only when there is one.
 */
#ifndef BROKER_STREAM_H
#define BROKER_STREAM_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct iovec;

struct stream {
	int fd; /* -1 = closed */
	bool is_tcp;
	bool is_broken; /* the kernel has told so */
	bool reads;     /* `reading` is added */
	bool writes;    /* `writing` is added */
	struct event reading;
	struct event writing;
};

/* What reading and writing return besides a count above 0. */
enum {
	STREAM_AGAIN = 0,   /* not at the moment */
	STREAM_END = -1,    /* reading: the peer has ended its side */
	STREAM_BROKEN = -2, /* the connection is no more */
};

/* Takes the socket. The callback gets fd, EV_READ or EV_WRITE, and owner. */
void stream_init(struct stream *stream, struct event_base *base, int fd,
	bool is_tcp, event_callback_fn ready, void *owner);

/* Chooses which events to hear of. False, hearing of none, if the kernel
 * refuses. */
bool stream_watch(struct stream *stream, bool reads, bool writes);

ssize_t stream_read(struct stream *stream, void *bytes, size_t size);
ssize_t stream_write(struct stream *stream, const void *bytes, size_t len);

/* The same of several parts, one behind the other. */
ssize_t stream_write_parts(
	struct stream *stream, struct iovec *parts, size_t count);

/* Whether the peer has gone, found without taking what it has sent. */
bool stream_is_gone(const struct stream *stream);

/* The same, also behind what it has sent. */
bool stream_is_ending(const struct stream *stream);

/* Passes an end on: the peer reads to the end, and can still send. */
void stream_end(struct stream *stream);

/* Makes the peer's next write fail, where the kernel can. */
void stream_refuse(struct stream *stream);

/* Has a Unix socket take more than by default. */
void stream_widen(struct stream *stream);

/* Whether everything written has reached the peer's kernel. */
bool stream_is_delivered(const struct stream *stream);

/* Has the connection end as a break from now on, also if this process is
 * killed; or, off, as an end again. */
void stream_set_abortive(struct stream *stream, bool on);

void stream_close(struct stream *stream);

#endif
