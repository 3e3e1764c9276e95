/* SPDX-License-Identifier: MIT */
/* Topics: a message goes to every subscription whose pattern its subject fits;
 * of a group of subscribers to one of them. */
#include "../../../../proto/pickle/pickle.h"
#include "../../../../proto/quote.h"
#include "../links.h"
#include "interest.h"
#include "retained.h"
#include "subject.h"

#include <string.h>

#define MAX_RETAINED 1000000

struct topic {
	struct object object;
	bool retains;
	struct retained_messages retained;
	struct patterns patterns;
	struct interest *groups; /* by group */
	uint64_t published, deliveries;
};

static struct topic *topic_of(struct object *object)
{
	return (struct topic *)object;
}

static enum outcome create(struct call *call)
{
	struct topic *topic = topic_of(call->object);
	int64_t max_retained;

	if (!call_int(call, call->args[1], "max_retained", 1, MAX_RETAINED,
		    1000, &max_retained))
		return CALL_DONE;
	topic->retains = call_truth(call->args[0], false);
	retained_init(&topic->retained, (uint64_t)max_retained);
	memcpy(topic->patterns.seed, call->model->limits.seed,
		sizeof(topic->patterns.seed));
	return CALL_DONE;
}

static void fini(struct model *model, struct object *object)
{
	(void)model;
	retained_fini(&topic_of(object)->retained);
}

/* ---- publishing ------------------------------------------------------- */

static bool check_subject(struct call *call, const char *subject, size_t len)
{
	const char *why = subject_check(subject, len);
	char start[TLI_QUOTE_TEXT] = "", quoted[TLI_QUOTE_TEXT];

	if (!why)
		return true;
	memcpy(start, subject, len < sizeof(start) ? len : sizeof(start) - 1);
	call_raise(call, TLI_STATUS_VALUE_ERROR, "the subject %s: %s",
		tli_quote(start, quoted), why);
	return false;
}

/* Returns to how many it went. */
static uint64_t deliver(struct topic *topic, struct tli_item *message)
{
	uint64_t deliveries = 0;
	struct pattern *match = patterns_match(&topic->patterns,
		(const char *)message->bytes, message->subject_len);
	struct interest *interest;

	for (; match; match = match->next_match)
		TAILQ_FOREACH (interest, &match->interests, same_pattern)
			deliveries += subscription_offer(
				&interest->subscription, message);
	topic->published++;
	topic->deliveries += deliveries;
	return deliveries;
}

static void publish_message(struct call *call, struct tli_item *message)
{
	struct topic *topic = topic_of(call->object);

	if (topic->retains && !retained_put(call, &topic->retained, message))
		return;
	call->op->deliveries = deliver(topic, message);
}

static enum outcome publish(struct call *call)
{
	struct tli_item *message = call->op->item;

	if (check_subject(
		    call, (const char *)message->bytes, message->subject_len))
		publish_message(call, message);
	return CALL_DONE;
}

/* A message of a subject and a value, pickled. NULL with the error raised. */
static struct tli_item *make_message(struct call *call, const char *subject,
	size_t len, const struct tli_value *value)
{
	struct tli_value_error error = {.code = TLI_VALUE_NOMEM};
	struct tli_record record = {
		.subject_len = (uint8_t)len, .format = TLI_FORMAT_PICKLE};
	struct tli_item *message = NULL;
	struct tli_buf bytes;

	tli_buf_init(&bytes, len + TLI_ITEM_BODY_MAX);
	if (tli_buf_append(&bytes, subject, len) == TLI_BUF_OK &&
		tli_pickle(value, TLI_PICKLE_PROTOCOL_DEFAULT, &bytes,
			&error) == TLI_VALUE_OK) {
		record.bytes = tli_buf_head(&bytes);
		record.body_len = (uint32_t)(tli_buf_len(&bytes) - len);
		message = tli_item_new(&record);
		error.code = TLI_VALUE_NOMEM;
	}
	tli_buf_fini(&bytes);
	if (message && !links_attach(call, message, value, NULL)) {
		tli_item_unref(message);
		message = NULL;
	}
	if (!message)
		call_raise_values(call, &error);
	return message;
}

static enum outcome run_publish(struct call *call)
{
	struct tli_item *message;
	const char *subject;
	size_t len;

	if (!call_text(
		    call, call->args[0], "subject", SIZE_MAX, &subject, &len) ||
		!check_subject(call, subject, len))
		return CALL_DONE;
	message = make_message(call, subject, len, call->args[1]);
	if (!message)
		return CALL_DONE;
	publish_message(call, message);
	tli_item_unref(message);
	if (call_has_failed(call))
		return CALL_DONE;
	return call_return_int(call, (int64_t)call->op->deliveries);
}

/* ---- subscribing ------------------------------------------------------ */

static void left(struct subscription *subscription)
{
	struct interest *interest = (struct interest *)subscription;
	struct topic *topic = topic_of(subscription->source);

	if (interest->pattern) {
		TAILQ_REMOVE(
			&interest->pattern->interests, interest, same_pattern);
		patterns_drop(&topic->patterns, interest->pattern);
	}
	if (interest->by_group.tbl)
		HASH_DELETE(by_group, topic->groups, interest);
	interest->pattern = NULL;
	interest->by_group.tbl = NULL;
}

static void offer_retained(struct topic *topic, struct interest *interest)
{
	size_t len = strlen(interest->text);
	struct retained *retained;

	TAILQ_FOREACH (retained, &topic->retained.in_order, link)
		if (retained_matches(retained, interest->text, len))
			(void)subscription_offer(
				&interest->subscription, retained->message);
}

static unsigned group_hash(const struct topic *topic, const char *group)
{
	return text_hash(topic->patterns.seed, group, strlen(group));
}

