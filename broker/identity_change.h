/* SPDX-License-Identifier: MIT */
/* Other identities take the place of those that the broker had: who is
 * connected has the rights of the new ones at once. */
#ifndef BROKER_IDENTITY_CHANGE_H
#define BROKER_IDENTITY_CHANGE_H

#include <stdbool.h>

struct broker;
struct identities;
struct peer;

/* Takes the reference. What becomes of those whose identity is not there, or
 * not valid, is up to removed_identities. */
void identities_replace(struct broker *broker, struct identities *identities);

/* Gives a peer its identity as it is now, in place of one of another set. False
 * with nothing changed if it is not there any more, or not valid: who is about
 * to be let in then is not. */
bool identity_renew(struct peer *peer);

#endif
