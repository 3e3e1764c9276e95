/* SPDX-License-Identifier: MIT */
/* The late engine itself: it answers as the model in this process does, and the
 * layer above it keeps all order. */
#include "late_engine.h"

#include "../../broker/waiters.h"
#include "../unit/unit.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#define SEEDS 20u
#define OPS   300u

static const struct engine_config config = {
	.max_objects = 1000,
	.max_items = 1000,
	.max_bytes = 1000000,
	.max_object_items = 1000,
	.max_object_bytes = 1000000,
	.max_identity_objects = 1000,
	.max_identity_items = 1000000,
	.max_identity_bytes = 1000000,
	.seed = {1, 2},
	.first_token = 77,
};

static uint64_t dice;

static uint32_t roll(uint32_t sides)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

static struct tli_item *json(const char *text)
{
	struct tli_item *item =
		tli_item_of(TLI_FORMAT_JSON, text, strlen(text));

	assert_non_null(item);
	return item;
}

/* Until something has come. */
static void wait_for(struct engine *engine)
{
	struct pollfd pollfd = {
		.fd = engine->class->fileno(engine), .events = POLLIN};

	engine->class->flush(engine);
	assert_int_equal(poll(&pollfd, 1, 60000), 1);
	engine->class->process(engine);
}

/* ---- The same answers ------------------------------------------------- */

static struct op ops[OPS], late_ops[OPS];
static enum engine_result late_results[OPS];
static unsigned completed_count, out_of_order;
static uint64_t last_woken;

static void note_completed(
	void *owner, struct op *op, enum engine_result result)
{
	(void)owner;
	late_results[op - late_ops] = result;
	if ((unsigned)(op - late_ops) != completed_count++)
		out_of_order++;
}

static void note_woken(void *owner, uint64_t object, unsigned classes)
{
	(void)owner;
	(void)classes;
	last_woken = object;
}

static const char *const values[] = {
	"{\"name\": \"q\", \"kind\": \"Queue\", \"maxsize\": 3}",
	"{\"name\": \"d\", \"kind\": \"dict\"}",
	"{\"name\": \"l\", \"kind\": \"Lock\"}",
	"[\"acquire\", [false]]",
	"[\"release\", []]",
	"[\"put\", [\"x\", false]]",
	"[\"setdefault\", [\"key\", 5]]",
	"[\"pop\", [\"key\"]]",
	"[\"qsize\", []]",
	"[\"no such\", []]",
};

static struct op random_op(void)
{
	static const uint8_t codes[] = {TLI_OP_OPEN, TLI_OP_CALL, TLI_OP_CALL,
		TLI_OP_CALL, TLI_OP_GET, TLI_OP_GET, TLI_OP_PUT, TLI_OP_PUT,
		TLI_OP_ACK, TLI_OP_NACK};
	struct op op = {
		.code = codes[roll(LENGTH(codes))],
		.format = TLI_FORMAT_JSON,
		.object = roll(5),
		.owner = 1 + roll(2),
		.lease_ms = roll(2) * 50,
		.unleased = roll(4) == 0,
		.token = 77 + roll(20),
		.timeout_ms = roll(2) ? 0 : OP_FOREVER,
	};

	if (op.code == TLI_OP_OPEN)
		op.item = json(values[roll(3)]);
	if (op.code == TLI_OP_CALL)
		op.item = json(values[3 + roll(LENGTH(values) - 3)]);
	if (op.code == TLI_OP_PUT)
		op.item = json("\"an item\"");
	return op;
}

static void expect_same_item(
	const struct tli_item *one, const struct tli_item *other)
{
	assert_int_equal(!one, !other);
	if (!one)
		return;
	assert_int_equal(one->format, other->format);
	check_bytes("the answer", one->bytes, tli_item_len(one), other->bytes,
		tli_item_len(other));
}

static void expect_same(const struct op *one, const struct op *other)
{
	assert_int_equal(one->status, other->status);
	assert_int_equal(one->object, other->object);
	assert_int_equal(one->granted, other->granted);
	assert_int_equal(one->dropped, other->dropped);
	assert_int_equal(one->created, other->created);
	assert_int_equal(one->attempts, other->attempts);
	assert_int_equal(one->ticket, other->ticket);
	assert_int_equal(one->wait_object, other->wait_object);
	assert_int_equal(one->wait_class, other->wait_class);
	expect_same_item(one->result, other->result);
}

static void answer_both(struct engine *memory, struct engine *late)
{
	enum engine_result results[OPS];

	completed_count = 0;
	for (unsigned i = 0; i < OPS; i++) {
		if (i % 7 == 0) {
			memory->class->elapse(memory, i);
			late->class->elapse(late, i);
		}
		ops[i] = late_ops[i] = random_op();
		results[i] = memory->class->submit(memory, &ops[i], i);
		assert_int_equal(late->class->submit(late, &late_ops[i], i),
			ENGINE_PENDING);
	}
	while (completed_count < OPS)
		wait_for(late);
	for (unsigned i = 0; i < OPS; i++) {
		assert_int_equal(late_results[i], results[i]);
		expect_same(&late_ops[i], &ops[i]);
		tli_item_unref(ops[i].item);
		tli_item_unref(ops[i].result);
		tli_item_unref(late_ops[i].result);
	}
}

