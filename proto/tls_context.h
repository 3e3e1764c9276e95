/* SPDX-License-Identifier: MIT */
/*
 * What all TLS connections of one address have in common: a certificate, whom
 * to trust, and which versions are spoken. Certificates come as PEM text; who
 * read it says where it is from, for messages.
 *
 * TLS 1.3, and 1.2 with AEAD where that is allowed. There is no compression, no
 * renegotiation, no early data, and no session is resumed.
 */
#ifndef TLI_TLS_CONTEXT_H
#define TLI_TLS_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

#define TLI_TLS_TEXT 384u /* room for any message about TLS */

struct tli_tls_context;

enum tli_tls_role {
	TLI_TLS_SERVER,
	TLI_TLS_CLIENT,
};

/* What is asked of the peer's certificate. */
enum tli_tls_verify {
	TLI_TLS_UNVERIFIED,
	TLI_TLS_IF_GIVEN, /* of a server: if the client has one, as the next */
	TLI_TLS_CHAIN,    /* a CA that is trusted vouches for it */
	TLI_TLS_NAME,     /* of a client: and it is for the server's name */
};

/* PEM text. */
struct tli_pem {
	const char *name; /* of the file */
	const char *text; /* NULL = none */
	size_t len;
};

struct tli_tls_options {
	enum tli_tls_role role;
	enum tli_tls_verify verify;
	struct tli_pem
		certificate; /* its chain may follow; a server needs it */
	struct tli_pem private_key; /* without a password */
	struct tli_pem ca;          /* none = those that the system trusts */
	struct tli_pem crl;         /* none = revocation is not checked */
	bool allow_tls12;
};

/* Makes a context with one reference. NULL with what is wrong in why. */
struct tli_tls_context *tli_tls_context_new(
	const struct tli_tls_options *options, char why[TLI_TLS_TEXT]);

/* May be called from any thread. */
struct tli_tls_context *tli_tls_context_ref(struct tli_tls_context *context);

/* NULL is fine. */
void tli_tls_context_unref(struct tli_tls_context *context);

#endif
