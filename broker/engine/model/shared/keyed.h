/* SPDX-License-Identifier: MIT */
/*
 * Entries by keys, each once, in order of insertion: what dicts, sets and
 * namespaces are made of.
 */
#ifndef MODEL_KEYED_H
#define MODEL_KEYED_H

#include "../cell.h"

struct entry {
	struct cell key;
	struct cell value; /* none in a set */
	uint64_t version;  /* the object's, when it was written */
	UT_hash_handle hh;
};

/* An object with entries. Zeroed but for its object it is empty. */
struct keyed {
	struct object object;
	struct entry *entries;
};

static inline struct keyed *keyed_of(const struct call *call)
{
	return (struct keyed *)call->object;
}

/* ---- entries of no object --------------------------------------------- */

/* Makes one; without a value if that is NULL. NULL with the error raised. */
struct entry *entry_new(struct call *call, const struct tli_value *key,
	const struct tli_value *value);
void entry_free(struct entry *entry);

static inline void usage_add(struct usage *all, struct usage one)
{
	all->items += one.items;
	all->bytes += one.bytes;
}

/* What it counts. */
struct usage entry_usage(const struct entry *entry);

struct entry *entries_find(
	struct entry *entries, const struct tli_fingerprint *print);

/* Adds one that is not there. False for lack of memory, which is raised: then
 * it is freed. */
bool entries_add(
	struct call *call, struct entry **entries, struct entry *entry);

/* Adds a key and its value, or sets the value of a key that is there. False
 * with the error raised. */
bool entries_put(struct call *call, struct entry **entries,
	const struct tli_value *key, const struct tli_value *value);

/* Takes one out, and frees it. */
void entries_remove(struct entry **entries, struct entry *entry);

void entries_free(struct entry **entries);

/* ---- entries of the call's object ------------------------------------- */

/* Each returns false with the error raised, and nothing changed. */

/* *entry_out is NULL if there is none. */
bool keyed_find(struct call *call, const struct tli_value *key,
	struct entry **entry_out);

/* Takes over an entry whose key is not there, and counts it. */
bool keyed_add(struct call *call, struct entry *entry);

/* Sets the value of a key, and tells of the change. `entry` is what
 * keyed_find() found. */
bool keyed_set(struct call *call, struct entry *entry, struct tli_value *key,
	const struct tli_value *value);

/* Takes over all of these: those of other keys, and the values of keys that
 * are there; tells of the change, if there is one. What is left of them is to
 * be freed. */
bool keyed_merge(struct call *call, struct entry **more);

/* Takes over those of other keys, and counts what comes and what goes. */
bool keyed_adopt(
	struct call *call, struct entry **more, const struct usage *goes);

/* Takes it out, and frees it. */
void keyed_remove(struct call *call, struct entry *entry);

/* ---- what kinds share ------------------------------------------------- */

/* What of an entry is to be in a list: its key, its value, both. */
typedef struct tli_value *entry_fn(
	struct call *call, const struct entry *entry);

struct tli_value *entry_key(struct call *call, const struct entry *entry);
struct tli_value *entry_value(struct call *call, const struct entry *entry);
struct tli_value *entry_pair(struct call *call, const struct entry *entry);

/* A list or set of it for all entries; NULL with the error raised. */
struct tli_value *keyed_values(
	struct call *call, enum tli_kind kind, entry_fn *of);

/* A dict of all entries; NULL with the error raised. */
struct tli_value *keyed_dict(struct call *call);

/* Methods. */
enum outcome keyed_len(struct call *call);
enum outcome keyed_clear(struct call *call);
enum outcome keyed_get_versioned(struct call *call);
enum outcome keyed_compare_and_set(struct call *call);

void keyed_fini(struct model *model, struct object *object);

#endif
