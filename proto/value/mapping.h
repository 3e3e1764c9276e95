/* SPDX-License-Identifier: MIT */
/*
 * Keys: dicts and sets, in which each is once. Keys are equal as in Python
 * (1 == 1.0 == True), but that two objects are the same key only if they are
 * one node: whether Python would call them equal is not known here, and none
 * may get lost.
 */
#ifndef TLI_MAPPING_H
#define TLI_MAPPING_H

#include "value.h"

/*
 * Sets a key's value; a key that is there keeps its place and its node. False
 * on failure: TLI_VALUE_TYPE if the key is unhashable, with Python's text.
 */
bool tli_dict_set(
	struct tli_value *dict, struct tli_value *key, struct tli_value *item);

/* The same, of a key that is a text. */
bool tli_dict_put(
	struct tli_value *dict, const char *key, struct tli_value *item);

/* Adds an item to a set or frozenset, unless it is there. False as above. */
bool tli_set_add(struct tli_value *set, struct tli_value *item);

/* Of a container that was filled with tli_append(), looks at the keys, if it
 * has such, so that finding one is quick. False as above. */
bool tli_index_keys(struct tli_value *container);

/*
 * Finds a key, of any tree; here objects are equal by structure. Where it is
 * among the items: of a dict, its value is behind it. Negative if it is not
 * there, or cannot be a key: TLI_VALUE_TYPE with *error set, or
 * TLI_VALUE_NOMEM, TLI_VALUE_LIMIT; TLI_NO_KEY.
 */
#define TLI_NO_KEY (-100)
int64_t tli_find_key(const struct tli_value *container,
	const struct tli_value *key, struct tli_value_error *error);

/* The value under a text as key; NULL if there is none. */
struct tli_value *tli_dict_get(
	const struct tli_value *dict, const char *key, size_t len);

#endif
