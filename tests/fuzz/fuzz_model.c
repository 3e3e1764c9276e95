/* SPDX-License-Identifier: MIT */
/*
 * The model, and owners who do whatever the input says: open, call every method
 * of every kind by its name, put, get, subscribe, wait, try again, give back,
 * go. The input is a sequence of steps: a byte that says what and on which
 * object, one that says who, then what that needs. After each step what
 * fuzz_model_checks.c knows must be so; in the end nothing may be left.
 *
 * This is waiters.c without its order: who waits is tried again when the input
 * says so. Nobody who was not woken may get anything then.
 */
#include "fuzz_model.h"

#include "fuzz.h"

#include "../unit/alloc.h"

#include <stdio.h>
#include <string.h>

#define OBJECTS 8
#define OWNERS  4

struct waiting {
	struct op op;
	uint64_t object; /* that is asked */
	bool is_woken;
};

struct world world;
static struct engine_listener listener;
static struct waiting waiting[WAITING_MAX];
static size_t waiting_count;
static uint64_t objects[OBJECTS]; /* ids */
static unsigned fail_at;          /* the allocation, of the next operation */
static struct object *target;     /* of this step; NULL = the registry */
static uint64_t owner;            /* who does it */
static bool is_gone_by_then;      /* who gets something without a lease */

static struct input input;

/* ---- Trying ----------------------------------------------------------- */

static void woken(void *nobody, uint64_t object, unsigned classes)
{
	(void)nobody;
	for (size_t i = 0; i < waiting_count; i++)
		if (waiting[i].op.wait_object == object &&
			classes & 1u << waiting[i].op.wait_class)
			waiting[i].is_woken = true;
}

static enum outcome submit(struct op *op)
{
	struct usage before = world.model->usage;
	enum outcome outcome;

	op->status = TLI_STATUS_OK;
	op->granted = op->dropped = 0;
	alloc_pause(false);
	alloc_fail_from(fail_at & 0x7f, fail_at & 0x80);
	outcome = model_try(world.model, op, world.now_ms);
	alloc_reset();
	alloc_pause(true);
	fail_at = 0;
	require(op->status < TLI_STATUSES);
	if (outcome == CALL_WAITS)
		require(memcmp(&before, &world.model->usage, sizeof(before)) ==
			0);
	return outcome;
}

/* Nobody wants what the operation got, or the place that it waits at. */
static void give_back(uint64_t object, uint64_t token, uint64_t from)
{
	struct op op = {.code = OP_RETURN,
		.object = object,
		.token = token,
		.owner = from};

	require(submit(&op) == CALL_DONE && op.status == TLI_STATUS_OK);
	require(!op.result && !op.granted);
}

static void note_object(uint64_t id)
{
	memmove(objects + 1, objects, sizeof(objects) - sizeof(*objects));
	objects[0] = id;
}

static void take_answer(struct op *op, uint64_t asked)
{
	if (op->dropped)
		check_dropped(op, asked);
	if (op->granted)
		check_token(op->granted);
	if (op->granted && !world_grant(op))
		give_back(op->object, op->granted, op->owner);
	if (op->code == TLI_OP_SUBSCRIBE || op->created)
		note_object(op->object);
	/* As waiters do for who went while an item came. */
	if (op->code == TLI_OP_GET && op->unleased && op->result &&
		op->ttl_ms) {
		struct op back = {.code = OP_RETURN,
			.object = asked,
			.item = op->result,
			.owner = op->owner};

		require(submit(&back) == CALL_DONE);
	}
	tli_item_unref(op->result);
	op->result = NULL;
}

static void stop_waiting(struct waiting *one)
{
	tli_item_unref(one->op.item);
	*one = waiting[--waiting_count];
}

static void cancel(struct waiting *one)
{
	if (one->op.ticket)
		give_back(one->object, one->op.ticket, one->op.owner);
	stop_waiting(one);
}

static void start_waiting(const struct op *op, uint64_t object)
{
	struct waiting *one;

	if (waiting_count == WAITING_MAX)
		cancel(&waiting[0]);
	one = &waiting[waiting_count++];
	*one = (struct waiting){.op = *op, .object = object};
	tli_item_ref(op->item);
}

/* Does it, or has it wait. The reference to the item is given up. */
static void run(struct op *op)
{
	uint64_t asked = op->object;
	enum outcome outcome;

	op->owner = owner;
	op->format = input.len & 1 ? TLI_FORMAT_JSON : TLI_FORMAT_PICKLE;
	outcome = submit(op);
	if (outcome == CALL_WAITS) {
		if (op->dropped)
			check_dropped(op, asked);
		start_waiting(op, asked);
	} else {
		take_answer(op, asked);
	}
	tli_item_unref(op->item);
}

