/* SPDX-License-Identifier: MIT */
#include "auth.h"

#include "hmac.h"

#include <assert.h>
#include <string.h>

#define CHALLENGE              "#CHALLENGE#"
#define WELCOME                "#WELCOME#"
#define FAILURE                "#FAILURE#"
#define LEN(text)              (sizeof(text) - 1)
#define OUR_DIGEST             "{sha256}"
#define LEGACY_CHALLENGE_BYTES 20u /* exactly: it says nothing of a digest */
#define STEPS                  3u

/* An answer is the prefix and the digest: each row has a length of its own. */
static const struct dialect {
	const char *name;
	const char *prefix;
	enum tli_digest digest;
} dialects[TLI_AUTH_DIALECTS] = {
	[TLI_AUTH_RAW_MD5] = {"raw MD5", "", TLI_MD5},
	[TLI_AUTH_RAW_SHA256] = {"raw SHA-256", "", TLI_SHA256},
	[TLI_AUTH_MD5] = {"MD5", "{md5}", TLI_MD5},
	[TLI_AUTH_SHA256] = {"SHA-256", "{sha256}", TLI_SHA256},
	[TLI_AUTH_SHA384] = {"SHA-384", "{sha384}", TLI_SHA384},
	[TLI_AUTH_SHA3_256] = {"SHA3-256", "{sha3_256}", TLI_SHA3_256},
	[TLI_AUTH_SHA3_384] = {"SHA3-384", "{sha3_384}", TLI_SHA3_384},
};

/* In which order each role hears from its peer. */
static const enum tli_auth_step order[][STEPS + 1] = {
	[TLI_AUTH_LISTENER] = {TLI_AUTH_AWAIT_ANSWER, TLI_AUTH_AWAIT_CHALLENGE,
		TLI_AUTH_AWAIT_VERDICT, TLI_AUTH_FINISHED},
	[TLI_AUTH_CLIENT] = {TLI_AUTH_AWAIT_CHALLENGE, TLI_AUTH_AWAIT_VERDICT,
		TLI_AUTH_AWAIT_ANSWER, TLI_AUTH_FINISHED},
};

static const struct {
	const char *text;
	const char *advice;
} reasons[] = {
#define X(name, text, advice) {text, advice},
	TLI_AUTH_REASONS(X)
#undef X
};

const char *tli_auth_reason_text(enum tli_auth_reason reason)
{
	return reasons[reason].text;
}

const char *tli_auth_reason_advice(enum tli_auth_reason reason)
{
	return reasons[reason].advice;
}

const char *tli_auth_missing_text(const struct tli_auth *auth)
{
	static const char *const missing[] = {
		[TLI_AUTH_AWAIT_ANSWER] = "did not answer our challenge",
		[TLI_AUTH_AWAIT_CHALLENGE] = "sent no challenge",
		[TLI_AUTH_AWAIT_VERDICT] = "did not say if our answer is right",
		[TLI_AUTH_FINISHED] = "did not read our last answer",
	};
	return missing[tli_auth_awaits(auth)];
}

const char *tli_auth_dialect_name(enum tli_auth_dialect dialect)
{
	return dialect < TLI_AUTH_DIALECTS ? dialects[dialect].name : "none";
}

enum tli_auth_step tli_auth_awaits(const struct tli_auth *auth)
{
	return order[auth->role][auth->steps_done];
}

/* The output is sized for all that a handshake can say, so it always fits. */
static void put_frame(struct tli_auth *auth, const void *head, size_t head_len,
	const void *tail, size_t tail_len)
{
	uint8_t *out = auth->output + auth->output_len;
	size_t body_len = head_len + tail_len;
	uint8_t header[TLI_FRAME_HEADER_MAX];
	size_t header_len = tli_frame_put_header(header, body_len);

	assert(header_len + body_len <= TLI_AUTH_OUTPUT_MAX - auth->output_len);
	memcpy(out, header, header_len);
	memcpy(out + header_len, head, head_len);
	memcpy(out + header_len + head_len, tail, tail_len);
	auth->output_len += header_len + body_len;
}

static void put_text(struct tli_auth *auth, const char *text)
{
	put_frame(auth, text, strlen(text), "", 0);
}

