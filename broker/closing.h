/* SPDX-License-Identifier: MIT */
/*
 * The last stage of a connection that the broker ends: what is to be said goes
 * out first, and nothing that comes meanwhile takes it back.
 */
#ifndef BROKER_CLOSING_H
#define BROKER_CLOSING_H

#include "../proto/control.h"

#include "peer.h"

/* Tells the peer that its request is refused, and closes. */
void closing_refuse(
	struct peer *peer, enum tli_refusal refusal, const char *message);

/* Sends what is in peer->out, and closes: an end, for the peer. */
void closing_end(struct peer *peer);

/*
 * Closes as a break, for the peer, once all that was written has reached it. On
 * a Unix socket that is an end inside a header or a body; another byte makes it
 * one, unless it is shown by what was written so far.
 */
void closing_break(struct peer *peer, bool is_shown);

/* The broker ends, and waits for nobody: the kernel is given all that it takes
 * of what belongs before a break. Cut off between two messages, a slow reader
 * on a Unix socket would see an end. */
void closing_hurry(struct peer *peer);

/* Whether the peer is at this stage. */
bool closing_is_under_way(const struct peer *peer);

#endif
