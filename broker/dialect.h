/* SPDX-License-Identifier: MIT */
/*
 * What an authenticated connection is for, told by the first byte of its first
 * frame. Each dialect is a file of its own behind one function, which takes the
 * peer over with that frame, and all that follows it, in peer->held.
 */
#ifndef BROKER_DIALECT_H
#define BROKER_DIALECT_H

#include "../proto/control.h"

#include "peer.h"
#include "rights.h"

/* JSON requests: rendezvous.c. */
void rendezvous_start(struct peer *peer);

/* The right that such a request needs; RIGHT_COUNT = none. */
enum right rendezvous_right(enum tli_verb verb);

/* Binary operations on objects: session.c. */
void session_start(struct peer *peer);

/* Managers' clients, whose requests are pickles or XML-RPC: manager.c. */
void manager_start(struct peer *peer);
void xmlrpc_start(struct peer *peer);

/* Waits for the first frame of a peer that has authenticated, and hands the
 * peer over; one that came to a bound address to its name, at once. */
void dialect_start(struct peer *peer);

#endif
