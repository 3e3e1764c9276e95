/* SPDX-License-Identifier: MIT */
/*
 * Challenges that this process knows for its own. Somebody without the key who
 * is connected to a listener and to a client of one process could hand the
 * challenge of one to the other, and have the process answer itself. So what a
 * challenge was made for is hidden in its random bytes, and a challenge that
 * was made here for another connection is not answered.
 *
 * A process may connect to itself: then both ends agree on the connection.
 */
#ifndef TLI_ORIGIN_H
#define TLI_ORIGIN_H

#include "../proto/auth.h"

#include "../system/endpoint.h"

#define TLI_ORIGIN_TEXT (2 * TLI_ENDPOINT_TEXT)

/* A connection of this process, seen from its role. */
struct tli_origin {
	int fd;
	enum tli_auth_role role;
	char ends[TLI_ORIGIN_TEXT]; /* what tli_origin_make_nonce() found */
};

/* Makes the nonce of a challenge: random, but for the tags. Returns 0 or
 * -errno.
 */
int tli_origin_make_nonce(
	struct tli_origin *origin, uint8_t nonce[TLI_AUTH_NONCE_BYTES]);

/* Whether a challenge's message was made by this process, for another
 * connection than this; for struct tli_auth_policy. */
bool tli_origin_is_reflected(
	const void *origin, const uint8_t *message, size_t len);

#endif
