/* SPDX-License-Identifier: MIT */
/*
 * The stage of who is parked or waits under a name. Two that match are paired
 * and handed to the relay.
 */
#ifndef BROKER_MEETING_H
#define BROKER_MEETING_H

#include "../proto/control.h"

#include "peer.h"

/*
 * Does what an accept, dial or pipe asks for: parks the peer, has it wait,
 * pairs it at once, or refuses it. A timeout that was not given is none. What
 * the peer sent behind its request is in peer->held. A silent one, which came
 * to a bound address, is told nothing.
 */
void meeting_start(
	struct peer *peer, const struct tli_request *request, bool silent);

/* The name under which the peer is parked or waits; NULL if it does neither. */
const char *meeting_name(const struct peer *peer);

#endif
