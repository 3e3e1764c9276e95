/* SPDX-License-Identifier: MIT */
#include "opening.h"

#include "../proto/hmac.h"

#include "../system/socket.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#define RETRY_MS 10 /* a Unix listener's queue was full */

static struct tli_opening *new_opening(const struct tli_endpoint *endpoint)
{
	struct tli_opening *opening = calloc(1, sizeof(*opening));

	if (opening)
		opening->endpoint = *endpoint;
	return opening;
}

/* False for lack of memory. */
static bool add_request(
	struct tli_opening *opening, const struct tli_request *request)
{
	opening->meeting = malloc(sizeof(*opening->meeting));
	if (opening->meeting)
		tli_meeting_init(opening->meeting, request);
	return opening->meeting != NULL;
}

struct tli_opening *tli_opening_client(const struct tli_settings *settings,
	const struct tli_endpoint *endpoint, const struct tli_request *request,
	int64_t deadline_ms, int64_t total_ms)
{
	struct tli_opening *opening = new_opening(endpoint);

	if (!opening)
		return NULL;
	opening->origin.role = TLI_AUTH_CLIENT;
	opening->settings = &opening->own;
	if (tli_settings_copy(&opening->own, settings) < 0 ||
		(request && !add_request(opening, request))) {
		tli_opening_free(opening);
		return NULL;
	}
	opening->deadline_ms = deadline_ms;
	opening->total_ms = total_ms;
	return opening;
}

struct tli_opening *tli_opening_listener(
	const struct tli_settings *settings, const struct tli_endpoint *peer)
{
	struct tli_opening *opening = new_opening(peer);

	if (!opening)
		return NULL;
	opening->origin.role = TLI_AUTH_LISTENER;
	opening->settings = settings;
	opening->deadline_ms = opening->total_ms = TLI_NEVER;
	return opening;
}

void tli_opening_free(struct tli_opening *opening)
{
	if (!opening)
		return;
	if (opening->meeting)
		tli_meeting_fini(opening->meeting);
	free(opening->meeting);
	tli_settings_fini(&opening->own);
	tli_wipe(&opening->auth, sizeof(opening->auth));
	free(opening);
}

/* The user of the other process, before it gets anything from us. */
static int check_peer_user(
	const struct tli_opening *opening, int fd, struct tli_error *error)
{
	const struct tli_settings *settings = opening->settings;
	uint32_t uid;

	if (!settings->check_peer_uid ||
		tli_endpoint_is_tcp(&opening->endpoint))
		return 0;
	if (!tli_socket_peer_uid(fd, &uid))
		return tli_error_set(error, TIELINE_EAUTH,
			"the kernel does not tell whose process the peer is");
	if (uid != settings->peer_uid)
		return tli_error_set(error, TIELINE_EAUTH,
			"the peer's process belongs to user %u, and only user "
			"%u is allowed",
			uid, settings->peer_uid);
	return 0;
}

/* A client proves its key in one way; a listener takes all that there are. */
static enum tli_auth_key_use nth_key(const void *arg, size_t n,
	enum tli_auth_role role, struct tli_auth_secret *secret)
{
	const struct tli_opening *opening = arg;
	const struct tli_settings *settings = opening->settings;
	bool is_client = opening->origin.role == TLI_AUTH_CLIENT;
	size_t ways = is_client ? 1 : tli_binding_ways(&opening->binding);

	if (n >= ways)
		return TLI_AUTH_KEY_END;
	return tli_binding_derive(&opening->binding,
		is_client ? settings->binding_way : (enum tli_binding_way)n,
		role, settings->key->bytes, settings->key->len, secret);
}

static int bind_key(struct tli_opening *opening,
	const struct tli_channel *channel, struct tli_error *error)
{
	struct tli_binding *binding = &opening->binding;
	enum tli_binding_way way = opening->settings->binding_way;

	tli_binding_init(
		binding, channel->tls, opening->settings->allow_unbound);
	if (way != TLI_BINDING_NONE && binding->to[way].len == 0)
		return tli_error_set(error, TIELINE_ETLS,
			"the peer speaks a version of TLS that a login cannot "
			"be bound to, or memory is short");
	return 0;
}

