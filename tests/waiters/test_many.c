/* SPDX-License-Identifier: MIT */
/*
 * 10,000 requests that wait for 1,000 objects, whose items come at random: each
 * is served in its turn or times out, at the very millisecond, and nobody is
 * tried in vain.
 */
#include "../../broker/waiters.h"
#include "../unit/unit.h"
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#define OBJECTS 1000u
#define EACH    10u
#define COUNT   (OBJECTS * EACH)
#define OWNERS  100u
#define LAST_MS 20000

struct asker {
	struct request request;
	int64_t expires_ms; /* an even number */
	int64_t done_ms;    /* 0 = not yet */
	uint8_t expected;
};

static struct waiters *waiters;
static struct fake fake;
static struct owner owners[OWNERS];
static struct asker askers[COUNT]; /* of object i from i * EACH on */
static int64_t now_ms;
static uint64_t dice;
static unsigned told, gone;

static uint32_t roll(uint32_t sides)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

static void on_gone(struct owner *owner)
{
	(void)owner;
	gone++;
}

static void on_done(struct request *request)
{
	struct asker *asker = (struct asker *)request;

	assert_int_equal(asker->done_ms, 0);
	asker->done_ms = now_ms;
	request_clear(request);
	assert_int_equal(request->op.status, asker->expected);
	told++;
}

/* In turn for all objects, so that lines grow side by side. */
static void ask(unsigned i)
{
	unsigned object = i % OBJECTS;
	struct asker *asker = &askers[object * EACH + i / OBJECTS];
	int64_t timeout_ms = 2 + 2 * (int64_t)roll(LAST_MS / 2);

	*asker = (struct asker){
		.request = {.done = on_done},
		.expires_ms = timeout_ms,
		.expected = TLI_STATUS_EMPTY,
	};
	asker->request.op = (struct op){
		.code = TLI_OP_GET, .object = object, .timeout_ms = timeout_ms};
	assert_false(
		request_start(&owners[roll(OWNERS)], &asker->request, now_ms));
}

static void begin(void)
{
	const struct waiters_limits limits = {COUNT, COUNT, COUNT, COUNT};
	struct engine_listener listener;

	waiters = waiters_new(&limits);
	assert_non_null(waiters);
	listener = waiters_listener(waiters);
	fake_init(&fake, OBJECTS, &listener);
	waiters_set_engine(waiters, &fake.engine);
	now_ms = 0;
	told = gone = 0;
	for (unsigned i = 0; i < OWNERS; i++)
		assert_true(owner_init(&owners[i], waiters, i + 1, 1, on_gone));
	for (unsigned i = 0; i < COUNT; i++)
		ask(i);
}

/* The first of the object who has not been told, NULL if there is none. */
static struct asker *first_of(uint64_t object)
{
	for (unsigned i = 0; i < EACH; i++)
		if (askers[object * EACH + i].done_ms == 0)
			return &askers[object * EACH + i];
	return NULL;
}

/* Runs until all is done that is due. */
static void run(void)
{
	while (waiters_deadline_ms(waiters) <= now_ms)
		waiters_run(waiters, now_ms, now_ms);
}

/* At an odd millisecond, so that nobody's time is over then. */
static void bring_item(void)
{
	uint64_t object = roll(OBJECTS);
	struct asker *first = first_of(object);
	unsigned before = told;

	if (!first)
		return;
	first->expected = TLI_STATUS_OK;
	fake_add_items(&fake, object, 1);
	run();
	assert_int_equal(told, before + 1);
	assert_int_equal(first->done_ms, now_ms);
}

static void end(void)
{
	for (unsigned i = 0; i < OWNERS; i++)
		owner_end(&owners[i]);
	while (waiters_deadline_ms(waiters) == 0)
		waiters_run(waiters, now_ms, now_ms);
	assert_int_equal(gone, OWNERS);
	waiters_free(waiters);
}

/* Returns how many were served. */
static unsigned expect_all_told(void)
{
	unsigned served = 0;

	assert_int_equal(told, COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		if (askers[i].expected == TLI_STATUS_OK)
			served++;
		else
			assert_int_equal(
				askers[i].done_ms, askers[i].expires_ms);
	return served;
}

static void each_is_served_in_turn_or_at_its_time(void **state)
{
	(void)state;
	for (dice = 1; dice < 4; dice++) {
		uint64_t seed = dice;

		begin();
		for (now_ms = 1; now_ms <= LAST_MS; now_ms++)
			if (now_ms % 2 == 1)
				bring_item();
			else
				run();
		assert_in_range(expect_all_told(), COUNT / 4, COUNT - 1000);
		/* One for each, and one for who is the first then. */
		assert_in_range(fake.tries, COUNT, OBJECTS + 2 * COUNT);
		end();
		dice = seed;
	}
}

static void those_who_wait_cost_nothing(void **state)
{
	uint64_t tries;

	(void)state;
	dice = 1;
	begin();
	tries = fake.tries;
	assert_int_equal(tries, OBJECTS);
	for (unsigned i = 0; i < 1000; i++)
		waiters_run(waiters, now_ms, now_ms);
	assert_int_equal(fake.tries, tries);
	for (unsigned i = 0; i < COUNT; i++)
		askers[i].expected = TLI_STATUS_CANCELLED;
	end();
	assert_int_equal(told, COUNT);
}

static void on_noted(struct request *request)
{
	assert_int_equal(request->op.status, TLI_STATUS_OK);
}

/* An owner that ended meanwhile would get the item once more. */
static void what_is_delivered_is_noted_at_once(void **state)
{
	struct request request = {.done = on_noted};

	(void)state;
	dice = 1;
	begin();
	for (unsigned i = 0; i < COUNT; i++)
		askers[i].expected = i % EACH < EACH / 2 ? TLI_STATUS_OK
							 : TLI_STATUS_CANCELLED;
	for (unsigned i = 0; i < OBJECTS; i++)
		fake_add_items(&fake, i, EACH / 2);
	request.op =
		(struct op){.code = TLI_OP_ACK, .object = 1, .is_python = true};
	assert_false(request_start(&owners[0], &request, now_ms));
	assert_int_equal(request.state, REQUEST_FINISHED);
	run();
	end();
	assert_int_equal(told, COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_served_in_turn_or_at_its_time),
		cmocka_unit_test(those_who_wait_cost_nothing),
		cmocka_unit_test(what_is_delivered_is_noted_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
