/* SPDX-License-Identifier: MIT */
#include "login_keys.h"

#include "broker.h"

#include <stdio.h>
#include <time.h>

const struct identity *login_keys_certified(
	const struct identities *identities, const struct peer *peer)
{
	struct tli_tls *tls = peer->stream.channel.tls;
	const struct identity *found = NULL;
	char name[TLI_TLS_NAME_BYTES];

	for (size_t n = 0; tls && !found && tli_tls_peer_name(tls, n, name);
		n++)
		found = identities_find_certificate(identities, name);
	return found;
}

void login_keys_init(struct login_keys *keys, const struct peer *peer)
{
	*keys = (struct login_keys){
		.identities = peer->broker->identities,
		.peer = peer,
	};
	keys->identities->references++;
	keys->certified = login_keys_certified(keys->identities, peer);
	tli_binding_init(&keys->binding, peer->stream.channel.tls,
		peer->port->config.allow_unbound);
}

void login_keys_fini(struct login_keys *keys)
{
	identities_unref(keys->identities);
}

/* ---- Each key, in each way -------------------------------------------- */

/* Who has a key that may be shown here; NULL behind the last. */
static const struct identity *nth_with_key(
	const struct login_keys *keys, size_t n)
{
	const struct identities *identities = keys->identities;

	if (keys->certified && keys->certified->key)
		return n == 0 ? keys->certified : NULL;
	for (size_t i = 0; i < identities->count; i++)
		if (identities->all[i].key && n-- == 0)
			return &identities->all[i];
	return NULL;
}

static const struct identity *whose_key(
	const struct login_keys *keys, size_t number)
{
	return nth_with_key(keys, number / tli_binding_ways(&keys->binding));
}

static enum tli_binding_way which_way(
	const struct login_keys *keys, size_t number)
{
	return (enum tli_binding_way)(
		number % tli_binding_ways(&keys->binding));
}

/* Why whoever has that key is not let in; NULL if it is. */
static const char *objection(
	const struct login_keys *keys, const struct identity *identity)
{
	int64_t now_unix_s = time(NULL);
	const char *why = keys->certified
		? identity_objection(keys->certified, now_unix_s)
		: NULL;

	return why ? why
		   : identity_key_objection(identity, now_unix_s,
			     keys->peer->has_uid, keys->peer->uid);
}

static enum tli_auth_key_use nth(const void *arg, size_t n,
	enum tli_auth_role role, struct tli_auth_secret *secret)
{
	const struct login_keys *keys = arg;
	const struct identity *identity = whose_key(keys, n);
	enum tli_auth_key_use use;

	if (!identity)
		return TLI_AUTH_KEY_END;
	use = tli_binding_derive(&keys->binding, which_way(keys, n), role,
		identity->key->bytes, identity->key->len, secret);
	return use == TLI_AUTH_KEY_USABLE && objection(keys, identity)
		? TLI_AUTH_KEY_REFUSED
		: use;
}

struct tli_auth_keys login_keys_for_auth(const struct login_keys *keys)
{
	return (struct tli_auth_keys){nth, keys};
}

const struct identity *login_keys_identity(
	const struct login_keys *keys, size_t matched)
{
	return keys->certified ? keys->certified : whose_key(keys, matched);
}

const char *login_keys_withdrawal(const struct login_keys *keys, size_t matched)
{
	const struct peer *peer = keys->peer;
	const struct identities *identities = peer->broker->identities;
	const struct identity *then = whose_key(keys, matched);
	const struct identity *now = identities_find(identities, then->id);
	const struct identity *certified =
		login_keys_certified(identities, peer);

	if (!now)
		return "the identity is removed";
	if (!tli_key_equal(now->key, then->key))
		return "the identity has another key";
	if (certified && certified->key && certified != now)
		return "its certificate goes with another key now";
	return identity_key_objection(
		now, time(NULL), peer->has_uid, peer->uid);
}

/* ---- Binding ---------------------------------------------------------- */

static bool needs_binding(const struct login_keys *keys)
{
	return keys->binding.secure && !keys->binding.takes_unbound;
}

unsigned login_keys_dialects(const struct login_keys *keys, unsigned dialects)
{
	return needs_binding(keys) ? dialects & ~TLI_AUTH_HMAC_MD5 : dialects;
}

/* ---- Refusals --------------------------------------------------------- */

static bool is_unbound(
	const struct login_keys *keys, const struct tli_auth *auth)
{
	return needs_binding(keys) && auth->reason == TLI_AUTH_REFUSED_KEY &&
		which_way(keys, auth->matched) == TLI_BINDING_NONE;
}

static void explain_key(const struct login_keys *keys, size_t matched,
	char advice[LOGIN_ADVICE_TEXT])
{
	const char *why = objection(keys, whose_key(keys, matched));

	/* The time may have come meanwhile. */
	snprintf(advice, LOGIN_ADVICE_TEXT, "%s: %s",
		login_keys_identity(keys, matched)->id,
		why ? why : "it may try again");
}

void login_keys_explain(const struct login_keys *keys,
	const struct tli_auth *auth, struct login_refusal *refusal)
{
	static const char bind[] = "use libtieline, python/tieline.py or "
				   "tieline tunnel, or set allow_unbound";
	bool has_md5 = auth->reason == TLI_AUTH_REFUSED_DIALECT;
	bool unbound = is_unbound(keys, auth);
	const char *advice = tli_auth_reason_advice(auth->reason);

	if (unbound || (has_md5 && needs_binding(keys)))
		advice = bind;
	refusal->reason = unbound
		? "logs in over TLS without binding the login to the channel"
		: tli_auth_reason_text(auth->reason);
	snprintf(refusal->advice, sizeof(refusal->advice), "%s", advice);
	if (auth->reason == TLI_AUTH_REFUSED_KEY && !unbound)
		explain_key(keys, auth->matched, refusal->advice);
}
