/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include "../unit/unit.h"

#include <stdlib.h>
#include <string.h>

static struct fake *fake_of(const struct engine *engine)
{
	return (struct fake *)engine;
}

static void wake(struct fake *fake, uint64_t object, enum wait_class class)
{
	fake->engine.listener.woken(
		fake->engine.listener.owner, object, 1u << class);
}

static enum engine_result wait_on(
	struct op *op, enum wait_class class, enum tli_status status)
{
	if (op->expired || op->timeout_ms == 0) {
		op->status = (uint8_t)status;
		op->result = tli_item_of(TLI_FORMAT_BYTES, "why", 3);
		return ENGINE_DONE;
	}
	op->wait_object = op->object;
	op->wait_class = (uint8_t) class;
	return ENGINE_WAITS;
}

static enum engine_result get(struct fake *fake, struct op *op)
{
	struct fake_object *object = &fake->objects[op->object];

	if (object->items == 0)
		return wait_on(op, WAIT_ITEMS, TLI_STATUS_EMPTY);
	object->items--;
	if (op->unleased) {
		op->result = tli_item_of(TLI_FORMAT_BYTES, "item", 4);
		fake->unleased++;
	} else {
		op->granted = ++fake->last_token;
		fake->leased++;
	}
	return ENGINE_DONE;
}

static enum engine_result put(struct fake *fake, struct op *op)
{
	struct fake_object *object = &fake->objects[op->object];

	if (object->room < (uint64_t)op->priority)
		return wait_on(op, WAIT_ROOM, TLI_STATUS_FULL);
	object->room -= (uint64_t)op->priority;
	return ENGINE_DONE;
}

static enum engine_result acquire(struct fake *fake, struct op *op)
{
	struct fake_object *object = &fake->objects[op->object];

	if (object->holder != 0)
		return wait_on(op, WAIT_TURN, TLI_STATUS_TIMED_OUT);
	object->holder = op->granted = ++fake->last_token;
	object->holding_owner = op->owner;
	return ENGINE_DONE;
}

static void release(struct fake *fake, uint64_t object, uint64_t token)
{
	if (token == 0 || fake->objects[object].holder != token)
		return;
	fake->objects[object].holder = 0;
	wake(fake, object, WAIT_TURN);
}

/* Whoever has it. */
static void drop_lock(struct fake *fake, struct op *op)
{
	struct fake_object *object = &fake->objects[op->object];

	op->dropped = object->holder;
	op->dropped_owner = object->holding_owner;
	release(fake, op->object, op->dropped);
}

static enum engine_result await(struct fake *fake, struct op *op)
{
	if (fake->objects[op->object].is_set)
		return ENGINE_DONE;
	return wait_on(op, WAIT_SIGNAL, TLI_STATUS_TIMED_OUT);
}

/* It waits for its turn even when its time is over. */
static enum engine_result wait_locked(struct fake *fake, struct op *op)
{
	struct fake_object *object = &fake->objects[op->object];

	if (!op->ticket) {
		op->ticket = ++fake->last_token;
		if (op->is_python || object->holding_owner == op->owner)
			drop_lock(fake, op);
	}
	if (!object->is_set && !op->expired)
		return wait_on(op, WAIT_SIGNAL, TLI_STATUS_TIMED_OUT);
	if (object->holder == 0)
		return acquire(fake, op);
	op->wait_object = op->object;
	op->wait_class = WAIT_TURN;
	return ENGINE_WAITS;
}

static enum engine_result call(struct fake *fake, struct op *op)
{
	switch ((enum fake_method)op->count) {
	case ACQUIRE:
		return acquire(fake, op);
	case AWAIT:
		return await(fake, op);
	case WAIT_LOCKED:
		return wait_locked(fake, op);
	case RELEASE:
		break;
	}
	if (op->token == 0) {
		drop_lock(fake, op);
		return ENGINE_DONE;
	}
	op->dropped = op->token;
	release(fake, op->object, op->token);
	return ENGINE_DONE;
}

static enum engine_result take_back(struct fake *fake, struct op *op)
{
	assert_true(fake->back_count < FAKE_BACK_MAX);
	if (op->item)
		fake->items_back++;
	else
		fake->back[fake->back_count++] = op->token;
	fake->untold += op->untold;
	op->dropped = op->token;
	release(fake, op->object, op->token);
	return ENGINE_DONE;
}

static enum engine_result try(struct fake *fake, struct op *op)
{
	if (op->code == TLI_OP_GET)
		return get(fake, op);
	if (op->code == TLI_OP_PUT)
		return put(fake, op);
	if (op->code == TLI_OP_CALL)
		return call(fake, op);
	return op->code == OP_RETURN ? take_back(fake, op) : ENGINE_DONE;
}

static enum engine_result submit(
	struct engine *engine, struct op *op, int64_t now_ms)
{
	struct fake *fake = fake_of(engine);
	enum engine_result result = try(fake, op);

	(void)now_ms;
	fake->tries++;
	fake->objects[op->object].tries++;
	if (!fake->is_late)
		return result;
	assert_true(fake->pending_count < FAKE_PENDING_MAX);
	fake->pending[fake->pending_count++] =
		(struct fake_pending){op, result};
	return ENGINE_PENDING;
}

static void flush(struct engine *engine)
{
	fake_of(engine)->flushed++;
}

static int64_t deadline_ms(const struct engine *engine)
{
	return fake_of(engine)->deadline_ms;
}

static void elapse(struct engine *engine, int64_t now_ms)
{
	struct fake *fake = fake_of(engine);

	assert_true(fake->deadline_ms <= now_ms);
	fake->deadline_ms = INT64_MAX;
	fake->elapsed++;
}

static void free_objects(struct engine *engine)
{
	free(fake_of(engine)->objects);
}

void fake_init(struct fake *fake, size_t objects,
	const struct engine_listener *listener)
{
	static const struct engine_class class = {
		.submit = submit,
		.flush = flush,
		.deadline_ms = deadline_ms,
		.elapse = elapse,
		.free = free_objects,
	};

	memset(fake, 0, sizeof(*fake));
	fake->engine.class = &class;
	fake->engine.listener = *listener;
	fake->deadline_ms = INT64_MAX;
	fake->objects = calloc(objects, sizeof(*fake->objects));
	assert_non_null(fake->objects);
}

void fake_add_items(struct fake *fake, uint64_t object, uint64_t items)
{
	fake->objects[object].items += items;
	wake(fake, object, WAIT_ITEMS);
}

void fake_add_room(struct fake *fake, uint64_t object, uint64_t room)
{
	fake->objects[object].room += room;
	wake(fake, object, WAIT_ROOM);
}

void fake_set(struct fake *fake, uint64_t object)
{
	fake->objects[object].is_set = true;
	wake(fake, object, WAIT_SIGNAL);
}

void fake_complete(struct fake *fake, size_t n)
{
	struct fake_pending done;

	assert_true(n < fake->pending_count);
	done = fake->pending[n];
	fake->pending_count--;
	memmove(&fake->pending[n], &fake->pending[n + 1],
		(fake->pending_count - n) * sizeof(done));
	fake->engine.listener.completed(
		fake->engine.listener.owner, done.op, done.result);
}