static void the_answers_are_the_models(void **state)
{
	const struct engine_listener listener = {
		note_completed, note_woken, NULL};

	(void)state;
	out_of_order = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct engine *memory = memory_engine_new(&config, &listener);
		struct engine *late = late_engine_new(&config, &listener, seed);

		assert_non_null(memory);
		assert_non_null(late);
		dice = seed;
		answer_both(memory, late);
		while (late->class->deadline_ms(late) !=
			memory->class->deadline_ms(memory))
			wait_for(late);
		memory->class->free(memory);
		late->class->free(late);
	}
	assert_in_range(out_of_order, SEEDS * OPS / 2, SEEDS * OPS);
}

/* ---- The same order --------------------------------------------------- */

#define GETTERS 30u

static struct request getters[GETTERS], putters[GETTERS], opening;
static struct owner owner, other;
static unsigned got, put_count, gone;

static void on_got(struct request *request)
{
	char text[16];

	snprintf(text, sizeof(text), "\"%u\"", got);
	assert_ptr_equal(request, &getters[got]);
	assert_int_equal(request->op.status, TLI_STATUS_OK);
	check_bytes("an item", tli_item_body(request->op.result),
		request->op.result->body_len, text, strlen(text));
	request_clear(request);
	got++;
}

static void on_put(struct request *request)
{
	assert_int_equal(request->op.status, TLI_STATUS_OK);
	tli_item_unref(request->op.item);
	put_count++;
}

static void on_gone(struct owner *ended)
{
	(void)ended;
	gone++;
}

static void on_opened(struct request *request)
{
	assert_int_equal(request->op.status, TLI_STATUS_OK);
	tli_item_unref(request->op.item);
	request_clear(request);
}

static void step(struct waiters *waiters, struct engine *engine)
{
	if (waiters_deadline_ms(waiters) > 0)
		wait_for(engine);
	waiters_run(waiters, 0, 0);
}

static void start(struct request *request, struct owner *asker,
	void (*done)(struct request *request), const struct op *op)
{
	*request = (struct request){.op = *op, .done = done};
	assert_false(request_start(asker, request, 0));
}

static void open_queue(struct waiters *waiters, struct engine *engine)
{
	start(&opening, &owner, on_opened,
		&(struct op){.code = TLI_OP_OPEN, .item = json(values[0])});
	while (opening.state != REQUEST_IDLE)
		step(waiters, engine);
}

/* Getters and putters in one burst, one of each at a time. */
static void serve_in_order(uint64_t seed)
{
	const struct waiters_limits limits = {1000, 1000, 1000, 1000};
	struct waiters *waiters = waiters_new(&limits);
	struct engine_listener listener = waiters_listener(waiters);
	struct engine *engine = late_engine_new(&config, &listener, seed);
	char text[16];

	got = put_count = gone = 0;
	waiters_set_engine(waiters, engine);
	assert_true(owner_init(&owner, waiters, 1, 1, on_gone));
	assert_true(owner_init(&other, waiters, 2, 1, on_gone));
	open_queue(waiters, engine);
	for (unsigned i = 0; i < GETTERS; i++)
		start(&getters[i], &owner, on_got,
			&(struct op){.code = TLI_OP_GET,
				.object = opening.op.object,
				.timeout_ms = OP_FOREVER});
	for (unsigned i = 0; i < GETTERS; i++) {
		snprintf(text, sizeof(text), "\"%u\"", i);
		start(&putters[i], &other, on_put,
			&(struct op){.code = TLI_OP_PUT,
				.object = opening.op.object,
				.item = json(text),
				.timeout_ms = OP_FOREVER});
	}
	while (got < GETTERS || put_count < GETTERS)
		step(waiters, engine);
	owner_end(&owner);
	owner_end(&other);
	while (gone < 2)
		step(waiters, engine);
	waiters_free(waiters);
}

static void the_layer_above_keeps_the_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		serve_in_order(seed);
}

static void it_can_be_freed_with_what_it_has(void **state)
{
	const struct engine_listener listener = {
		note_completed, note_woken, NULL};
	struct engine *engine = engine_open(&config, &listener);

	(void)state;
	assert_non_null(engine);
	dice = 1;
	for (unsigned i = 0; i < OPS; i++) {
		late_ops[i] = random_op();
		engine->class->submit(engine, &late_ops[i], 0);
	}
	engine->class->flush(engine);
	engine->class->free(engine);
	for (unsigned i = 0; i < OPS; i++)
		tli_item_unref(late_ops[i].item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answers_are_the_models),
		cmocka_unit_test(the_layer_above_keeps_the_order),
		cmocka_unit_test(it_can_be_freed_with_what_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
