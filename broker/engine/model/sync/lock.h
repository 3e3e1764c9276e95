/* SPDX-License-Identifier: MIT */
/*
 * Locks: Lock, and RLock, which its owner can acquire again.
 *
 * Managers' clients have them as Python does. Any of them can release a Lock
 * that one of them holds. And whoever goes with a lock leaves its release to
 * others: the lock is free at once, but one release that is too many, of them
 * all, is then expected.
 */
#ifndef MODEL_LOCK_H
#define MODEL_LOCK_H

#include "hold.h"

struct lock {
	struct object object;
	struct hold hold;
	uint64_t depth;   /* how often it was acquired; 0 = it is free */
	bool is_orphaned; /* a manager's client went with it: one release that
			   * is too many does nothing */
};

/* The object as a lock, NULL if it is none. */
struct lock *lock_of(struct object *object);

/* Whether it is held, and is the caller's to release, or to wait with. */
bool lock_is_callers(const struct call *call, const struct lock *lock);

/* For conditions: the methods of a lock, with call->args as the lock's own. */
enum outcome lock_acquire(struct call *call, struct lock *lock);
enum outcome lock_enter(struct call *call, struct lock *lock);
enum outcome lock_release(struct call *call, struct lock *lock);
enum outcome lock_locked(struct call *call, struct lock *lock);

/* Gives a free lock to the caller, acquired `depth` times. */
void lock_take(struct call *call, struct lock *lock, uint64_t depth);

/* Frees a lock that is the caller's, however often it was acquired. */
void lock_free(struct call *call, struct lock *lock);

/* Who holds it, for stat(). */
void lock_stat(struct call *call, const struct lock *lock);

#endif
