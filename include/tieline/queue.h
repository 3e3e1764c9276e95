/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Queues at a broker: Python's queue.Queue and its relatives, between programs.
 *
 *     while (tieline_queue_get(jobs, TIELINE_FOREVER, &item) == TIELINE_OK) {
 *             printf("%s\n", (const char *)item->data);
 *             tieline_item_free(item);
 *     }
 *
 * **An item is never lost between two programs.** What is put is in the broker
 * when the call returns. What is got is leased: it comes back to its place in
 * the queue, marked redelivered, if who got it goes without acknowledging it.
 * tieline_queue_get() acknowledges by itself, when the program has the item;
 * tieline_queue_lease() leaves that to the program, for when it has done the
 * work.
 *
 * Errors: those of every operation are in session.h, those listed here come on
 * top.
 */
#ifndef TIELINE_QUEUE_H
#define TIELINE_QUEUE_H

#include <tieline/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tieline_queue tieline_queue;

/** A lease_ms: the library acknowledges the item by itself. */
#define TIELINE_NO_LEASE (-1)
/** A lease_ms: until it is acknowledged, or the connection is lost. */
#define TIELINE_LEASE_UNTIL_ACK 0

/** Open a queue, and start to; as tieline_object_open(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_open(tieline_session *session,
	const char *name, const tieline_object_options *options,
	tieline_queue **queue_out);
TIELINE_API TIELINE_MUST_USE int tieline_queue_open_start(
	tieline_session *session, const char *name,
	const tieline_object_options *options, tieline_completion done,
	void *arg, tieline_queue **queue_out);

/** As tieline_object_close(). What was put stays. Since 0.4. */
TIELINE_API void tieline_queue_close(tieline_queue *queue);

/** The queue as an object, for calling any of its methods. Never fails. Since
 *  0.4. */
TIELINE_API tieline_object *tieline_queue_object(tieline_queue *queue);

/* ---- Putting --------------------------------------------------------- */

/**
 * Put an item.
 *
 * @param item        copied.
 * @param timeout_ms  how long to wait for room.
 *
 * @retval TIELINE_OK          it is in the queue.
 * @retval TIELINE_EQUEUEFULL  there was no room in that time.
 * @retval TIELINE_ESHUTDOWN
 * @retval TIELINE_EMSGSIZE    it is longer than max_message_bytes.
 * @retval TIELINE_EINVAL      text or headers are no UTF-8, or too long.
 * @retval TIELINE_ERAISED     a priority queue cannot compare it: TypeError.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_queue_put(
	tieline_queue *queue, const tieline_item *item, int timeout_ms);

/** The same with bytes, a text, a value (as a pickle) alone. A value adds the
 *  errors of tieline_value_pickle(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_put_bytes(
	tieline_queue *queue, const void *data, size_t len, int timeout_ms);
TIELINE_API TIELINE_MUST_USE int tieline_queue_put_text(
	tieline_queue *queue, const char *text, int timeout_ms);
TIELINE_API TIELINE_MUST_USE int tieline_queue_put_value(
	tieline_queue *queue, const tieline_value *value, int timeout_ms);

/**
 * Put many items, in order, in one round trip. It stops at the first that does
 * not go in.
 *
 * @param timeout_ms  how long to wait for room, for all together.
 * @param count_out   how many are in the queue, also on failure; not known
 *                    after #TIELINE_EOUTCOME, and then 0. May be NULL.
 *
 * Errors as above. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_queue_put_many(tieline_queue *queue,
	const tieline_item items[], size_t count, int timeout_ms,
	size_t *count_out);

/** Start to put items; result->count is how many are in the queue. As
 *  tieline_object_call_start(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_put_start(tieline_queue *queue,
	const tieline_item items[], size_t count, int timeout_ms,
	tieline_completion done, void *arg, tieline_request *request_out);

/* ---- Getting --------------------------------------------------------- */

/**
 * Get an item, and acknowledge it.
 *
 * @param timeout_ms  how long to wait for one.
 * @param item_out    to be freed with tieline_item_free(). Untouched on
 *                    failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EEMPTY     there was none in that time.
 * @retval TIELINE_ESHUTDOWN
 * @retval TIELINE_EMSGSIZE   it is longer than max_message_bytes, and went
 *                            back.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_queue_get(
	tieline_queue *queue, int timeout_ms, tieline_item **item_out);

/** The same for what the item says: tieline_item_value(). An item that cannot
 *  be read (#TIELINE_ESYNTAX, #TIELINE_ETYPE, #TIELINE_ELIMIT) goes back. Since
 *  0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_get_value(tieline_queue *queue,
	int timeout_ms, tieline_values *values, tieline_value **value_out);

/**
 * Get an item that is to be acknowledged: tieline_queue_ack() when it has been
 * dealt with.
 *
 * @param lease_ms  for how long it is nobody else's; then it goes back. Or
 *                  #TIELINE_LEASE_UNTIL_ACK.
 *
 * All else as tieline_queue_get(). Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_queue_lease(tieline_queue *queue,
	int lease_ms, int timeout_ms, tieline_item **item_out);

/**
 * Get several items: those that are there when there is at least one.
 *
 * @param max_count  1 or more.
 * @param lease_ms   as above, or #TIELINE_NO_LEASE.
 * @param items_out  an array of max_count.
 * @param count_out  how many there are; 0 on failure.
 *
 * Errors as tieline_queue_get(). Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_queue_get_many(tieline_queue *queue,
	size_t max_count, int lease_ms, int timeout_ms,
	tieline_item *items_out[], size_t *count_out);

/** Start to get up to max_count items: result->items. With #TIELINE_NO_LEASE
 *  they are acknowledged after the callback. As tieline_object_call_start().
 *  Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_get_start(tieline_queue *queue,
	size_t max_count, int lease_ms, int timeout_ms, tieline_completion done,
	void *arg, tieline_request *request_out);

/** Look at up to max_count of the items that would be got next; they stay
 *  there. #TIELINE_EEMPTY. All else as tieline_queue_get_many(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_peek(tieline_queue *queue,
	size_t max_count, tieline_item *items_out[], size_t *count_out);

/* ---- Leases ---------------------------------------------------------- */

