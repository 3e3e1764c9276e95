/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Locks at a broker, between programs: Python's threading.Lock, RLock,
 * Semaphore, BoundedSemaphore, Condition, Event and Barrier.
 *
 * **Owners.** What is acquired belongs to the session's connection, and is
 * released when that ends, whichever way it does. So a program that was cut off
 * may believe that it holds a lock which somebody else has by now. Each grant
 * has a token, a number that only grows: who guards something with a lock sends
 * the token along, and what is guarded refuses smaller ones than it has seen.
 * Two threads with a session each are two owners.
 *
 * **Waiting** is in order. A call that gives up after timeout_ms does not
 * acquire. The forms that only start something go on until they are cancelled:
 * tieline_session_cancel().
 *
 * Errors: those of every operation are in session.h, those listed here come on
 * top. Methods that are not here: tieline_object_call().
 */
#ifndef TIELINE_SYNC_H
#define TIELINE_SYNC_H

#include <tieline/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tieline_lock tieline_lock;
typedef struct tieline_semaphore tieline_semaphore;
typedef struct tieline_condition tieline_condition;
typedef struct tieline_event tieline_event;
typedef struct tieline_barrier tieline_barrier;

/* ---- Lock, RLock ----------------------------------------------------- */

/** Open a lock; with `recursive` of the options an RLock. As
 *  tieline_object_open(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_lock_open(tieline_session *session,
	const char *name, const tieline_object_options *options,
	tieline_lock **lock_out);

/** As tieline_object_close(); what is held is not released by it. Since 0.4. */
TIELINE_API void tieline_lock_close(tieline_lock *lock);
TIELINE_API tieline_object *tieline_lock_object(tieline_lock *lock);

/**
 * Acquire a lock.
 *
 * @param timeout_ms  how long to wait for it.
 * @param token_out   the grant's token; may be NULL. Of an RLock that is held
 *                    already, the same as before.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETIMEDOUT  somebody else holds it, or a Lock, we.
 *
 * After #TIELINE_EOUTCOME it is not held, or will not be for long. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_lock_acquire(
	tieline_lock *lock, int timeout_ms, uint64_t *token_out);

/** Start to; result->token. It is acquired if result->code is #TIELINE_OK. As
 *  tieline_object_call_start(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_lock_acquire_start(tieline_lock *lock,
	int timeout_ms, tieline_completion done, void *arg,
	tieline_request *request_out);

/**
 * Release a lock.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ENOTOWNER  somebody else holds it.
 * @retval TIELINE_ERAISED    nobody holds it: RuntimeError.
 *
 * Either error comes of a lock that was held, too, when the connection was lost
 * since. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_lock_release(tieline_lock *lock);

/* ---- Semaphore, BoundedSemaphore ------------------------------------- */

/**
 * Open a semaphore; as tieline_object_open().
 *
 * @param value  how many permits there are, if it is made now.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_semaphore_open(
	tieline_session *session, const char *name, uint32_t value,
	const tieline_object_options *options,
	tieline_semaphore **semaphore_out);
TIELINE_API void tieline_semaphore_close(tieline_semaphore *semaphore);
TIELINE_API tieline_object *tieline_semaphore_object(
	tieline_semaphore *semaphore);

/** Take a permit; as tieline_lock_acquire(). Permits that are unowned have no
 *  token: 0. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_semaphore_acquire(
	tieline_semaphore *semaphore, int timeout_ms, uint64_t *token_out);
TIELINE_API TIELINE_MUST_USE int tieline_semaphore_acquire_start(
	tieline_semaphore *semaphore, int timeout_ms, tieline_completion done,
	void *arg, tieline_request *request_out);

/** Give permits back, or add some: at least 1. #TIELINE_ERAISED: ValueError if
 *  a bounded one would have too many. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_semaphore_release(
	tieline_semaphore *semaphore, uint32_t count);

/* ---- Condition ------------------------------------------------------- */

