/* SPDX-License-Identifier: MIT */
#include "fuzz_model.h"

#include "fuzz.h"

#include "../../broker/engine/model/kinds.h"
#include "../../broker/engine/model/queue/queue_entries.h"
#include "../../broker/engine/model/shared/keyed.h"
#include "../../broker/engine/model/shared/list.h"
#include "../../broker/engine/model/sync/lock.h"
#include "../../broker/engine/model/topic/subscription.h"

#include <string.h>

unsigned kind_count(void)
{
	unsigned count = 0;

	while (kinds[count])
		count++;
	return count;
}

/* ---- Grants ----------------------------------------------------------- */

static bool is_reference(uint64_t token)
{
	return token & TOKEN_OF_A_REFERENCE;
}

bool world_grant(const struct op *op)
{
	if (world.grant_count == GRANTS_MAX)
		return false;
	world.grants[world.grant_count++] =
		(struct grant){op->granted, op->object, op->owner};
	return true;
}

void world_forget(const struct grant *grant)
{
	size_t i = (size_t)(grant - world.grants);

	world.grant_count--;
	memmove(&world.grants[i], &world.grants[i + 1],
		(world.grant_count - i) * sizeof(*grant));
}

static const struct grant *find_grant(uint64_t token)
{
	for (size_t i = 0; i < world.grant_count; i++)
		if (world.grants[i].token == token)
			return &world.grants[i];
	return NULL;
}

static unsigned count_grants(uint64_t object, bool references)
{
	unsigned count = 0;

	for (size_t i = 0; i < world.grant_count; i++)
		count += world.grants[i].object == object &&
			is_reference(world.grants[i].token) == references;
	return count;
}

void check_token(uint64_t token)
{
	token &= ~TOKEN_OF_A_REFERENCE;
	require(token > world.last_token);
	world.last_token = token;
}

void check_dropped(const struct op *op, uint64_t asked)
{
	const struct grant *grant = find_grant(op->dropped);
	struct object *object;

	if (!grant || grant->owner != op->owner)
		return;
	object = model_find(world.model, grant->object);
	require(op->code != TLI_OP_OPEN && !is_reference(op->dropped));
	require(grant->object == asked ||
		(op->code == TLI_OP_CALL && object && lock_of(object)));
	world_forget(grant);
}

/* ---- Kinds ------------------------------------------------------------ */

/* Its content counts as much as that. */
static void counts(const struct object *object, struct usage content)
{
	require(object->usage.items == content.items);
	require(object->usage.bytes == content.bytes);
}

static void check_keyed(const struct object *object)
{
	const struct keyed *keyed = (const struct keyed *)object;
	struct usage usage = {.items = 0};

	for (const struct entry *entry = keyed->entries; entry;
		entry = entry->hh.next) {
		usage_add(&usage, entry_usage(entry));
		require(entries_find(keyed->entries, &entry->key.print) ==
			entry);
		require(entry->version <= object->version);
	}
	counts(object, usage);
}

static void check_list(const struct object *object)
{
	const struct cells *content = &((const struct list *)object)->content;

	counts(object, cells_usage(content, 0, content->count));
}

static void check_lease(
	const struct queue *queue, const struct queue_entry *entry)
{
	const struct grant *grant = find_grant(entry->lease);

	require(grant && grant->object == queue->object.id);
	require(grant->owner == entry->owner);
}

static void check_queue(const struct object *object)
{
	const struct queue *queue = (const struct queue *)object;
	uint64_t in[ENTRY_STATES] = {0}, waiting_bytes = 0;
	const struct queue_entry *entry;
	struct usage usage = {.items = 0};
	uint64_t fresh = 0;

	TAILQ_FOREACH (entry, &queue->all, link) {
		in[entry->state]++;
		usage.items++;
		usage.bytes += tli_item_len(entry->item);
		if (entry->state == ENTRY_LEASED)
			check_lease(queue, entry);
		else
			waiting_bytes += tli_item_len(entry->item);
		require(!entry->place ||
			queue->heap.entries[entry->place - 1] == entry);
	}
	TAILQ_FOREACH (entry, &queue->fresh, ready)
		fresh++;
	counts(object, usage);
	require(memcmp(in, queue->in, sizeof(in)) == 0);
	require(fresh + queue->heap.count == in[ENTRY_READY]);
	require(waiting_bytes == queue->waiting_bytes);
}

/* One holder, who has been granted the token. */
static void check_lock(const struct object *object)
{
	const struct lock *lock = (const struct lock *)object;
	const struct grant *grant = find_grant(lock->hold.token);

	require((lock->depth > 0) == (lock->hold.token != 0));
	require(count_grants(object->id, false) == (lock->depth > 0));
	if (lock->depth > 0)
		require(grant && grant->object == object->id &&
			grant->owner == lock->hold.owner);
}

static void check_permits(const struct object *object)
{
	require(object->usage.items == count_grants(object->id, false));
}

static void check_subscription(const struct object *object)
{
	const struct subscription *subscription =
		(const struct subscription *)object;
	const struct backlog *backlog = &subscription->backlog;
	struct usage usage = {.items = backlog->count};

	for (uint32_t i = 0; i < backlog->count; i++)
		usage.bytes +=
			tli_item_len(backlog->ring[(backlog->first + i) &
						    (backlog->capacity - 1)]
					     .message);
	counts(object, usage);
	require(usage.items <= subscription->max_messages);
	require(usage.bytes <= subscription->max_bytes);
}

static const struct {
	const char *kind;
	void (*check)(const struct object *object);
} checks[] = {
	{"dict", check_keyed},
	{"set", check_keyed},
	{"Namespace", check_keyed},
	{"list", check_list},
	{"Queue", check_queue},
	{"LifoQueue", check_queue},
	{"PriorityQueue", check_queue},
	{"SimpleQueue", check_queue},
	{"JoinableQueue", check_queue},
	{"Lock", check_lock},
	{"RLock", check_lock},
	{"Semaphore", check_permits},
	{"BoundedSemaphore", check_permits},
	{"Subscription", check_subscription},
	{"Watch", check_subscription},
};

/* ---- All of it -------------------------------------------------------- */

/* References are its handles, links, and those of other objects that need it: a
 * lock that of conditions. */
static void check_references(const struct object *object)
{
	uint64_t known = count_grants(object->id, true) + object->links;

	require(object->references >= known);
	if (!lock_of((struct object *)object))
		require(object->references == known);
	require(object->references > 0 ||
		(object->name && !object->is_deleted));
}

static void check_object(const struct object *object)
{
	struct object *named = object->name && !object->is_deleted
		? model_find_name(
			  world.model, object->name, strlen(object->name))
		: NULL;

	require(!named || named == object);
	require(object->usage.objects == 1 && object->maker);
	check_references(object);
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if (strcmp(object->kind->name, checks[i].kind) == 0)
			checks[i].check(object);
}

void check_world(void)
{
	const struct engine_config *max = &world.model->limits;
	const struct usage *usage = &world.model->usage;
	struct usage sum = {.items = 0};

	for (const struct object *object = world.model->by_id; object;
		object = object->by_id.next) {
		check_object(object);
		sum.objects++;
		usage_add(&sum, object->usage);
	}
	require(memcmp(&sum, usage, sizeof(sum)) == 0);
	require(usage->objects <= max->max_objects);
	require(usage->items <= max->max_items);
	require(usage->bytes <= max->max_bytes);
}
