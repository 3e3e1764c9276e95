/* SPDX-License-Identifier: MIT */
/*
 * One connection to the broker, from its being accepted to its being freed. It
 * is always at one stage: authenticating, idle, control, parked or waiting,
 * relayed, monitor, session, manager, closing. Each stage is a file with what
 * it does when the socket is ready, and with its own state, which is freed when
 * it is left.
 */
#ifndef BROKER_PEER_H
#define BROKER_PEER_H

#include "../proto/buf.h"
#include "../system/endpoint.h"

#include "stream.h"

#include <netinet/in.h>
#include <sys/queue.h>

struct broker;
struct identity;
struct peer;
struct port;

struct stage {
	const char *name; /* for listings */
	/* The socket is ready for EV_READ or EV_WRITE, whichever of them the
	 * stage watches. */
	void (*ready)(struct peer *peer, short event);
	/* Frees the stage's state: before another one is entered, and when the
	 * peer is closed. NULL if there is none. */
	void (*leave)(struct peer *peer);
	/* The broker is about to end: sends the peer away. NULL if it may stay
	 * as long as it takes. */
	void (*drain)(struct peer *peer);
	/* The peer has other rights: ends what it may not go on with. NULL if
	 * nothing goes on. */
	void (*take_rights)(struct peer *peer);
};

/* An address in as little room as it needs. */
union peer_address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

enum peer_end {
	PEER_GOES_ON,
	PEER_ENDED, /* it has ended its side */
	PEER_BROKE,
};

struct peer {
	TAILQ_ENTRY(peer) link; /* in the broker's list, in order of arrival */
	struct broker *broker;
	struct stream stream;
	struct port *port; /* where it came in; referenced */
	const struct stage *stage;
	void *state; /* the stage's own */
	uint64_t id;
	int64_t since_ms;
	union peer_address address;
	uint32_t uid;
	bool has_uid;
	bool is_local;
	const struct identity *identity; /* since its login; referenced */
	bool known;          /* monitors were told that it connected */
	enum peer_end end;   /* of what it sends, behind what is held */
	struct tli_buf held; /* read, and not used yet */
	struct tli_buf out;  /* to be written */
};

TAILQ_HEAD(peer_list, peer);

struct peers {
	struct peer_list open;
	struct peer_list dead; /* closed; freed when the loop comes round */
	struct stream_list due;
	uint32_t count; /* of the open */
	uint64_t last_id;
};

#define PEER_TEXT (TLI_ENDPOINT_TEXT + 32)

void peers_init(struct peers *peers);

/* Takes an accepted socket, which is closed on failure. NULL for lack of
 * memory. */
struct peer *peer_new(struct broker *broker, struct port *port, int fd,
	const struct tli_endpoint *endpoint);

/* Leaves the stage that it is at for another one. */
void peer_enter(struct peer *peer, const struct stage *stage, void *state);

/* Watches for events; a kernel that refuses costs the peer its connection. */
void peer_watch(struct peer *peer, bool reads, bool writes);

/* Ends the connection at once; the peer is freed when the loop comes round,
 * and until then does nothing. */
void peer_close(struct peer *peer);

/* Whether it is closed, but not freed yet. */
bool peer_is_closed(const struct peer *peer);

/* Frees those that were closed. */
void peers_reap(struct peers *peers);

/* Puts TLS on the connection. False for lack of memory. */
bool peer_secure(struct peer *peer, struct tli_tls_context *context);

/*
 * Reads into `held`, up to max_bytes in all. Returns what stream_read() does;
 * STREAM_AGAIN also for lack of room; STREAM_BROKEN for lack of memory.
 */
ssize_t peer_read(struct peer *peer, size_t max_bytes);

/* Finds the first frame in what is held. Returns 1 with the body's place and
 * length, 0 when more has to come, or the tli_frame_result that says what is
 * wrong with it. */
int peer_find_frame(
	const struct peer *peer, size_t max_bytes, size_t *start, size_t *len);

/* Puts a frame into `out`, which holds up to max_bytes. False if it does not
 * fit, or for lack of memory. */
bool peer_put_frame(
	struct peer *peer, const void *body, size_t len, size_t max_bytes);

/* Writes what is in `out`. Returns 1 when all is written, and the stream holds
 * none of it, STREAM_AGAIN when more is to come, STREAM_BROKEN. */
int peer_flush(struct peer *peer);

/* How much is to be written before all is: of `out`, and what the stream holds.
 */
size_t peer_owed_bytes(const struct peer *peer);

/* The address as text, for logs: with the peer's number and user. */
const char *peer_text(const struct peer *peer, char text[PEER_TEXT]);

/* Where it is. */
void peer_endpoint(const struct peer *peer, struct tli_endpoint *endpoint);

/* The same as text. */
void peer_format_address(const struct peer *peer, char text[TLI_ENDPOINT_TEXT]);

#endif
