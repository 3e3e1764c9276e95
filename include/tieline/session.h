/* SPDX-License-Identifier: MIT */
/**
 * @file
 * A session with a broker: one connection for many objects. queue.h, topic.h,
 * sync.h and shared.h have what one does with them.
 *
 *     tieline_session *session;
 *     tieline_queue *jobs;
 *
 *     if (tieline_session_open(address, &options, NULL, &session) < 0 ||
 *             tieline_queue_open(session, "jobs", NULL, &jobs) < 0 ||
 *             tieline_queue_put_text(jobs, "build it", TIELINE_FOREVER) < 0)
 *             ...
 *     tieline_session_close(session);
 *
 * **Objects.** An object is at the broker, under a name that its programs know,
 * and of a kind: a queue, a lock, a dict. Programs open it, and get a handle
 * for it, which has a C type for each family of kinds: tieline_queue,
 * tieline_lock. All of them are tieline_objects, on which any method can be
 * called by name. Handles belong to their session, and are freed with it at the
 * latest.
 *
 * **Waiting, and not.** Every operation has a form that only starts it,
 * ..._start or tieline_object_call_start(), and a callback for when it is done.
 * The forms that block start it and go on with the session until it is done.
 * What is started leaves in the order in which it was started, without waiting
 * for answers to what was before. Callbacks are called from within
 * tieline_session_process(), tieline_handle_process(), tieline_wait() and every
 * call that blocks, never from within a call that only starts something. A
 * callback can call everything but tieline_session_close(); while one runs, no
 * other is called.
 *
 * **When the connection is lost** the session makes a new one by itself, with
 * growing pauses, opens again what was open (what has no name, or is not there
 * any more, is made anew, and so is empty), and goes on with consumers and
 * subscriptions. Nothing is sent twice. What was under way is done with
 * #TIELINE_EOUTCOME, if any of it may have reached the broker, and with
 * #TIELINE_ENOTSENT if not. What is started while there is no connection waits
 * for one, as long as its time allows. What the broker had given to the
 * connection is given back: leases are over (#TIELINE_ENOLEASE), locks are
 * released (#TIELINE_ENOTOWNER), temporary objects are gone.
 *
 * **Times.** A timeout_ms bounds how long the broker waits. For its answer the
 * session waits answer_timeout_ms longer, which bounds the calls without a
 * timeout_ms too; then the operation is withdrawn, with #TIELINE_EOUTCOME.
 *
 * **Errors.** Every operation can fail with
 *
 * - #TIELINE_ENOTSENT    there was no connection in its time, or it was lost
 *                        before anything was sent: it was not done;
 * - #TIELINE_EOUTCOME    the connection was lost, or there was no answer in
 *                        time: it may have been done, or not;
 * - #TIELINE_ECANCELLED  by tieline_session_cancel();
 * - #TIELINE_EBUSY       max_requests or max_unsent_bytes is reached;
 * - #TIELINE_ENOOBJECT, #TIELINE_EDELETED, #TIELINE_EKIND  of the object;
 * - #TIELINE_ENOTPERMITTED, #TIELINE_EFULL, #TIELINE_EBROKER  the broker does
 *                        not allow it, has reached a limit, or cannot do it;
 * - #TIELINE_ERAISED     as in Python: tieline_session_exception() has the
 *                        class and the arguments;
 * - #TIELINE_EINVAL, #TIELINE_ENOMEM, #TIELINE_EFORKED, and the code with
 *                        which the session has ended, if it has.
 *
 * What is listed below comes on top. All but the last are call errors, and the
 * text is in tieline_handle_error(tieline_session_handle(session)).
 *
 * A session belongs to one thread at a time, with all its objects.
 */
#ifndef TIELINE_SESSION_H
#define TIELINE_SESSION_H

#include <tieline/values.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A connection to a broker that comes back when it is lost. */
typedef struct tieline_session tieline_session;

/** A handle for an object at the broker, of any kind. */
typedef struct tieline_object tieline_object;

/** What an operation that was started is known by; never 0. */
typedef uint64_t tieline_request;

