/* SPDX-License-Identifier: MIT */
#include "siphash.h"

#include "wire.h"

struct state {
	uint64_t v0;
	uint64_t v1;
	uint64_t v2;
	uint64_t v3;
};

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static inline void mix_round(struct state *state)
{
	state->v0 += state->v1;
	state->v2 += state->v3;
	state->v1 = rotate(state->v1, 13) ^ state->v0;
	state->v3 = rotate(state->v3, 16) ^ state->v2;
	state->v0 = rotate(state->v0, 32) + state->v3;
	state->v2 += state->v1;
	state->v3 = rotate(state->v3, 21) ^ state->v0;
	state->v1 = rotate(state->v1, 17) ^ state->v2;
	state->v2 = rotate(state->v2, 32);
}

static inline void compress(struct state *state, uint64_t word)
{
	state->v3 ^= word;
	mix_round(state);
	mix_round(state);
	state->v0 ^= word;
}

static inline uint64_t finish(struct state *state)
{
	for (int i = 0; i < 4; i++)
		mix_round(state);
	return state->v0 ^ state->v1 ^ state->v2 ^ state->v3;
}

void tli_siphash(const void *bytes, size_t len, const uint64_t key[2],
	uint64_t hash_out[2])
{
	const uint8_t *at = bytes;
	struct state state = {
		.v0 = key[0] ^ 0x736f6d6570736575u,
		.v1 = key[1] ^ 0x646f72616e646f6du ^ 0xee,
		.v2 = key[0] ^ 0x6c7967656e657261u,
		.v3 = key[1] ^ 0x7465646279746573u,
	};

	for (size_t left = len; left >= 8; left -= 8, at += 8)
		compress(&state, tli_load_le(at, 8));
	/* The bytes that fill no word, and the length in the highest byte. */
	compress(&state, tli_load_le(at, len & 7) | (uint64_t)len << 56);
	state.v2 ^= 0xee;
	hash_out[0] = finish(&state);
	state.v1 ^= 0xdd;
	hash_out[1] = finish(&state);
}
