/* SPDX-License-Identifier: MIT */
/* OpenSSL's allocations are made by alloc.h too. */
#ifndef TESTS_ALLOC_CRYPTO_H
#define TESTS_ALLOC_CRYPTO_H

#include <stdbool.h>

/* To be called before OpenSSL has allocated anything; false if it has. */
bool alloc_take_crypto(void);

/* From then on these succeed, uncounted, or are as any other, which they are at
 * first. */
void alloc_spare_crypto(bool spared);

#endif
