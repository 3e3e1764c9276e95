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
 * - arrays by their items; ranges by what they go through; slices by their
 *   three parts;
 * - dicts whatever their order;
 * - globals by their names; objects by structure: how they are made of what,
 *   and what is done to them, in this order;
 * - what is inside itself is equal to what has the same shape.
 */
#ifndef TLI_FINGERPRINT_H
#define TLI_FINGERPRINT_H

#include "value.h"

struct tli_fingerprint {
	uint64_t low;
	uint64_t high;
};

/* Whether two objects are equal by structure, or only each to itself. */
enum tli_object_identity { TLI_OBJECTS_BY_STRUCTURE, TLI_OBJECTS_BY_IDENTITY };

/* The fingerprint of any value; hashable or not. Returns an enum
 * tli_value_result: TLI_VALUE_NOMEM, TLI_VALUE_LIMIT for what takes too long.
 */
int tli_fingerprint(const struct tli_value *value, const uint64_t seed[2],
	struct tli_fingerprint *fingerprint_out);

/*
 * The fingerprint of a key. TLI_VALUE_TYPE if it, or something in the tuple
 * that it is, is unhashable: *culprit_out is that. *has_objects_out: whether
 * there are objects in it.
 */
int tli_key_fingerprint(const struct tli_value *key, const uint64_t seed[2],
	enum tli_object_identity objects,
	struct tli_fingerprint *fingerprint_out, bool *has_objects_out,
	const struct tli_value **culprit_out);

#endif