static int start_handshake(struct tli_opening *opening,
	const struct tli_channel *channel, struct tli_error *error)
{
	struct tli_auth_policy policy = tli_settings_policy(
		opening->settings, tli_endpoint_is_local(&opening->endpoint));
	const struct tli_auth_keys keys = {nth_key, opening};
	uint8_t nonce[TLI_AUTH_NONCE_BYTES];
	int result;

	if (bind_key(opening, channel, error) < 0)
		return error->code;
	opening->origin.fd = channel->fd;
	policy.is_reflected = tli_origin_is_reflected;
	policy.is_reflected_arg = &opening->origin;
	result = tli_origin_make_nonce(&opening->origin, nonce);
	if (result < 0)
		return tli_error_system(
			error, TIELINE_ESYSTEM, "random bytes", -result);
	tli_auth_init(
		&opening->auth, opening->origin.role, &policy, &keys, nonce);
	return 0;
}

/* The connection is established: what comes now has a deadline of its own. */
static int begin_talking(struct tli_opening *opening,
	struct tli_channel *channel, struct tli_error *error)
{
	const struct tli_settings *settings = opening->settings;
	int64_t deadline_ms = tli_deadline_in(settings->handshake_timeout_ms);
	int result = check_peer_user(opening, channel->fd, error);

	if (result < 0)
		return result;
	opening->stage = TLI_OPENING_SECURES;
	opening->deadline_ms = tli_earlier(opening->total_ms, deadline_ms);
	if (opening->origin.role == TLI_AUTH_CLIENT)
		tli_socket_set_blocking(channel->fd);
	if (settings->tls &&
		!tli_channel_secure(
			channel, settings->tls, settings->server_name))
		return tli_error_set(
			error, TIELINE_ENOMEM, "no memory for TLS");
	return 0;
}

/* Returns 1 when connected, 0 when it takes longer, or the code in *error. */
static int connect_step(struct tli_opening *opening,
	struct tli_channel *channel, struct tli_error *error)
{
	char peer[TLI_ENDPOINT_TEXT];
	char what[TLI_ENDPOINT_TEXT + 32];
	int result = 0;

	if (opening->origin.role == TLI_AUTH_CLIENT)
		result = tli_socket_connect(channel->fd, &opening->endpoint);
	opening->retry_ms = result == -EAGAIN ? tli_now_ms() + RETRY_MS : 0;
	if (result == -EINPROGRESS || result == -EAGAIN)
		return 0;
	if (result == 0) {
		result = begin_talking(opening, channel, error);
		return result < 0 ? result : 1;
	}
	/* It was connected, but that is over already. */
	if (result == -ECONNRESET || result == -EPIPE)
		return tli_error_lost(error, -result);
	tli_settings_format(opening->settings, &opening->endpoint, peer);
	snprintf(what, sizeof(what), "cannot connect to %s", peer);
	return tli_error_system(error, TIELINE_ECONNECT, what, -result);
}

/* The same for TLS. */
static int secure_step(struct tli_opening *opening, struct tli_channel *channel,
	struct tli_error *error)
{
	int result = tli_channel_shake_hands(channel);

	if (result == -ECONNRESET)
		return tli_error_set(error, TIELINE_ELOST,
			"the peer closed the connection during the handshake "
			"of TLS: does it speak TLS, and take our certificate?");
	if (result < 0)
		return tli_channel_lost(channel, -result, error);
	if (result == 0)
		return 0;
	opening->stage = TLI_OPENING_AUTHENTICATES;
	if (!opening->settings->key)
		return 1;
	result = start_handshake(opening, channel, error);
	return result < 0 ? result : 1;
}

/* Returns 0, also when not all could be sent, or the code in *error. */
static int send_output(struct tli_auth *auth, struct tli_channel *channel,
	struct tli_error *error)
{
	int flushed = tli_channel_flush(channel, TLI_SOCKET_TRY);
	size_t len;
	const uint8_t *bytes = tli_auth_output(auth, &len);

	if (flushed < 0)
		return tli_channel_lost(channel, -flushed, error);
	while (len > 0) {
		struct iovec part = {(void *)bytes, len};
		ssize_t put =
			tli_channel_write(channel, &part, 1, TLI_SOCKET_TRY);

		if (put < 0)
			return tli_channel_lost(channel, (int)-put, error);
		if (put == TLI_SOCKET_AGAIN)
			return 0;
		tli_auth_output_sent(auth, (size_t)put);
		bytes = tli_auth_output(auth, &len);
	}
	return 0;
}

