/* SPDX-License-Identifier: MIT */
/*
 * The keyed digests of the handshake, comparison in constant time, and wiping.
 * The only file that sees OpenSSL's digests.
 */
#ifndef TLI_HMAC_H
#define TLI_HMAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tli_digest {
	TLI_MD5,
	TLI_SHA256,
	TLI_SHA384,
	TLI_SHA3_256,
	TLI_SHA3_384,
};

#define TLI_HMAC_MAX 48u /* bytes of the longest of them */

/* Length in bytes of what the digest makes. */
size_t tli_digest_bytes(enum tli_digest digest);

/*
 * Computes HMAC(key, text). False when OpenSSL does not offer the digest (MD5
 * under FIPS) or has no memory; mac is then not to be used.
 */
bool tli_hmac(enum tli_digest digest, const void *key, size_t key_len,
	const void *text, size_t text_len, uint8_t mac[TLI_HMAC_MAX]);

/* Compares in a time that depends on len alone. */
bool tli_equal_secret(const void *a, const void *b, size_t len);

/* Overwrites a secret; the compiler does not remove it. */
void tli_wipe(void *secret, size_t len);

#endif
