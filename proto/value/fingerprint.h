/* SPDX-License-Identifier: MIT */
/*
 * 128 bits that stand for a value: the same for values that Python calls equal,
 * and, as the seed is secret, different for all others. So equality, hashing
 * and the keys of dicts and sets have one rule, which needs one walk:
 *
 * - numbers are equal by what they amount to: 1 == 1.0 == True == 1+0j,
 *   0.0 == -0.0; a NaN is equal to nothing but the very same node;
 * - bytes and bytearray, set and frozenset, are equal by content; str and
 *   bytes, list and tuple never are;
 * - arrays by their items; ranges by what they go through, if an int64_t has
 *   room for their three parts, else by these; slices by their three parts,
 *   and as keys like tuples of them, which Python takes from 3.12 on;
 * - dicts whatever their order;
 * - globals by their names; objects by structure: how they are made of what,
 *   and what is done to them, in this order;
 * - what is inside itself is equal to what has the same shape, and the same
 *   nodes in several places.
 */
#ifndef TLI_FINGERPRINT_H
#define TLI_FINGERPRINT_H

#include "leaf_fingerprint.h"

/* Whether two objects are equal by structure, or only each to itself; or, for
 * what outlives its nodes, so are two NaNs. */
enum tli_object_identity {
	TLI_OBJECTS_BY_STRUCTURE,
	TLI_OBJECTS_BY_IDENTITY,
	TLI_ALL_BY_CONTENT,
};

struct tli_known;

/* Fingerprints of many values under one seed: what is in several places is
 * looked at once. */
struct tli_fingerprints {
	struct tli_arena *arena; /* for what is known */
	uint64_t seed[2];
	enum tli_object_identity objects;
	uint8_t remembered; /* nodes with these flags: shared ones and keys, or
			     * all that are attached */
	struct tli_known *known;
	uint32_t known_count;
	uint32_t known_capacity;
	uint32_t repeats; /* how many nodes had to be looked at again */
	uint64_t visits;
};

void tli_fingerprints_init(struct tli_fingerprints *all,
	struct tli_arena *arena, const uint64_t seed[2],
	enum tli_object_identity objects);

/* The fingerprint of any value; hashable or not. Returns an enum
 * tli_value_result: TLI_VALUE_NOMEM, TLI_VALUE_LIMIT for what takes too long.
 */
int tli_fingerprint_of(struct tli_fingerprints *all,
	const struct tli_value *value, struct tli_fingerprint *fingerprint_out);

/* What is found out about a key. */
struct tli_key {
	struct tli_fingerprint fingerprint;
	bool has_objects;
	const struct tli_value *culprit; /* what is unhashable, if something is:
					  * it, or what is in the tuple */
};

/* The fingerprint of a key; TLI_VALUE_TYPE if it is unhashable. */
int tli_key_of(struct tli_fingerprints *all, const struct tli_value *value,
	struct tli_key *key_out);

/* That of any value, once. Objects are equal by structure. */
int tli_fingerprint(const struct tli_value *value, const uint64_t seed[2],
	struct tli_fingerprint *fingerprint_out);

/* The text for a failure. Returns the code. */
int tli_fingerprint_error(struct tli_value_error *error, int code,
	const struct tli_value *culprit);

#endif
