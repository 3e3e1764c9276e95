/* SPDX-License-Identifier: MIT */
/* Other identities take the place of those that the broker had: who is
 * connected has the rights of the new ones at once. */
#ifndef BROKER_IDENTITY_CHANGE_H
#define BROKER_IDENTITY_CHANGE_H

struct broker;
struct identities;
struct peer;

/* Takes the reference. What becomes of those who are not let go on as who they
 * were is up to removed_identities. */
void identity_change_all(struct broker *broker, struct identities *identities);

/*
 * Gives a peer its identity as it is now, in place of one of another set. If it
 * is not there any more, not valid, or not for this user or certificate,
 * nothing is changed, and the reason is returned: who is about to be let in
 * then is not. NULL = done.
 */
const char *identity_change_peer(struct peer *peer);

#endif
