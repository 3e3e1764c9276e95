/* SPDX-License-Identifier: MIT */
/* Fingerprints of what has nothing inside, and what all fingerprints are made
 * of: fingerprint.h has the rules. */
#ifndef TLI_LEAF_FINGERPRINT_H
#define TLI_LEAF_FINGERPRINT_H

#include "number.h"
#include "value.h"

struct tli_fingerprint {
	uint64_t low;
	uint64_t high;
};

static inline bool tli_same_fingerprint(
	const struct tli_fingerprint *one, const struct tli_fingerprint *other)
{
	return one->low == other->low && one->high == other->high;
}

/* What is hashed: a value, whose tag is its family, or one of these. */
enum tli_tag {
	TLI_TAG_NUMBER = TLI_KINDS, /* and its form */
	TLI_TAG_ITEM = TLI_TAG_NUMBER + TLI_NUMBER_CHARACTER + 1,
	TLI_TAG_MEMBER,
	TLI_TAG_INSIDE_ITSELF,
	TLI_TAG_NODE,
};

/* What is hashed under different tags is never the same. */
struct tli_fingerprint tli_tagged_hash(
	const uint64_t seed[2], unsigned tag, const void *bytes, size_t len);

/* The kind that stands for all those which can be equal to this one. */
enum tli_kind tli_family(enum tli_kind kind);

/* Whether it can be a key, if what is inside can. */
bool tli_is_hashable(enum tli_kind kind);

/* Whether there are so many bytes that they should be read only once. */
bool tli_is_long(const struct tli_value *value);

/* Whether it has no items, or such as count by what they amount to: ranges. */
bool tli_has_nothing_inside(const struct tli_value *value);

/* Of such a value. */
struct tli_fingerprint tli_leaf_fingerprint(
	const uint64_t seed[2], const struct tli_value *value);

/* Whether it is a NaN, or has one: a float, a complex number, an array. */
bool tli_has_nan(const struct tli_value *value);

/* Of such a value, the same for all whose other parts are the same too. */
struct tli_fingerprint tli_nan_fingerprint(
	const uint64_t seed[2], const struct tli_value *value);

/* Of a node that is equal to nothing but itself. */
struct tli_fingerprint tli_node_fingerprint(
	const uint64_t seed[2], const struct tli_value *node);

#endif