/* ---- Sessions -------------------------------------------------------- */

/** What a session tells of itself. */
typedef enum tieline_session_event {
	TIELINE_SESSION_CONNECTED, /**< there is a connection, again */
	TIELINE_SESSION_LOST,      /**< there is none any more, or no new one */
	TIELINE_SESSION_DRAINING   /**< the broker is about to end */
} tieline_session_event;

/**
 * Told when the connection comes and goes; of attempts that fail, of the first
 * one alone.
 *
 * @param arg      on_event_arg of the options.
 * @param message  for people; valid during the call.
 */
typedef void (*tieline_session_callback)(void *arg, tieline_session *session,
	tieline_session_event event, const char *message);

/** How a session behaves: 0, NULL and false are the defaults. Get one from
 *  tieline_session_options_default(). */
typedef struct tieline_session_options {
	/** sizeof(tieline_session_options) of the program. */
	size_t size;

	/** How long the answer to a request may take, besides the time that the
	 *  broker was asked to wait. Default 10,000. */
	uint32_t answer_timeout_ms;

	/** A session that is lost has ended: it makes no new connection, and
	 *  everything fails with #TIELINE_ELOST. */
	bool no_reconnect;

	/** Requests under way at a time, with those that were given up as long
	 *  as the broker may still answer them. Default 65,536. */
	uint32_t max_requests;

	/** Bytes of requests that wait to be sent. Default 64 MiB; one request
	 *  can always be there. */
	uint64_t max_unsent_bytes;

	/** May be NULL. */
	tieline_session_callback on_event;
	void *on_event_arg;
} tieline_session_options;

static inline tieline_session_options tieline_session_options_default(void)
{
	tieline_session_options options;

	memset(&options, 0, sizeof(options));
	options.size = sizeof(options);
	return options;
}

/**
 * Connect to a broker.
 *
 * @param address      "tcp://host:port", "tls://host:port" or "unix:/path"; a
 *                     host name is looked up now, and not again.
 * @param options      as for tieline_client(): the key, times,
 *                     max_message_bytes for what an operation carries, and
 *                     pickle_protocol. NULL for the defaults, which lack a key.
 * @param session_options  NULL for the defaults.
 * @param session_out  to be closed with tieline_session_close(). Untouched on
 *                     failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EPROTOCOL  the peer is no broker, or speaks a version that
 *                            is not ours.
 * @retval all of tieline_client() but those of names; a name in the address is
 *                            #TIELINE_EADDRESS.
 *
 * The first connection has to succeed within connect_timeout_ms.
 * tieline_handle_error(NULL) says more. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_session_open(const char *address,
	const tieline_options *options,
	const tieline_session_options *session_options,
	tieline_session **session_out);

/**
 * Start to connect, without blocking. What is started on it waits for the
 * connection. If it cannot be made it is tried again, with growing pauses, and
 * on_event hears of it; with no_reconnect the session ends.
 *
 * Parameters and errors as above, but that host names are refused with
 * #TIELINE_EADDRESS. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_session_start(const char *address,
	const tieline_options *options,
	const tieline_session_options *session_options,
	tieline_session **session_out);

/**
 * Close the connection and free the session with all its handles, consumers and
 * subscriptions. What was not sent yet is not, and callbacks of what is under
 * way are not called: tieline_session_flush() first. NULL is fine. Does not
 * block. Since 0.4.
 */
TIELINE_API void tieline_session_close(tieline_session *session);

/**
 * The session's handle, for tieline_wait(), event loops and errors. It is ready
 * for #TIELINE_READ when a subscription without a callback has a message, or
 * the session has ended; for #TIELINE_WRITE when something can be started
 * without #TIELINE_EBUSY. Event loops need neither: tieline_handle_process()
 * calls the callbacks. Never fails. Since 0.4.
 */
TIELINE_API tieline_handle *tieline_session_handle(tieline_session *session);

