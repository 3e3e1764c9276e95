/* SPDX-License-Identifier: MIT */
/* Entries of no object, or of any: keyed.h. */
#include "keyed.h"

#include <stdlib.h>

#define PRINT_BYTES sizeof(struct tli_fingerprint)

/* A fingerprint is as good as a hash. */
static unsigned hash_of(const struct tli_fingerprint *print)
{
	return (unsigned)print->low;
}

struct entry *entry_new(struct call *call, const struct tli_value *key,
	const struct tli_value *value)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry) {
		call_raise_memory(call);
		return NULL;
	}
	if (cell_make_key(call, key, &entry->key) &&
		(!value || cell_make(call, value, &entry->value)))
		return entry;
	entry_free(entry);
	return NULL;
}

void entry_free(struct entry *entry)
{
	cell_drop(&entry->key);
	cell_drop(&entry->value);
	free(entry);
}

struct usage entry_usage(const struct entry *entry)
{
	struct usage usage = {.items = 1, .bytes = cell_bytes(&entry->key)};

	if (entry->value.item)
		usage.bytes += cell_bytes(&entry->value);
	return usage;
}

struct entry *entries_find(
	struct entry *entries, const struct tli_fingerprint *print)
{
	struct entry *entry;

	HASH_FIND_BYHASHVALUE(
		hh, entries, print, PRINT_BYTES, hash_of(print), entry);
	return entry;
}

bool entries_add(struct call *call, struct entry **entries, struct entry *entry)
{
	HASH_ADD_BYHASHVALUE(hh, *entries, key.print, PRINT_BYTES,
		hash_of(&entry->key.print), entry);
	if (entry->hh.tbl)
		return true;
	entry_free(entry);
	call_raise_memory(call);
	return false;
}

bool entries_put(struct call *call, struct entry **entries,
	const struct tli_value *key, const struct tli_value *value)
{
	struct entry *entry = entry_new(call, key, value), *found;
	struct cell old;

	if (!entry)
		return false;
	found = entries_find(*entries, &entry->key.print);
	if (!found)
		return entries_add(call, entries, entry);
	old = found->value;
	found->value = entry->value;
	entry->value = old;
	entry_free(entry);
	return true;
}

void entries_remove(struct entry **entries, struct entry *entry)
{
	HASH_DELETE(hh, *entries, entry);
	entry_free(entry);
}

void entries_free(struct entry **entries)
{
	struct entry *entry, *next;

	HASH_ITER (hh, *entries, entry, next) {
		entries_remove(entries, entry);
	}
}

struct tli_value *entry_key(struct call *call, const struct entry *entry)
{
	return cell_value(call, &entry->key);
}

struct tli_value *entry_value(struct call *call, const struct entry *entry)
{
	return cell_value(call, &entry->value);
}

struct tli_value *entry_pair(struct call *call, const struct entry *entry)
{
	struct tli_value *pair[2] = {entry_key(call, entry), NULL};

	if (pair[0])
		pair[1] = entry_value(call, entry);
	return pair[1] ? tli_items(call->values, TLI_TUPLE, pair, 2) : NULL;
}