/* False with the error raised; what was done is undone when it leaves. */
static bool enter(
	struct call *call, struct topic *topic, struct interest *interest)
{
	if (!subscription_join(call, &interest->subscription, &topic->object))
		return false;
	interest->subscription.left = left;
	interest->pattern = patterns_use(
		&topic->patterns, interest->text, strlen(interest->text));
	if (interest->pattern)
		TAILQ_INSERT_TAIL(
			&interest->pattern->interests, interest, same_pattern);
	if (interest->group)
		HASH_ADD_KEYPTR_BYHASHVALUE(by_group, topic->groups,
			interest->group, (unsigned)strlen(interest->group),
			group_hash(topic, interest->group), interest);
	if (!interest->pattern ||
		(interest->group && !interest->by_group.tbl)) {
		call_raise_memory(call);
		return false;
	}
	if (interest->wants_retained)
		offer_retained(topic, interest);
	return true;
}

/* The group's subscription, unless it is over. */
static struct interest *find_group(struct topic *topic, const char *group)
{
	struct interest *interest = NULL;

	if (group)
		HASH_FIND_BYHASHVALUE(by_group, topic->groups, group,
			(unsigned)strlen(group), group_hash(topic, group),
			interest);
	if (!interest || interest->subscription.ended == TLI_STATUS_OK)
		return interest;
	subscription_leave(&interest->subscription);
	return NULL;
}

/* The subscription that it amounts to: itself, or its group's. NULL with the
 * error raised. */
static struct interest *join(
	struct call *call, struct topic *topic, struct interest *interest)
{
	struct interest *shared = find_group(topic, interest->group);

	if (!shared)
		return enter(call, topic, interest) ? interest : NULL;
	if (strcmp(shared->text, interest->text) == 0)
		return shared;
	call_raise(call, TLI_STATUS_VALUE_ERROR,
		"the group '%s' has the pattern '%s', which is for all in it",
		shared->group, shared->text);
	return NULL;
}

static enum outcome subscribe(struct call *call)
{
	struct topic *topic = topic_of(call->object);
	const struct tli_value *options = subscription_options(call);
	struct interest *joined;
	struct object *made;

	if (!options)
		return CALL_DONE;
	made = model_create(call, &interest_kind, NULL, options);
	if (!made)
		return CALL_DONE;
	joined = join(call, topic, (struct interest *)made);
	if (joined)
		call_grant_reference(call, &joined->subscription.object);
	object_unref(made);
	return CALL_DONE;
}

/* ---- listings --------------------------------------------------------- */

static struct tli_value *describe(
	struct call *call, struct subscription *subscription)
{
	struct call described = *call;
	struct object *object = &subscription->object;

	described.object = object;
	described.result = tli_container(call->values, TLI_DICT);
	if (!described.result)
		return NULL;
	stat_put_int(&described, "id", object->id);
	stat_put_int(&described, "members", object->references);
	stat_put_int(&described, "items", object->usage.items);
	stat_put_int(&described, "bytes", object->usage.bytes);
	object->kind->stat(&described);
	return described.result;
}

static enum outcome run_subscriptions(struct call *call)
{
	struct tli_value *list = tli_container(call->values, TLI_LIST);
	struct subscriptions *all = call->object->watchers;
	struct subscription *it = all ? TAILQ_FIRST(&all->list) : NULL;

	for (; it && list; it = TAILQ_NEXT(it, link))
		if (!tli_append(list, describe(call, it)))
			list = NULL;
	return call_return(call, list);
}

static enum outcome run_subjects(struct call *call)
{
	struct topic *topic = topic_of(call->object);
	struct tli_value *list = tli_container(call->values, TLI_LIST);
	struct retained *it = TAILQ_FIRST(&topic->retained.in_order);
	const char *pattern;
	size_t len;

	if (!read_pattern(call, call->args[0], &pattern, &len))
		return CALL_DONE;
	for (; it && list; it = TAILQ_NEXT(it, link))
		if (retained_matches(it, pattern, len) &&
			!tli_append(list,
				tli_str(call->values,
					(const char *)it->message->bytes,
					it->message->subject_len)))
			list = NULL;
	return call_return(call, list);
}

static enum outcome run_purge(struct call *call)
{
	struct topic *topic = topic_of(call->object);
	const char *pattern;
	size_t len;

	if (!read_pattern(call, call->args[0], &pattern, &len))
		return CALL_DONE;
	return call_return_int(call,
		(int64_t)retained_forget(
			&topic->retained, &topic->object, pattern, len));
}

static void stat(struct call *call)
{
	const struct topic *topic = topic_of(call->object);

	stat_put(call, "retain", tli_bool(call->values, topic->retains));
	stat_put_int(call, "max_retained", topic->retained.max);
	stat_put_int(call, "evicted", topic->retained.evicted);
	stat_put_int(call, "published", topic->published);
	stat_put_int(call, "deliveries", topic->deliveries);
}

static const struct method methods[] = {
	{"publish", "subject value", run_publish, NEEDS_PUBLISH},
	{"subscriptions", "", run_subscriptions, NEEDS_PUBLISH_OR_SUBSCRIBE},
	{"subjects", "pattern='>'", run_subjects, NEEDS_PUBLISH_OR_SUBSCRIBE},
	{"purge", "pattern='>'", run_purge, NEEDS_DELETE},
	{.name = NULL},
};

static const struct operation operations[] = {
	{TLI_OP_PUBLISH, publish},
	{TLI_OP_SUBSCRIBE, subscribe},
	{.code = 0},
};

const struct kind topic_kind = {
	.name = "Topic",
	.size = sizeof(struct topic),
	.options = "* retain=False max_retained=1000",
	.create = create,
	.fini = fini,
	.methods = methods,
	.operations = operations,
	.stat = stat,
};