/**
 * Wait until a callback was called, and go on with what the session has to do.
 *
 * @retval n > 0  so many were called.
 * @retval 0      none within timeout_ms.
 * @retval the code with which the session has ended, #TIELINE_EFORKED,
 *         #TIELINE_ESYSTEM
 * @retval TIELINE_EINVAL  from within a callback, where no other is called.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_session_process(
	tieline_session *session, int timeout_ms);

/**
 * Wait until all that was started has been done.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETIMEDOUT  some is not.
 * @retval TIELINE_EFORKED, TIELINE_ESYSTEM
 *
 * How each was done is in its callback. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_session_flush(
	tieline_session *session, int timeout_ms);

/**
 * Ask the broker for an answer, to see that it is there.
 *
 * @retval TIELINE_OK
 * @retval see "Errors" above.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_session_ping(tieline_session *session);

/** Whether there is a connection, as far as that is known. Since 0.4. */
TIELINE_API bool tieline_session_is_connected(const tieline_session *session);

/** How many connections there were, with the one that is: 0 before the first
 *  one. Leases and locks are of one connection. Since 0.4. */
TIELINE_API uint64_t tieline_session_connections(
	const tieline_session *session);

/** The epoch that the broker told last: another text after each start of the
 *  broker, when what it held in memory alone is gone. "" before the first
 *  connection. Valid until the session is used again. Since 0.4. */
TIELINE_API const char *tieline_session_epoch(const tieline_session *session);

/* ---- Results --------------------------------------------------------- */

/** A pair of texts that goes along with an item. */
typedef struct tieline_header {
	const char *key;   /**< 1 to 255 bytes of UTF-8 */
	const char *value; /**< UTF-8 */
} tieline_header;

/** How the bytes of an item are to be read. */
typedef enum tieline_format {
	TIELINE_FORMAT_PICKLE = 0, /**< a Python object */
	TIELINE_FORMAT_BYTES = 1,
	TIELINE_FORMAT_TEXT = 2, /**< UTF-8 */
	TIELINE_FORMAT_JSON = 3
} tieline_format;

/** Missing messages, of which nobody knows how many: the connection was lost.
 */
#define TIELINE_LOST_UNKNOWN UINT64_MAX

/**
 * What queues and topics carry: bytes, how to read them, and a few short pairs
 * of texts that go along. To be put or published it is filled in, starting from
 * tieline_item_bytes() or tieline_item_text(), and copied by the call that
 * takes it. What is got is the library's memory: read it, and free it with
 * tieline_item_free().
 */
typedef struct tieline_item {
	/** sizeof(tieline_item) of the program. */
	size_t size;

	/** The body. Of what is got, a NUL stands behind it that does not
	 *  count. */
	const void *data;
	size_t len;
	tieline_format format;

	/** At most 1024 bytes in all, with 3 more for each pair. */
	const tieline_header *headers;
	size_t header_count;

	/** Put: from when on it can be got. Default 0, at once. */
	uint32_t delay_ms;
	/** Put: how long it can be got at most. Default 0, as long as it is
	 *  there. */
	uint32_t ttl_ms;
	/** Put into a priority queue: small ones are got first. */
	int64_t priority;

	/** Message of a topic: what it is about, "a.b.c". "" of a queue. */
	const char *subject;
	/** Got: how often it was delivered, with this time. */
	uint32_t attempts;
	/** Got: it was delivered before, so attempts is more than 1. */
	bool redelivered;
	/** Got: what to acknowledge it by; 0 if that is not needed. */
	uint64_t lease;
	/** Message: how many messages, and bytes, are missing right before it;
	 *  #TIELINE_LOST_UNKNOWN. */
	uint64_t lost_messages;
	uint64_t lost_bytes;
} tieline_item;

/** An item of these bytes, which have to stay until it was taken. Since 0.4. */
static inline tieline_item tieline_item_bytes(const void *data, size_t len)
{
	tieline_item item;

	memset(&item, 0, sizeof(item));
	item.size = sizeof(item);
	item.data = data;
	item.len = len;
	item.format = TIELINE_FORMAT_BYTES;
	return item;
}

