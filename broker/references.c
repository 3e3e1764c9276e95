/* SPDX-License-Identifier: MIT */
#include "references.h"

#include <stdlib.h>

struct reference *references_find(
	const struct references *references, uint64_t holder, uint64_t object)
{
	const struct reference_key key = {holder, object};
	struct reference *found;

	HASH_FIND(hh, references->table, &key, sizeof(key), found);
	return found;
}

struct referent *references_find_object(
	const struct references *references, uint64_t object)
{
	struct referent *found;

	HASH_FIND(hh, references->objects, &object, sizeof(object), found);
	return found;
}

/* NULL for lack of memory. */
static struct referent *add_object(
	struct references *references, uint64_t object, const char *typeid)
{
	size_t size = strlen(typeid) + 1;
	struct referent *referent = calloc(1, sizeof(*referent) + size);

	if (!referent)
		return NULL;
	referent->object = object;
	memcpy(referent->typeid, typeid, size);
	TAILQ_INIT(&referent->references);
	HASH_ADD(hh, references->objects, object, sizeof(object), referent);
	if (referent->hh.tbl)
		return referent;
	free(referent);
	return NULL;
}

static void remove_unreferenced(
	struct references *references, struct referent *referent)
{
	if (!TAILQ_EMPTY(&referent->references))
		return;
	HASH_DEL(references->objects, referent);
	free(referent);
}

static struct reference *add_reference(struct references *references,
	const struct reference_key *key, struct referent *referent)
{
	struct reference *reference = calloc(1, sizeof(*reference));

	if (!reference)
		return NULL;
	reference->key = *key;
	reference->referent = referent;
	HASH_ADD(hh, references->table, key, sizeof(*key), reference);
	if (!reference->hh.tbl) {
		free(reference);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&referent->references, reference, of_object);
	reference_increase(reference);
	return reference;
}

struct reference *references_add(struct references *references, uint64_t holder,
	uint64_t object, const char *typeid)
{
	const struct reference_key key = {holder, object};
	struct referent *referent = references_find_object(references, object);
	struct reference *reference;

	if (!referent)
		referent = add_object(references, object, typeid);
	if (!referent)
		return NULL;
	reference = add_reference(references, &key, referent);
	remove_unreferenced(references, referent);
	return reference;
}

void reference_increase(struct reference *reference)
{
	reference->count++;
	reference->referent->total++;
}

bool reference_decrease(struct reference *reference)
{
	reference->referent->total--;
	return --reference->count == 0;
}

void references_remove(
	struct references *references, struct reference *reference)
{
	struct referent *referent = reference->referent;

	referent->total -= reference->count;
	TAILQ_REMOVE(&referent->references, reference, of_object);
	HASH_DEL(references->table, reference);
	free(reference);
	remove_unreferenced(references, referent);
}

uint64_t references_count(const struct references *references)
{
	return HASH_COUNT(references->table);
}

uint64_t references_object_count(const struct references *references)
{
	return HASH_COUNT(references->objects);
}

static int by_id(const struct referent *a, const struct referent *b)
{
	return a->object < b->object ? -1 : 1;
}

void references_sort_objects(struct references *references)
{
	HASH_SORT(references->objects, by_id);
}
