/* SPDX-License-Identifier: MIT */
/* SipHash-2-4 with 128 bits (Aumasson and Bernstein): a keyed hash, for tables
 * whose keys come from peers. */
#ifndef TLI_SIPHASH_H
#define TLI_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

void tli_siphash(const void *bytes, size_t len, const uint64_t key[2],
	uint64_t hash_out[2]);

#endif
