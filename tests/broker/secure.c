/* SPDX-License-Identifier: MIT */
#include "secure.h"

#include "../../proto/binding.h"
#include "../unit/certificates.h"

#include <string.h>

#define PATIENCE 200 /* turns of nothing */

void listen_with_tls(void)
{
	struct config_listen *listen = &settings.listen[settings.listen_count];
	struct tli_error error;

	assert_int_equal(
		config_add_listen(&settings, "tls://127.0.0.1:0", &error), 0);
	certificate_path("server-good.crt", listen->certificate_file);
	certificate_path("server-good.key", listen->private_key_file);
}

struct tli_tls_context *client_context(void)
{
	static const struct side client = {.verify = TLI_TLS_CHAIN};

	return new_context(TLI_TLS_CLIENT, &client);
}

static bool shake_tls_hands(struct tli_channel *channel)
{
	int result = 0;

	for (int i = 0; i < PATIENCE && result == 0; i++) {
		result = tli_channel_shake_hands(channel);
		turn();
	}
	return result == 1;
}

static ssize_t read_securely(
	struct tli_channel *channel, void *bytes, size_t size)
{
	struct iovec part = {bytes, size};
	ssize_t got = 0;

	for (int i = 0; i < PATIENCE && got == 0; i++) {
		got = tli_channel_read(channel, &part, 1, TLI_SOCKET_TRY);
		turn();
	}
	return got;
}

bool take_securely(struct tli_channel *channel, void *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = read_securely(
			channel, (char *)bytes + done, len - done);

		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

static void send_securely(
	struct tli_channel *channel, const void *bytes, size_t len)
{
	struct iovec part = {(void *)bytes, len};

	(void)tli_channel_write(channel, &part, 1, TLI_SOCKET_TRY);
	settle();
}

void tell_securely(struct tli_channel *channel, const char *text)
{
	uint8_t frame[1024] = {
		0, 0, (uint8_t)(strlen(text) >> 8), (uint8_t)strlen(text)};

	memcpy(frame + 4, text, strlen(text));
	send_securely(channel, frame, 4 + strlen(text));
}

static enum tli_auth_key_use only_key(const void *arg, size_t n,
	enum tli_auth_role role, struct tli_auth_secret *secret)
{
	return n > 0 ? TLI_AUTH_KEY_END
		     : tli_binding_derive(arg, TLI_BINDING_EXPORTER, role, KEY,
			       strlen(KEY), secret);
}

static bool authenticate(
	struct tli_channel *channel, const struct tli_binding *binding)
{
	static const uint8_t nonce[TLI_AUTH_NONCE_BYTES] = "a client's";
	const struct tli_auth_policy policy = {.dialects = TLI_AUTH_ALL};
	const struct tli_auth_keys keys = {only_key, binding};
	struct tli_auth auth;
	int result = TLI_AUTH_MORE;

	tli_auth_init(&auth, TLI_AUTH_CLIENT, &policy, &keys, nonce);
	while (result == TLI_AUTH_MORE) {
		uint8_t bytes[TLI_FRAME_HEADER_MAX + TLI_AUTH_FRAME_MAX];
		ssize_t got =
			read_securely(channel, bytes, tli_auth_wants(&auth));
		const uint8_t *output;
		size_t used, len;

		if (got <= 0)
			return false;
		result = tli_auth_feed(&auth, bytes, (size_t)got, &used);
		output = tli_auth_output(&auth, &len);
		send_securely(channel, output, len);
		tli_auth_output_sent(&auth, len);
	}
	return result == TLI_AUTH_DONE;
}

bool log_in_securely(
	struct tli_channel *channel, struct tli_tls_context *context)
{
	struct tli_binding binding;

	assert_true(tli_channel_secure(channel, context, "localhost"));
	if (!shake_tls_hands(channel))
		return false;
	tli_binding_init(&binding, channel->tls, false);
	return authenticate(channel, &binding);
}
