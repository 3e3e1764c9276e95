/* SPDX-License-Identifier: MIT */
/*
 * A request to the broker and its answer. It is made with room for a payload,
 * filled, and started; from then on it is found by its tag, until it is done
 * and freed. One that was given up is kept as long as the broker may still
 * answer it: what it was granted then is given back.
 */
#ifndef TLI_EXCHANGE_H
#define TLI_EXCHANGE_H

#include "../proto/buf.h"
#include "../proto/session.h"

#include <tieline/session.h>

#include <sys/queue.h>

struct tli_exchange;
struct tli_stream;

/* What is particular to what was asked; a NULL does nothing more. */
struct tli_exchange_kind {
	/* The answer is there as a whole, its header in exchange->reply. False
	 * for lack of memory. NULL: the payload is kept. */
	bool (*answered)(struct tli_exchange *exchange, const uint8_t *payload,
		size_t len);
	/* The same after it was given up. */
	void (*take_back)(struct tli_exchange *exchange, const uint8_t *payload,
		size_t len);
	/* Something for its tag that is no reply; also after it was given up.
	 * False for lack of memory. NULL: there is none. */
	bool (*pushed)(struct tli_exchange *exchange,
		const struct tli_session_frame *frame, const uint8_t *payload,
		size_t len);
};

/*
 * MADE -> STARTED -> DONE, and freed by who takes it then: the call that blocks
 * (is_awaited), or the callbacks. A lasting one goes back to MADE, and is freed
 * with its owner. One that was given up while the broker has it is DONE and
 * is_owed; when it was taken it is_abandoned instead, until the answer comes.
 */
enum tli_exchange_state {
	TLI_EXCHANGE_MADE, /* not started; a lasting one is at rest */
	TLI_EXCHANGE_STARTED,
	TLI_EXCHANGE_DONE /* how is known */
};

struct tli_exchange {
	tieline_session *session;
	tieline_object *object; /* NULL = of none; counts as a reference */
	const struct tli_exchange_kind *kind; /* NULL = nothing particular */
	struct tli_stream *stream;            /* whose it is; NULL = of none */
	TAILQ_ENTRY(tli_exchange) unsent_link;
	TAILQ_ENTRY(tli_exchange) done_link;
	tieline_request request; /* its lower half is the tag */
	uint8_t state;           /* an enum tli_exchange_state */
	bool is_unsent;          /* some of it, or all */
	bool is_lasting;         /* asked anew on each connection */
	bool is_awaited;         /* a call that blocks takes it when done */
	bool is_owed;            /* done, but the broker may still answer */
	bool is_abandoned;       /* freed as soon as the broker answers */
	bool is_cancelled;
	bool is_bounded;   /* it is withdrawn when timeout_ms is over */
	bool is_expired;   /* it was */
	bool is_too_long;  /* the answer is longer than it may be */
	bool acknowledges; /* items, when the program has them */
	int64_t deadline_ms;
	tieline_completion done;
	void *arg;

	/* How it was done: a code with its reason, or the broker's reply. */
	int code;
	const char *why; /* lives forever */
	struct tli_session_frame reply;
	struct tli_buf answer; /* the payload, as far as it is kept */
	tieline_item **items;  /* that are in it */
	size_t item_count;

	/* The request. */
	struct tli_session_frame asked;
	size_t filled;   /* of the payload */
	size_t sent;     /* of the wire */
	size_t wire_len; /* headers and payload */
	uint8_t wire[];
};

TAILQ_HEAD(tli_exchange_list, tli_exchange);

/* The tag table, and how far each request is. */
struct tli_exchanges {
	struct tli_slot *slots;
	uint32_t slot_count;
	uint32_t first_free;
	uint32_t notes;     /* tags that were given to notes */
	uint32_t under_way; /* started and not done, but lasting ones */
	uint32_t owed;      /* nobody waits for the answer that may come */
	uint64_t unsent_bytes;
	int64_t next_deadline_ms; /* none is earlier */
	struct tli_exchange_list unsent;
	struct tli_exchange_list done; /* their callbacks are to be called */
};

void tli_exchanges_init(struct tli_exchanges *exchanges);
/* Frees all of them; no callback is called. */
void tli_exchanges_fini(struct tli_exchanges *exchanges);