/* Our challenge goes out when its answer is the next thing to come. */
static void challenge_if_due(struct tli_auth *auth)
{
	if (tli_auth_awaits(auth) == TLI_AUTH_AWAIT_ANSWER)
		put_frame(auth, CHALLENGE, LEN(CHALLENGE), auth->challenge,
			sizeof(auth->challenge));
}

void tli_auth_init(struct tli_auth *auth, enum tli_auth_role role,
	const struct tli_auth_policy *policy, const struct tli_auth_keys *keys,
	const uint8_t nonce[TLI_AUTH_NONCE_BYTES])
{
	*auth = (struct tli_auth){
		.answered = TLI_AUTH_NO_DIALECT,
		.matched = TLI_AUTH_NO_KEY,
		.role = role,
		.policy = *policy,
		.keys = *keys,
	};
	memcpy(auth->challenge, OUR_DIGEST, LEN(OUR_DIGEST));
	memcpy(auth->challenge + LEN(OUR_DIGEST), nonce, TLI_AUTH_NONCE_BYTES);
	tli_frame_reader_init(&auth->reader, TLI_AUTH_FRAME_MAX, true);
	challenge_if_due(auth);
}

static bool allowed(const struct tli_auth *auth, enum tli_auth_dialect dialect)
{
	return auth->policy.dialects & TLI_AUTH_BIT(dialect);
}

static bool has_prefix(const uint8_t *bytes, size_t len, const char *prefix)
{
	size_t prefix_len = strlen(prefix);

	return len >= prefix_len && memcmp(bytes, prefix, prefix_len) == 0;
}

static enum tli_auth_dialect dialect_of_answer(
	const uint8_t *answer, size_t len)
{
	enum tli_auth_dialect i;

	for (i = 0; i < TLI_AUTH_DIALECTS; i++) {
		const struct dialect *d = &dialects[i];

		if (len == strlen(d->prefix) + tli_digest_bytes(d->digest) &&
			has_prefix(answer, len, d->prefix))
			break;
	}
	return i;
}

static enum tli_auth_dialect dialect_asked_for(
	const uint8_t *message, size_t len)
{
	enum tli_auth_dialect i;

	for (i = TLI_AUTH_MD5; i < TLI_AUTH_DIALECTS; i++)
		if (has_prefix(message, len, dialects[i].prefix))
			break;
	return i;
}

/* ---- Keys ------------------------------------------------------------- */

static enum tli_auth_key_use nth_of_one(const void *arg, size_t n,
	enum tli_auth_role role, struct tli_auth_secret *secret)
{
	const struct tli_auth_shared_key *key = arg;

	(void)role;
	secret->bytes = key->bytes;
	secret->len = key->len;
	return n == 0 ? TLI_AUTH_KEY_USABLE : TLI_AUTH_KEY_END;
}

struct tli_auth_keys tli_auth_only_key(const struct tli_auth_shared_key *key)
{
	return (struct tli_auth_keys){nth_of_one, key};
}

static enum tli_auth_role peer_role(const struct tli_auth *auth)
{
	return auth->role == TLI_AUTH_LISTENER ? TLI_AUTH_CLIENT
					       : TLI_AUTH_LISTENER;
}

/* The digest is taken over the whole message, its own prefix included. */
static enum tli_auth_key_use compute(const struct tli_auth *auth, size_t n,
	enum tli_auth_role role, enum tli_digest digest, const void *message,
	size_t len, uint8_t mac[TLI_HMAC_MAX])
{
	struct tli_auth_secret secret;
	enum tli_auth_key_use use =
		auth->keys.nth(auth->keys.arg, n, role, &secret);

	if ((use == TLI_AUTH_KEY_USABLE || use == TLI_AUTH_KEY_REFUSED) &&
		!tli_hmac(digest, secret.bytes, secret.len, message, len, mac))
		use = TLI_AUTH_KEY_NO_DIGEST;
	tli_wipe(secret.derived, sizeof(secret.derived));
	return use;
}

