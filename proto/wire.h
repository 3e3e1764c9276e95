/* SPDX-License-Identifier: MIT */
/* Words in byte arrays, at any alignment. */
#ifndef TLI_WIRE_H
#define TLI_WIRE_H

#include <stdint.h>

static inline uint32_t tli_load_be32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
		(uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

static inline uint64_t tli_load_be64(const uint8_t *bytes)
{
	return (uint64_t)tli_load_be32(bytes) << 32 | tli_load_be32(bytes + 4);
}

/* Of up to 8 bytes. */
static inline uint64_t tli_load_le(const uint8_t *bytes, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

static inline void tli_store_be32(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)(value >> 24);
	bytes[1] = (uint8_t)(value >> 16);
	bytes[2] = (uint8_t)(value >> 8);
	bytes[3] = (uint8_t)value;
}

static inline void tli_store_be64(uint8_t *bytes, uint64_t value)
{
	tli_store_be32(bytes, (uint32_t)(value >> 32));
	tli_store_be32(bytes + 4, (uint32_t)value);
}

#endif
