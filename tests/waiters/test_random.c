/* SPDX-License-Identifier: MIT */
/*
 * Connections that do anything at any time, on an engine that answers at once
 * or in any order: whatever was possible was given to somebody, everybody is
 * told once, and nothing is lost.
 */
#include "../../broker/waiters.h"
#include "../unit/unit.h"
#include "fake.h"

#include <stdio.h>
#include <string.h>

#define SEEDS    1000u
#define STEPS    400u
#define OBJECTS  3u
#define OWNERS   5u
#define REQUESTS 40u

struct asker {
	struct request request;
	bool is_busy;
	uint64_t started; /* a number that grows */
};

static struct waiters *waiters;
static struct fake fake;
static struct owner owners[OWNERS];
static bool owner_is_there[OWNERS];
static struct asker askers[REQUESTS];
static uint64_t locks[OWNERS][OBJECTS]; /* tokens that each has */
static int64_t now_ms;
static uint64_t dice, starts, told_unleased, last_owner;
static char row[32]; /* the seed */

static uint32_t roll(uint32_t sides)
{
	dice = dice * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(dice >> 33) % sides;
}

/* ---- Connections ------------------------------------------------------ */

static void on_gone(struct owner *owner)
{
	size_t i = (size_t)(owner - owners);

	check(row, owner_is_there[i]);
	owner_is_there[i] = false;
	memset(locks[i], 0, sizeof(locks[i]));
	memset(owner, 0xa5, sizeof(*owner));
}

static void tell(struct asker *asker)
{
	struct op *op = &asker->request.op;
	size_t owner = (size_t)(asker->request.owner - owners);

	check(row, asker->is_busy);
	asker->is_busy = false;
	if (op->status == TLI_STATUS_OK && op->unleased)
		told_unleased++;
	if (op->status == TLI_STATUS_OK && op->code == TLI_OP_CALL &&
		op->granted)
		locks[owner][op->object] = op->granted;
	request_clear(&asker->request);
}

static void on_done(struct request *request)
{
	tell((struct asker *)request);
}

/* Some owner who has not ended. */
static unsigned any_owner(void)
{
	unsigned i = roll(OWNERS);

	if (!owner_is_there[i]) {
		assert_true(owner_init(
			&owners[i], waiters, ++last_owner, 1, on_gone));
		owner_is_there[i] = true;
	}
	return owners[i].ended ? OWNERS : i;
}

/* ---- What they do ----------------------------------------------------- */

static struct op random_op(unsigned owner)
{
	static const int64_t timeouts_ms[] = {0, 3, 20, OP_FOREVER};
	struct op op = {
		.code = roll(2) ? TLI_OP_CALL
				: (roll(2) ? TLI_OP_GET : TLI_OP_PUT),
		.object = roll(OBJECTS),
		.timeout_ms = timeouts_ms[roll(LENGTH(timeouts_ms))],
		.priority = 1 + roll(3),
	};

	if (op.code == TLI_OP_GET)
		op.unleased = roll(2);
	if (op.code != TLI_OP_CALL)
		return op;
	op.count = roll(WAIT_LOCKED + 1);
	if (op.count == RELEASE)
		op.token = locks[owner][op.object];
	/* It waits however little it may. */
	if (op.count == WAIT_LOCKED && op.timeout_ms == 0)
		op.timeout_ms = 1;
	return op;
}

static void ask(void)
{
	struct asker *asker = &askers[roll(REQUESTS)];
	unsigned owner = any_owner();

	if (asker->is_busy || owner == OWNERS ||
		fake.pending_count == FAKE_PENDING_MAX)
		return;
	memset(asker, 0xa5, sizeof(*asker));
	asker->request.op = random_op(owner);
	asker->request.done = on_done;
	asker->is_busy = true;
	asker->started = ++starts;
	if (request_start(&owners[owner], &asker->request, now_ms))
		tell(asker);
}

static void complete_one(void)
{
	if (fake.pending_count > 0)
		fake_complete(&fake, roll((uint32_t)fake.pending_count));
}

static void change_objects(void)
{
	uint64_t object = roll(OBJECTS);

	if (roll(2))
		fake_add_items(&fake, object, 1 + roll(2));
	else if (roll(2))
		fake_add_room(&fake, object, 1 + roll(3));
	else if (roll(4) == 0)
		fake_set(&fake, object);
	else
		fake.objects[object].is_set = false;
}

static void change_owners(void)
{
	unsigned owner = any_owner();

	if (owner == OWNERS || fake.pending_count > FAKE_PENDING_MAX / 2)
		return;
	if (roll(6) == 0)
		owner_end(&owners[owner]);
	else
		owner_set_congested(&owners[owner], roll(2));
}

