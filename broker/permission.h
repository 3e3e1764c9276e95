/* SPDX-License-Identifier: MIT */
/* Whether a peer may do something: every dialect asks here, and says to its
 * peer in its own way what the answer is. */
#ifndef BROKER_PERMISSION_H
#define BROKER_PERMISSION_H

#include "peer.h"
#include "rights.h"

#define PERMISSION_WHY 512u

/* Whether the peer may do that to the name, which is NULL for a verb without
 * one. If not, it is logged, counted and told to monitors. */
bool peer_may(struct peer *peer, enum right right, const char *name);

/*
 * The verbs that it may do to the name, a RIGHT_BIT() each, or without one if
 * that is NULL, with nothing said of those that it may not. That holds for as
 * long as the generation is the same.
 */
uint32_t peer_rights_on(const struct peer *peer, const char *name);
uint64_t peer_rights_generation(const struct peer *peer);

/* Which objects values that it brings or gets do not keep: of struct op. */
uint32_t peer_forbidden_links(const struct peer *peer);

/* Whether there is nothing that it may not do. */
bool peer_may_all(const struct peer *peer);

/* Logs, counts and tells monitors that it may do none of these, RIGHT_BIT()s.
 */
void permission_refused(struct peer *peer, uint32_t rights, const char *name);

/* What the peer may be told: who may not do what, and what line is to be added
 * where. Returns why. */
const char *permission_text(const struct peer *peer, uint32_t rights,
	const char *name, char why[PERMISSION_WHY]);

#endif
