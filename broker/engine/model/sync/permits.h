/* SPDX-License-Identifier: MIT */
/*
 * Who has which permits of a semaphore, each by its token. An operation can
 * tell of one token that is gone: of several that are given back at once, the
 * others are spent, and told of when their owner comes again.
 */
#ifndef MODEL_PERMITS_H
#define MODEL_PERMITS_H

#include "hold.h"

struct permits {
	struct permit_owner *owners;
};

/* The caller has one more, of call->object. False with the error raised. */
bool permits_grant(struct call *call, struct permits *permits);

/* The caller has less of them, the oldest ones first, if it has so many. */
void permits_spend(struct call *call, struct permits *permits, uint64_t count);

/* The token of call->op is given back. False if it stands for none. */
bool permits_take_back(struct call *call, struct permits *permits);

/* A list of who has which; NULL for lack of memory. */
struct tli_value *permits_value(
	struct call *call, const struct permits *permits);

void permits_fini(struct permits *permits);

#endif
