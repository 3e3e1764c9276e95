/* SPDX-License-Identifier: MIT */
/* Clients of a stepped broker over TLS, as far as it lets them: they expect
 * anything. */
#ifndef TESTS_BROKER_SECURE_H
#define TESTS_BROKER_SECURE_H

#include "../../system/channel.h"
#include "clients.h"

/* Before the broker is opened: it listens over TLS too, as the third of its
 * addresses. */
void listen_with_tls(void);

/* Where to knock for that. */
#define OVER_TLS ((enum wire)2)

/* What clients trust; to be given back. */
struct tli_tls_context *client_context(void);

/* On a socket that has knocked: the handshake of TLS, and the login, bound to
 * the channel. False if the broker ends it meanwhile. */
bool log_in_securely(
	struct tli_channel *channel, struct tli_tls_context *context);

/* Sends a text as a frame, and lets the broker hear it. */
void tell_securely(struct tli_channel *channel, const char *text);

/* Takes so many bytes. False if the connection ends or breaks before. */
bool take_securely(struct tli_channel *channel, void *bytes, size_t len);

#endif