/* ---- Steps ------------------------------------------------------------ */

static uint64_t target_id(void)
{
	return target ? target->id : 0;
}

static int64_t take_timeout(void)
{
	static const int64_t timeouts_ms[] = {0, OP_FOREVER, 50};

	return TAKE_FROM(&input, timeouts_ms);
}

static void do_open(void)
{
	struct op op = {.code = TLI_OP_OPEN,
		.identity = owner & 1,
		.item = take_opening(&input)};

	run(&op);
}

static void call_method(const struct method *methods)
{
	struct op op = {.code = TLI_OP_CALL,
		.object = target_id(),
		.item = take_call(&input, methods)};

	run(&op);
}

static void do_call(void)
{
	if (target)
		call_method(target->kind->methods);
}

static void do_ask_broker(void)
{
	target = NULL;
	call_method(registry_methods);
}

static void do_put(void)
{
	unsigned how = take_byte(&input);
	struct op op = {
		.code = TLI_OP_PUT,
		.object = target_id(),
		.delay_ms = how & 1 ? 30 : 0,
		.ttl_ms = how & 2 ? 60 : 0,
		.priority = (how >> 2 & 3) - 1,
		.timeout_ms = take_timeout(),
		.item = take_item(&input),
	};

	run(&op);
}

static void do_get(void)
{
	unsigned how = take_byte(&input);
	struct op op = {
		.code = TLI_OP_GET,
		.object = target_id(),
		.lease_ms = how & 1 ? 50 : 0,
		.unleased = how & 2,
		.timeout_ms = take_timeout(),
	};

	is_gone_by_then = how & 4;
	run(&op);
}

static void do_peek(void)
{
	struct op op = {.code = TLI_OP_PEEK,
		.object = target_id(),
		.count = take_byte(&input) & 7};

	run(&op);
}

/* About a lease, or another token, or none. */
static void do_lease(void)
{
	static const uint8_t codes[] = {TLI_OP_ACK, TLI_OP_NACK, TLI_OP_TOUCH};
	unsigned how = take_byte(&input);
	struct op op = {
		.code = TAKE_FROM(&input, codes),
		.object = target_id(),
		.lease_ms = how & 1 ? 40 : 0,
		.token = world.last_token - (how >> 1),
	};

	if (world.grant_count > 0 && how & 0x80) {
		const struct grant *grant =
			&world.grants[how % world.grant_count];

		op.token = grant->token;
		if (how & 0x40)
			op.object = grant->object;
	}
	run(&op);
}

static void do_publish(void)
{
	struct op op = {.code = TLI_OP_PUBLISH,
		.object = target_id(),
		.item = take_item(&input)};

	run(&op);
}

static void do_subscribe(void)
{
	struct op op = {.code = TLI_OP_SUBSCRIBE,
		.object = target_id(),
		.item = take_subscription(&input)};

	run(&op);
}

static void do_fetch(void)
{
	struct op op = {.code = OP_FETCH,
		.object = target_id(),
		.timeout_ms = take_timeout()};

	if (target)
		run(&op);
}

static struct waiting *take_waiting(void)
{
	unsigned which = take_byte(&input);

	return waiting_count ? &waiting[which % waiting_count] : NULL;
}

/* It is tried again. A condition may have to wait for its lock after its time
 * is over. */
static void do_retry(void)
{
	bool is_expired = owner & 1;
	struct waiting *one = take_waiting();
	enum outcome outcome;
	struct op op;
	bool was_woken;

	if (!one)
		return;
	op = one->op;
	was_woken = one->is_woken || is_expired || fail_at;
	one->is_woken = false;
	op.expired |= is_expired;
	outcome = submit(&op);
	require(was_woken || outcome == CALL_WAITS);
	require(!op.expired || outcome == CALL_DONE ||
		op.wait_class == WAIT_TURN);
	if (outcome == CALL_WAITS) {
		one->op = op;
		return;
	}
	take_answer(&op, one->object);
	stop_waiting(one);
}

static void do_cancel(void)
{
	struct waiting *one = take_waiting();

	if (one)
		cancel(one);
}

/* A session waits for nothing under a handle that it gives up. */
static void cancel_all(const struct grant *reference)
{
	for (size_t i = waiting_count; i-- > 0;)
		if (waiting[i].op.owner == reference->owner &&
			waiting[i].object == reference->object)
			cancel(&waiting[i]);
}

static void return_grant(const struct grant *grant)
{
	const struct grant gone = *grant;

	if (gone.token & TOKEN_OF_A_REFERENCE)
		cancel_all(&gone);
	world_forget(grant);
	give_back(gone.object, gone.token, gone.owner);
}

