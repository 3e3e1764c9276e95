/* SPDX-License-Identifier: MIT */
/* Other identities take the place of those that the broker had: who is
 * connected has the rights of the new ones at once. */
#ifndef BROKER_IDENTITY_CHANGE_H
#define BROKER_IDENTITY_CHANGE_H

struct broker;
struct identities;

/* Takes the reference. What becomes of those whose identity is not there, or
 * not valid, is up to removed_identities. */
void identities_replace(struct broker *broker, struct identities *identities);

#endif