static void cancel(void)
{
	struct asker *asker = &askers[roll(REQUESTS)];

	if (asker->is_busy)
		request_cancel(&asker->request);
}

static void run(void)
{
	if (fake.pending_count < FAKE_PENDING_MAX / 2)
		waiters_run(waiters, now_ms, now_ms);
}

static void pass_time(void)
{
	now_ms += roll(4);
	run();
}

static void step(void)
{
	static void (*const actions[])(void) = {ask, ask, ask, ask,
		complete_one, complete_one, complete_one, change_objects,
		change_objects, change_owners, cancel, run, run, pass_time};

	actions[roll(LENGTH(actions))]();
}

/* ---- What has to be so ------------------------------------------------ */

static void settle(void)
{
	do {
		while (fake.pending_count > 0)
			complete_one();
		waiters_run(waiters, now_ms, now_ms);
	} while (fake.pending_count > 0 ||
		waiters_deadline_ms(waiters) <= now_ms);
}

/* Whether nothing more could be done for it now. */
static bool waits_rightly(const struct op *op)
{
	const struct fake_object *object = &fake.objects[op->object];

	if (op->code == TLI_OP_GET)
		return object->items == 0;
	if (op->code == TLI_OP_PUT)
		return object->room < (uint64_t)op->priority;
	if (op->count == AWAIT)
		return !object->is_set;
	if (op->count == WAIT_LOCKED && !object->is_set && !op->expired)
		return true;
	return object->holder != 0;
}

/* Of puts only the first has to wait rightly. */
static bool is_behind_another_put(const struct asker *asker)
{
	for (unsigned i = 0; i < REQUESTS; i++) {
		const struct asker *other = &askers[i];

		if (other->is_busy && asker->request.op.code == TLI_OP_PUT &&
			other->request.op.code == TLI_OP_PUT &&
			other->request.op.object == asker->request.op.object &&
			!other->request.owner->congested &&
			other->started < asker->started)
			return true;
	}
	return false;
}

static void expect_nobody_waits_in_vain(void)
{
	for (unsigned i = 0; i < REQUESTS; i++)
		if (askers[i].is_busy) {
			check_equal(
				row, askers[i].request.state, REQUEST_WAITING);
			check(row,
				askers[i].request.owner->congested ||
					is_behind_another_put(&askers[i]) ||
					waits_rightly(&askers[i].request.op));
		}
}

static void expect_nothing_lost(void)
{
	static uint8_t times[FAKE_BACK_MAX];
	uint64_t back = 0;

	memset(times, 0, sizeof(times));
	for (size_t i = 0; i < fake.back_count; i++)
		check(row, ++times[fake.back[i]] == 1);
	for (size_t i = 0; i < FAKE_BACK_MAX; i++)
		back += times[i];
	check(row, back >= fake.leased);
	check_equal(row, told_unleased + fake.items_back, fake.unleased);
	for (unsigned i = 0; i < OBJECTS; i++)
		check_equal(row, fake.objects[i].holder, 0);
	for (unsigned i = 0; i < REQUESTS; i++)
		check(row, !askers[i].is_busy);
}

static void live(uint64_t seed, bool is_late)
{
	const struct waiters_limits limits = {30, 30, 12, 1000};
	struct engine_listener listener;

	snprintf(row, sizeof(row), "seed %u, %s", (unsigned)seed,
		is_late ? "late" : "at once");
	dice = seed;
	now_ms = 0;
	told_unleased = 0;
	memset(locks, 0, sizeof(locks));
	waiters = waiters_new(&limits);
	assert_non_null(waiters);
	listener = waiters_listener(waiters);
	fake_init(&fake, OBJECTS, &listener);
	fake.is_late = is_late;
	waiters_set_engine(waiters, &fake.engine);
	for (unsigned i = 1; i <= STEPS; i++) {
		step();
		if (i % 50 == 0) {
			settle();
			expect_nobody_waits_in_vain();
		}
	}
	for (unsigned i = 0; i < OWNERS; i++)
		if (owner_is_there[i] && !owners[i].ended)
			owner_end(&owners[i]);
	settle();
	for (unsigned i = 0; i < OWNERS; i++)
		check(row, !owner_is_there[i]);
	expect_nothing_lost();
	waiters_free(waiters);
}

static void nothing_is_lost_and_nobody_forgotten(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		live(seed, false);
}

static void nor_when_answers_come_late(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		live(seed, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_and_nobody_forgotten),
		cmocka_unit_test(nor_when_answers_come_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
