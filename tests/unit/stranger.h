/* SPDX-License-Identifier: MIT */
/* OpenSSL itself as the peer of an engine, set as a test wants it. */
#ifndef TESTS_STRANGER_H
#define TESTS_STRANGER_H

#include "../../proto/tls.h"

#include <openssl/ssl.h>

struct stranger {
	SSL_CTX *context;
	SSL *openssl;
	struct tli_tls *tls; /* the engine */
};

/* A stranger of the other role, that checks nothing, with that certificate of
 * the test set, or none if it is NULL. To be set before it starts. */
struct stranger new_stranger(enum tli_tls_role role, const char *own);

/* Starts it, facing an engine, which is freed with it. */
void face(struct stranger *stranger, struct tli_tls *tls);

/* Carries everything both ways until nothing moves any more. */
void pass_bytes(struct stranger *stranger);

/* Carries what there is for the engine; whether that was anything. */
bool pass_to_engine(struct stranger *stranger);

/* Both shake hands; whether both are through. */
bool meet(struct stranger *stranger);

/* Something goes both ways. */
void check_talk(struct stranger *stranger);
void free_stranger(struct stranger *stranger);

#endif
