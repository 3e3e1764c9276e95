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
#include "login_keys.h"
#include "timer.h"

#include <stdio.h>
#include <stdlib.h>

#define REASON_TEXT 64

/* What a client of TLS says first: a record of the handshake. */
#define TLS_HANDSHAKE     0x16
#define TLS_MAJOR_VERSION 3

/* The state of a peer that has not authenticated yet. */
struct login {
	TAILQ_ENTRY(login) link;
	struct peer *peer;
	struct timer timer;
	enum sources_outcome outcome;
	bool is_open; /* the handshake of TLS is over, or there is none */
	bool speaks_tls;
	struct login_keys keys;
	struct tli_auth auth; /* once it is open */
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
	login_keys_fini(&login->keys);
	free(login);
}

/* ---- Ends ------------------------------------------------------------- */

/* The log's line, and what monitors are told. There is no advice if the reason
 * has it. */
static void report(
	const struct login *login, const char *reason, const char *advice)
{
	struct peer *peer = login->peer;
	struct broker *broker = peer->broker;
	char text[PEER_TEXT];

	broker->counters.refused++;
	log_rarely(&broker->log, &broker->logins.refusals, CONFIG_LOG_WARNING,
		advice ? "%s: not let in: the peer %s: %s (its answer: %s)"
		       : "%s: not let in: the peer %s",
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
	tli_socket_drain(peer->stream.channel.fd);
	peer_close(peer);
}

/* One that is out of time, or has to go. */
static void give_up(struct login *login)
{
	if (login->is_open)
		tli_auth_give_up(&login->auth);
	close_with_verdict(login);
}

static void turn_away(struct login *login)
{
	struct login_refusal refusal;

	login->outcome = SOURCES_FAILED;
	login_keys_explain(&login->keys, &login->auth, &refusal);
	if (login->speaks_tls && login->auth.reason == TLI_AUTH_BAD_LENGTH)
		report(login, "speaks TLS, and this address does not",
			"connect to a tls:// address of the broker");
	else
		report(login, refusal.reason, refusal.advice);
	close_with_verdict(login);
}

static void on_timeout(void *owner)
{
	struct login *login = owner;
	char reason[REASON_TEXT];

	login->outcome = SOURCES_FAILED;
	snprintf(reason, sizeof(reason), "%s in time",
		login->is_open ? tli_auth_missing_text(&login->auth)
			       : "did not end the handshake of TLS");
	report(login, reason,
		login->is_open ? tli_auth_reason_advice(TLI_AUTH_GIVEN_UP)
			       : "does it speak TLS?");
	give_up(login);
}

/* Sets who it is. False, with the reason logged, if its key or identity was
 * changed since the login began. */
static bool identify(struct login *login)
{
	struct peer *peer = login->peer;
	size_t matched = login->auth.matched;
	const char *why = login_keys_withdrawal(&login->keys, matched);

	peer->identity =
		identity_ref(login_keys_identity(&login->keys, matched));
	if (!why)
		why = identity_change_peer(peer);
	if (why)
		report(login, "logged in while that was taken away", why);
	return !why;
}

static void let_in(struct login *login)
{
	struct peer *peer = login->peer;
	struct broker *broker = peer->broker;

	if (!identify(login)) {
		peer_close(peer);
		return;
	}
	login->outcome = SOURCES_LET_IN;
	if (peer->stream.is_tcp)
		tli_socket_quick_ack(peer->stream.channel.fd);
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
	if (got > 1 && bytes[0] == TLS_HANDSHAKE &&
		bytes[1] == TLS_MAJOR_VERSION)
		login->speaks_tls = true;
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
	bool sent = send_output(login);

	if (auth->reason != TLI_AUTH_NONE)
		turn_away(login);
	else if (!sent)
		lose(login);
	else if (!has_output(login) &&
		tli_auth_awaits(auth) == TLI_AUTH_FINISHED)
		let_in(login);
	else
		return true;
	return false;
}

/* Goes on as far as that goes. */
static void authenticate(struct login *login, short event)
{
	struct peer *peer = login->peer;

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

/* Challenges the peer. False for lack of memory or random bytes. */
static bool challenge(struct login *login)
{
	struct peer *peer = login->peer;
	struct tli_auth_policy policy = policy_for(peer);
	struct tli_auth_keys keys;
	uint8_t nonce[TLI_AUTH_NONCE_BYTES];

	login_keys_init(&login->keys, peer);
	keys = login_keys_for_auth(&login->keys);
	if (tli_random(nonce, sizeof(nonce)) != 0 ||
		!timer_start(&login->timer,
			peer->broker->config.handshake_timeout_ms))
		return false;
	policy.dialects = login_keys_dialects(&login->keys, policy.dialects);
	tli_auth_init(&login->auth, TLI_AUTH_LISTENER, &policy, &keys, nonce);
	login->is_open = true;
	return true;
}

/* ---- TLS -------------------------------------------------------------- */

static void fail_in_tls(struct login *login)
{
	char reason[TLI_TLS_TEXT];

	login->outcome = SOURCES_FAILED;
	stream_explain(&login->peer->stream, reason);
	report(login, reason, NULL);
	close_with_verdict(login);
}

/* False if the handshake takes longer, or the peer is closed. */
static bool secure(struct login *login)
{
	struct peer *peer = login->peer;
	int result = stream_shake_hands(&peer->stream);

	if (result == 1 && challenge(login))
		return true;
	if (result == 1)
		peer_close(peer);
	else if (result == STREAM_AGAIN)
		peer_watch(peer, true, false);
	else
		fail_in_tls(login);
	return false;
}

/* ---- The stage -------------------------------------------------------- */

static void on_ready(struct peer *peer, short event)
{
	struct login *login = peer->state;

	if (login->is_open || secure(login))
		authenticate(login, event);
}

/* NULL for lack of memory or random bytes. */
static struct login *new_login(struct peer *peer)
{
	struct login *login = calloc(1, sizeof(*login));
	bool is_started;

	if (!login)
		return NULL;
	login->peer = peer;
	login->auth.answered = TLI_AUTH_NO_DIALECT;
	timer_init(&login->timer, peer->broker->base, on_timeout, login);
	if (stream_is_secure(&peer->stream))
		is_started = timer_start(&login->timer,
			peer->broker->config.tls_handshake_timeout_ms);
	else
		is_started = challenge(login);
	if (is_started)
		return login;
	login_keys_fini(&login->keys);
	free(login);
	return NULL;
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
	give_up(oldest);
	return true;
}
