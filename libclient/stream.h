/* SPDX-License-Identifier: MIT */
/*
 * A request that goes on: items that the broker sends as they come, as many as
 * it has credit for. Consumers and subscriptions are streams; what they do with
 * the items is theirs.
 */
#ifndef TLI_STREAM_H
#define TLI_STREAM_H

#include "../system/error.h"
#include "exchange.h"
#include "item.h"

#include <sys/queue.h>

#define TLI_STREAM_PREFETCH 64u /* the default */

struct tli_stream;

/* What a stream does; all are callbacks of the program's. */
struct tli_stream_class {
	/* An item has come. It is freed afterwards, unless it was kept. */
	void (*tell_item)(struct tli_stream *stream, tieline_item *item);
	/* Messages are missing, and none has come since. NULL: none ever are.
	 */
	void (*tell_loss)(
		struct tli_stream *stream, uint64_t messages, uint64_t bytes);
	/* It has ended: stream->end. */
	void (*tell_end)(struct tli_stream *stream);
	/* Whether items that were not told go back, and come again. */
	bool leases;
};

struct tli_stream {
	const struct tli_stream_class *class;
	tieline_object *object;        /* a reference */
	struct tli_exchange *exchange; /* lasting; NULL = it is over */
	LIST_ENTRY(tli_stream) of_object;
	TAILQ_ENTRY(tli_stream) arrival;
	uint32_t references; /* the program's, a callback's, a wait's */
	bool is_in_arrivals; /* there is something to tell */
	bool is_pulled;      /* items are not told, but taken */
	bool is_awaited;     /* whether it begins: nothing else tells */
	bool is_closed;      /* by the program */
	bool has_begun;      /* the broker has said so */
	bool has_ended;      /* by itself: as `end` says */
	bool has_told_end;
	struct tli_error end;
	struct tli_got_list got; /* what has come */
	uint32_t got_count;
	uint32_t prefetch;
	uint32_t outstanding; /* credit that was used and not given back, */
	uint32_t finished;    /* and of that, what can be */
	uint64_t lost_messages, lost_bytes; /* before what comes next */
};

LIST_HEAD(tli_streams, tli_stream);
TAILQ_HEAD(tli_arrivals, tli_stream);

/*
 * Begins a stream of a request for it that was made, NULL if it could not be,
 * and starts that. The stream, at the start of memory from calloc(), is freed
 * with free(), also on failure. Returns 0, or the code in the session's error.
 */
int tli_stream_begin(struct tli_stream *stream,
	const struct tli_stream_class *class, tieline_object *object,
	struct tli_exchange *exchange, uint32_t prefetch);

/* The program gives it up. */
void tli_stream_close(struct tli_stream *stream);

/* Keeps the memory while something is waited for. */
void tli_stream_ref(struct tli_stream *stream);
void tli_stream_unref(struct tli_stream *stream);

/* The session is closed. */
void tli_stream_free(struct tli_stream *stream);

/* Tells the program one thing that there is to tell. */
void tli_stream_tell(struct tli_stream *stream);

/* Takes the first item that has come; NULL if there is none. */
tieline_item *tli_stream_take(struct tli_stream *stream);

/* The program has dealt with an item: there is credit for another one. */
void tli_stream_finish(struct tli_stream *stream);

/* The connection was lost; it is over for good; there is a new one. */
void tli_stream_interrupt(struct tli_stream *stream);
void tli_stream_end(struct tli_stream *stream, const struct tli_error *error);
void tli_stream_resume(struct tli_stream *stream, struct tli_exchange *before);

#endif
