/* SPDX-License-Identifier: MIT */
#include "binding.h"

#include "hmac.h"

#include <stdio.h>
#include <string.h>

#define LABEL    "tieline-cb1"
#define TEXT_MAX 128u

static const char *const types[TLI_BINDING_WAYS] = {
	[TLI_BINDING_EXPORTER] = "tls-exporter",
	[TLI_BINDING_END_POINT] = "tls-server-end-point",
};

static const char *const roles[] = {
	[TLI_AUTH_LISTENER] = "listener",
	[TLI_AUTH_CLIENT] = "client",
};

_Static_assert(sizeof(LABEL " listener tls-server-end-point:") +
			TLI_BINDING_BYTES_MAX <=
		TEXT_MAX,
	"the longest text fits");

void tli_binding_init(
	struct tli_binding *binding, struct tli_tls *tls, bool takes_unbound)
{
	*binding = (struct tli_binding){
		.secure = tls != NULL,
		.takes_unbound = takes_unbound,
	};
	if (!tls)
		return;
	if (tli_tls_export(tls, binding->to[TLI_BINDING_EXPORTER].bytes))
		binding->to[TLI_BINDING_EXPORTER].len = TLI_TLS_EXPORT_BYTES;
	binding->to[TLI_BINDING_END_POINT].len = tli_tls_end_point(
		tls, binding->to[TLI_BINDING_END_POINT].bytes);
}

size_t tli_binding_ways(const struct tli_binding *binding)
{
	return binding->secure ? TLI_BINDING_WAYS : TLI_BINDING_NONE + 1;
}

/* Bound to nothing it would be good on every channel. */
static bool is_taken(
	const struct tli_binding *binding, enum tli_binding_way way)
{
	if (way == TLI_BINDING_NONE)
		return !binding->secure || binding->takes_unbound;
	return binding->to[way].len > 0;
}

static bool bind(const struct tli_binding *binding, enum tli_binding_way way,
	enum tli_auth_role role, struct tli_auth_secret *secret)
{
	char text[TEXT_MAX];
	uint8_t mac[TLI_HMAC_MAX];
	size_t len = (size_t)snprintf(
		text, sizeof(text), LABEL " %s %s:", roles[role], types[way]);

	memcpy(text + len, binding->to[way].bytes, binding->to[way].len);
	len += binding->to[way].len;
	if (!tli_hmac(TLI_SHA256, secret->bytes, secret->len, text, len, mac))
		return false;
	memcpy(secret->derived, mac, sizeof(secret->derived));
	tli_wipe(mac, sizeof(mac));
	secret->bytes = secret->derived;
	secret->len = sizeof(secret->derived);
	return true;
}

enum tli_auth_key_use tli_binding_derive(const struct tli_binding *binding,
	enum tli_binding_way way, enum tli_auth_role role, const void *key,
	size_t key_len, struct tli_auth_secret *secret)
{
	secret->bytes = key;
	secret->len = key_len;
	if (way != TLI_BINDING_NONE && !bind(binding, way, role, secret))
		return TLI_AUTH_KEY_NO_DIGEST;
	return is_taken(binding, way) ? TLI_AUTH_KEY_USABLE
				      : TLI_AUTH_KEY_REFUSED;
}