/* ---- the table: tags.c ------------------------------------------------ */

/* Gives it a tag. False for lack of memory, or of tags. */
bool tli_tag_take(struct tli_exchange *exchange);
/* A tag that nobody has, nor had lately. */
uint32_t tli_tag_of_note(struct tli_exchanges *exchanges);
void tli_tag_give_back(struct tli_exchange *exchange);

/* The one with that tag, or that request; NULL if there is none. */
struct tli_exchange *tli_exchange_of_tag(
	const struct tli_exchanges *exchanges, uint32_t tag);
struct tli_exchange *tli_exchange_of_request(
	const struct tli_exchanges *exchanges, tieline_request request);

/* Goes through all that there are, from *at = 0 on; NULL behind the last. The
 * one that was given last may be freed. */
struct tli_exchange *tli_exchange_next(
	const struct tli_exchanges *exchanges, uint32_t *at);

/* ---- asking ----------------------------------------------------------- */

/*
 * Makes one for an object, NULL for none, with a header whose op and further
 * fields are set, but for tag, handle and timeout. NULL with the session's
 * error set.
 */
struct tli_exchange *tli_exchange_new(tieline_session *session,
	tieline_object *object, const struct tli_session_frame *asked,
	size_t payload_len);

/* Fills in the next bytes of the payload, all of which have to be there when it
 * starts. */
void tli_exchange_fill(
	struct tli_exchange *exchange, const void *bytes, size_t len);

/* Takes its answer with it, and gives up what the broker still owes. NULL is
 * fine. */
void tli_exchange_free(struct tli_exchange *exchange);

/* Has it go out: in front of another unsent one, or behind all for NULL. */
void tli_exchange_send(
	struct tli_exchange *exchange, struct tli_exchange *before);

/*
 * Starts it, with a callback, which may be NULL. Returns 0, or the code in the
 * session's error with the exchange freed. NULL, for one that could not be
 * made, returns the code of that.
 */
int tli_exchange_start(tieline_session *session, struct tli_exchange *exchange,
	int timeout_ms, tieline_completion done, void *arg,
	tieline_request *request_out);

/*
 * Starts it and waits until it is done; it is to be freed in any case. Returns
 * 0, or the code in the session's error, of the broker's answer too.
 */
int tli_exchange_run(tieline_session *session, struct tli_exchange *exchange,
	int timeout_ms);

/* Runs it and frees it. */
int tli_exchange_finish(tieline_session *session, struct tli_exchange *exchange,
	int timeout_ms);

/* Takes it out of the unsent ones, however much of it was sent. */
void tli_exchange_unsend(struct tli_exchange *exchange);

/* Whether any of a started one may have reached the broker. */
static inline bool tli_exchange_has_left(const struct tli_exchange *exchange)
{
	return !exchange->is_unsent || exchange->sent > 0;
}

/* Withdraws it, for which the broker has some time. False if it is done. */
bool tli_exchange_cancel(struct tli_exchange *exchange);

/* Nobody waits for it from now on: it is withdrawn, and freed when the broker
 * is done with it. */
void tli_exchange_abandon(struct tli_exchange *exchange);

/* ---- answers ---------------------------------------------------------- */

/* It is done with that code, and waits for no answer. */
void tli_exchange_fail(
	struct tli_exchange *exchange, int code, const char *why);

/* It is withdrawn, and nobody waits for the answer any more. */
void tli_exchange_give_up(struct tli_exchange *exchange, const char *why);

/* So many of its bytes were written. */
void tli_exchange_note_sent(struct tli_exchange *exchange, size_t len);

/* A frame for its tag has come. False for lack of memory. */
bool tli_exchange_take(
	struct tli_exchange *exchange, const struct tli_session_frame *frame);

/* Keeps the payload of an answer. False for lack of memory. */
bool tli_exchange_keep(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len);

/* The connection, which was open or not, is lost. */
void tli_exchanges_lose(struct tli_exchanges *exchanges, bool was_open);

/* Gives up those whose time is over. */
void tli_exchanges_elapse(struct tli_exchanges *exchanges, int64_t now_ms);

#endif
