/* SPDX-License-Identifier: MIT */
/*
 * Keys that are bound to a TLS channel: who relays a handshake to another
 * channel, or reflects it, has another key. docs/protocol.md has the bytes.
 */
#ifndef TLI_BINDING_H
#define TLI_BINDING_H

#include "auth.h"
#include "tls.h"

/* The ways to prove a key on a channel. */
enum tli_binding_way {
	TLI_BINDING_NONE,      /* as it is: all that there is without TLS */
	TLI_BINDING_EXPORTER,  /* to this connection: RFC 9266 */
	TLI_BINDING_END_POINT, /* to its server's certificate: RFC 5929 */
	TLI_BINDING_WAYS,
};

#define TLI_BINDING_BYTES_MAX TLI_TLS_END_POINT_BYTES

/* What a channel's keys are bound to. */
struct tli_binding {
	bool secure;        /* it has TLS */
	bool takes_unbound; /* all the same; without TLS that goes anyway */
	struct {
		size_t len; /* 0 = there is none */
		uint8_t bytes[TLI_BINDING_BYTES_MAX];
	} to[TLI_BINDING_WAYS];
};

/* Of an open connection; NULL is a channel without TLS. */
void tli_binding_init(
	struct tli_binding *binding, struct tli_tls *tls, bool takes_unbound);

/* In how many ways, from the first on, a key may be proved on the channel, be
 * it to be refused. */
size_t tli_binding_ways(const struct tli_binding *binding);

/* The key, as the side of that role proves in that way that it has it. What is
 * proved in a way that is not taken is refused. */
enum tli_auth_key_use tli_binding_derive(const struct tli_binding *binding,
	enum tli_binding_way way, enum tli_auth_role role, const void *key,
	size_t key_len, struct tli_auth_secret *secret);

#endif
