/* SPDX-License-Identifier: MIT */
#include "hmac.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static const struct {
	const EVP_MD *(*algorithm)(void);
	size_t bytes;
} digests[] = {
	[TLI_MD5] = {EVP_md5, 16},
	[TLI_SHA256] = {EVP_sha256, 32},
	[TLI_SHA384] = {EVP_sha384, 48},
	[TLI_SHA3_256] = {EVP_sha3_256, 32},
	[TLI_SHA3_384] = {EVP_sha3_384, 48},
};

size_t tli_digest_bytes(enum tli_digest digest)
{
	return digests[digest].bytes;
}

bool tli_hmac(enum tli_digest digest, const void *key, size_t key_len,
	const void *text, size_t text_len, uint8_t mac[TLI_HMAC_MAX])
{
	unsigned int mac_len = 0;
	bool done;

	if (key_len > INT_MAX)
		return false;
	/* Our failures stay out of the error queue that the program reads. */
	ERR_set_mark();
	done = HMAC(digests[digest].algorithm(), key, (int)key_len, text,
		text_len, mac, &mac_len);
	ERR_pop_to_mark();
	return done && mac_len == digests[digest].bytes;
}

bool tli_equal_secret(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

void tli_wipe(void *secret, size_t len)
{
	OPENSSL_cleanse(secret, len);
}
