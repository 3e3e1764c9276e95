/* SPDX-License-Identifier: MIT */
#include "subscription.h"

#include "../cell.h"

#include <stdlib.h>
#include <string.h>

#define MAX_MESSAGES 1000000
#define MAX_BYTES    (INT64_C(1) << 40)

static const char *const overflow_words[OVERFLOWS] = {
	[DROP_OLDEST] = "drop_oldest",
	[DROP_NEWEST] = "drop_newest",
	[CUT_OFF] = "cut_off",
};

static struct subscription *subscription_of(struct object *object)
{
	return (struct subscription *)object;
}

/* ---- its bound -------------------------------------------------------- */

static bool read_overflow(
	struct call *call, const struct tli_value *word, uint8_t *overflow)
{
	for (*overflow = 0; word && *overflow < OVERFLOWS; ++*overflow)
		if (tli_is_text(word, overflow_words[*overflow]))
			return true;
	if (!word)
		return true;
	call_raise(call, TLI_STATUS_VALUE_ERROR,
		"overflow is 'drop_oldest', 'drop_newest' or 'cut_off'");
	return false;
}

enum outcome subscription_create(struct call *call)
{
	struct subscription *subscription = subscription_of(call->object);
	int64_t max_messages, max_bytes;

	if (!call_int(call, call->args[0], "max_messages", 1, MAX_MESSAGES,
		    1000, &max_messages) ||
		!call_int(call, call->args[1], "max_bytes", 1, MAX_BYTES,
			1 << 20, &max_bytes) ||
		!read_overflow(call, call->args[2], &subscription->overflow))
		return CALL_DONE;
	subscription->max_messages = (uint32_t)max_messages;
	subscription->max_bytes = (uint64_t)max_bytes;
	return CALL_DONE;
}

const struct tli_value *subscription_options(struct call *call)
{
	const struct tli_value *options = item_value(call, call->op->item);

	if (!options || options->kind == TLI_DICT)
		return options;
	call_raise(call, TLI_STATUS_BAD_REQUEST,
		"a subscription is made by a dict of options");
	return NULL;
}

/* ---- its source ------------------------------------------------------- */

static struct subscriptions *subscriptions_of(struct object *source)
{
	if (source->watchers)
		return source->watchers;
	source->watchers = malloc(sizeof(*source->watchers));
	if (source->watchers)
		TAILQ_INIT(&source->watchers->list);
	return source->watchers;
}

bool subscription_join(struct call *call, struct subscription *subscription,
	struct object *source)
{
	struct subscriptions *all = subscriptions_of(source);

	if (!all) {
		call_raise_memory(call);
		return false;
	}
	TAILQ_INSERT_TAIL(&all->list, subscription, link);
	subscription->source = source;
	return true;
}

void subscription_leave(struct subscription *subscription)
{
	struct object *source = subscription->source;

	if (!source)
		return;
	TAILQ_REMOVE(&source->watchers->list, subscription, link);
	if (subscription->left)
		subscription->left(subscription);
	subscription->source = NULL;
	if (!TAILQ_EMPTY(&source->watchers->list))
		return;
	free(source->watchers);
	source->watchers = NULL;
}

static void end(struct subscription *subscription)
{
	if (subscription->ended == TLI_STATUS_OK)
		subscription->ended = TLI_STATUS_DELETED;
	subscription_leave(subscription);
	object_wake(&subscription->object, WAIT_ITEMS);
}

void subscriptions_end(struct object *source)
{
	while (source->watchers)
		end(TAILQ_FIRST(&source->watchers->list));
}

void subscription_fini(struct model *model, struct object *object)
{
	struct subscription *subscription = subscription_of(object);

	(void)model;
	subscription_leave(subscription);
	backlog_fini(&subscription->backlog);
	object_discharge(object, object->usage.items, object->usage.bytes);
}

/* ---- messages in ------------------------------------------------------ */

static bool has_room(struct subscription *subscription, uint64_t bytes)
{
	struct object *object = &subscription->object;

	return object->usage.items < subscription->max_messages &&
		bytes <= subscription->max_bytes - object->usage.bytes &&
		backlog_reserve(&subscription->backlog) &&
		object_charge(NULL, object, 1, bytes);
}

