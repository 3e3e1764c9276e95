/* SPDX-License-Identifier: MIT */
/*
 * The mutual challenge of multiprocessing.connection (deliver_challenge and
 * answer_challenge), for both roles, as a machine of bytes in and bytes out.
 *
 * The listener's side challenges first. Three frames go each way, of at most
 * TLI_AUTH_FRAME_MAX bytes; nothing is allocated. Every failure looks the same
 * to the peer; the reason is for our own side. docs/protocol.md has the bytes.
 */
#ifndef TLI_AUTH_H
#define TLI_AUTH_H

#include "frame.h"

#define TLI_AUTH_NONCE_BYTES   40u
#define TLI_AUTH_FRAME_MAX     256u /* CPython: recv_bytes(256) */
#define TLI_AUTH_DERIVED_BYTES 32u
#define TLI_AUTH_NO_KEY        SIZE_MAX
/* All we ever send: our challenge, two verdicts, the longest answer, framed. */
#define TLI_AUTH_OUTPUT_MAX (63u + 13u + 13u + 62u)

enum tli_auth_role {
	TLI_AUTH_LISTENER,
	TLI_AUTH_CLIENT,
};

/* The ways to answer a challenge; a policy is a set of TLI_AUTH_BIT()s. */
enum tli_auth_dialect {
	TLI_AUTH_RAW_MD5,    /* CPython up to 3.11 */
	TLI_AUTH_RAW_SHA256, /* the older CPythons that Red Hat patched */
	TLI_AUTH_MD5,        /* the rest: CPython 3.12 and later */
	TLI_AUTH_SHA256,
	TLI_AUTH_SHA384,
	TLI_AUTH_SHA3_256,
	TLI_AUTH_SHA3_384,
	TLI_AUTH_DIALECTS,
	TLI_AUTH_NO_DIALECT = TLI_AUTH_DIALECTS,
};

#define TLI_AUTH_BIT(dialect) (1u << (dialect))
#define TLI_AUTH_ALL          (TLI_AUTH_BIT(TLI_AUTH_DIALECTS) - 1u)
#define TLI_AUTH_HMAC_MD5                                                      \
	(TLI_AUTH_BIT(TLI_AUTH_RAW_MD5) | TLI_AUTH_BIT(TLI_AUTH_MD5))

struct tli_auth_policy {
	unsigned dialects; /* taken from the peer, and used to answer it */
	/*
	 * How a client answers the 20-byte challenge that does not say what it
	 * wants. A listener answers it as the peer has just answered.
	 */
	enum tli_auth_dialect legacy_answer;
	/* Whether a challenge's message is one of our own that is handed back
	 * to us; may be NULL. */
	bool (*is_reflected)(
		const void *arg, const uint8_t *message, size_t len);
	const void *is_reflected_arg;
};

/* A key, as one side proves with it that it has it. */
struct tli_auth_secret {
	const uint8_t *bytes; /* borrowed, or `derived` */
	size_t len;
	uint8_t derived[TLI_AUTH_DERIVED_BYTES];
};

enum tli_auth_key_use {
	TLI_AUTH_KEY_END, /* there are no more */
	TLI_AUTH_KEY_USABLE,
	TLI_AUTH_KEY_REFUSED,  /* who has it is not let in */
	TLI_AUTH_KEY_NO_DIGEST /* it could not be computed */
};

/*
 * Which keys the peer may have, one of which is also used to answer it: the one
 * that it turned out to have, or a client's only one.
 */
struct tli_auth_keys {
	/* Stores the n-th, as the side of that role proves it. */
	enum tli_auth_key_use (*nth)(const void *arg, size_t n,
		enum tli_auth_role role, struct tli_auth_secret *secret);
	const void *arg;
};

/* A key that all have, and nothing else. */
struct tli_auth_shared_key {
	const void *bytes;
	size_t len;
};

