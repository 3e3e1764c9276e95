/* SPDX-License-Identifier: MIT */
/*
 * Objects that keep each other: trial deletion. All that is found from one of
 * them, along the links of contents, is taken for gone; what is then still
 * referred to stays, and so does all that is found from there.
 *
 * An item that is on its way to somebody is not of its holder alone, and its
 * links count as somebody else's.
 */
#include "links.h"

struct candidate {
	struct object *object;
	uint64_t internal; /* references by links of other candidates */
	bool stays;
};

struct trial {
	struct candidate all[CYCLE_OBJECTS];
	uint32_t staying[CYCLE_OBJECTS]; /* in the order of being found so */
	uint32_t count, staying_count;
	uint64_t links; /* that were followed */
	bool is_too_large;
};

/* The number of a candidate is kept in the object, from 1 on. */
static struct candidate *candidate_of(
	struct trial *trial, const struct object *object)
{
	return object->candidate ? &trial->all[object->candidate - 1] : NULL;
}

static struct candidate *add(struct trial *trial, struct object *object)
{
	struct candidate *candidate = &trial->all[trial->count];

	if (trial->count == CYCLE_OBJECTS) {
		trial->is_too_large = true;
		return NULL;
	}
	*candidate = (struct candidate){.object = object};
	object->candidate = ++trial->count;
	return candidate;
}

/* What is named is kept by that, and nothing that it refers to can go. */
static bool may_go(const struct object *object)
{
	return !object->name && !object->is_deleted;
}

typedef void follow_fn(struct trial *trial, struct object *target);

/* Goes along all links of an object's content. */
static void follow(
	struct trial *trial, const struct candidate *from, follow_fn *each)
{
	const struct links *links;

	LIST_FOREACH (links, &from->object->content_links, link) {
		trial->links += links->count;
		trial->is_too_large |= trial->links > CYCLE_LINKS;
		if (trial->is_too_large)
			return;
		if (links->item->references > 1)
			continue;
		for (size_t i = 0; i < links->count; i++)
			each(trial, links->targets[i]);
	}
}

static void count(struct trial *trial, struct object *target)
{
	struct candidate *candidate;

	if (!may_go(target))
		return;
	candidate = candidate_of(trial, target);
	if (!candidate)
		candidate = add(trial, target);
	if (candidate)
		candidate->internal++;
}

static void have_stay(struct trial *trial, struct candidate *candidate)
{
	if (candidate->stays)
		return;
	candidate->stays = true;
	trial->staying[trial->staying_count++] =
		(uint32_t)(candidate - trial->all);
}

static void have_target_stay(struct trial *trial, struct object *target)
{
	struct candidate *candidate = candidate_of(trial, target);

	if (candidate)
		have_stay(trial, candidate);
}

static void find_all(struct trial *trial, struct object *object)
{
	(void)add(trial, object);
	for (uint32_t i = 0; i < trial->count && !trial->is_too_large; i++)
		follow(trial, &trial->all[i], count);
}

static void find_staying(struct trial *trial)
{
	trial->links = 0;
	for (uint32_t i = 0; i < trial->count; i++)
		if (trial->all[i].internal < trial->all[i].object->references)
			have_stay(trial, &trial->all[i]);
	for (uint32_t i = 0; i < trial->staying_count; i++)
		follow(trial, &trial->all[trial->staying[i]], have_target_stay);
}

/* None is freed before their links are given up. */
static void delete_others(struct trial *trial)
{
	for (uint32_t i = 0; i < trial->count; i++)
		if (!trial->all[i].stays)
			object_delete(trial->all[i].object);
}

void links_collect(struct object *object)
{
	struct trial trial;

	trial.count = trial.staying_count = 0;
	trial.links = 0;
	trial.is_too_large = false;
	find_all(&trial, object);
	if (!trial.is_too_large) {
		find_staying(&trial);
		delete_others(&trial);
	}
	for (uint32_t i = 0; i < trial.count; i++)
		trial.all[i].object->candidate = 0;
}
