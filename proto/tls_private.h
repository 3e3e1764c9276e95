/* SPDX-License-Identifier: MIT */
/* A TLS connection, as the files see it that have a part in it. */
#ifndef TLI_TLS_PRIVATE_H
#define TLI_TLS_PRIVATE_H

#include "tls.h"
#include "tls_context_private.h"

struct tli_tls {
	struct tli_tls_context *context;
	SSL *openssl;
	struct tli_buf input;
	struct tli_buf output;
	bool open;  /* the handshake is over */
	bool ended; /* we have said that nothing more comes */
	bool failed;
	unsigned long error; /* OpenSSL's, of the failure */
	char *refused; /* whose certificate was not taken; NULL = nobody's */
};

#endif
