/* SPDX-License-Identifier: MIT */
/* What a queue gave out and may get back: leases by their tokens. */
#ifndef MODEL_QUEUE_LEASES_H
#define MODEL_QUEUE_LEASES_H

#include "queue_entries.h"

/* Leases an entry that is ready to the op's owner. False for lack of memory,
 * and nothing was changed. */
bool lease_grant(
	struct call *call, struct queue *queue, struct queue_entry *entry);

/* What the op's token leases to its owner; NULL with the error raised. */
struct queue_entry *lease_find(struct call *call, struct queue *queue);
/* The same; NULL if there is none. */
struct queue_entry *lease_look_up(const struct queue *queue, uint64_t token);

/* It begins anew, for the op's time, or for its own if that is 0. False for
 * lack of memory, and nothing was changed. */
bool lease_renew(
	struct call *call, struct queue *queue, struct queue_entry *entry);

/* The token leases nothing any more. */
void lease_end(struct queue *queue, struct queue_entry *entry);

/*
 * A lease has failed: the entry is ready again, or delayed if until_ms is later
 * than now; or, after as many attempts as it may have, goes to the dead letters
 * or is dropped. False for lack of memory, and nothing was changed; never if it
 * is to be ready.
 */
bool lease_fail(struct queue *queue, struct queue_entry *entry,
	int64_t until_ms, int64_t now_ms);

#endif
