/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Waiting, event loops and errors: what listeners, connections and sessions
 * have in common. tieline.h includes this, and says what holds for all handles.
 */
#ifndef TIELINE_HANDLE_H
#define TIELINE_HANDLE_H

#include <tieline/codes.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a listener, a connection and a session have in common: waiting, errors.
 */
typedef struct tieline_handle tieline_handle;

/** What a handle can be ready for, as bits. */
enum {
	TIELINE_READ = 1, /**< accept or receive would return at once */
	TIELINE_WRITE = 2 /**< send would take a message at once */
};

/**
 * Choose what the handle is to become ready for, until told otherwise. A fresh
 * one wants #TIELINE_READ; the sending end of a one-way pipe wants nothing. A
 * connection that does not want it reads nothing, which holds its peer back; a
 * listener goes on with handshakes, or with parking, until `backlog`
 * connections wait.
 *
 * @param events  #TIELINE_READ and #TIELINE_WRITE, or 0.
 * @retval TIELINE_OK
 * @retval TIELINE_EINVAL  other bits are set.
 * @retval TIELINE_EFORKED
 *
 * Since 0.1.
 */
TIELINE_API int tieline_handle_want(tieline_handle *handle, int events);

/**
 * Wait until one of many handles is ready for what it wants;
 * multiprocessing.connection.wait(). Goes on with what all of them have to do
 * meanwhile. What has failed counts as ready: the operation says how.
 *
 * @param handles     connections and listeners, mixed; not NULL if count > 0.
 * @param count       how many.
 * @param timeout_ms  how long to wait.
 * @param ready_out   an array of count: what each is ready for, 0 for those
 *                    that are not.
 *
 * @retval n > 0  so many handles are ready.
 * @retval 0      none within timeout_ms.
 * @retval TIELINE_EFORKED  one of them; its text says so.
 * @retval TIELINE_ENOMEM, TIELINE_ESYSTEM  tieline_handle_error(NULL) says
 *                more.
 *
 * Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_wait(tieline_handle *const handles[],
	size_t count, int timeout_ms, int ready_out[]);

/**
 * The handle's descriptor for an event loop: the same for life, whatever
 * happens behind it. It is level-triggered: readable as long as
 * tieline_handle_process() has something to do or the handle is ready for
 * something it wants. Only watch it; to get at the socket, detach it.
 *
 * @retval a descriptor
 * @retval TIELINE_EDESCRIPTORS, TIELINE_ENOMEM, TIELINE_EFORKED,
 *         TIELINE_ESYSTEM
 *
 * Since 0.1.
 */
TIELINE_API TIELINE_MUST_USE int tieline_handle_fileno(tieline_handle *handle);

/** The poll(2) bits to watch that descriptor for: the same for life, whatever
 *  the handle wants. Never fails. Since 0.1. */
TIELINE_API short tieline_handle_events(const tieline_handle *handle);

/**
 * When tieline_handle_process() is to be called at the latest, whatever the
 * descriptor says: milliseconds of CLOCK_MONOTONIC, or -1 for never. Ask before
 * each wait. Never fails. Since 0.1.
 */
TIELINE_API int64_t tieline_handle_deadline_ms(tieline_handle *handle);

/**
 * Do what can be done without blocking: connect, shake hands, accept, flush,
 * read. To be called when the descriptor is readable or the deadline is over;
 * at other times it does no harm.
 *
 * @retval >= 0  what the handle is ready for of what it wants, as bits. What
 *               has failed is ready: the operation says how.
 * @retval TIELINE_EFORKED
 *
 * Since 0.1.
 */
TIELINE_API int tieline_handle_process(tieline_handle *handle);

/**
 * The text of the handle's last error, "" before the first. NULL: of the last
 * call in this thread that failed without a handle: one that was to make a
 * handle, tieline_wait(), or one of values.h. Valid until the next call on the
 * handle, or in this thread. Since 0.1.
 */
TIELINE_API const char *tieline_handle_error(const tieline_handle *handle);

/** Its #tieline_code; #TIELINE_OK before the first. NULL: as above, and so the
 *  code of what returned a NULL instead of a value. Since 0.3. */
TIELINE_API int tieline_handle_error_code(const tieline_handle *handle);

#ifdef __cplusplus
}
#endif

#endif
