/* SPDX-License-Identifier: MIT */
/*
 * One connection of the broker as a stream of bytes: plain reads and writes,
 * and plain libevent events that say when they are worth trying. Nothing is
 * buffered here. Events are level-triggered, and the kernel is told of a change
 * only when there is one.
 *
 * With TLS all of this looks the same, but for this: what was written may be
 * held here, encrypted. The stream sees to its going out by itself, and who
 * waits for the stream's becoming writable is told when all of it has gone.
 */
#ifndef BROKER_STREAM_H
#define BROKER_STREAM_H

#include "../system/channel.h"

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/types.h>

struct iovec;

/* Streams that have something to read which the kernel does not know of. */
TAILQ_HEAD(stream_list, stream_security);

/* What only a stream with TLS needs to know. */
struct stream_security {
	struct stream *stream;
	event_callback_fn ready;
	void *owner;
	bool wants_reads; /* the owner does */
	bool wants_writes;
	bool is_deaf; /* the peer takes nothing any more */
	bool is_abortive;
	bool is_due; /* in the list */
	struct stream_list *due;
	TAILQ_ENTRY(stream_security) link;
};

struct stream {
	struct tli_channel channel; /* its fd is -1 = closed */
	bool is_tcp;
	bool is_broken; /* the kernel has told so */
	bool reads;     /* `reading` is added */
	bool writes;    /* `writing` is added */
	struct event reading;
	struct event writing;
	struct stream_security *security; /* owned; NULL without TLS */
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

/*
 * Puts TLS on a stream on which nothing was said yet; it is put into the list
 * whenever streams_wake() is to be called. False for lack of memory.
 */
bool stream_secure(struct stream *stream, struct tli_tls_context *context,
	struct stream_list *due);

/* Has the owners of all that are in the list hear of it in the loop's next
 * turn, which waits for nothing. */
void streams_wake(struct stream_list *due);

/* Goes on with the handshake of TLS. Returns 1 when it is over, at once without
 * TLS, STREAM_AGAIN or STREAM_BROKEN. */
int stream_shake_hands(struct stream *stream);

/* Writes why that failed, as text to follow "the peer ". */
void stream_explain(const struct stream *stream, char text[TLI_TLS_TEXT]);

/* Whether it has TLS; and the version, NULL before the handshake is over. */
bool stream_is_secure(const struct stream *stream);
const char *stream_tls_version(const struct stream *stream);

/* Chooses which events to hear of. False, hearing of none, if the kernel
 * refuses. */
bool stream_watch(struct stream *stream, bool reads, bool writes);

ssize_t stream_read(struct stream *stream, void *bytes, size_t size);
ssize_t stream_write(struct stream *stream, const void *bytes, size_t len);

/* The same of several parts, one behind the other. */
ssize_t stream_write_parts(
	struct stream *stream, struct iovec *parts, size_t count);

/* Bytes that were written, and held here so far. */
size_t stream_held_bytes(const struct stream *stream);

/* Writes what is held. Returns 1 when nothing is left, STREAM_AGAIN or
 * STREAM_BROKEN. */
int stream_flush(struct stream *stream);

/* Whether the peer has gone, found without taking what it has sent. */
bool stream_is_gone(const struct stream *stream);

/* The same, also behind what it has sent. */
bool stream_is_ending(const struct stream *stream);

/* Passes an end on: the peer reads to the end, and can still send. Part of it
 * may be held. */
void stream_end(struct stream *stream);

/* Makes the peer's next write fail, where the kernel can. */
void stream_refuse(struct stream *stream);

/* Has a Unix socket take more than by default. */
void stream_widen(struct stream *stream);

/* Whether everything written has reached the peer's kernel. */
bool stream_is_delivered(const struct stream *stream);

/* Has the connection end as a break from now on, also if this process is
 * killed; or, off, as an end again, which is how it begins. */
void stream_set_abortive(struct stream *stream, bool on);

void stream_close(struct stream *stream);

#endif
