/* SPDX-License-Identifier: MIT */
/*
 * What refers to others goes in turns, however many hang on each other, and
 * whatever the order in which it all ends: a model before the items that it
 * has given out, too.
 */
#include "../unit/unit.h"

#include "../../broker/engine/ident.h"
#include "../../broker/engine/model/model.h"
#include "../../proto/item_value.h"

#include <string.h>

#define CHAIN       200000u
#define SHORT_CHAIN 5000u
#define TURN_MAX    1000u /* objects that go in a turn */

static const struct engine_config limits = {
	.max_objects = CHAIN,
	.max_items = CHAIN,
	.max_bytes = UINT64_MAX / 2,
	.max_object_items = CHAIN,
	.max_object_bytes = UINT64_MAX / 2,
	.max_identity_objects = CHAIN,
	.max_identity_items = CHAIN,
	.max_identity_bytes = UINT64_MAX / 2,
	.seed = {1, 2},
	.epoch = "00112233aabbccdd",
};

static void nothing(void *owner, uint64_t object, unsigned classes)
{
	(void)owner;
	(void)object;
	(void)classes;
}

static struct engine_listener listener = {.woken = nothing};

struct world {
	struct model *model;
	struct tli_values values; /* of one operation */
};

static int set_up(void **state)
{
	static const struct tli_value_limits plenty = {1u << 20, 1u << 10, 100};
	static struct world world;

	world.model = model_new(&limits, &listener);
	assert_non_null(world.model);
	tli_values_init(&world.values, &plenty, limits.seed);
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	model_free(world->model);
	tli_values_fini(&world->values);
	return 0;
}

static struct tli_value *text(struct world *world, const char *characters)
{
	return tli_str(&world->values, characters, strlen(characters));
}

/* Does an operation with that value, and forgets all values. */
static void run(struct world *world, struct op *op, struct tli_value *value)
{
	struct tli_value_error error;

	op->item = tli_item_of_value(
		TLI_FORMAT_PICKLE, value, TLI_ITEM_BODY_MAX, &error);
	assert_non_null(op->item);
	assert_int_equal(model_try(world->model, op, 0), CALL_DONE);
	assert_int_equal(op->status, TLI_STATUS_OK);
	tli_item_unref(op->item);
	tli_values_clear(&world->values);
}

/* An anonymous object; `granted` is its reference. */
static struct op open_one(struct world *world, const char *kind)
{
	struct op op = {.code = TLI_OP_OPEN, .owner = 1};
	struct tli_value *options[] = {text(world, "kind"), text(world, kind)};

	run(world, &op, tli_items(&world->values, TLI_DICT, options, 2));
	tli_item_unref(op.result);
	op.result = NULL;
	return op;
}

static void close_one(struct world *world, const struct op *opened)
{
	struct op op = {
		.code = OP_RETURN,
		.owner = 1,
		.object = opened->object,
		.token = opened->granted,
	};

	assert_int_equal(model_try(world->model, &op, 0), CALL_DONE);
}

static struct tli_value *proxy_of(struct world *world, uint64_t object)
{
	struct tli_values *values = &world->values;
	char ident[IDENT_TEXT];
	struct tli_value *state[3], *token;

	ident_format(ident, limits.epoch, object, "list");
	state[0] = state[1] = text(world, "list");
	state[2] = text(world, ident);
	token = tli_object(values, TLI_NEWOBJ,
		tli_global(values, "multiprocessing.managers", "Token"),
		tli_items(values, TLI_TUPLE, NULL, 0), NULL);
	assert_true(tli_object_step(
		token, TLI_STEP_BUILD, tli_items(values, TLI_TUPLE, state, 3)));
	return token;
}

/* Calls a method with an argument, if that is not NULL. */
static struct tli_item *call(struct world *world, const struct op *opened,
	const char *method, struct tli_value *argument)
{
	struct op op = {
		.code = TLI_OP_CALL, .owner = 1, .object = opened->object};
	struct tli_value *parts[] = {text(world, method),
		tli_items(&world->values, TLI_TUPLE, &argument,
			argument ? 1 : 0)};

	run(world, &op, tli_items(&world->values, TLI_TUPLE, parts, 2));
	return op.result;
}

/* ---- chains ----------------------------------------------------------- */

/* Each has the one before, whose reference is given up; returns the last. */
static struct op make_chain(struct world *world, unsigned count)
{
	struct op before = open_one(world, "list");

	for (unsigned i = 1; i < count; i++) {
		struct op next = open_one(world, "list");

		call(world, &next, "append", proxy_of(world, before.object));
		close_one(world, &before);
		before = next;
	}
	return before;
}

static void a_long_chain_goes_in_turns(void **state)
{
	struct world *world = *state;
	const struct usage *usage = &world->model->usage;
	struct op last = make_chain(world, CHAIN);

	assert_int_equal(usage->objects, CHAIN);
	close_one(world, &last);
	while (usage->objects > 0) {
		uint64_t before = usage->objects;

		assert_int_equal(model_deadline_ms(world->model), 0);
		model_elapse(world->model, 1);
		assert_in_range(before - usage->objects, 1, TURN_MAX);
	}
	assert_true(model_deadline_ms(world->model) == NEVER_MS);
}

static void a_model_may_end_in_the_middle_of_it(void **state)
{
	struct world *world = *state;
	struct op last = make_chain(world, SHORT_CHAIN);

	close_one(world, &last);
	assert_in_range(world->model->usage.objects, 1, SHORT_CHAIN - 1);
}

/* ---- items ------------------------------------------------------------ */

static void what_an_item_gives_up_is_due(void **state)
{
	struct world *world = *state;
	struct op queue = open_one(world, "Queue");
	struct op list = open_one(world, "list");
	struct tli_item *item;

	call(world, &queue, "put", proxy_of(world, list.object));
	close_one(world, &list);
	item = call(world, &queue, "get", NULL);
	assert_non_null(model_find(world->model, list.object));
	assert_true(model_deadline_ms(world->model) == NEVER_MS);
	tli_item_unref(item);
	assert_int_equal(model_deadline_ms(world->model), 0);
	assert_non_null(model_find(world->model, list.object));
	model_elapse(world->model, 1);
	assert_null(model_find(world->model, list.object));
}

static void items_outlive_the_model(void **state)
{
	static const char *const methods[] = {"peek", "get"};
	struct world *world = *state;
	struct tli_item *items[LENGTH(methods)];
	struct op queue = open_one(world, "Queue");

	call(world, &queue, "put", proxy_of(world, queue.object));
	for (size_t i = 0; i < LENGTH(methods); i++)
		items[i] = call(world, &queue, methods[i], NULL);
	call(world, &queue, "put", proxy_of(world, queue.object));
	model_free(world->model);
	for (size_t i = 0; i < LENGTH(methods); i++)
		tli_item_unref(items[i]);
	world->model = NULL;
}

/* A native client's item is bytes. */
static void what_is_put_as_it_is_is_not_looked_into(void **state)
{
	struct world *world = *state;
	struct op queue = open_one(world, "Queue");
	struct op put = {
		.code = TLI_OP_PUT, .owner = 1, .object = queue.object};

	run(world, &put, proxy_of(world, queue.object));
	assert_int_equal(model_find(world->model, queue.object)->links, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_long_chain_goes_in_turns),
		TEST(a_model_may_end_in_the_middle_of_it),
		TEST(what_an_item_gives_up_is_due),
		TEST(items_outlive_the_model),
		TEST(what_is_put_as_it_is_is_not_looked_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