/* Drops old ones for it, by that rule, as far as that is of use. */
static bool make_room(struct subscription *subscription, uint64_t bytes)
{
	struct backlog *backlog = &subscription->backlog;

	while (!has_room(subscription, bytes)) {
		uint64_t lost_bytes;

		if (subscription->overflow != DROP_OLDEST ||
			backlog->count == 0 || bytes > subscription->max_bytes)
			return false;
		lost_bytes = backlog_drop_first(backlog);
		object_discharge(&subscription->object, 1, lost_bytes);
		subscription->lost.messages++;
		subscription->lost.bytes += lost_bytes;
	}
	return true;
}

/* Whether a fetch would have to wait. */
static bool is_idle(const struct subscription *subscription)
{
	return subscription->backlog.count == 0 &&
		subscription->backlog.behind.messages == 0 &&
		subscription->ended == TLI_STATUS_OK;
}

void subscription_miss(struct subscription *subscription, uint64_t bytes)
{
	bool was_idle = is_idle(subscription);

	backlog_miss(&subscription->backlog, bytes);
	subscription->lost.messages++;
	subscription->lost.bytes += bytes;
	if (subscription->overflow == CUT_OFF)
		subscription->ended = TLI_STATUS_CUT_OFF;
	if (was_idle)
		object_wake(&subscription->object, WAIT_ITEMS);
}

bool subscription_offer(
	struct subscription *subscription, struct tli_item *message)
{
	uint64_t bytes = tli_item_len(message);
	bool was_idle = is_idle(subscription);

	if (subscription->ended != TLI_STATUS_OK ||
		!make_room(subscription, bytes)) {
		subscription_miss(subscription, bytes);
		return false;
	}
	backlog_push(&subscription->backlog, message);
	if (was_idle)
		object_wake(&subscription->object, WAIT_ITEMS);
	return true;
}

/* ---- messages out ----------------------------------------------------- */

static void tell_loss(struct call *call, const struct loss *loss)
{
	call->op->lost_messages = loss->messages;
	call->op->lost_bytes = loss->bytes;
}

static enum outcome give_first(
	struct call *call, struct subscription *subscription)
{
	struct backlog_entry first = backlog_pop(&subscription->backlog);

	object_discharge(&subscription->object, 1, tli_item_len(first.message));
	subscription->fetched++;
	tell_loss(call, &first.before);
	call->op->result = first.message;
	return CALL_DONE;
}

/* All is fetched: what is missing behind it, and that it is the end. */
static enum outcome give_end(
	struct call *call, struct subscription *subscription)
{
	tell_loss(call, &subscription->backlog.behind);
	subscription->backlog.behind = (struct loss){0};
	if (subscription->ended == TLI_STATUS_OK)
		return CALL_DONE;
	subscription_leave(subscription);
	return call_raise_status(call, (enum tli_status)subscription->ended);
}

static enum outcome fetch(struct call *call)
{
	struct subscription *subscription = subscription_of(call->object);

	if (subscription->backlog.count > 0)
		return give_first(call, subscription);
	if (!is_idle(subscription))
		return give_end(call, subscription);
	tell_loss(call, &(struct loss){0});
	return call_wait(call, call->object, WAIT_ITEMS, call->op->timeout_ms,
		TLI_STATUS_EMPTY);
}

const struct operation subscription_operations[] = {
	{OP_FETCH, fetch},
	{.code = 0},
};

const struct method subscription_methods[] = {
	{.name = NULL},
};

void subscription_stat(struct call *call)
{
	const struct subscription *subscription = subscription_of(call->object);

	stat_put_int(call, "max_messages", subscription->max_messages);
	stat_put_int(call, "max_bytes", subscription->max_bytes);
	stat_put_text(call, "overflow", overflow_words[subscription->overflow]);
	stat_put_int(call, "fetched", subscription->fetched);
	stat_put_int(call, "lost_messages", subscription->lost.messages);
	stat_put_int(call, "lost_bytes", subscription->lost.bytes);
}
