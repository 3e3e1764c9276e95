/* SPDX-License-Identifier: MIT */
/* Which keys a login may have, in which ways: as it is, or bound to the TLS
 * channel on which it comes; and whose it is then. */
#ifndef BROKER_LOGIN_KEYS_H
#define BROKER_LOGIN_KEYS_H

#include "../proto/binding.h"

#include "identities.h"

#define LOGIN_ADVICE_TEXT 256u

struct peer;

struct login_keys {
	struct tli_binding binding;
	struct identities *identities;    /* of its start; referenced */
	const struct identity *certified; /* as login_keys_certified() */
	const struct peer *peer;
};

/* What there is to say of a refusal: text to follow "the peer ", and what to do
 * about it. */
struct login_refusal {
	const char *reason;
	char advice[LOGIN_ADVICE_TEXT];
};

/* Those for a peer, whose handshake of TLS is over. */
void login_keys_init(struct login_keys *keys, const struct peer *peer);

/* *keys may be all zero. */
void login_keys_fini(struct login_keys *keys);

/* For tli_auth_init(); valid as long as *keys. */
struct tli_auth_keys login_keys_for_auth(const struct login_keys *keys);

/* The digests that are taken: not MD5 where the key is to be bound. */
unsigned login_keys_dialects(const struct login_keys *keys, unsigned dialects);

/* Who the peer is that has shown the key of that number. */
const struct identity *login_keys_identity(
	const struct login_keys *keys, size_t matched);

/* Why that key, which was taken when the login began, is not any more; NULL if
 * it is. */
const char *login_keys_withdrawal(
	const struct login_keys *keys, size_t matched);

/* Whom the peer's certificate names in a set, NULL if nobody; a CA has vouched
 * for it. */
const struct identity *login_keys_certified(
	const struct identities *identities, const struct peer *peer);

/* Why a handshake with these keys failed. */
void login_keys_explain(const struct login_keys *keys,
	const struct tli_auth *auth, struct login_refusal *refusal);

#endif