/* Whether it is about keys, or about what is spoken. */
static const int codes[] = {
	[TLI_AUTH_NONE] = TIELINE_OK,
	[TLI_AUTH_BAD_LENGTH] = TIELINE_EPROTOCOL,
	[TLI_AUTH_NO_CHALLENGE] = TIELINE_EPROTOCOL,
	[TLI_AUTH_SHORT_CHALLENGE] = TIELINE_EPROTOCOL,
	[TLI_AUTH_UNKNOWN_DIGEST] = TIELINE_EAUTH,
	[TLI_AUTH_NO_ANSWER] = TIELINE_EPROTOCOL,
	[TLI_AUTH_REFUSED_DIALECT] = TIELINE_EAUTH,
	[TLI_AUTH_WRONG_ANSWER] = TIELINE_EAUTH,
	[TLI_AUTH_REFUSED_KEY] = TIELINE_EAUTH,
	[TLI_AUTH_REFLECTED] = TIELINE_EAUTH,
	[TLI_AUTH_REJECTED] = TIELINE_EAUTH,
	[TLI_AUTH_NO_VERDICT] = TIELINE_EPROTOCOL,
	[TLI_AUTH_NO_DIGEST] = TIELINE_EAUTH,
	[TLI_AUTH_GIVEN_UP] = TIELINE_EHANDSHAKE,
};

/* The verdict goes out, and what has come unread does not take it back. */
static void send_verdict(
	struct tli_opening *opening, struct tli_channel *channel)
{
	struct tli_error ignored;

	(void)send_output(&opening->auth, channel, &ignored);
	tli_socket_drain(channel->fd);
}

void tli_opening_give_up(
	struct tli_opening *opening, struct tli_channel *channel)
{
	if (opening->stage != TLI_OPENING_AUTHENTICATES ||
		!opening->settings->key)
		return;
	tli_auth_give_up(&opening->auth);
	send_verdict(opening, channel);
}

/* What there is to say about keys that TLS has to do with. */
static const char *const secure_advice[] = {
	[TLI_AUTH_WRONG_ANSWER] =
		"both sides need the same authkey, and to bind it to the TLS "
		"connection; if they do, somebody stands between them",
	[TLI_AUTH_REJECTED] =
		"both sides need the same authkey, and to bind it to the TLS "
		"connection, or bind_to_certificate or allow_unbound here if "
		"that is how the listener takes it; if they do, somebody "
		"stands between them",
	[TLI_AUTH_REFUSED_KEY] = "its login is not bound to the TLS "
				 "connection, as behind a program that adds "
				 "TLS: allow_unbound takes it",
};

static const char *advice_on(
	const struct tli_opening *opening, enum tli_auth_reason reason)
{
	const size_t count = sizeof(secure_advice) / sizeof(*secure_advice);

	if (opening->binding.secure && reason < count && secure_advice[reason])
		return secure_advice[reason];
	return tli_auth_reason_advice(reason);
}

static int refuse(struct tli_opening *opening, struct tli_channel *channel,
	struct tli_error *error)
{
	enum tli_auth_reason reason = opening->auth.reason;

	send_verdict(opening, channel);
	return tli_error_set(error, codes[reason], "the peer %s: %s",
		tli_auth_reason_text(reason), advice_on(opening, reason));
}

/* A server with TLS waits for the client to begin, and then is gone. */
static const char *advice_on_tls(const struct tli_opening *opening)
{
	return opening->origin.role == TLI_AUTH_CLIENT &&
			tli_endpoint_is_tcp(&opening->endpoint) &&
			!opening->settings->tls
		? " If it speaks TLS, its address is tls://..."
		: "";
}

static int handshake_cut(const struct tli_opening *opening,
	const struct tli_channel *channel, ssize_t how, struct tli_error *error)
{
	if (how != TLI_SOCKET_END)
		return tli_channel_lost(channel, (int)-how, error);
	return tli_error_set(error, TIELINE_ELOST,
		"the peer closed the connection during the handshake: does it "
		"speak multiprocessing.connection, and is its authkey set?%s",
		advice_on_tls(opening));
}

/* The handshake is over; what was read behind it is the first input. */
static int finish(struct tli_opening *opening, int fd, struct tli_input *input,
	const uint8_t *rest, size_t len, struct tli_error *error)
{
	if (!tli_input_push(input, rest, len))
		return tli_error_set(error, TIELINE_ENOMEM,
			"no memory for what follows the handshake");
	if (opening->origin.role == TLI_AUTH_LISTENER &&
		tli_endpoint_is_tcp(&opening->endpoint))
		tli_socket_quick_ack(fd);
	return 0;
}

/* Reads once. Returns 1 if that got on, 0 if nothing came, or the code. */
static int read_step(struct tli_opening *opening, struct tli_channel *channel,
	struct tli_input *input, struct tli_error *error)
{
	uint8_t bytes[TLI_FRAME_HEADER_MAX + TLI_AUTH_FRAME_MAX];
	struct iovec part = {bytes, tli_auth_wants(&opening->auth)};
	size_t used;
	ssize_t got;
	int result;