/* Tries every key, whichever matches, so that the time says nothing. */
static enum tli_auth_reason find_key(
	struct tli_auth *auth, enum tli_digest digest, const uint8_t *answer)
{
	enum tli_auth_reason reason = TLI_AUTH_WRONG_ANSWER;
	uint8_t mac[TLI_HMAC_MAX];

	for (size_t n = 0;; n++) {
		enum tli_auth_key_use use = compute(auth, n, peer_role(auth),
			digest, auth->challenge, sizeof(auth->challenge), mac);

		if (use == TLI_AUTH_KEY_END)
			break;
		if (use == TLI_AUTH_KEY_NO_DIGEST)
			return TLI_AUTH_NO_DIGEST;
		if (!tli_equal_secret(mac, answer, tli_digest_bytes(digest)))
			continue;
		auth->matched = n;
		reason = use == TLI_AUTH_KEY_USABLE ? TLI_AUTH_NONE
						    : TLI_AUTH_REFUSED_KEY;
	}
	tli_wipe(mac, sizeof(mac));
	return reason;
}

/* ---- What comes ------------------------------------------------------- */

static enum tli_auth_reason take_answer(
	struct tli_auth *auth, const uint8_t *body, size_t len)
{
	const struct dialect *dialect;
	enum tli_auth_reason reason;

	auth->answered = dialect_of_answer(body, len);
	if (auth->answered == TLI_AUTH_NO_DIALECT)
		return TLI_AUTH_NO_ANSWER;
	if (!allowed(auth, auth->answered))
		return TLI_AUTH_REFUSED_DIALECT;
	dialect = &dialects[auth->answered];
	reason =
		find_key(auth, dialect->digest, body + strlen(dialect->prefix));
	if (reason == TLI_AUTH_NONE)
		put_text(auth, WELCOME);
	return reason;
}

/* A peer that answered bare is answered alike; else the policy says how. */
static enum tli_auth_dialect legacy_answer(const struct tli_auth *auth)
{
	if (auth->role == TLI_AUTH_CLIENT)
		return auth->policy.legacy_answer;
	if (auth->answered == TLI_AUTH_RAW_SHA256)
		return TLI_AUTH_RAW_SHA256;
	return TLI_AUTH_RAW_MD5;
}

static enum tli_auth_reason answer_message(
	struct tli_auth *auth, const uint8_t *message, size_t len)
{
	enum tli_auth_dialect as = len == LEGACY_CHALLENGE_BYTES
		? legacy_answer(auth)
		: dialect_asked_for(message, len);
	size_t own = auth->role == TLI_AUTH_CLIENT ? 0 : auth->matched;
	uint8_t mac[TLI_HMAC_MAX];

	if (as == TLI_AUTH_NO_DIALECT)
		return TLI_AUTH_UNKNOWN_DIGEST;
	if (!allowed(auth, as))
		return TLI_AUTH_REFUSED_DIALECT;
	if (compute(auth, own, auth->role, dialects[as].digest, message, len,
		    mac) != TLI_AUTH_KEY_USABLE)
		return TLI_AUTH_NO_DIGEST;
	put_frame(auth, dialects[as].prefix, strlen(dialects[as].prefix), mac,
		tli_digest_bytes(dialects[as].digest));
	return TLI_AUTH_NONE;
}

static bool is_reflected(
	const struct tli_auth *auth, const uint8_t *message, size_t len)
{
	const struct tli_auth_policy *policy = &auth->policy;

	if (len == sizeof(auth->challenge) &&
		memcmp(message, auth->challenge, len) == 0)
		return true;
	return policy->is_reflected &&
		policy->is_reflected(policy->is_reflected_arg, message, len);
}

static enum tli_auth_reason take_challenge(
	struct tli_auth *auth, const uint8_t *body, size_t len)
{
	const uint8_t *message = body + LEN(CHALLENGE);

	if (!has_prefix(body, len, CHALLENGE))
		return TLI_AUTH_NO_CHALLENGE;
	len -= LEN(CHALLENGE);
	if (len < LEGACY_CHALLENGE_BYTES)
		return TLI_AUTH_SHORT_CHALLENGE;
	if (is_reflected(auth, message, len))
		return TLI_AUTH_REFLECTED;
	return answer_message(auth, message, len);
}

