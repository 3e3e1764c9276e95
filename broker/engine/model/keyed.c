/* SPDX-License-Identifier: MIT */
#include "keyed.h"

#include "content.h"

bool keyed_find(struct call *call, const struct tli_value *key,
	struct entry **entry_out)
{
	struct tli_fingerprint print;

	*entry_out = NULL;
	if (!cell_key_print(call, key, &print))
		return false;
	*entry_out = entries_find(keyed_of(call)->entries, &print);
	return true;
}

/* ---- changes ---------------------------------------------------------- */

static void count(struct usage *all, struct usage one)
{
	all->items += one.items;
	all->bytes += one.bytes;
}

bool keyed_add(struct call *call, struct entry *entry)
{
	struct usage usage = entry_usage(entry);

	if (!object_charge(call, call->object, usage.items, usage.bytes)) {
		entry_free(entry);
		return false;
	}
	if (entries_add(call, &keyed_of(call)->entries, entry))
		return true;
	object_discharge(call->object, usage.items, usage.bytes);
	return false;
}

/* Gives it another value, in exchange for its own. */
static void swap(struct call *call, struct entry *entry, struct cell *value)
{
	struct cell old = entry->value;

	entry->value = *value;
	entry->version = call->object->version;
	*value = old;
}

static bool replace(struct call *call, struct entry *entry,
	struct tli_value *key, const struct tli_value *value)
{
	struct usage comes = {.items = 0}, goes = {.items = 0};
	struct cell cell;
	bool fits;

	if (!cell_make(call, value, &cell))
		return false;
	comes.bytes = cell_bytes(&cell);
	goes.bytes = cell_bytes(&entry->value);
	fits = content_exchange(call, &comes, &goes);
	if (fits) {
		call_changed(call, key);
		swap(call, entry, &cell);
	}
	cell_drop(&cell);
	return fits;
}

bool keyed_set(struct call *call, struct entry *entry, struct tli_value *key,
	const struct tli_value *value)
{
	if (entry)
		return replace(call, entry, key, value);
	entry = entry_new(call, key, value);
	if (!entry || !keyed_add(call, entry))
		return false;
	call_changed(call, key);
	entry->version = call->object->version;
	return true;
}

/* What it makes of the counts to take over all of these. */
static void measure(struct entry *own, struct entry *more, struct usage *comes,
	struct usage *goes)
{
	for (struct entry *entry = more; entry; entry = entry->hh.next) {
		const struct entry *found =
			entries_find(own, &entry->key.print);

		count(comes, entry_usage(entry));
		if (found)
			count(goes, entry_usage(found));
		if (found)
			comes->bytes += cell_bytes(&found->key) -
				cell_bytes(&entry->key);
	}
}

static struct entry *last_of(struct entry *entries)
{
	return ELMT_FROM_HH(entries->hh.tbl, entries->hh.tbl->tail);
}

/* Drops the newest ones. */
static void drop_last(struct entry **entries, size_t dropped)
{
	for (; dropped > 0; dropped--) {
		struct entry *entry = last_of(*entries);

		HASH_DELETE(hh, *entries, entry);
		entry_free(entry);
	}
}

/* Moves those whose keys are not there: all of them, or none. */
static bool adopt(struct call *call, struct entry **more, size_t *added)
{
	struct entry **own = &keyed_of(call)->entries, *entry, *next;

	*added = 0;
	HASH_ITER (hh, *more, entry, next) {
		if (entries_find(*own, &entry->key.print))
			continue;
		HASH_DELETE(hh, *more, entry);
		if (!entries_add(call, own, entry)) {
			drop_last(own, *added);
			return false;
		}
		++*added;
	}
	return true;
}

/* Those that are new, and the values of the others. */
static void write_all(struct call *call, size_t added, struct entry *more)
{
	struct entry *own = keyed_of(call)->entries;
	struct entry *entry = last_of(own);

	for (; added > 0; added--) {
		entry->version = call->object->version;
		entry = entry->hh.prev;
	}
	for (entry = more; entry; entry = entry->hh.next)
		swap(call, entries_find(own, &entry->key.print), &entry->value);
}

bool keyed_merge(struct call *call, struct entry **more)
{
	struct usage comes = {.items = 0}, goes = {.items = 0};
	size_t added;

	if (!*more)
		return true;
	measure(keyed_of(call)->entries, *more, &comes, &goes);
	if (!adopt(call, more, &added))
		return false;
	if (!content_exchange(call, &comes, &goes)) {
		drop_last(&keyed_of(call)->entries, added);
		return false;
	}
	call_changed(call, NULL);
	write_all(call, added, *more);
	return true;
}

void keyed_remove(struct call *call, struct entry *entry)
{
	struct usage usage = entry_usage(entry);

	HASH_DELETE(hh, keyed_of(call)->entries, entry);
	object_discharge(call->object, usage.items, usage.bytes);
	entry_free(entry);
}

void keyed_fini(struct model *model, struct object *object)
{
	(void)model;
	entries_free(&((struct keyed *)object)->entries);
}

/* ---- all of them ------------------------------------------------------ */

struct tli_value *keyed_values(
	struct call *call, enum tli_kind kind, entry_fn *of)
{
	struct tli_value *all = tli_container(call->values, kind);
	const struct entry *entry = keyed_of(call)->entries;

	for (; all && entry; entry = entry->hh.next) {
		struct tli_value *value = of(call, entry);

		if (call_has_failed(call))
			return NULL;
		if (!tli_append(all, value))
			break;
	}
	return content_made(call, all);
}

struct tli_value *keyed_dict(struct call *call)
{
	struct tli_value *dict = tli_container(call->values, TLI_DICT);
	const struct entry *entry = keyed_of(call)->entries;

	for (; dict && entry; entry = entry->hh.next) {
		struct tli_value *key = entry_key(call, entry);
		struct tli_value *value = key ? entry_value(call, entry) : NULL;

		if (!value)
			return NULL;
		if (!tli_append(dict, key) || !tli_append(dict, value))
			break;
	}
	return content_made(call, dict);
}

/* ---- methods ---------------------------------------------------------- */

enum outcome keyed_len(struct call *call)
{
	return call_return_int(call, HASH_COUNT(keyed_of(call)->entries));
}

enum outcome keyed_clear(struct call *call)
{
	struct object *object = call->object;

	if (!keyed_of(call)->entries)
		return CALL_DONE;
	entries_free(&keyed_of(call)->entries);
	object_discharge(object, object->usage.items, object->usage.bytes);
	call_changed(call, NULL);
	return CALL_DONE;
}

enum outcome keyed_get_versioned(struct call *call)
{
	struct tli_value *pair[2] = {tli_none(call->values), NULL};
	struct entry *entry;

	if (!keyed_find(call, call->args[0], &entry))
		return CALL_DONE;
	if (entry && !(pair[0] = entry_value(call, entry)))
		return CALL_DONE;
	pair[1] = tli_int(call->values, entry ? (int64_t)entry->version : 0);
	return call_return(call, tli_items(call->values, TLI_TUPLE, pair, 2));
}

enum outcome keyed_compare_and_set(struct call *call)
{
	struct entry *entry;
	int64_t version;

	if (!call_int(call, call->args[1], "version", 0, INT64_MAX, 0,
		    &version) ||
		!keyed_find(call, call->args[0], &entry))
		return CALL_DONE;
	if ((uint64_t)version != (entry ? entry->version : 0))
		return call_return_bool(call, false);
	if (call_settle(call, tli_bool(call->values, true)))
		(void)keyed_set(call, entry, call->args[0], call->args[2]);
	return CALL_DONE;
}
