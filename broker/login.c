/* SPDX-License-Identifier: MIT */
#include "login.h"

#include "../proto/auth.h"
#include "../proto/hmac.h"
#include "../system/clock.h"
#include "../system/random.h"
#include "../system/socket.h"

#include "broker.h"
#include "closing.h"
#include "dialect.h"
#include "identity_change.h"
#include "timer.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define REASON_TEXT 64
#define ADVICE_TEXT 256

/* The state of a peer that has not authenticated yet. */
struct login {
	TAILQ_ENTRY(login) link;
	struct peer *peer;
	struct timer timer;
	enum sources_outcome outcome;
	struct identities *identities; /* of its start; referenced */
	struct tli_auth auth;
};

void logins_init(struct logins *logins)
{
	*logins = (struct logins){.count = 0};
	TAILQ_INIT(&logins->list);
}

static void leave(struct peer *peer)
{
	struct login *login = peer->state;
	struct broker *broker = peer->broker;
	struct tli_endpoint from;

	peer_endpoint(peer, &from);
	sources_finish(&broker->sources, &broker->config, &from, login->outcome,
		tli_now_ms());
	TAILQ_REMOVE(&broker->logins.list, login, link);
	broker->logins.count--;
	timer_stop(&login->timer);
	tli_wipe(&login->auth, sizeof(login->auth));
	identities_unref(login->identities);
	free(login);
}

/* ---- Keys ------------------------------------------------------------- */

/* NULL behind the last that has a key. */
static const struct identity *nth_with_key(
	const struct identities *identities, size_t n)
{
	for (size_t i = 0; i < identities->count; i++)
		if (identities->all[i].key && n-- == 0)
			return &identities->all[i];
	return NULL;
}

static const char *objection(
	const struct login *login, const struct identity *identity)
{
	return identity_objection(
		identity, time(NULL), login->peer->has_uid, login->peer->uid);
}

static enum tli_auth_key_use nth_key(const void *arg, size_t n,
	enum tli_auth_role role, struct tli_auth_secret *secret)
{
	const struct login *login = arg;
	const struct identity *identity = nth_with_key(login->identities, n);

	(void)role;
	if (!identity)
		return TLI_AUTH_KEY_END;
	secret->bytes = identity->key->bytes;
	secret->len = identity->key->len;
	return objection(login, identity) ? TLI_AUTH_KEY_REFUSED
					  : TLI_AUTH_KEY_USABLE;
}

static const struct identity *matched(const struct login *login)
{
	return nth_with_key(login->identities, login->auth.matched);
}

/* ---- Ends ------------------------------------------------------------- */

/* The log's line, and what monitors are told. */
static void report(
	const struct login *login, const char *reason, const char *advice)
{
	struct peer *peer = login->peer;
	struct broker *broker = peer->broker;
	char text[PEER_TEXT];

	broker->counters.refused++;
	log_rarely(&broker->log, &broker->logins.refusals, CONFIG_LOG_WARNING,
		"%s: not let in: the peer %s: %s (its answer: %s)",
		peer_text(peer, text), reason, advice,
		tli_auth_dialect_name(login->auth.answered));
	monitors_tell(broker,
		&(struct monitor_event){.event = "refused",
			.peer = peer,
			.located = true,
			.reason = reason});
}

/* False if the connection is no more. */
static bool send_output(struct login *login)
{
	ssize_t put = 1;

	while (put > 0) {
		size_t len;
		const uint8_t *bytes = tli_auth_output(&login->auth, &len);

		if (len == 0)
			return true;
		put = stream_write(&login->peer->stream, bytes, len);
		if (put > 0)
			tli_auth_output_sent(&login->auth, (size_t)put);
	}
	return put == STREAM_AGAIN;
}

static bool has_output(const struct login *login)
{
	size_t len;

	tli_auth_output(&login->auth, &len);
	return len > 0;
}

/* Sends the verdict, and closes so that nothing unread takes it back. */
static void close_with_verdict(struct login *login)
{
	struct peer *peer = login->peer;

	(void)send_output(login);
	stream_end(&peer->stream);
	tli_socket_drain(peer->stream.fd);
	peer_close(peer);
}

static void explain_refusal(const struct login *login, char advice[ADVICE_TEXT])
{
	const struct identity *identity = matched(login);
	const char *why = objection(login, identity);

	/* The time may have come meanwhile. */
	snprintf(advice, ADVICE_TEXT, "%s: %s", identity->id,
		why ? why : "it may try again");
}

static void turn_away(struct login *login)
{
	enum tli_auth_reason reason = login->auth.reason;
	char advice[ADVICE_TEXT];

	login->outcome = SOURCES_FAILED;
	if (reason == TLI_AUTH_REFUSED_KEY)
		explain_refusal(login, advice);
	else
		snprintf(advice, sizeof(advice), "%s",
			tli_auth_reason_advice(reason));
	report(login, tli_auth_reason_text(reason), advice);
	close_with_verdict(login);
}

static void on_timeout(void *owner)
{
	struct login *login = owner;
	char reason[REASON_TEXT];

	login->outcome = SOURCES_FAILED;
	snprintf(reason, sizeof(reason), "%s in time",
		tli_auth_missing_text(&login->auth));
	report(login, reason, tli_auth_reason_advice(TLI_AUTH_GIVEN_UP));
	tli_auth_give_up(&login->auth);
	close_with_verdict(login);
}

