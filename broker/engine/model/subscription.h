/* SPDX-License-Identifier: MIT */
/*
 * A subscription: messages that wait for one program, or for a group that
 * shares them, within a bound. It is an object of its own, without a name,
 * which who subscribes has a reference to; OP_FETCH takes the next message.
 * What does not fit is lost by the rule that the subscriber chose, and reported
 * where it is missing.
 *
 * Topics have them, and every object for those who watch it.
 */
#ifndef MODEL_SUBSCRIPTION_H
#define MODEL_SUBSCRIPTION_H

#include "call.h"

/* What goes when there is one too many. */
enum overflow {
	DROP_OLDEST,
	DROP_NEWEST,
	CUT_OFF, /* the subscription ends: CUT_OFF when the rest is fetched */
};

struct subscription;

extern const struct kind subscription_kind;

/* The same message for another subscription. What it has no room for, or no
 * memory, is counted as lost there. */
void subscription_offer(
	struct subscription *subscription, struct tli_item *message);

/* Those who watch an object: subscriptions to its changes. */

/* TLI_OP_SUBSCRIBE on an object that is no topic: gives a subscription to its
 * changes, by a dict of max_messages, max_bytes, overflow. */
enum outcome watch_subscribe(struct call *call);

/* Tells them. The object's version is the new one. */
void watch_tell(struct call *call, struct tli_value *key);

/* The object goes: their subscriptions end, with DELETED. */
void watch_end(struct object *object);

#endif