/**
 * The item has been dealt with: it is gone, and counts as a task that is done
 * if its lease was limited in time.
 *
 * @param lease  item->lease.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ENOLEASE  it was not acknowledged in time, or the connection
 *                           was lost: somebody else gets it, or has got it.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_queue_ack(
	tieline_queue *queue, uint64_t lease);

/** The item goes back to its place, to be got again after delay_ms. Errors as
 *  above. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_nack(
	tieline_queue *queue, uint64_t lease, uint32_t delay_ms);

/** The lease begins anew, for lease_ms; 0: for as long as it was given before.
 *  Errors as above. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_touch(
	tieline_queue *queue, uint64_t lease, uint32_t lease_ms);

/** Start the three; as tieline_object_call_start(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_ack_start(tieline_queue *queue,
	uint64_t lease, tieline_completion done, void *arg,
	tieline_request *request_out);
TIELINE_API TIELINE_MUST_USE int tieline_queue_nack_start(tieline_queue *queue,
	uint64_t lease, uint32_t delay_ms, tieline_completion done, void *arg,
	tieline_request *request_out);
TIELINE_API TIELINE_MUST_USE int tieline_queue_touch_start(tieline_queue *queue,
	uint64_t lease, uint32_t lease_ms, tieline_completion done, void *arg,
	tieline_request *request_out);

/* ---- Consuming ------------------------------------------------------- */

/** Items as they come. */
typedef struct tieline_consumer tieline_consumer;

/** What becomes of an item after a consumer's callback. */
typedef enum tieline_verdict {
	TIELINE_ACK = 0, /**< it has been dealt with */
	TIELINE_NACK,    /**< it goes back */
	TIELINE_LEAVE    /**< the program acknowledges it, or not, later */
} tieline_verdict;

/** Called for each item, in order; tieline_item_keep() to keep it. */
typedef tieline_verdict (*tieline_item_callback)(void *arg, tieline_item *item);

/** Called when a consumer or subscription ends by itself: with
 *  #TIELINE_ESHUTDOWN, #TIELINE_EDELETED, #TIELINE_ECUTOFF ... It is still to
 *  be closed. */
typedef void (*tieline_end_callback)(void *arg, int code, const char *message);

/** How to consume; 0 and NULL are the defaults. Get one from
 *  tieline_consumer_options_default(). */
typedef struct tieline_consumer_options {
	/** sizeof(tieline_consumer_options) of the program. */
	size_t size;

	/** How many items are on their way to the program at a time, without a
	 *  verdict: its credit. Default 64. */
	uint32_t prefetch;

	/** How long each is leased. Default 0, until it is acknowledged or the
	 *  connection is lost. */
	uint32_t lease_ms;

	/** Not NULL. */
	tieline_item_callback on_item;
	/** May be NULL. */
	tieline_end_callback on_end;
	/** For both. */
	void *arg;
} tieline_consumer_options;

static inline tieline_consumer_options tieline_consumer_options_default(void)
{
	tieline_consumer_options options;

	memset(&options, 0, sizeof(options));
	options.size = sizeof(options);
	return options;
}

/**
 * Have a callback called for each item of a queue, until it is closed. It goes
 * on after the connection was lost; what had no verdict then comes again.
 *
 * @param consumer_out  to be closed with tieline_consumer_close(), or with the
 *                      queue. Untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EBUSY, TIELINE_EINVAL, TIELINE_ENOMEM, TIELINE_EFORKED
 * @retval the code with which the session ended
 *
 * All else, on_end hears of. Does not block. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_queue_consume(tieline_queue *queue,
	const tieline_consumer_options *options,
	tieline_consumer **consumer_out);

/** Stop: what has no verdict yet goes back, but for what was left to the
 *  program. Can be called from within its callback, when that is its last use.
 *  NULL is fine. Does not block. Since 0.4. */
TIELINE_API void tieline_consumer_close(tieline_consumer *consumer);

/* ---- The queue as a whole -------------------------------------------- */

/** How many items can be got; whether there is none, or no room: 1 or 0. By the
 *  time of the answer it may be otherwise. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_qsize(
	tieline_queue *queue, uint64_t *count_out);
TIELINE_API TIELINE_MUST_USE int tieline_queue_empty(tieline_queue *queue);
TIELINE_API TIELINE_MUST_USE int tieline_queue_full(tieline_queue *queue);

/** A task is done: what was got has been dealt with. #TIELINE_ERAISED:
 *  ValueError if there were fewer tasks. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_task_done(tieline_queue *queue);

/** Wait until all that was put has been dealt with. #TIELINE_ETIMEDOUT. Since
 *  0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_join(
	tieline_queue *queue, int timeout_ms);

/** Drop all items that can be got; how many. count_out may be NULL. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_queue_purge(
	tieline_queue *queue, uint64_t *count_out);

/** Shut down, as Python 3.13 has it: putting fails with #TIELINE_ESHUTDOWN, and
 *  getting when the queue is empty, which `immediate` makes it. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_queue_shutdown(
	tieline_queue *queue, bool immediate);

#ifdef __cplusplus
}
#endif

#endif
