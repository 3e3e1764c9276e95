/* SPDX-License-Identifier: MIT */
#include "retained.h"

#include "subject.h"

#include <stdlib.h>

void retained_init(struct retained_messages *all, uint64_t max)
{
	TAILQ_INIT(&all->in_order);
	all->max = max;
}

static unsigned hash_of(struct call *call, const struct tli_item *message)
{
	return text_hash(
		call->model->limits.seed, message->bytes, message->subject_len);
}

static struct retained *find(const struct retained_messages *all,
	const struct tli_item *message, unsigned hash)
{
	struct retained *retained;

	HASH_FIND_BYHASHVALUE(hh, all->table, message->bytes,
		message->subject_len, hash, retained);
	return retained;
}

static struct retained *add(
	struct retained_messages *all, struct tli_item *message, unsigned hash)
{
	struct retained *retained = calloc(1, sizeof(*retained));

	if (!retained)
		return NULL;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, all->table, message->bytes,
		message->subject_len, hash, retained);
	if (!retained->hh.tbl) {
		free(retained);
		return NULL;
	}
	retained->message = tli_item_ref(message);
	TAILQ_INSERT_TAIL(&all->in_order, retained, link);
	all->count++;
	return retained;
}

static void drop(struct retained_messages *all, struct retained *retained)
{
	HASH_DEL(all->table, retained);
	TAILQ_REMOVE(&all->in_order, retained, link);
	tli_item_unref(retained->message);
	free(retained);
	all->count--;
}

static void forget(struct retained_messages *all, struct object *topic,
	struct retained *retained)
{
	object_discharge(topic, 1, tli_item_len(retained->message));
	drop(all, retained);
}

/* The message in place of the one that its subject has. */
static bool replace(struct call *call, struct retained_messages *all,
	struct retained *retained, struct tli_item *message)
{
	struct tli_item *old = retained->message;

	object_discharge(call->object, 1, tli_item_len(old));
	if (!object_charge(call, call->object, 1, tli_item_len(message))) {
		(void)object_charge(NULL, call->object, 1, tli_item_len(old));
		return false;
	}
	retained->message = tli_item_ref(message);
	retained->hh.key = message->bytes;
	tli_item_unref(old);
	TAILQ_REMOVE(&all->in_order, retained, link);
	TAILQ_INSERT_TAIL(&all->in_order, retained, link);
	return true;
}

bool retained_put(struct call *call, struct retained_messages *all,
	struct tli_item *message)
{
	unsigned hash = hash_of(call, message);
	struct retained *retained = find(all, message, hash);

	if (retained)
		return replace(call, all, retained, message);
	if (!object_charge(call, call->object, 1, tli_item_len(message)))
		return false;
	if (!add(all, message, hash)) {
		object_discharge(call->object, 1, tli_item_len(message));
		call_raise_memory(call);
		return false;
	}
	if (all->count > all->max) {
		forget(all, call->object, TAILQ_FIRST(&all->in_order));
		all->evicted++;
	}
	return true;
}

bool retained_matches(
	const struct retained *retained, const char *pattern, size_t len)
{
	return pattern_matches(pattern, len,
		(const char *)retained->message->bytes,
		retained->message->subject_len);
}

uint64_t retained_forget(struct retained_messages *all, struct object *topic,
	const char *pattern, size_t len)
{
	uint64_t before = all->count;
	struct retained *next;

	for (struct retained *it = TAILQ_FIRST(&all->in_order); it; it = next) {
		next = TAILQ_NEXT(it, link);
		if (retained_matches(it, pattern, len))
			forget(all, topic, it);
	}
	return before - all->count;
}

void retained_fini(struct retained_messages *all)
{
	while (all->count > 0)
		drop(all, TAILQ_FIRST(&all->in_order));
}