static bool is_text(const uint8_t *body, size_t len, const char *text)
{
	return len == strlen(text) && memcmp(body, text, len) == 0;
}

static enum tli_auth_reason take_verdict(
	struct tli_auth *auth, const uint8_t *body, size_t len)
{
	(void)auth;
	return is_text(body, len, WELCOME) ? TLI_AUTH_NONE
					   : TLI_AUTH_NO_VERDICT;
}

static enum tli_auth_reason (*const take[])(
	struct tli_auth *, const uint8_t *, size_t) = {
	[TLI_AUTH_AWAIT_ANSWER] = take_answer,
	[TLI_AUTH_AWAIT_CHALLENGE] = take_challenge,
	[TLI_AUTH_AWAIT_VERDICT] = take_verdict,
};

/* One verdict for every failure, so that the peer learns nothing from it. */
static void fail(struct tli_auth *auth, enum tli_auth_reason reason)
{
	auth->reason = reason;
	if (reason != TLI_AUTH_REJECTED)
		put_text(auth, FAILURE);
}

/* A peer may give up at any step, not only when its verdict is due. */
static enum tli_auth_reason take_body(
	struct tli_auth *auth, const uint8_t *body, size_t len)
{
	if (is_text(body, len, FAILURE))
		return TLI_AUTH_REJECTED;
	return take[tli_auth_awaits(auth)](auth, body, len);
}

static void take_frame(struct tli_auth *auth)
{
	enum tli_auth_reason reason =
		take_body(auth, auth->frame, auth->frame_len);

	if (reason != TLI_AUTH_NONE) {
		fail(auth, reason);
		return;
	}
	auth->steps_done++;
	auth->frame_len = 0;
	tli_frame_reader_next(&auth->reader);
	challenge_if_due(auth);
}

/* Takes what one frame still needs, and acts on it when it is whole. */
static size_t take_bytes(
	struct tli_auth *auth, const uint8_t *bytes, size_t len)
{
	size_t used;
	size_t missing;
	int result = tli_frame_reader_feed(&auth->reader, bytes, len, &used);

	if (result < 0)
		fail(auth, TLI_AUTH_BAD_LENGTH);
	if (result != TLI_FRAME_READY)
		return used;
	missing = (size_t)auth->reader.body_bytes - auth->frame_len;
	if (missing > len - used)
		missing = len - used;
	memcpy(auth->frame + auth->frame_len, bytes + used, missing);
	auth->frame_len += missing;
	if (auth->frame_len == auth->reader.body_bytes)
		take_frame(auth);
	return used + missing;
}

static int result_of(const struct tli_auth *auth)
{
	if (auth->reason != TLI_AUTH_NONE)
		return TLI_AUTH_FAILED;
	return tli_auth_awaits(auth) == TLI_AUTH_FINISHED ? TLI_AUTH_DONE
							  : TLI_AUTH_MORE;
}

int tli_auth_feed(
	struct tli_auth *auth, const uint8_t *bytes, size_t len, size_t *used)
{
	*used = 0;
	while (*used < len && result_of(auth) == TLI_AUTH_MORE)
		*used += take_bytes(auth, bytes + *used, len - *used);
	return result_of(auth);
}

void tli_auth_give_up(struct tli_auth *auth)
{
	if (result_of(auth) == TLI_AUTH_MORE)
		fail(auth, TLI_AUTH_GIVEN_UP);
}

size_t tli_auth_wants(const struct tli_auth *auth)
{
	size_t header = tli_frame_reader_needs(&auth->reader);

	if (result_of(auth) != TLI_AUTH_MORE)
		return 0;
	if (auth->steps_done < STEPS - 1)
		return TLI_FRAME_HEADER_MAX + TLI_AUTH_FRAME_MAX;
	if (header > 0)
		return header;
	return (size_t)auth->reader.body_bytes - auth->frame_len;
}

const uint8_t *tli_auth_output(const struct tli_auth *auth, size_t *len)
{
	*len = auth->output_len - auth->output_sent;
	return auth->output + auth->output_sent;
}

void tli_auth_output_sent(struct tli_auth *auth, size_t len)
{
	assert(len <= auth->output_len - auth->output_sent);
	auth->output_sent += len;
}