	got = tli_channel_read(channel, &part, 1, TLI_SOCKET_TRY);
	if (got == TLI_SOCKET_AGAIN)
		return 0;
	if (got < 0)
		return handshake_cut(opening, channel, got, error);
	result = tli_auth_feed(&opening->auth, bytes, (size_t)got, &used);
	if (result == TLI_AUTH_FAILED)
		return refuse(opening, channel, error);
	if (result == TLI_AUTH_DONE)
		result = finish(opening, channel->fd, input, bytes + used,
			(size_t)got - used, error);
	return result < 0 ? result : 1;
}

/* Returns 1 when both sides are satisfied, 0 when it takes longer. */
static int handshake_step(struct tli_opening *opening,
	struct tli_channel *channel, struct tli_input *input,
	struct tli_error *error)
{
	int result = 1;

	while (result > 0) {
		size_t unsent;

		result = send_output(&opening->auth, channel, error);
		if (result < 0)
			return result;
		tli_auth_output(&opening->auth, &unsent);
		if (unsent > 0)
			return 0;
		if (tli_auth_awaits(&opening->auth) == TLI_AUTH_FINISHED)
			return 1;
		result = read_step(opening, channel, input, error);
	}
	return result;
}

/* Returns 1 when the connection leads to a partner, 0 when it takes longer. */
static int meet(struct tli_opening *opening, struct tli_channel *channel,
	struct tli_error *error)
{
	struct tli_meeting *meeting = opening->meeting;
	int result =
		tli_meeting_step(meeting, channel, opening->total_ms, error);

	opening->deadline_ms = meeting->parked ? TLI_NEVER : opening->total_ms;
	return result;
}

static int too_late(const struct tli_opening *opening, struct tli_error *error)
{
	char peer[TLI_ENDPOINT_TEXT];

	if (opening->meeting && opening->meeting->asked)
		return tli_error_set(error, TIELINE_EBROKER,
			"the broker did not answer in connect_timeout_ms");
	if (opening->stage == TLI_OPENING_SECURES)
		return tli_error_set(error, TIELINE_EHANDSHAKE,
			"the peer did not finish the handshake of TLS in time: "
			"does it speak TLS?");
	if (opening->stage == TLI_OPENING_AUTHENTICATES)
		return tli_error_set(error, TIELINE_EHANDSHAKE,
			"the peer %s in time: %s%s",
			tli_auth_missing_text(&opening->auth),
			tli_auth_reason_advice(TLI_AUTH_GIVEN_UP),
			advice_on_tls(opening));
	tli_settings_format(opening->settings, &opening->endpoint, peer);
	return tli_error_set(error, TIELINE_ECONNECT,
		"cannot connect to %s: no answer in connect_timeout_ms", peer);
}

int tli_opening_step(struct tli_opening *opening, struct tli_channel *channel,
	struct tli_input *input, struct tli_error *error)
{
	int result = 1;

	if (opening->stage == TLI_OPENING_CONNECTS)
		result = connect_step(opening, channel, error);
	if (result > 0 && opening->stage == TLI_OPENING_SECURES)
		result = secure_step(opening, channel, error);
	if (result > 0 && opening->settings->key)
		result = handshake_step(opening, channel, input, error);
	if (result > 0 && opening->meeting)
		result = meet(opening, channel, error);
	/* What has come in time counts, even if it is looked at late. */
	if (result != 0 || tli_time_left_ms(opening->deadline_ms) != 0)
		return result;
	result = too_late(opening, error);
	tli_opening_give_up(opening, channel);
	return result;
}

struct tli_interest tli_opening_interest(
	const struct tli_opening *opening, const struct tli_channel *channel)
{
	struct tli_interest interest = {channel->fd, 0, opening->deadline_ms};
	size_t unsent;

	if (opening->retry_ms) {
		interest.deadline_ms =
			tli_earlier(opening->retry_ms, interest.deadline_ms);
		return interest;
	}
	tli_auth_output(&opening->auth, &unsent);
	if (opening->stage == TLI_OPENING_CONNECTS || unsent > 0 ||
		tli_channel_held_bytes(channel) > 0)
		interest.events = POLLOUT;
	else if (opening->meeting)
		interest.events = tli_meeting_events(opening->meeting, channel);
	else
		interest.events = POLLIN;
	return interest;
}
