/* SPDX-License-Identifier: MIT */
/*
 * A subscription: messages that wait for one program, or for a group that
 * shares them, within a bound. It is an object of its own, without a name,
 * which who subscribes has a reference to; OP_FETCH takes the next message.
 * What does not fit is lost by the rule that the subscriber chose, and reported
 * where it is missing.
 *
 * Here is what all of them are: topics have them (topic.h), and every other
 * object for those who watch it (watch.h).
 */
#ifndef MODEL_SUBSCRIPTION_H
#define MODEL_SUBSCRIPTION_H

#include "../call.h"
#include "backlog.h"

#include <sys/queue.h>

/* What goes when there is one too many. */
enum overflow {
	DROP_OLDEST,
	DROP_NEWEST,
	CUT_OFF, /* the subscription ends: CUT_OFF when the rest is fetched */
	OVERFLOWS
};

struct subscription {
	struct object object;
	struct object *source; /* whose messages it gets; NULL = it has left */
	/* It leaves the source. NULL = there is nothing else to do. */
	void (*left)(struct subscription *subscription);
	TAILQ_ENTRY(subscription) link; /* all of the source */
	uint32_t max_messages;
	uint64_t max_bytes;
	uint8_t overflow; /* an enum overflow */
	uint8_t ended;    /* the status to end with; TLI_STATUS_OK = it goes on
			   */
	struct backlog backlog;
	uint64_t fetched;
	struct loss lost; /* in all */
};

TAILQ_HEAD(subscription_list, subscription);

/* Those to an object; it is there while there are any. */
struct subscriptions {
	struct subscription_list list;
};

#define SUBSCRIPTION_OPTIONS                                                   \
	"max_messages=1000 max_bytes=1048576 overflow='drop_oldest'"

/* Parts of a struct kind: creating takes SUBSCRIPTION_OPTIONS, which come
 * first, from call->args. */
enum outcome subscription_create(struct call *call);
void subscription_fini(struct model *model, struct object *object);
void subscription_stat(struct call *call);
extern const struct operation subscription_operations[];
extern const struct method subscription_methods[];

/* The dict of options of a TLI_OP_SUBSCRIBE; NULL with the error raised. */
const struct tli_value *subscription_options(struct call *call);

/* Makes it one of those to that object. False with the error raised. */
bool subscription_join(struct call *call, struct subscription *subscription,
	struct object *source);

/*
 * The same message for another subscription. True if it has it; what it has no
 * room for, or no memory, is counted as lost there.
 */
bool subscription_offer(
	struct subscription *subscription, struct tli_item *message);

/* There is a message that cannot even be offered. */
void subscription_miss(struct subscription *subscription, uint64_t bytes);

/* It gets nothing more from its source. */
void subscription_leave(struct subscription *subscription);

/* The object goes: all subscriptions to it end, with DELETED. */
void subscriptions_end(struct object *source);

#endif