/** An item of a text, UTF-8. Since 0.4. */
static inline tieline_item tieline_item_text(const char *text)
{
	tieline_item item = tieline_item_bytes(text, text ? strlen(text) : 0);

	item.format = TIELINE_FORMAT_TEXT;
	return item;
}

/**
 * Make an item of a value: a pickle.
 *
 * @param protocol  2 to 5; 0 for the default.
 * @param item_out  to be freed with tieline_item_free(). Untouched on failure.
 *
 * Errors as tieline_value_pickle(). Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_item_pickle(
	const tieline_value *value, int protocol, tieline_item **item_out);

/**
 * What an item says: the object of a pickle, that of JSON (with "$repr" as
 * #TIELINE_JSON_WRAPPED has it), a str of text, bytes of bytes.
 *
 * @return NULL as tieline_value_unpickle(), tieline_value_from_json() ...;
 *         tieline_handle_error(NULL) says more. Since 0.4.
 */
TIELINE_API tieline_value *tieline_item_value(
	const tieline_item *item, tieline_values *values);

/** The value of the item's header of that key; NULL if there is none. Since
 *  0.4. */
TIELINE_API const char *tieline_item_header(
	const tieline_item *item, const char *key);

/** Keep an item that a callback was given, beyond the callback: it has to be
 *  freed with tieline_item_free() once more. Returns it. Since 0.4. */
TIELINE_API tieline_item *tieline_item_keep(tieline_item *item);

/** Free an item that the library gave. NULL is fine. Since 0.4. */
TIELINE_API void tieline_item_free(tieline_item *item);

/** How an operation was done. Valid during the callback. */
typedef struct tieline_result {
	/** A #tieline_code. */
	int code;
	/** "" on success. */
	const char *message;
	tieline_request request;
	/** put: how many were put, also on failure. publish: deliveries. open:
	 *  1 if it was made. */
	uint64_t count;
	/** acquire: the grant's token, which only grows. open: the object's id.
	 */
	uint64_t token;
	/** get, peek; tieline_item_keep() those that are to stay. */
	tieline_item *const *items;
	size_t item_count;
	/** What a method returned, None included; NULL for all else. */
	const tieline_value *value;
	/** The class of the exception that was raised, as Python code would
	 *  catch it ("KeyError", "queue.Full"), and a tuple of its arguments;
	 *  NULL if there was none. */
	const char *exception;
	const tieline_value *arguments;
} tieline_result;

/** Called when an operation is done: exactly once, unless the session is closed
 *  before. */
typedef void (*tieline_completion)(void *arg, const tieline_result *result);

/**
 * Withdraw an operation that was started. Its callback is called all the same:
 * with #TIELINE_ECANCELLED, or as it was done if it was too late, or with
 * #TIELINE_EOUTCOME if the broker does not answer in answer_timeout_ms.
 *
 * @retval 1  it is being withdrawn.
 * @retval 0  it is done already.
 * @retval TIELINE_ENOMEM, TIELINE_EFORKED
 *
 * Since 0.4.
 */
TIELINE_API int tieline_session_cancel(
	tieline_session *session, tieline_request request);

/**
 * The exception that the last call on the session raised which failed, and did
 * not only start something.
 *
 * @param class_out      "KeyError", "queue.Full"; may be NULL.
 * @param values         where the arguments are to live.
 * @param arguments_out  a tuple; NULL if they could not be read. May be NULL,
 *                       as may be the values then.
 *
 * @retval 1  there was one.
 * @retval 0  it failed otherwise; nothing is stored.
 *
 * *class_out lives forever. Since 0.4.
 */
TIELINE_API int tieline_session_exception(const tieline_session *session,
	const char **class_out, tieline_values *values,
	tieline_value **arguments_out);

/* ---- Objects --------------------------------------------------------- */

/** What opening does if the object is there, or is not. */
typedef enum tieline_creation {
	TIELINE_OPEN_OR_CREATE = 0,
	TIELINE_OPEN_ONLY,  /**< #TIELINE_ENOOBJECT if it is not there */
	TIELINE_CREATE_ONLY /**< #TIELINE_EEXISTS if it is there */
} tieline_creation;

