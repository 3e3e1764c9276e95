/* SPDX-License-Identifier: MIT */
/*
 * What an owner has: leases, locks, permits, references. Each is kept as the
 * request that gives it back, so that this never fails for lack of memory.
 */
#ifndef BROKER_GRANTS_H
#define BROKER_GRANTS_H

#include "requests.h"

struct grant {
	struct request undo;
	UT_hash_handle hh; /* the owner's, by token */
};

/* Notes what the answer grants. False for lack of memory. */
bool grants_keep(struct owner *owner, const struct op *op);

/* The owner is not to hear of it any more, before it goes back. */
void grants_keep_secret(struct owner *owner, uint64_t token);

/* The lease is as long as the answer of a touch says. */
void grants_touch(struct owner *owner, const struct op *op);

/* The owner has it no longer. False if it had not. */
bool grants_forget(struct owner *owner, uint64_t token);

/* The lease of a grant is over: the engine has taken it back by itself. */
void grants_lapse(struct request *undo);

/* Gives one back. False if the owner has it not. */
bool grants_return_one(struct owner *owner, uint64_t token);

/* Gives all back, the newest first. */
void grants_return(struct owner *owner);

#endif
