/* SPDX-License-Identifier: MIT */
/* The layer of waiters on the model itself: what comes back when a connection
 * goes. */
#include "../../broker/waiters.h"
#include "../unit/unit.h"

#include <string.h>

static const struct engine_config config = {
	.max_objects = 10,
	.max_items = 10,
	.max_bytes = 1000,
	.max_object_items = 10,
	.max_object_bytes = 1000,
	.max_identity_objects = 10,
	.max_identity_items = 1000000,
	.max_identity_bytes = 1000,
};

static struct waiters *waiters;
static struct owner who_goes, who_stays;
static uint64_t queue;
static unsigned gone;

static void on_gone(struct owner *owner)
{
	(void)owner;
	gone++;
}

static void on_done(struct request *request)
{
	request_clear(request);
}

/* At once. */
static struct op ask(struct owner *owner, const struct op *asked)
{
	struct request request = {.op = *asked, .done = on_done};

	assert_true(request_start(owner, &request, 0));
	return request.op;
}

static void put(const char *text)
{
	struct op op = {.code = TLI_OP_PUT,
		.object = queue,
		.item = tli_item_of(TLI_FORMAT_TEXT, text, strlen(text))};

	assert_int_equal(ask(&who_stays, &op).status, TLI_STATUS_OK);
	tli_item_unref(op.item);
}

static void expect_item(const char *text, uint32_t attempts)
{
	struct op op = ask(
		&who_stays, &(struct op){.code = TLI_OP_GET, .object = queue});

	assert_int_equal(op.status, TLI_STATUS_OK);
	assert_int_equal(op.attempts, attempts);
	check_bytes("an item", tli_item_body(op.result), op.result->body_len,
		text, strlen(text));
	tli_item_unref(op.result);
}

static uint64_t ask_for_queue(const char *options)
{
	struct op op = {.code = TLI_OP_OPEN,
		.item = tli_item_of(TLI_FORMAT_JSON, options, strlen(options))};
	struct op answer = ask(&who_stays, &op);

	assert_int_equal(answer.status, TLI_STATUS_OK);
	tli_item_unref(answer.result);
	tli_item_unref(op.item);
	return answer.object;
}

static int begin(void **state)
{
	const struct waiters_limits limits = {10, 10, 10, 10};
	struct engine_listener listener;

	(void)state;
	waiters = waiters_new(&limits);
	assert_non_null(waiters);
	listener = waiters_listener(waiters);
	waiters_set_engine(waiters, memory_engine_new(&config, &listener));
	assert_true(owner_init(&who_goes, waiters, 1, 1, on_gone));
	assert_true(owner_init(&who_stays, waiters, 2, 1, on_gone));
	queue = ask_for_queue("{\"kind\": \"Queue\"}");
	return 0;
}

static int end(void **state)
{
	(void)state;
	gone = 0;
	owner_end(&who_stays);
	assert_int_equal(gone, 1);
	waiters_free(waiters);
	return 0;
}

static struct request getter;

static void get_and_go(bool unleased)
{
	getter = (struct request){.done = on_done};
	getter.op = (struct op){.code = TLI_OP_GET,
		.object = queue,
		.unleased = unleased,
		.timeout_ms = OP_FOREVER};
	assert_false(request_start(&who_goes, &getter, 0));
	put("first");
	put("second");
	owner_end(&who_goes);
	waiters_run(waiters, 0, 0);
	assert_int_equal(getter.op.status, TLI_STATUS_CANCELLED);
}

static void a_leased_item_is_the_first_again(void **state)
{
	(void)state;
	get_and_go(false);
	expect_item("first", 2);
	expect_item("second", 1);
}

static void so_is_one_without_a_lease(void **state)
{
	(void)state;
	get_and_go(true);
	expect_item("first", 2);
	expect_item("second", 1);
}

static void a_shut_queue_takes_nothing_back(void **state)
{
	struct op op = {.code = TLI_OP_CALL,
		.object = queue,
		.format = TLI_FORMAT_JSON,
		.item = tli_item_of(
			TLI_FORMAT_JSON, "[\"shutdown\", [true]]", 20)};

	(void)state;
	getter = (struct request){.done = on_done};
	getter.op = (struct op){.code = TLI_OP_GET,
		.object = queue,
		.unleased = true,
		.timeout_ms = OP_FOREVER};
	assert_false(request_start(&who_goes, &getter, 0));
	put("first");
	assert_int_equal(ask(&who_stays, &op).status, TLI_STATUS_OK);
	tli_item_unref(op.item);
	owner_end(&who_goes);
	waiters_run(waiters, 0, 0);
	op = ask(&who_stays, &(struct op){.code = TLI_OP_GET, .object = queue});
	assert_int_equal(op.status, TLI_STATUS_SHUT_DOWN);
	tli_item_unref(op.result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(a_leased_item_is_the_first_again),
		TEST(so_is_one_without_a_lease),
		TEST(a_shut_queue_takes_nothing_back),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