/**
 * Open a condition; as tieline_object_open().
 *
 * @param lock_name  of the lock that belongs to it, if it is made now; NULL: an
 *                   RLock of its own. #TIELINE_ENOOBJECT if there is none of
 *                   that name, #TIELINE_EKIND if that is no lock.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_condition_open(
	tieline_session *session, const char *name, const char *lock_name,
	const tieline_object_options *options,
	tieline_condition **condition_out);
TIELINE_API void tieline_condition_close(tieline_condition *condition);
TIELINE_API tieline_object *tieline_condition_object(
	tieline_condition *condition);

/** Acquire and release the lock that belongs to it; as for locks. An RLock of
 *  its own is released as often as it was acquired. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_condition_acquire(
	tieline_condition *condition, int timeout_ms, uint64_t *token_out);
TIELINE_API TIELINE_MUST_USE int tieline_condition_release(
	tieline_condition *condition);

/**
 * Release the lock, wait to be notified, and acquire it again, however long
 * that takes.
 *
 * @retval TIELINE_OK         notified, and the lock is held.
 * @retval TIELINE_ETIMEDOUT  not in that time, and the lock is held.
 * @retval TIELINE_ERAISED    it was not held: RuntimeError.
 * @retval TIELINE_ECANCELLED, TIELINE_EOUTCOME  it is not held, or will not be
 *                            for long.
 *
 * After any other failure it may be held, if it was, or not:
 * tieline_condition_release() makes sure. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_condition_wait(
	tieline_condition *condition, int timeout_ms);
TIELINE_API TIELINE_MUST_USE int tieline_condition_wait_start(
	tieline_condition *condition, int timeout_ms, tieline_completion done,
	void *arg, tieline_request *request_out);

/** Notify that many of those who wait, or all. #TIELINE_ERAISED: RuntimeError
 *  if the lock is not held. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_condition_notify(
	tieline_condition *condition, uint32_t count);
TIELINE_API TIELINE_MUST_USE int tieline_condition_notify_all(
	tieline_condition *condition);

/* ---- Event ----------------------------------------------------------- */

/** Open an event, which is clear at first; as tieline_object_open(). Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_event_open(tieline_session *session,
	const char *name, const tieline_object_options *options,
	tieline_event **event_out);
TIELINE_API void tieline_event_close(tieline_event *event);
TIELINE_API tieline_object *tieline_event_object(tieline_event *event);

TIELINE_API TIELINE_MUST_USE int tieline_event_set(tieline_event *event);
TIELINE_API TIELINE_MUST_USE int tieline_event_clear(tieline_event *event);

/** 1 if it is set, 0 if not. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_event_is_set(tieline_event *event);

/** Wait until it is set. #TIELINE_ETIMEDOUT. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_event_wait(
	tieline_event *event, int timeout_ms);
TIELINE_API TIELINE_MUST_USE int tieline_event_wait_start(tieline_event *event,
	int timeout_ms, tieline_completion done, void *arg,
	tieline_request *request_out);

/* ---- Barrier --------------------------------------------------------- */

/**
 * Open a barrier; as tieline_object_open().
 *
 * @param parties  how many have to wait for it to open, if it is made now.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_barrier_open(tieline_session *session,
	const char *name, uint32_t parties,
	const tieline_object_options *options, tieline_barrier **barrier_out);
TIELINE_API void tieline_barrier_close(tieline_barrier *barrier);
TIELINE_API tieline_object *tieline_barrier_object(tieline_barrier *barrier);

/**
 * Wait until all parties wait.
 *
 * @param timeout_ms  how long; then the barrier is broken, for all. It is, too,
 *                    when one of those who wait goes.
 * @param index_out   which one of 0 to parties - 1 this is; may be NULL.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EBARRIER  it is broken, or was reset.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_barrier_wait(
	tieline_barrier *barrier, int timeout_ms, uint32_t *index_out);
/** Start to: result->value is the index. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_barrier_wait_start(
	tieline_barrier *barrier, int timeout_ms, tieline_completion done,
	void *arg, tieline_request *request_out);

/** Make it as new, or break it: those who wait get #TIELINE_EBARRIER. Since
 *  0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_barrier_reset(
	tieline_barrier *barrier);
TIELINE_API TIELINE_MUST_USE int tieline_barrier_abort(
	tieline_barrier *barrier);

#ifdef __cplusplus
}
#endif

#endif
