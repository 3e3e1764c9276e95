/* SPDX-License-Identifier: MIT */
#include "queue_entries.h"

#include "../links.h"
#include "queue_leases.h"
#include "queue_order.h"

#include <stdlib.h>
#include <string.h>

/* What is kept of an empty queue. */
#define CAPACITY_AT_REST 1024u

struct queue_entry *queue_entry_new(struct tli_item *item)
{
	struct queue_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->item = tli_item_ref(item);
	entry->expires_ms = NEVER_MS;
	return entry;
}

void queue_entry_free(struct queue_entry *entry)
{
	tli_item_unref(entry->item);
	free(entry);
}

/* ---- states ------------------------------------------------------------ */

static void tell_deadline(struct queue *queue)
{
	object_set_deadline(
		&queue->object, deadlines_first_ms(&queue->deadlines));
}

/* When it is to be looked at: at the end of its state, or of its life, which a
 * lease outlives. False for lack of memory, if it had no deadline. */
static bool schedule(struct queue *queue, struct queue_entry *entry,
	int64_t until_ms, int64_t now_ms)
{
	int64_t at_ms = until_ms;

	if (entry->expires_ms < at_ms && entry->expires_ms > now_ms)
		at_ms = entry->expires_ms;
	if (at_ms != NEVER_MS || entry->due.place) {
		if (!deadlines_set(&queue->deadlines, &entry->due, at_ms))
			return false;
		tell_deadline(queue);
	}
	entry->until_ms = until_ms;
	return true;
}

static void unschedule(struct queue *queue, struct queue_entry *entry)
{
	(void)schedule(queue, entry, NEVER_MS, entry->expires_ms);
}

/* False with *error set, if that is not NULL, when it cannot be compared. */
static bool enter(struct queue *queue, struct queue_entry *entry,
	enum queue_state state, struct tli_value_error *error)
{
	if (state == ENTRY_READY) {
		if (!ready_add(queue, entry, error))
			return false;
		object_wake(&queue->object, WAIT_ITEMS);
	}
	if (state != ENTRY_LEASED)
		queue->waiting_bytes += tli_item_len(entry->item);
	entry->state = (uint8_t)state;
	queue->in[state]++;
	return true;
}

static void leave(struct queue *queue, struct queue_entry *entry)
{
	queue->in[entry->state]--;
	if (entry->state == ENTRY_LEASED) {
		lease_end(queue, entry);
		return;
	}
	if (entry->state == ENTRY_READY)
		ready_remove(queue, entry);
	queue->waiting_bytes -= tli_item_len(entry->item);
	if (queue_is_bounded(queue))
		object_wake(&queue->object, WAIT_ROOM);
	if (queue_is_drained(queue))
		object_wake(&queue->object, WAIT_ITEMS);
}

bool queue_entry_turn(struct queue *queue, struct queue_entry *entry,
	enum queue_state state, int64_t until_ms, int64_t now_ms)
{
	if (!schedule(queue, entry, until_ms, now_ms))
		return false;
	if (entry->state == state)
		return true;
	leave(queue, entry);
	(void)enter(queue, entry, state, NULL);
	return true;
}

static void expire(struct queue *queue, struct queue_entry *entry)
{
	queue->expired++;
	queue_finish_task(queue);
	queue_entry_remove(queue, entry);
}

void queue_entry_make_ready(
	struct queue *queue, struct queue_entry *entry, int64_t now_ms)
{
	if (entry->expires_ms <= now_ms)
		expire(queue, entry);
	else
		(void)queue_entry_turn(
			queue, entry, ENTRY_READY, NEVER_MS, now_ms);
}

/* ---- coming and going -------------------------------------------------- */

/* False with *error set, or with none for lack of memory. */
static bool take_place(struct queue *queue, struct queue_entry *entry,
	int64_t until_ms, int64_t now_ms, struct tli_value_error *error)
{
	bool is_delayed = until_ms > now_ms;
	const struct queue_order *order = queue->order;

	entry->arrival = ++queue->arrivals;
	if ((order->read && !order->read(queue, entry, error)) ||
		((order->all_in_heap || is_delayed) && !ready_reserve(queue)) ||
		!schedule(
			queue, entry, is_delayed ? until_ms : NEVER_MS, now_ms))
		return false;
	if (enter(queue, entry, is_delayed ? ENTRY_DELAYED : ENTRY_READY,
		    error))
		return true;
	unschedule(queue, entry);
	return false;
}