/* Why a handshake failed: name, text to follow "the peer ", and what to do. */
#define TLI_AUTH_REASONS(X)                                                    \
	X(NONE, "did nothing wrong", "")                                       \
	X(BAD_LENGTH, "sent a length that no handshake has",                   \
		"does it speak multiprocessing.connection, and is its "        \
		"authkey set?")                                                \
	X(NO_CHALLENGE, "sent something else than a challenge",                \
		"it talked before it had authenticated; is its authkey set?")  \
	X(SHORT_CHALLENGE, "sent a challenge of less than 20 bytes",           \
		"no Python does that")                                         \
	X(UNKNOWN_DIGEST, "asks for a digest that is not known here",          \
		"md5, sha256, sha384, sha3_256 and sha3_384 are")              \
	X(NO_ANSWER, "sent something else than an answer to our challenge",    \
		"it talked before it had authenticated; is its authkey set?")  \
	X(REFUSED_DIALECT, "uses a digest that is not allowed here",           \
		"Python up to 3.11 can only do MD5, which is taken over "      \
		"loopback and Unix sockets alone unless legacy_auth is "       \
		"\"any\"")                                                     \
	X(WRONG_ANSWER, "answered our challenge with another key",             \
		"both sides need the same authkey, byte for byte")             \
	X(REFUSED_KEY, "has a key that is not taken here and now",             \
		"the log of the other side says why")                          \
	X(REFLECTED, "sent our own challenge back",                            \
		"it stands between this program and itself")                   \
	X(REJECTED, "rejected our key",                                        \
		"both sides need the same authkey, byte for byte")             \
	X(NO_VERDICT, "neither took nor rejected our answer",                  \
		"no Python does that")                                         \
	X(NO_DIGEST,                                                           \
		"needs a digest that OpenSSL cannot compute at the moment",    \
		"MD5 is off under FIPS, or memory is short")                   \
	X(GIVEN_UP, "did not go on in time", "is its authkey set?")

enum tli_auth_reason {
#define X(name, text, advice) TLI_AUTH_##name,
	TLI_AUTH_REASONS(X)
#undef X
};

/* What the peer has to send next. */
enum tli_auth_step {
	TLI_AUTH_AWAIT_ANSWER,
	TLI_AUTH_AWAIT_CHALLENGE,
	TLI_AUTH_AWAIT_VERDICT,
	TLI_AUTH_FINISHED,
};

enum tli_auth_result {
	TLI_AUTH_DONE = 1,    /* each side has proved that it has the key */
	TLI_AUTH_MORE = 0,    /* the peer has to send more */
	TLI_AUTH_FAILED = -1, /* see reason; the output still goes out */
};

/* To be read by others: reason, answered, matched. The rest is auth.c's. */
struct tli_auth {
	enum tli_auth_reason reason;
	enum tli_auth_dialect answered; /* how the peer did */
	size_t matched; /* which key it has, or TLI_AUTH_NO_KEY */
	enum tli_auth_role role;
	struct tli_auth_policy policy;
	struct tli_auth_keys keys;
	unsigned steps_done;
	struct tli_frame_reader reader;
	uint8_t frame[TLI_AUTH_FRAME_MAX];
	size_t frame_len;
	uint8_t challenge[8 + TLI_AUTH_NONCE_BYTES]; /* "{sha256}" + nonce */
	uint8_t output[TLI_AUTH_OUTPUT_MAX];
	size_t output_len;
	size_t output_sent;
};

/*
 * Starts a handshake; a listener's challenge is in the output at once.
 *
 * The keys stay the caller's and must outlive the handshake. The nonce must
 * be random: it is the only thing that makes this handshake fresh.
 */
void tli_auth_init(struct tli_auth *auth, enum tli_auth_role role,
	const struct tli_auth_policy *policy, const struct tli_auth_keys *keys,
	const uint8_t nonce[TLI_AUTH_NONCE_BYTES]);

/* The one key as a set; it is borrowed. */
struct tli_auth_keys tli_auth_only_key(const struct tli_auth_shared_key *key);

/*
 * Takes bytes of the peer and stores in *used how many: those behind the
 * handshake's last frame are the first of what follows, and are left.
 * Returns a tli_auth_result, and the same again once it is not
 * TLI_AUTH_MORE.
 */
int tli_auth_feed(
	struct tli_auth *auth, const uint8_t *bytes, size_t len, size_t *used);

/* Ends a handshake that is not over yet, as out of time: with the same output
 * as every failure. */
void tli_auth_give_up(struct tli_auth *auth);

/*
 * How many bytes to read at most, so that nothing behind the handshake is read
 * from a peer that sends a frame only when it is due, as CPython does. 0 once
 * the handshake has ended.
 */
size_t tli_auth_wants(const struct tli_auth *auth);

/* What is still to be sent; stores its length, which may be 0. */
const uint8_t *tli_auth_output(const struct tli_auth *auth, size_t *len);

/* Counts len bytes of the output as sent. */
void tli_auth_output_sent(struct tli_auth *auth, size_t len);

/* What the peer has to send next. */
enum tli_auth_step tli_auth_awaits(const struct tli_auth *auth);

/* Texts to follow "the peer ": what it did wrong; and, of one that is out of
 * time, what it has not done. */
const char *tli_auth_reason_text(enum tli_auth_reason reason);
const char *tli_auth_missing_text(const struct tli_auth *auth);

/* What to do about it. */
const char *tli_auth_reason_advice(enum tli_auth_reason reason);

/* A dialect's name, for logs. */
const char *tli_auth_dialect_name(enum tli_auth_dialect dialect);

#endif
