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

static struct entry *last_of(struct entry *entries)
{
	return ELMT_FROM_HH(entries->hh.tbl, entries->hh.tbl->tail);
}

/* Drops the newest ones, but for the first `count`. */
static void cut(struct entry **entries, size_t count)
{
	while (HASH_COUNT(*entries) > count)
		entries_remove(entries, last_of(*entries));
}

/* Moves those whose keys are not there, and adds up what they count. On
 * failure some are moved. */
static bool move(struct call *call, struct entry **more, struct usage *comes)
{
	struct entry **own = &keyed_of(call)->entries, *entry, *next;

	HASH_ITER (hh, *more, entry, next) {
		if (entries_find(*own, &entry->key.print))
			continue;
		HASH_DELETE(hh, *more, entry);
		if (!entries_add(call, own, entry))
			return false;
		usage_add(comes, entry_usage(entry));
	}
	return true;
}

/* The same, with what else comes. */
static bool adopt(struct call *call, struct entry **more, struct usage *comes,
	const struct usage *goes)
{
	size_t before = HASH_COUNT(keyed_of(call)->entries);

	if (move(call, more, comes) && content_exchange(call, comes, goes))
		return true;
	cut(&keyed_of(call)->entries, before);
	return false;
}

bool keyed_adopt(
	struct call *call, struct entry **more, const struct usage *goes)
{
	struct usage comes = {.items = 0};

	return adopt(call, more, &comes, goes);
}

/* What values come, and what values go, of keys that are there. */
static void measure(struct entry *own, const struct entry *more,
	struct usage *comes, struct usage *goes)
{
	for (; more; more = more->hh.next) {
		const struct entry *found = entries_find(own, &more->key.print);

		if (!found)
			continue;
		comes->bytes += cell_bytes(&more->value);
		goes->bytes += cell_bytes(&found->value);
	}
}

/* Behind the first `count` all are new, and `more` has values for others. */
static void write_all(struct call *call, size_t count, struct entry *more)
{
	struct entry *own = keyed_of(call)->entries, *entry = last_of(own);

	for (size_t i = HASH_COUNT(own); i > count; i--) {
		entry->version = call->object->version;
		entry = entry->hh.prev;
	}
	for (entry = more; entry; entry = entry->hh.next)
		swap(call, entries_find(own, &entry->key.print), &entry->value);
}

bool keyed_merge(struct call *call, struct entry **more)
{
	struct entry *own = keyed_of(call)->entries;
	struct usage comes = {.items = 0}, goes = {.items = 0};
	size_t before = HASH_COUNT(own);

	if (!*more)
		return true;
	measure(own, *more, &comes, &goes);
	if (!adopt(call, more, &comes, &goes))
		return false;
	call_changed(call, NULL);
	write_all(call, before, *more);
	return true;
}

void keyed_remove(struct call *call, struct entry *entry)
{
	struct usage usage = entry_usage(entry);

	entries_remove(&keyed_of(call)->entries, entry);
	object_discharge(call->object, usage.items, usage.bytes);
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
	struct entry *entry;

	if (!keyed_find(call, call->args[0], &entry))
		return CALL_DONE;
	if (!entry)
		return content_return_versioned(
			call, tli_none(call->values), 0);
	return content_return_versioned(
		call, entry_value(call, entry), entry->version);
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
