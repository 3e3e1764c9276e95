/* SPDX-License-Identifier: MIT */
/* A context, as the connections made of it see it. */
#ifndef TLI_TLS_CONTEXT_PRIVATE_H
#define TLI_TLS_CONTEXT_PRIVATE_H

#include "tls_context.h"

#include <openssl/ssl.h>
#include <stdatomic.h>

struct tli_tls_context {
	atomic_uint references;
	enum tli_tls_role role;
	enum tli_tls_verify verify;
	SSL_CTX *openssl;
	BIO_METHOD *transport; /* how connections get at their bytes */
};

/* Makes it; NULL for lack of memory. */
BIO_METHOD *tli_tls_transport_new(void);

/* Hears of each certificate that was looked at. */
int tli_tls_on_verified(int is_good, X509_STORE_CTX *store);

#endif
