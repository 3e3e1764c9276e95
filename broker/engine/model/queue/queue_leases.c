/* SPDX-License-Identifier: MIT */
#include "queue_leases.h"

#include "../links.h"
#include "queue_order.h"

#include <stdio.h>
#include <string.h>

/* uthash frees a table without elements, and would make another one for each
 * lease of a queue that has one at a time. */
static bool keep_table(struct queue *queue)
{
	if (!queue->leases)
		HASH_ADD(hh, queue->leases, lease, sizeof(uint64_t),
			&queue->no_lease);
	return queue->leases != NULL;
}

static bool add_lease(struct queue *queue, struct queue_entry *entry)
{
	if (!keep_table(queue))
		return false;
	HASH_ADD(hh, queue->leases, lease, sizeof(uint64_t), entry);
	return entry->hh.tbl != NULL;
}

void lease_end(struct queue *queue, struct queue_entry *entry)
{
	HASH_DELETE(hh, queue->leases, entry);
	entry->lease = 0;
}

static int64_t lease_until_ms(const struct call *call, uint32_t lease_ms)
{
	return lease_ms > 0 ? call->now_ms + lease_ms : NEVER_MS;
}

bool lease_grant(
	struct call *call, struct queue *queue, struct queue_entry *entry)
{
	uint32_t lease_ms = call->op->lease_ms;

	entry->lease = model_next_token(call->model);
	entry->owner = call->op->owner;
	entry->lease_ms = lease_ms;
	if (!ready_reserve(queue) || !add_lease(queue, entry)) {
		entry->lease = 0;
		return false;
	}
	if (queue_entry_turn(queue, entry, ENTRY_LEASED,
		    lease_until_ms(call, lease_ms), call->now_ms))
		return true;
	lease_end(queue, entry);
	return false;
}

bool lease_renew(
	struct call *call, struct queue *queue, struct queue_entry *entry)
{
	uint32_t lease_ms =
		call->op->lease_ms ? call->op->lease_ms : entry->lease_ms;

	if (!queue_entry_turn(queue, entry, ENTRY_LEASED,
		    lease_until_ms(call, lease_ms), call->now_ms))
		return false;
	entry->lease_ms = lease_ms;
	return true;
}

struct queue_entry *lease_look_up(const struct queue *queue, uint64_t token)
{
	struct queue_entry *entry;

	HASH_FIND(hh, queue->leases, &token, sizeof(token), entry);
	return entry == &queue->no_lease ? NULL : entry;
}

struct queue_entry *lease_find(struct call *call, struct queue *queue)
{
	uint64_t token = call->op->token;
	struct queue_entry *entry = lease_look_up(queue, token);

	if (entry && entry->owner == call->op->owner)
		return entry;
	if (entry) {
		call_raise(call, TLI_STATUS_NOT_OWNER,
			"the lease is another connection's");
		return NULL;
	}
	call_raise_status(call, TLI_STATUS_NO_LEASE);
	return NULL;
}

/* ---- dead letters ------------------------------------------------------ */

/* Where they go; NULL if there is no such queue. */
static struct queue *find_dead_letters(const struct queue *queue)
{
	const char *name = queue->dead_letter;
	struct object *object = NULL;

	if (name)
		object = model_find_name(
			queue->object.model, name, strlen(name));
	if (!object || !queue_is_one(object) || object == &queue->object)
		return NULL;
	return (struct queue *)object;
}

static struct tli_header header(const char *key, const char *value)
{
	return (struct tli_header){
		.key = key,
		.value = value,
		.key_len = (uint8_t)strlen(key),
		.value_len = (uint16_t)strlen(value),
	};
}

/* Says in its headers where it comes from; it goes without if there is no room
 * or no memory. */
static void mark(const struct queue *queue, struct queue_entry *entry)
{
	char attempts[sizeof("4294967295")];
	const char *name = queue->object.name ? queue->object.name : "";
	struct tli_item *marked;

	snprintf(attempts, sizeof(attempts), "%u", entry->attempts);
	marked = tli_item_with_headers(entry->item,
		(const struct tli_header[]){header("dead-letter-from", name),
			header("attempts", attempts)},
		2);
	if (marked && links_copy(marked, entry->item)) {
		tli_item_unref(entry->item);
		entry->item = marked;
	} else {
		tli_item_unref(marked);
	}
}

static void bury(struct queue *queue, struct queue_entry *entry, int64_t now_ms)
{
	struct queue *letters = find_dead_letters(queue);

	queue_finish_task(queue);
	queue_entry_leave(queue, entry);
	mark(queue, entry);
	entry->attempts = 0;
	entry->expires_ms = NEVER_MS;
	if (letters && letters->end != QUEUE_ENDED &&
		queue_entry_join(NULL, letters, entry, now_ms, now_ms)) {
		queue->dead_lettered++;
		return;
	}
	queue->dropped++;
	queue_entry_free(entry);
}

static void drop(struct queue *queue, struct queue_entry *entry)
{
	queue->dropped++;
	queue_finish_task(queue);
	queue_entry_remove(queue, entry);
}

bool lease_fail(struct queue *queue, struct queue_entry *entry,
	int64_t until_ms, int64_t now_ms)
{
	if (queue->end == QUEUE_ENDED)
		drop(queue, entry);
	else if (queue->max_attempts > 0 &&
		entry->attempts >= queue->max_attempts)
		bury(queue, entry, now_ms);
	else if (until_ms > now_ms && entry->expires_ms > now_ms)
		return queue_entry_turn(
			queue, entry, ENTRY_DELAYED, until_ms, now_ms);
	else
		queue_entry_make_ready(queue, entry, now_ms);
	return true;
}