static void do_return(void)
{
	unsigned which = take_byte(&input);

	if (world.grant_count > 0)
		return_grant(&world.grants[which % world.grant_count]);
}

/* The newest grant first, as waiters do. */
static void leave(uint64_t who)
{
	for (size_t i = waiting_count; i-- > 0;)
		if (waiting[i].op.owner == who)
			cancel(&waiting[i]);
	for (size_t i = world.grant_count; i-- > 0;)
		if (world.grants[i].owner == who)
			return_grant(&world.grants[i]);
}

static void do_leave(void)
{
	leave(owner);
}

static void do_wait(void)
{
	world.now_ms += INT64_C(1) << take_byte(&input) % 20;
	alloc_pause(false);
	alloc_fail_from(fail_at & 0x7f, fail_at & 0x80);
	model_elapse(world.model, world.now_ms);
	alloc_reset();
	alloc_pause(true);
	fail_at = 0;
	require(model_deadline_ms(world.model) > world.now_ms);
}

static void do_shortage(void)
{
	fail_at = take_byte(&input);
}

static void (*const steps[])(void) = {do_open, do_call, do_call, do_put, do_get,
	do_peek, do_lease, do_publish, do_subscribe, do_fetch, do_retry,
	do_cancel, do_return, do_leave, do_wait, do_ask_broker};

/* Only what has a handle can be used. */
static bool has_handle(uint64_t id)
{
	for (size_t i = 0; i < world.grant_count; i++)
		if (world.grants[i].owner == owner &&
			world.grants[i].object == id &&
			world.grants[i].token & TOKEN_OF_A_REFERENCE)
			return true;
	return false;
}

/* The object if its name can be opened, or is. */
static struct object *open_again(struct object *object)
{
	struct op op = {.code = TLI_OP_OPEN};
	char text[OBJECT_NAME_MAX + 16];

	if (!object || has_handle(object->id))
		return object;
	if (!object->name || object->is_deleted)
		return NULL;
	snprintf(text, sizeof(text), "{'name': '%s'}", object->name);
	op.item = item_of(text, false);
	run(&op);
	return has_handle(object->id) ? object : NULL;
}

/* Of its first byte the upper half says what, the rest which object; of the
 * second one the upper half whether memory is short, the rest who. */
static void step(void)
{
	unsigned what = take_byte(&input), who = take_byte(&input);

	owner = 1 + who % OWNERS;
	target = open_again(
		model_find(world.model, objects[what & (OBJECTS - 1)]));
	if (who & 0x80)
		do_shortage();
	steps[what >> 4]();
	check_world();
}

/* ---- From the beginning to the end ------------------------------------ */

/* So little of everything that an input can reach each limit. */
static void begin(void)
{
	static const struct engine_config config = {
		.max_objects = 12,
		.max_items = 40,
		.max_bytes = 2000,
		.max_object_items = 20,
		.max_object_bytes = 1000,
		.max_identity_objects = 10,
		.max_identity_bytes = 1500,
		.seed = {1, 2},
		.first_token = 1000,
		.epoch = "0011223344556677",
	};

	alloc_pause(true);
	world = (struct world){.now_ms = 1000, .last_token = 1000};
	listener = (struct engine_listener){.woken = woken};
	waiting_count = 0;
	fail_at = 0;
	memset(objects, 0, sizeof(objects));
	world.model = model_new(&config, &listener);
	require(world.model);
}

static void settle(void)
{
	while (model_deadline_ms(world.model) == 0) {
		model_elapse(world.model, world.now_ms);
		check_world();
	}
}

static struct object *first_that_is_there(void)
{
	struct object *object = world.model->by_id;

	while (object && object->is_deleted)
		object = object->by_id.next;
	return object;
}

/* Those with names stay until somebody removes them, and so may those that
 * contain each other. */
static void end(void)
{
	struct object *object;

	for (uint64_t who = 1; who <= OWNERS; who++)
		leave(who);
	check_world();
	require(waiting_count == 0 && world.grant_count == 0);
	settle();
	while ((object = first_that_is_there()))
		object_delete(object);
	settle();
	require(!world.model->by_id && !world.model->identities);
	require(world.model->usage.objects == 0);
	require(model_deadline_ms(world.model) == NEVER_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = (struct input){data, size};
	begin();
	while (input.len > 0)
		step();
	fail_at = 0;
	/* One in two ends with all that there is. */
	if (size & 1)
		end();
	while (waiting_count > 0)
		stop_waiting(&waiting[0]);
	model_free(world.model);
	return 0;
}