/** How an item that is put is got: which kind of queue it is. */
typedef enum tieline_queue_kind {
	TIELINE_QUEUE_ANY = 0,  /**< what it is; a Queue if it is made */
	TIELINE_QUEUE_FIFO,     /**< Queue: in order */
	TIELINE_QUEUE_LIFO,     /**< LifoQueue: the last first */
	TIELINE_QUEUE_PRIORITY, /**< PriorityQueue: the smallest first */
	TIELINE_QUEUE_SIMPLE    /**< SimpleQueue: unbounded, no tasks */
} tieline_queue_kind;

/**
 * How to open an object. Get one from tieline_object_options_default(); 0, NULL
 * and false are the defaults. `queue_kind`, `recursive` and `bounded` choose
 * the kind, for functions that open one of several, and mean nothing to others.
 * All else but `creation` is for an object that is made now; one that is there
 * stays as it is. What an object of the kind has no use for is refused with
 * #TIELINE_ERAISED.
 */
typedef struct tieline_object_options {
	/** sizeof(tieline_object_options) of the program. */
	size_t size;

	tieline_creation creation;

	/** It is deleted when the connection that made it ends. */
	bool temporary;

	/** It is deleted when nobody used it for as long. Default 0, never. */
	uint32_t expire_ms;

	/** Queues. */
	tieline_queue_kind queue_kind;
	/** Items, and bytes, that fit. Default 0, as many as the broker allows.
	 */
	uint64_t maxsize;
	uint64_t max_bytes;
	/** An item that was delivered so often without being acknowledged goes
	 *  to the queue of the name dead_letter; without one it is dropped.
	 *  Default 0, any number. */
	uint32_t max_attempts;
	const char *dead_letter;

	/** Topics: keep the last message of each subject, for those who ask for
	 *  it when they subscribe; of as many subjects. Default 1000. */
	bool retain;
	uint64_t max_retained;

	/** Locks: the holder can acquire it again; an RLock. */
	bool recursive;

	/** Semaphores: releasing more than was acquired is an error; a
	 *  BoundedSemaphore. */
	bool bounded;
	/** Semaphores: permits stay taken when who took them goes: they are
	 *  signals. */
	bool unowned;

	/** More, for any kind: a dict by name. It has to live as long as the
	 *  call. */
	const tieline_value *others;
} tieline_object_options;

static inline tieline_object_options tieline_object_options_default(void)
{
	tieline_object_options options;

	memset(&options, 0, sizeof(options));
	options.size = sizeof(options);
	return options;
}

/**
 * Open an object, of any kind.
 *
 * @param name        1 to 128 letters, digits and . _ - : / of ASCII; NULL: it
 *                    is made without a name, and goes when it is closed.
 * @param kind        Python's name: "Queue", "dict", "Lock" ...; NULL: of the
 *                    kind that it is, and so it has to be there.
 * @param options     NULL for the defaults.
 * @param object_out  to be closed with tieline_object_close(), or with the
 *                    session. Untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ENOOBJECT, TIELINE_EEXISTS  see #tieline_creation.
 * @retval TIELINE_EKIND   it is there, and of another kind.
 * @retval TIELINE_ERAISED an option is not right: ValueError, TypeError.
 * @retval see "Errors" above.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_object_open(tieline_session *session,
	const char *name, const char *kind,
	const tieline_object_options *options, tieline_object **object_out);

/**
 * Start to open an object. It can be used at once: what is started on it goes
 * out right behind, and fails if opening does. It has to be closed in either
 * case.
 *
 * @param done  may be NULL; result->token is the object's id, count 1 if it was
 *              made.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EBUSY, TIELINE_EINVAL, TIELINE_ENOMEM, TIELINE_EFORKED
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_object_open_start(
	tieline_session *session, const char *name, const char *kind,
	const tieline_object_options *options, tieline_completion done,
	void *arg, tieline_object **object_out);

/**
 * Give a handle back, with consumers and subscriptions on it; an object without
 * a name goes with its last handle. Operations under way end with
 * #TIELINE_ECANCELLED. Can be called from within a callback of its own, when
 * that is its last use. NULL is fine. Does not block. Since 0.4.
 */
