/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#define DEFAULT_CONNECT_TIMEOUT_MS   10000u
#define DEFAULT_HANDSHAKE_TIMEOUT_MS 5000u
#define DEFAULT_MAX_MESSAGE_BYTES    (64u << 20)
#define DEFAULT_MAX_HANDSHAKES       512u

bool tli_options_copy(void *to, size_t to_size, const void *from)
{
	const char *bytes = from;
	size_t from_size;

	memcpy(&from_size, from, sizeof(from_size));
	if (from_size < sizeof(from_size))
		return false;
	for (size_t i = to_size; i < from_size; i++)
		if (bytes[i] != 0)
			return false;
	memcpy(to, from, from_size < to_size ? from_size : to_size);
	return true;
}

static uint64_t or_default(uint64_t value, uint64_t standard)
{
	return value ? value : standard;
}

/* NULL, or the name and range of an option that is out of it. */
static const char *out_of_range(const tieline_options *options)
{
	if (options->connect_timeout_ms > INT_MAX)
		return "connect_timeout_ms must be at most 2147483647";
	if (options->handshake_timeout_ms > INT_MAX)
		return "handshake_timeout_ms must be at most 2147483647";
	if (options->max_message_bytes > SIZE_MAX / 2)
		return "max_message_bytes must be at most SIZE_MAX / 2";
	if (options->backlog > 65535)
		return "backlog must be at most 65535";
	if (options->max_handshakes > 65535)
		return "max_handshakes must be at most 65535";
	if ((unsigned)options->legacy_auth > TIELINE_LEGACY_AUTH_ANY)
		return "legacy_auth is none of TIELINE_LEGACY_AUTH_...";
	if ((unsigned)options->legacy_digest > TIELINE_LEGACY_DIGEST_SHA256)
		return "legacy_digest is none of TIELINE_LEGACY_DIGEST_...";
	if ((unsigned)options->verify > TIELINE_VERIFY_NONE)
		return "verify is none of TIELINE_VERIFY_...";
	if ((unsigned)options->client_certificates >
		TIELINE_CLIENT_CERTIFICATES_REQUIRED)
		return "client_certificates is none of "
		       "TIELINE_CLIENT_CERTIFICATES_...";
	if (options->pickle_protocol != 0 &&
		(options->pickle_protocol < TIELINE_PICKLE_PROTOCOL_MIN ||
			options->pickle_protocol > TIELINE_PICKLE_PROTOCOL_MAX))
		return "pickle_protocol must be 2 to 5";
	return NULL;
}

static struct tli_settings with_defaults(const tieline_options *options)
{
	return (struct tli_settings){
		.connect_timeout_ms =
			(int)or_default(options->connect_timeout_ms,
				DEFAULT_CONNECT_TIMEOUT_MS),
		.handshake_timeout_ms =
			(int)or_default(options->handshake_timeout_ms,
				DEFAULT_HANDSHAKE_TIMEOUT_MS),
		.max_message_bytes = (size_t)or_default(
			options->max_message_bytes, DEFAULT_MAX_MESSAGE_BYTES),
		.backlog = options->backlog,
		.max_handshakes = (unsigned)or_default(
			options->max_handshakes, DEFAULT_MAX_HANDSHAKES),
		.legacy_auth = options->legacy_auth,
		.legacy_answer =
			options->legacy_digest == TIELINE_LEGACY_DIGEST_SHA256
			? TLI_AUTH_RAW_SHA256
			: TLI_AUTH_RAW_MD5,
		.check_peer_uid = options->check_peer_uid,
		.peer_uid = options->peer_uid,
		.on_refused = options->on_refused,
		.on_refused_arg = options->on_refused_arg,
		.exclusive = options->exclusive,
		.pickle_protocol = options->pickle_protocol,
	};
}

/* Exactly one of authkey, authkey_file and no_authkey, or it is a mistake. */
static int take_key(struct tli_settings *settings,
	const tieline_options *options, struct tli_error *error)
{
	int given = (options->authkey != NULL) +
		(options->authkey_file != NULL) + options->no_authkey;

	if (given == 0)
		return tli_error_set(error, TIELINE_EKEY,
			"there is no authkey: set authkey, authkey_file or "
			"no_authkey in the options");
	if (given > 1)
		return tli_error_set(error, TIELINE_EKEY,
			"only one of authkey, authkey_file and no_authkey can "
			"be set");
	if (options->authkey)
		settings->key = tli_key_copy(
			options->authkey, options->authkey_len, error);
	else if (options->authkey_file)
		settings->key = tli_key_read(options->authkey_file, error);
	else
		return 0;
	return settings->key ? 0 : error->code;
}

static int prepare(struct tli_settings *settings,
	const tieline_options *options, const struct tli_use *use,
	struct tli_error *error)
{
	int result = take_key(settings, options, error);

	if (result == 0)
		result = tli_settings_secure(settings, options, use, error);
	if (result < 0)
		tli_settings_fini(settings);
	return result;
}

int tli_settings_init(struct tli_settings *settings,
	const tieline_options *options, const struct tli_use *use,
	struct tli_error *error)
{
	tieline_options known = tieline_options_default();
	const char *wrong;

	if (options && !tli_options_copy(&known, sizeof(known), options))
		return tli_error_set(error, TIELINE_EINVAL,
			"the options' size is wrong, or they ask for what "
			"version %s does not have: start from "
			"tieline_options_default()",
			TIELINE_VERSION);
	wrong = out_of_range(&known);
	if (wrong)
		return tli_error_set(error, TIELINE_EINVAL, "%s", wrong);
	*settings = with_defaults(&known);
	return use ? prepare(settings, &known, use, error) : 0;
}

int tli_settings_copy(
	struct tli_settings *settings, const struct tli_settings *from)
{
	struct tli_error error;

	*settings = *from;
	if (from->key)
		settings->key =
			tli_key_copy(from->key->bytes, from->key->len, &error);
	if (from->tls)
		(void)tli_tls_context_ref(from->tls);
	return from->key && !settings->key ? TIELINE_ENOMEM : 0;
}

void tli_settings_fini(struct tli_settings *settings)
{
	tli_key_free(settings->key);
	settings->key = NULL;
	tli_tls_context_unref(settings->tls);
	settings->tls = NULL;
}

struct tli_auth_policy tli_settings_policy(
	const struct tli_settings *settings, bool peer_is_local)
{
	bool legacy = settings->legacy_auth == TIELINE_LEGACY_AUTH_ANY ||
		(settings->legacy_auth == TIELINE_LEGACY_AUTH_LOCAL &&
			peer_is_local);

	/* Who knows bound keys knows better digests too. */
	if (settings->tls && !settings->allow_unbound)
		legacy = false;
	return (struct tli_auth_policy){
		.dialects = legacy ? TLI_AUTH_ALL
				   : TLI_AUTH_ALL & ~TLI_AUTH_HMAC_MD5,
		.legacy_answer = settings->legacy_answer,
	};
}
