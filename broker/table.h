/* SPDX-License-Identifier: MIT */
/* uthash, set up for a broker: lack of memory leaves the element without a
 * table (its hh.tbl is NULL) instead of ending the process. */
#ifndef BROKER_TABLE_H
#define BROKER_TABLE_H

#define HASH_NONFATAL_OOM             1
#define HASH_FUNCTION(key, len, hash) ((hash) = table_hash((key), (len)))

#include <uthash.h>

#include <stdint.h>
#include <string.h>

/* Most keys are a number or two, of a length that the compiler knows. */
static inline unsigned table_hash(const void *key, size_t len)
{
	const uint8_t *bytes = key;
	uint64_t hash = len;

	while (len > 0) {
		size_t part = len < sizeof(uint64_t) ? len : sizeof(uint64_t);
		uint64_t word = 0;

		memcpy(&word, bytes, part);
		hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
		bytes += part;
		len -= part;
	}
	return (unsigned)hash;
}

#endif
