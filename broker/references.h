/* SPDX-License-Identifier: MIT */
/*
 * How often each holder refers to each object: tables, and no more. An object
 * is known here as long as somebody refers to it.
 */
#ifndef BROKER_REFERENCES_H
#define BROKER_REFERENCES_H

#include "table.h"

#include <stdbool.h>
#include <sys/queue.h>

struct holder;

struct reference_key {
	uint64_t holder; /* by its owner's id */
	uint64_t object;
};

TAILQ_HEAD(reference_list, reference);

/* An object that somebody refers to. */
struct referent {
	UT_hash_handle hh;
	uint64_t object;
	uint64_t total; /* of all counts */
	struct reference_list references;
	char typeid[];
};

/* What one holder has of one object. */
struct reference {
	UT_hash_handle hh;
	struct reference_key key;
	struct holder *holder;
	struct referent *referent;
	uint64_t token; /* the engine's one reference for them all */
	uint64_t count; /* above 0 */
	int64_t since_ms;
	int64_t used_ms;
	TAILQ_ENTRY(reference) of_holder;
	TAILQ_ENTRY(reference) of_object;
};

/* Zeroed they are empty. */
struct references {
	struct reference *table;
	struct referent *objects;
};

/* NULL if there is none. */
struct reference *references_find(
	const struct references *references, uint64_t holder, uint64_t object);
struct referent *references_find_object(
	const struct references *references, uint64_t object);

/* A first one; its holder, token and times are the caller's to set. NULL for
 * lack of memory. */
struct reference *references_add(struct references *references, uint64_t holder,
	uint64_t object, const char *typeid);

/* One more of what there is; one less, true if that was the last. */
void reference_increase(struct reference *reference);
bool reference_decrease(struct reference *reference);

/* Forgets it, whatever its count. */
void references_remove(
	struct references *references, struct reference *reference);

uint64_t references_count(const struct references *references);
uint64_t references_object_count(const struct references *references);

/* The smallest id is the first from now on. */
void references_sort_objects(struct references *references);

#endif