static void let_in(struct login *login)
{
	struct peer *peer = login->peer;
	struct broker *broker = peer->broker;

	peer->identity = identity_ref(matched(login));
	/* It may have been removed since the login began. */
	if (!identity_renew(peer)) {
		peer_close(peer);
		return;
	}
	login->outcome = SOURCES_LET_IN;
	if (peer->stream.is_tcp)
		tli_socket_quick_ack(peer->stream.fd);
	broker->counters.connections++;
	peer->known = true;
	monitors_tell(broker,
		&(struct monitor_event){
			.event = "connected", .peer = peer, .located = true});
	dialect_start(peer);
}

/* What was read behind the handshake is the first that the dialect gets. */
static bool keep_rest(struct peer *peer, const uint8_t *bytes, size_t len)
{
	peer->held.max_bytes = TLI_FRAME_HEADER_MAX + TLI_AUTH_FRAME_MAX;
	return tli_buf_append(&peer->held, bytes, len) == TLI_BUF_OK;
}

static void lose(struct login *login)
{
	struct peer *peer = login->peer;

	login->outcome = SOURCES_FAILED;
	report(login, "closed the connection during the handshake",
		tli_auth_reason_advice(TLI_AUTH_BAD_LENGTH));
	peer_close(peer);
}

/* Reads once. False if nothing has come, or the peer is closed. */
static bool read_once(struct login *login)
{
	uint8_t bytes[TLI_FRAME_HEADER_MAX + TLI_AUTH_FRAME_MAX];
	struct peer *peer = login->peer;
	ssize_t got =
		stream_read(&peer->stream, bytes, tli_auth_wants(&login->auth));
	size_t used;

	if (got < 0)
		lose(login);
	if (got <= 0)
		return false;
	if (tli_auth_feed(&login->auth, bytes, (size_t)got, &used) !=
			TLI_AUTH_DONE ||
		keep_rest(peer, bytes + used, (size_t)got - used))
		return true;
	peer_close(peer);
	return false;
}

/* Sends what is due, and acts on what has come of it. False if the peer is not
 * at this stage any more. */
static bool step(struct login *login)
{
	const struct tli_auth *auth = &login->auth;

	if (!send_output(login))
		lose(login);
	else if (auth->reason != TLI_AUTH_NONE)
		turn_away(login);
	else if (!has_output(login) &&
		tli_auth_awaits(auth) == TLI_AUTH_FINISHED)
		let_in(login);
	else
		return true;
	return false;
}

/* Goes on as far as that goes. */
static void on_ready(struct peer *peer, short event)
{
	struct login *login = peer->state;

	do
		if (!step(login))
			return;
	while ((event & EV_READ) && !has_output(login) && read_once(login));
	if (!peer_is_closed(peer))
		peer_watch(peer, !has_output(login), has_output(login));
}

/* MD5 is for this machine, unless the configuration says otherwise. */
static struct tli_auth_policy policy_for(const struct peer *peer)
{
	enum config_legacy_auth legacy = peer->broker->config.legacy_auth;
	bool md5 = legacy == CONFIG_LEGACY_AUTH_ANY ||
		(legacy == CONFIG_LEGACY_AUTH_LOCAL && peer->is_local);

	return (struct tli_auth_policy){
		.dialects =
			md5 ? TLI_AUTH_ALL : TLI_AUTH_ALL & ~TLI_AUTH_HMAC_MD5,
		.legacy_answer = TLI_AUTH_RAW_MD5,
	};
}

/* NULL for lack of memory or random bytes. */
static struct login *new_login(struct peer *peer)
{
	struct tli_auth_policy policy = policy_for(peer);
	struct login *login = calloc(1, sizeof(*login));
	uint8_t nonce[TLI_AUTH_NONCE_BYTES];
	struct tli_auth_keys keys;

	if (!login)
		return NULL;
	login->peer = peer;
	timer_init(&login->timer, peer->broker->base, on_timeout, login);
	login->identities = peer->broker->identities;
	login->identities->references++;
	if (tli_random(nonce, sizeof(nonce)) != 0 ||
		!timer_start(&login->timer,
			peer->broker->config.handshake_timeout_ms)) {
		identities_unref(login->identities);
		free(login);
		return NULL;
	}
	keys = (struct tli_auth_keys){nth_key, login};
	tli_auth_init(&login->auth, TLI_AUTH_LISTENER, &policy, &keys, nonce);
	return login;
}

static const struct stage authenticating = {
	"authenticating", on_ready, leave, closing_end, NULL};

bool login_start(struct peer *peer)
{
	struct logins *logins = &peer->broker->logins;
	struct login *login = new_login(peer);

	if (!login)
		return false;
	TAILQ_INSERT_TAIL(&logins->list, login, link);
	logins->count++;
	peer_enter(peer, &authenticating, login);
	on_ready(peer, EV_WRITE);
	return true;
}

bool logins_drop_oldest(struct logins *logins, const char *why)
{
	struct login *oldest = TAILQ_FIRST(&logins->list);
	char text[PEER_TEXT];

	if (!oldest)
		return false;
	oldest->peer->broker->counters.dropped++;
	log_rarely(&oldest->peer->broker->log, &logins->refusals,
		CONFIG_LOG_WARNING, "%s: dropped before it authenticated: %s",
		peer_text(oldest->peer, text), why);
	tli_auth_give_up(&oldest->auth);
	close_with_verdict(oldest);
	return true;
}
