/* SPDX-License-Identifier: MIT */
#include "permits.h"

#include <stdlib.h>
#include <sys/queue.h>

struct permit {
	struct hold hold;
	TAILQ_ENTRY(permit) link;
};

TAILQ_HEAD(permit_list, permit);

/* It exists as long as it has something in either. */
struct permit_owner {
	uint64_t id;
	struct permit_list held, spent; /* the oldest first */
	UT_hash_handle hh;
};

static struct permit_owner *find_owner(
	const struct permits *permits, uint64_t id)
{
	struct permit_owner *owner;

	HASH_FIND(hh, permits->owners, &id, sizeof(id), owner);
	return owner;
}

/* NULL for lack of memory. */
static struct permit_owner *add_owner(struct permits *permits, uint64_t id)
{
	struct permit_owner *owner = calloc(1, sizeof(*owner));

	if (!owner)
		return NULL;
	owner->id = id;
	TAILQ_INIT(&owner->held);
	TAILQ_INIT(&owner->spent);
	HASH_ADD(hh, permits->owners, id, sizeof(id), owner);
	if (owner->hh.tbl)
		return owner;
	free(owner);
	return NULL;
}

static void forget_if_empty(struct permits *permits, struct permit_owner *owner)
{
	if (!TAILQ_EMPTY(&owner->held) || !TAILQ_EMPTY(&owner->spent))
		return;
	HASH_DEL(permits->owners, owner);
	free(owner);
}

static void drop(
	struct call *call, struct permit_list *list, struct permit *permit)
{
	TAILQ_REMOVE(list, permit, link);
	free(permit);
	object_discharge(call->object, 1, sizeof(*permit));
}

/* Tells of one token that is gone. */
static void report_spent(struct call *call, struct permit_owner *owner)
{
	struct permit *permit = TAILQ_FIRST(&owner->spent);

	if (!permit)
		return;
	call->op->dropped = permit->hold.token;
	drop(call, &owner->spent, permit);
}

bool permits_grant(struct call *call, struct permits *permits)
{
	struct permit_owner *owner = find_owner(permits, call->op->owner);
	struct permit *permit;

	if (!object_charge(call, call->object, 1, sizeof(*permit)))
		return false;
	permit = calloc(1, sizeof(*permit));
	if (permit && !owner)
		owner = add_owner(permits, call->op->owner);
	if (!permit || !owner) {
		free(permit);
		object_discharge(call->object, 1, sizeof(*permit));
		call_raise_memory(call);
		return false;
	}
	hold_begin(call, call->object, &permit->hold);
	TAILQ_INSERT_TAIL(&owner->held, permit, link);
	report_spent(call, owner);
	return true;
}

void permits_spend(struct call *call, struct permits *permits, uint64_t count)
{
	struct permit_owner *owner = find_owner(permits, call->op->owner);
	struct permit *permit;

	if (!owner)
		return;
	for (; count > 0; count--) {
		permit = TAILQ_FIRST(&owner->held);
		if (!permit)
			break;
		TAILQ_REMOVE(&owner->held, permit, link);
		TAILQ_INSERT_TAIL(&owner->spent, permit, link);
	}
	report_spent(call, owner);
	forget_if_empty(permits, owner);
}

/* Who goes gives back the latest ones first. */
static struct permit *find(const struct permit_list *list, uint64_t token)
{
	struct permit *permit;

	for (permit = TAILQ_LAST(list, permit_list); permit;
		permit = TAILQ_PREV(permit, permit_list, link))
		if (permit->hold.token == token)
			return permit;
	return NULL;
}

bool permits_take_back(struct call *call, struct permits *permits)
{
	struct permit_owner *owner = find_owner(permits, call->op->owner);
	struct permit *held, *spent;

	if (!owner)
		return false;
	held = find(&owner->held, call->op->token);
	spent = held ? NULL : find(&owner->spent, call->op->token);
	if (held)
		drop(call, &owner->held, held);
	if (spent)
		drop(call, &owner->spent, spent);
	forget_if_empty(permits, owner);
	return held != NULL;
}

struct tli_value *permits_value(
	struct call *call, const struct permits *permits)
{
	struct tli_value *list = tli_container(call->values, TLI_LIST);
	struct permit_owner *owner, *next;
	struct permit *permit;

	HASH_ITER (hh, permits->owners, owner, next) {
		TAILQ_FOREACH (permit, &owner->held, link)
			if (!tli_append(list, hold_value(call, &permit->hold)))
				return NULL;
	}
	return list;
}

static void free_list(struct permit_list *list)
{
	struct permit *permit;

	while ((permit = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, permit, link);
		free(permit);
	}
}

void permits_fini(struct permits *permits)
{
	struct permit_owner *owner, *next;

	HASH_ITER (hh, permits->owners, owner, next) {
		HASH_DEL(permits->owners, owner);
		free_list(&owner->held);
		free_list(&owner->spent);
		free(owner);
	}
}
