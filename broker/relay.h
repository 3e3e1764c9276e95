/* SPDX-License-Identifier: MIT */
/*
 * Two connections that were paired: bytes go both ways, unchanged, until both
 * sides have ended or one has broken. Length headers are walked, to count the
 * messages and hold them to a maximum; bodies are neither looked into nor held.
 *
 * What one side sends is read into memory that all share and written to the
 * other side at once. Only what the kernel has no room for is kept, in the
 * receiver's `out`, and the sender is not read until that is gone.
 */
#ifndef BROKER_RELAY_H
#define BROKER_RELAY_H

#include "peer.h"

struct listener;
struct relay;
TAILQ_HEAD(relay_list, relay);

struct relays {
	uint8_t *scratch;     /* for every read of the broker */
	size_t scratch_bytes; /* of it, to be used: the window */
	size_t scratch_capacity;
	uint32_t pairs; /* now */
	uint64_t total; /* pairs, ever */
	uint64_t messages;
	uint64_t bytes;
	uint64_t held_bytes; /* of all pairs, now */
	uint64_t held_bytes_peak;
	struct relay_list live;
	struct relay_list dead; /* over; freed when the loop comes round */
};

/* Counts bytes that are held from now on, and what that comes to at most. */
void relays_hold(struct relays *relays, size_t len);

/* False for lack of memory. */
bool relays_init(struct relays *relays, size_t window_bytes);

/* Makes room for another window; false, with nothing changed, for lack of
 * memory. */
bool relays_reserve(struct relays *relays, size_t window_bytes);

/* Takes it for what is read from now on. */
void relays_set_window(struct relays *relays, size_t window_bytes);

/* Frees those that are over. */
void relays_reap(struct relays *relays);

void relays_fini(struct relays *relays);

/*
 * Takes both to this stage. What is in their `out` goes to them first, then
 * what is in their partner's `held`. The listener's share in the acceptor is
 * released when it is over.
 */
void relay_start(
	struct listener *listener, struct peer *acceptor, struct peer *dialler);

/* What there is to tell of a relayed peer. */
struct relay_report {
	const char *name;
	const struct peer *partner;
	uint64_t messages; /* from the peer */
	uint64_t bytes;
	size_t held_bytes;
};

/* False if the peer is not relayed. */
bool relay_report(const struct peer *peer, struct relay_report *report);

/* Closes the pipes of long messages, which go on without. False if there was
 * none. */
bool relays_give_up_pipes(struct relays *relays);

/* Breaks the pair of a relayed peer; false if it is not relayed. */
bool relay_break(struct peer *peer);

/* Breaks all pairs. */
void relays_cut(struct relays *relays);

#endif
