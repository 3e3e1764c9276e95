/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Topics at a broker: a message goes to all who have subscribed to its subject,
 * now; and watching what happens to other objects.
 *
 * A subject is words with dots between them, "sensor.kitchen.heat". A pattern
 * is a subject in which "*" stands for any word, and ">" at the end for any
 * words.
 *
 * Who does not keep up loses messages, by the rule that they chose, and is told
 * how many where they are missing. Messages are in the order of their
 * publishing, as far as one program published them.
 *
 * Errors: those of every operation are in session.h, those listed here come on
 * top.
 */
#ifndef TIELINE_TOPIC_H
#define TIELINE_TOPIC_H

#include <tieline/queue.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tieline_topic tieline_topic;

/** Messages as they come. */
typedef struct tieline_subscription tieline_subscription;

/** Open a topic, and start to; as tieline_object_open(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_topic_open(tieline_session *session,
	const char *name, const tieline_object_options *options,
	tieline_topic **topic_out);
TIELINE_API TIELINE_MUST_USE int tieline_topic_open_start(
	tieline_session *session, const char *name,
	const tieline_object_options *options, tieline_completion done,
	void *arg, tieline_topic **topic_out);

/** As tieline_object_close(). Since 0.4. */
TIELINE_API void tieline_topic_close(tieline_topic *topic);

/** The topic as an object. Never fails. Since 0.4. */
TIELINE_API tieline_object *tieline_topic_object(tieline_topic *topic);

/**
 * Publish a message.
 *
 * @param subject         1 to 255 bytes; instead of the item's.
 * @param message         copied.
 * @param deliveries_out  to how many subscriptions it goes; may be NULL.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ERAISED   the subject is none: ValueError.
 * @retval TIELINE_EMSGSIZE  it is longer than max_message_bytes.
 * @retval TIELINE_EINVAL    text or headers are no UTF-8, or too long.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_topic_publish(tieline_topic *topic,
	const char *subject, const tieline_item *message,
	uint64_t *deliveries_out);

/** Start to publish messages, each with its own subject; result->count is how
 *  many deliveries that makes. As tieline_object_call_start(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_topic_publish_start(
	tieline_topic *topic, const tieline_item messages[], size_t count,
	tieline_completion done, void *arg, tieline_request *request_out);

/** What goes when there is one message too many for a subscription. */
typedef enum tieline_overflow {
	TIELINE_DROP_OLDEST = 0,
	TIELINE_DROP_NEWEST,
	TIELINE_CUT_OFF /**< it ends with #TIELINE_ECUTOFF */
} tieline_overflow;

/** Called for each message, in order; tieline_item_keep() to keep it. */
typedef void (*tieline_message_callback)(void *arg, tieline_item *message);

/** Called where messages are missing: how many, of how many bytes in all.
 *  #TIELINE_LOST_UNKNOWN after the connection was lost. */
typedef void (*tieline_loss_callback)(
	void *arg, uint64_t messages, uint64_t bytes);

/** How to subscribe; 0, NULL and false are the defaults. Get one from
 *  tieline_subscription_options_default(). */
typedef struct tieline_subscription_options {
	/** sizeof(tieline_subscription_options) of the program. */
	size_t size;

	/** Which subjects; default ">", all. Not for watching. */
	const char *pattern;

	/** Those who subscribe with the same group share the messages: each
	 *  goes to one of them. Default NULL, alone. Not for watching. */
	const char *group;

	/** First, the last message of each subject, if the topic keeps them.
	 *  Not for watching. */
	bool retained;

	/** What the broker keeps for the subscription at most. Default 1000
	 *  messages, 1 MiB. */
	uint32_t max_messages;
	uint64_t max_bytes;

	tieline_overflow overflow;

	/** How many messages are on their way to the program at a time.
	 *  Default 64. */
	uint32_t prefetch;

	/** NULL: tieline_subscription_next() gives the messages. */
	tieline_message_callback on_message;
	/** May be NULL; the next message has the numbers too. */
	tieline_loss_callback on_loss;
	/** May be NULL. */
	tieline_end_callback on_end;
	/** For all three. */
	void *arg;
} tieline_subscription_options;

static inline tieline_subscription_options tieline_subscription_options_default(
	void)
{
	tieline_subscription_options options;

	memset(&options, 0, sizeof(options));
	options.size = sizeof(options);
	return options;
}

/**
 * Subscribe to a topic. What is published after this call comes. It goes on
 * after the connection was lost; what was published meanwhile is lost.
 *
 * @param options           NULL for the defaults.
 * @param subscription_out  to be closed with tieline_subscription_close(), or
 *                          with the topic. Untouched on failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ERAISED  the pattern is none: ValueError.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_topic_subscribe(tieline_topic *topic,
	const tieline_subscription_options *options,
	tieline_subscription **subscription_out);

/** Start to; on_end hears of what goes wrong. As tieline_queue_consume(). Since
 *  0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_topic_subscribe_start(
	tieline_topic *topic, const tieline_subscription_options *options,
	tieline_subscription **subscription_out);

/**
 * Watch an object: a message for each change of its content. The body is a
 * pickle of a dict: the object's version from then on, the method that changed
 * it, and the key or index, None if it was all.
 *
 * As tieline_topic_subscribe(), with options that have neither pattern nor
 * group. Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_object_watch(tieline_object *object,
	const tieline_subscription_options *options,
	tieline_subscription **subscription_out);

/**
 * Take the next message of a subscription without on_message.
 *
 * @param timeout_ms   how long to wait for one.
 * @param message_out  to be freed with tieline_item_free(). Untouched on
 *                     failure.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETIMEDOUT
 * @retval TIELINE_ECUTOFF, TIELINE_EDELETED  it has ended.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_subscription_next(
	tieline_subscription *subscription, int timeout_ms,
	tieline_item **message_out);

/** Stop: no callback of it is called any more. Can be called from within one,
 *  when that is its last use. NULL is fine. Does not block. Since 0.4. */
TIELINE_API void tieline_subscription_close(tieline_subscription *subscription);

#ifdef __cplusplus
}
#endif

#endif
