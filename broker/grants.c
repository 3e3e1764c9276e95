/* SPDX-License-Identifier: MIT */
#include "grants.h"

#include <stdlib.h>

static struct grant *grant_of(struct request *undo)
{
	return (struct grant *)undo;
}

static struct grant *find(const struct owner *owner, uint64_t token)
{
	struct grant *grant;

	HASH_FIND(hh, owner->grants, &token, sizeof(token), grant);
	return grant;
}

static void take_out(struct owner *owner, struct grant *grant)
{
	HASH_DEL(owner->grants, grant);
	deadlines_remove(&owner->waiters->deadlines, &grant->undo.deadline);
}

static void free_undo(struct request *undo)
{
	free(grant_of(undo));
}

/* A lease that is over leaves nothing to give back. Without memory to note that
 * it is given back for nothing, which does no harm. */
static void set_lease(
	struct owner *owner, struct grant *grant, uint32_t lease_ms)
{
	grant->undo.op.lease_ms = lease_ms;
	if (lease_ms > 0)
		(void)deadlines_set(&owner->waiters->deadlines,
			&grant->undo.deadline,
			owner->waiters->now_ms + lease_ms);
}

bool grants_keep(struct owner *owner, const struct op *op)
{
	struct grant *grant = calloc(1, sizeof(*grant));

	if (!grant)
		return false;
	grant->undo.done = free_undo;
	grant->undo.owner = owner;
	grant->undo.op.code = OP_RETURN;
	grant->undo.op.object = op->object;
	grant->undo.op.token = op->granted;
	HASH_ADD(hh, owner->grants, undo.op.token, sizeof(op->granted), grant);
	if (!grant->hh.tbl) {
		free(grant);
		return false;
	}
	if (op->code == TLI_OP_GET)
		set_lease(owner, grant, op->lease_ms);
	return true;
}

void grants_keep_secret(struct owner *owner, uint64_t token)
{
	struct grant *grant = find(owner, token);

	if (grant)
		grant->undo.op.untold = true;
}

void grants_touch(struct owner *owner, const struct op *op)
{
	struct grant *grant;

	if (op->code != TLI_OP_TOUCH || op->status != TLI_STATUS_OK)
		return;
	grant = find(owner, op->token);
	if (grant)
		set_lease(owner, grant,
			op->lease_ms > 0 ? op->lease_ms
					 : grant->undo.op.lease_ms);
}

bool grants_forget(struct owner *owner, uint64_t token)
{
	struct grant *grant = find(owner, token);

	if (!grant)
		return false;
	take_out(owner, grant);
	free(grant);
	return true;
}

void grants_lapse(struct request *undo)
{
	struct grant *grant = grant_of(undo);

	take_out(undo->owner, grant);
	free(grant);
}

static void give_back(struct owner *owner, struct grant *grant)
{
	take_out(owner, grant);
	request_attach(owner, owner->identity, &grant->undo);
	if (!request_try(&grant->undo))
		return;
	request_detach(&grant->undo);
	free(grant);
	owner_release(owner);
}

bool grants_return_one(struct owner *owner, uint64_t token)
{
	struct grant *grant = find(owner, token);

	if (grant)
		give_back(owner, grant);
	return grant != NULL;
}

void grants_return(struct owner *owner)
{
	while (owner->grants) {
		UT_hash_table *table = owner->grants->hh.tbl;

		give_back(owner, ELMT_FROM_HH(table, table->tail));
	}
}