TIELINE_API void tieline_object_close(tieline_object *object);

/** The broker itself, as an object: its methods are ls, stat, rm and usage. Not
 *  to be closed. Never fails. Since 0.4. */
TIELINE_API tieline_object *tieline_session_broker(tieline_session *session);

/** The session of an object. Never fails. Since 0.4. */
TIELINE_API tieline_session *tieline_object_session(
	const tieline_object *object);

/** The object's id, which no other object ever has; 0 while it is not open.
 *  Since 0.4. */
TIELINE_API uint64_t tieline_object_id(const tieline_object *object);

/**
 * Call a method of an object, as Python would.
 *
 * @param method      "put", "__getitem__" ...
 * @param args        a tuple or list; NULL for none.
 * @param kwargs      a dict; NULL for none.
 * @param timeout_ms  how long it may take, if the method waits; what the method
 *                    itself is told about waiting is among the arguments.
 * @param values      where the result is to live; may be NULL if result_out is.
 * @param result_out  what Python would get; may be NULL.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETIMEDOUT  it took longer, and was withdrawn; or the method
 *                            raised TimeoutError.
 * @retval TIELINE_EEMPTY, TIELINE_EQUEUEFULL, TIELINE_ESHUTDOWN,
 *         TIELINE_ENOTOWNER, TIELINE_EBARRIER  what the method raised has a
 *                            code of its own.
 * @retval TIELINE_ENOITEM    KeyError and IndexError.
 * @retval TIELINE_EMSGSIZE   the call is longer than max_message_bytes.
 * @retval see "Errors" above.
 *
 * If args or kwargs are NULL for a failure before, that is not seen:
 * tieline_object_call_built() does see it. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_object_call(tieline_object *object,
	const char *method, const tieline_value *args,
	const tieline_value *kwargs, int timeout_ms, tieline_values *values,
	tieline_value **result_out);

/**
 * The same with arguments as for tieline_value_build(), a tuple or list:
 *
 *     tieline_object_call_built(dict, 0, NULL, NULL, "__setitem__",
 *             "(%s, %d)", "size", 3);
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_object_call_built(
	tieline_object *object, int timeout_ms, tieline_values *values,
	tieline_value **result_out, const char *method, const char *args, ...);

/**
 * Start the same; result->value is what it returned, result->token the token of
 * a lock or permit that it acquired.
 *
 * @param done         may be NULL.
 * @param request_out  may be NULL.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EBUSY, TIELINE_EMSGSIZE, TIELINE_EINVAL, TIELINE_ENOMEM,
 *         TIELINE_EFORKED
 * @retval the code of tieline_value_pickle(), or with which the session ended
 *
 * On failure nothing was started. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_object_call_start(
	tieline_object *object, const char *method, const tieline_value *args,
	const tieline_value *kwargs, int timeout_ms, tieline_completion done,
	void *arg, tieline_request *request_out);

/* ---- What is at the broker ------------------------------------------- */

/**
 * List the objects that are at the broker.
 *
 * @param prefix      of their names; NULL or "" for all.
 * @param kind        "Queue" ...; NULL for all.
 * @param values      where the list is to live.
 * @param list_out    dicts: name, kind, id, items, bytes ...
 *
 * @retval TIELINE_OK
 * @retval see "Errors" above.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_session_objects(
	tieline_session *session, const char *prefix, const char *kind,
	tieline_values *values, tieline_value **list_out);

/** What there is to tell of an object: a dict as in that list. One without a
 *  name is written as "@" and its id. #TIELINE_ENOOBJECT. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_session_stat(tieline_session *session,
	const char *name, tieline_values *values, tieline_value **dict_out);

/** Delete an object: who waits for it, and who uses it then, gets
 *  #TIELINE_EDELETED. One without a name is written as "@" and its id.
 *  #TIELINE_ENOOBJECT. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_session_delete(
	tieline_session *session, const char *name);

#ifdef __cplusplus
}
#endif

#endif