bool queue_entry_join(struct call *call, struct queue *queue,
	struct queue_entry *entry, int64_t until_ms, int64_t now_ms)
{
	struct tli_value_error error = {.code = TLI_VALUE_OK};
	size_t len = tli_item_len(entry->item);

	if (!object_charge(call, &queue->object, 1, len))
		return false;
	if (take_place(queue, entry, until_ms, now_ms, &error)) {
		entry->put_ms = now_ms;
		TAILQ_INSERT_TAIL(&queue->all, entry, link);
		links_hold(entry->item, &queue->object);
		queue->unfinished++;
		queue->puts++;
		return true;
	}
	object_discharge(&queue->object, 1, len);
	if (call)
		call_raise_values(call, &error);
	return false;
}

static void rest(struct queue *queue)
{
	if (queue->heap.capacity > CAPACITY_AT_REST)
		queue_heap_fini(&queue->heap);
	if (queue->deadlines.capacity > CAPACITY_AT_REST)
		deadlines_fini(&queue->deadlines);
}

void queue_entry_leave(struct queue *queue, struct queue_entry *entry)
{
	unschedule(queue, entry);
	leave(queue, entry);
	entry->state = ENTRY_NEW;
	TAILQ_REMOVE(&queue->all, entry, link);
	links_hold(entry->item, NULL);
	object_discharge(&queue->object, 1, tli_item_len(entry->item));
	if (TAILQ_EMPTY(&queue->all))
		rest(queue);
}

void queue_entry_remove(struct queue *queue, struct queue_entry *entry)
{
	queue_entry_leave(queue, entry);
	queue_entry_free(entry);
}

/* ---- the whole queue --------------------------------------------------- */

void queue_finish_task(struct queue *queue)
{
	if (queue->unfinished > 0 && --queue->unfinished == 0)
		object_wake(&queue->object, WAIT_DONE);
}

static void purge(struct queue *queue, struct queue_entry *entry)
{
	queue_finish_task(queue);
	queue_entry_remove(queue, entry);
}

void queue_purge(struct queue *queue)
{
	struct queue_heap *heap = &queue->heap;
	struct queue_entry *entry, *next;

	/* From the end, where nothing has to be compared. */
	while (heap->count > 0)
		purge(queue, heap->entries[heap->count - 1]);
	for (entry = TAILQ_FIRST(&queue->all); entry; entry = next) {
		next = TAILQ_NEXT(entry, link);
		if (entry->state != ENTRY_LEASED)
			purge(queue, entry);
	}
}

static void look_at(
	struct queue *queue, struct queue_entry *entry, int64_t now_ms)
{
	if (entry->state != ENTRY_LEASED && entry->expires_ms <= now_ms)
		expire(queue, entry);
	else if (entry->until_ms > now_ms)
		(void)schedule(queue, entry, entry->until_ms, now_ms);
	else if (entry->state == ENTRY_LEASED)
		(void)lease_fail(queue, entry, now_ms, now_ms);
	else
		queue_entry_make_ready(queue, entry, now_ms);
}

void queue_elapse(struct queue *queue, int64_t now_ms)
{
	while (deadlines_first_ms(&queue->deadlines) <= now_ms)
		look_at(queue,
			deadline_owner(deadlines_first(&queue->deadlines),
				struct queue_entry, due),
			now_ms);
	tell_deadline(queue);
}

struct queue *queue_of(struct call *call)
{
	struct queue *queue = (struct queue *)call->object;

	if (deadlines_first_ms(&queue->deadlines) <= call->now_ms)
		queue_elapse(queue, call->now_ms);
	return queue;
}

void queue_drop_all(struct queue *queue)
{
	struct queue_entry *entry;

	HASH_CLEAR(hh, queue->leases);
	while ((entry = TAILQ_FIRST(&queue->all))) {
		TAILQ_REMOVE(&queue->all, entry, link);
		queue_entry_free(entry);
	}
	TAILQ_INIT(&queue->fresh);
	queue_heap_fini(&queue->heap);
	deadlines_fini(&queue->deadlines);
	object_set_deadline(&queue->object, NEVER_MS);
	object_discharge(&queue->object, queue->object.usage.items,
		queue->object.usage.bytes);
	memset(queue->in, 0, sizeof(queue->in));
	queue->waiting_bytes = 0;
}
