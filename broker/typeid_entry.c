/* SPDX-License-Identifier: MIT */
#include "typeid_entry.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH(array)    (sizeof(array) / sizeof((array)[0]))
#define VALUES_MAX_BYTES ((size_t)256 << 20) /* of a file of a mebibyte */
#define VALUES_MAX_NODES (1u << 21)
#define VALUES_MAX_DEPTH 100u

struct typeids *typeids_new(uint32_t capacity)
{
	static const struct tli_value_limits limits = {
		VALUES_MAX_BYTES, VALUES_MAX_NODES, VALUES_MAX_DEPTH};
	/* Nobody else chooses the keys of the configuration. */
	static const uint64_t seed[2];
	struct typeids *typeids = calloc(
		1, sizeof(*typeids) + capacity * sizeof(typeids->entries[0]));

	if (!typeids)
		return NULL;
	typeids->references = 1;
	tli_values_init(&typeids->values, &limits, seed);
	return typeids;
}

struct typeids *typeids_ref(struct typeids *typeids)
{
	if (typeids)
		typeids->references++;
	return typeids;
}

void typeids_unref(struct typeids *typeids)
{
	if (!typeids || --typeids->references > 0)
		return;
	tli_values_fini(&typeids->values);
	free(typeids);
}

static int compare(const void *a, const void *b)
{
	const struct typeid_entry *one = a, *other = b;

	return strcmp(one->typeid, other->typeid);
}

void typeids_sort(struct typeids *typeids)
{
	qsort(typeids->entries, typeids->count, sizeof(typeids->entries[0]),
		compare);
}

const struct typeid_entry *typeids_find(
	const struct typeids *typeids, const char *typeid)
{
	const struct typeid_entry key = {.typeid = typeid};

	return typeids ? bsearch(&key, typeids->entries, typeids->count,
				 sizeof(typeids->entries[0]), compare)
		       : NULL;
}

uint32_t typeid_entry_positional(const struct typeid_entry *entry)
{
	uint32_t count = 0;

	while (entry->places >> count & 1)
		count++;
	return count;
}

const char *typeid_refusal(const char *type)
{
	static const struct {
		const char *type, *why;
	} refused[] = {
		{"Pool",
			"a Pool runs its clients' code, which the broker never "
			"does; workers that take tasks from a JoinableQueue do "
			"the same"},
		{"AsyncResult",
			"an AsyncResult is what a Pool answers, and a Pool "
			"runs its clients' code, which the broker never does"},
		{"Iterator",
			"an Iterator is what __iter__() of a dict "
			"answers, and is not made alone"},
		{"object",
			"an object is what a method answers, and is not "
			"made alone"},
	};

	for (size_t i = 0; i < LENGTH(refused); i++)
		if (strcmp(refused[i].type, type) == 0)
			return refused[i].why;
	return NULL;
}

const struct typeid_content *typeid_content_find(const char *type)
{
	enum { SEQUENCE = 1u << TLI_LIST | 1u << TLI_TUPLE };
	static const struct typeid_content contents[] = {
		{"dict", .kinds = 1u << TLI_DICT},
		{"list", .kinds = SEQUENCE},
		{"set",
			.kinds =
				SEQUENCE | 1u << TLI_SET | 1u << TLI_FROZENSET},
		{"Namespace", .is_named = true, .kinds = 1u << TLI_DICT},
		{"Value", .place = 1},
		{"Array", .place = 1, .kinds = SEQUENCE | 1u << TLI_INT},
	};

	for (size_t i = 0; i < LENGTH(contents); i++)
		if (strcmp(contents[i].type, type) == 0)
			return &contents[i];
	return NULL;
}
