/* SPDX-License-Identifier: MIT */
/* Locks and shared objects: what is asked of the broker, how it is opened, and
 * what becomes of each answer, of one that is none or comes late too. */
#include "typed.h"

#include <stdlib.h>

static struct fake fake;

static int start(void **state)
{
	(void)state;
	typed_start(&fake);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	typed_stop(&fake);
	return 0;
}

/* ---- each function ---------------------------------------------------- */

static void assert_got(const struct typed_row *row, const struct typed *on)
{
	char *text;

	assert_int_equal(row->number, on->number + on->index);
	if (!row->got) {
		assert_null(on->got);
		return;
	}
	assert_non_null(on->got);
	assert_code(TIELINE_OK, tieline_value_repr(on->got, 0, &text, NULL));
	assert_string_equal(row->got, text);
	tieline_free(text);
}

static void forget(struct typed *on)
{
	on->got = NULL;
	on->number = on->index = 0;
}

static void test_what_is_asked(void **state)
{
	struct typed on;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	for (size_t i = 0; i < typed_row_count; i++) {
		const struct typed_row *row = &typed_rows[i];

		forget(&on);
		if (row->act(&on) != row->code)
			fail_msg("%s", row->name);
		assert_got(row, &on);
	}
	typed_close(&on);
}

static const struct {
	enum tli_status status;
	int code;
	const char *exception;
} raised[] = {
	{TLI_STATUS_KEY_ERROR, TIELINE_ENOITEM, "KeyError"},
	{TLI_STATUS_INDEX_ERROR, TIELINE_ENOITEM, "IndexError"},
	{TLI_STATUS_TYPE_ERROR, TIELINE_ERAISED, "TypeError"},
	{TLI_STATUS_BROKEN_BARRIER, TIELINE_EBARRIER,
		"threading.BrokenBarrierError"},
	{TLI_STATUS_NOT_OWNER, TIELINE_ENOTOWNER, "RuntimeError"},
	{TLI_STATUS_DELETED, TIELINE_EDELETED, "ReferenceError"},
	{TLI_STATUS_LIMIT, TIELINE_EFULL, "MemoryError"},
};

/* Nothing is stored, and the exception is there. */
static void assert_raises(
	struct typed *on, const struct typed_row *row, size_t which)
{
	const char *class;

	forget(on);
	typed_raise(raised[which].status, "('why',)");
	if (row->act(on) != raised[which].code)
		fail_msg("%s, %s", row->name, raised[which].exception);
	assert_null(on->got);
	assert_int_equal(on->number + on->index, 0);
	assert_int_equal(
		tieline_session_exception(on->session, &class, NULL, NULL), 1);
	assert_string_equal(class, raised[which].exception);
}

static void test_what_is_raised(void **state)
{
	struct typed on;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	for (size_t i = 0; i < typed_row_count; i++)
		for (size_t k = 0; k < sizeof(raised) / sizeof(raised[0]); k++)
			assert_raises(&on, &typed_rows[i], k);
	typed_raise(TLI_STATUS_OK, NULL);
	typed_close(&on);
}

/* What was to be stored cannot be made: it is not asked for. */
static void test_values_that_are_null(void **state)
{
	struct typed on;
	const char *text;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	assert_code(TIELINE_EINVAL, tieline_dict_set(on.dict, on.key, NULL));
	text = tieline_handle_error(tieline_session_handle(on.session));
	assert_string_equal(text, "argument 2: the value is NULL");
	tieline_values_clear(on.values);
	assert_code(TIELINE_EINVAL,
		tieline_array_open(
			on.session, "a", 'i', NULL, NULL, &on.array));
	text = tieline_handle_error(tieline_session_handle(on.session));
	assert_string_equal(text, "option 2: the value is NULL");
	typed_close(&on);
}

/* Numbers that are not. */
static void test_answers_of_another_type(void **state)
{
	struct typed on;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	typed_raise(TLI_STATUS_OK, "'text'");
	assert_code(TIELINE_EPROTOCOL, tieline_event_is_set(on.event));
	assert_code(TIELINE_EPROTOCOL, tieline_dict_len(on.dict, &on.number));
	assert_code(TIELINE_EPROTOCOL,
		tieline_dict_get_versioned(
			on.dict, on.key, on.values, &on.got, &on.number));
	assert_code(TIELINE_EPROTOCOL, tieline_event_wait(on.event, 0));
	typed_raise(TLI_STATUS_OK, "-1");
	assert_code(TIELINE_EPROTOCOL, tieline_list_len(on.list, &on.number));
	typed_raise(TLI_STATUS_OK, NULL);
	assert_int_equal(on.number, 0);
	assert_null(on.got);
	typed_close(&on);
}

/* ---- opening ---------------------------------------------------------- */

static void assert_opened(int code, const char *expected)
{
	assert_code(TIELINE_OK, code);
	assert_string_equal(typed_opened, expected);
}

static void test_opening_locks(void **state)
{
	tieline_object_options options = tieline_object_options_default();
	struct typed on;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	options.recursive = options.bounded = options.unowned = true;
	assert_opened(tieline_lock_open(on.session, "a", NULL, &on.lock),
		"{'name': 'a', 'kind': 'Lock', 'create': True}");
	assert_opened(tieline_lock_open(on.session, "a", &options, &on.lock),
		"{'name': 'a', 'kind': 'RLock', 'create': True, "
		"'owned': False}");
	assert_opened(
		tieline_semaphore_open(on.session, "a", 3, NULL, &on.semaphore),
		"{'name': 'a', 'kind': 'Semaphore', 'create': True, "
		"'value': 3}");
	assert_opened(tieline_semaphore_open(
			      on.session, "a", 0, &options, &on.semaphore),
		"{'name': 'a', 'kind': 'BoundedSemaphore', 'create': True, "
		"'owned': False, 'value': 0}");
	assert_opened(tieline_condition_open(
			      on.session, NULL, "l", NULL, &on.condition),
		"{'kind': 'Condition', 'create': True, 'lock': 'l'}");
	assert_opened(tieline_event_open(on.session, "a", NULL, &on.event),
		"{'name': 'a', 'kind': 'Event', 'create': True}");
	assert_opened(
		tieline_barrier_open(on.session, "a", 3, NULL, &on.barrier),
		"{'name': 'a', 'kind': 'Barrier', 'create': True, "
		"'parties': 3}");
	typed_close(&on);
}

static void test_opening_shared_objects(void **state)
{
	tieline_object_options options = tieline_object_options_default();
	struct typed on;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	options.creation = TIELINE_OPEN_ONLY;
	options.others = tieline_value_build(on.values, "{'items': [(1, 2)]}");
	assert_opened(tieline_dict_open(on.session, "a", &options, &on.dict),
		"{'name': 'a', 'kind': 'dict', 'create': False, "
		"'items': [(1, 2)]}");
	assert_opened(tieline_list_open(on.session, "a", NULL, &on.list),
		"{'name': 'a', 'kind': 'list', 'create': True}");
	assert_opened(tieline_set_open(on.session, "a", NULL, &on.set),
		"{'name': 'a', 'kind': 'set', 'create': True}");
	assert_opened(tieline_namespace_open(on.session, "a", NULL, &on.space),
		"{'name': 'a', 'kind': 'Namespace', 'create': True}");
	assert_opened(tieline_shared_value_open(
			      on.session, "a", 'i', NULL, NULL, &on.value),
		"{'name': 'a', 'kind': 'Value', 'create': True, "
		"'typecode': 'i', 'value': 0}");
	assert_opened(tieline_shared_value_open(
			      on.session, "a", 'O', on.key, NULL, &on.value),
		"{'name': 'a', 'kind': 'Value', 'create': True, "
		"'typecode': 'O', 'value': (1, 'k')}");
	assert_opened(tieline_array_open(
			      on.session, "a", 'd', on.key, NULL, &on.array),
		"{'name': 'a', 'kind': 'Array', 'create': True, "
		"'typecode': 'd', 'sequence': (1, 'k')}");
	typed_close(&on);
}

static void test_options_of_another_size(void **state)
{
	tieline_object_options options = tieline_object_options_default();
	struct typed on;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	options.size = 1;
	assert_code(TIELINE_EINVAL,
		tieline_lock_open(on.session, "a", &options, &on.lock));
	assert_code(TIELINE_EINVAL,
		tieline_semaphore_open(
			on.session, "a", 1, &options, &on.semaphore));
	assert_code(TIELINE_EINVAL,
		tieline_event_open(on.session, "a", &options, &on.event));
	typed_close(&on);
}

static void test_handles_are_objects(void **state)
{
	struct typed on;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	assert_true(tieline_object_session(tieline_lock_object(on.lock)) ==
		on.session);
	assert_true(tieline_object_id(tieline_dict_object(on.dict)) > 0);
	typed_close(&on);
}

/* ---- started ---------------------------------------------------------- */

struct done {
	int count, code;
	uint64_t token;
	int64_t index;
	bool has_value;
};

static void on_done(void *arg, const tieline_result *result)
{
	struct done *done = arg;

	*done = (struct done){.count = done->count + 1,
		.code = result->code,
		.token = result->token,
		.has_value = result->value};
	if (result->value &&
		tieline_value_get_int(result->value, &done->index) < 0)
		done->index = -1;
}

static struct done finish(struct typed *on, int code, struct done *done)
{
	struct done was;

	assert_code(TIELINE_OK, code);
	assert_code(TIELINE_OK, tieline_session_flush(on->session, HANG_MS));
	was = *done;
	assert_int_equal(was.count, 1);
	*done = (struct done){0};
	return was;
}

static void test_started(void **state)
{
	struct done done = {0}, was;
	struct typed on;

	(void)state;
	assert_code(TIELINE_OK, typed_open(&on, &fake));
	was = finish(&on,
		tieline_lock_acquire_start(on.lock, 1500, on_done, &done, NULL),
		&done);
	assert_code(TIELINE_OK, was.code);
	assert_int_equal(was.token, 7);
	was = finish(&on,
		tieline_semaphore_acquire_start(
			on.semaphore, 0, on_done, &done, NULL),
		&done);
	assert_code(TIELINE_ETIMEDOUT, was.code);
	assert_false(was.has_value);
	was = finish(&on,
		tieline_condition_wait_start(
			on.condition, 20, on_done, &done, NULL),
		&done);
	assert_code(TIELINE_ETIMEDOUT, was.code);
	was = finish(&on,
		tieline_event_wait_start(
			on.event, TIELINE_FOREVER, on_done, &done, NULL),
		&done);
	assert_code(TIELINE_OK, was.code);
	was = finish(&on,
		tieline_barrier_wait_start(
			on.barrier, 40, on_done, &done, NULL),
		&done);
	assert_code(TIELINE_OK, was.code);
	assert_int_equal(was.index, 2);
	typed_close(&on);
}

/* ---- answers that come late ------------------------------------------- */

static const struct late {
	int (*act)(struct typed *on);
	const char *answer;
	uint64_t token;
	bool is_released;
} * late;

static void play_late(struct fake *played)
{
	struct tli_session_frame frame;
	bool is_released = false;

	fake_greet(played);
	fake_open(played);
	frame = fake_take(played, TLI_OP_CALL);
	(void)fake_take(played, TLI_OP_CANCEL);
	fake_grant(played, &frame, late->answer, late->token);
	while (fake_take_next(played, &frame))
		if (frame.op == TLI_OP_PING)
			fake_reply(played, &frame, 0, 0);
		else if (frame.op == TLI_OP_CALL)
			is_released = frame.flags & TLI_FLAG_QUIET;
	if (is_released != late->is_released)
		abort();
}

static int acquire_late(struct typed *on)
{
	int result = tieline_lock_open(on->session, "lock", NULL, &on->lock);

	return result < 0 ? result : tieline_lock_acquire(on->lock, 0, NULL);
}

static int wait_late(struct typed *on)
{
	int result = tieline_event_open(on->session, "event", NULL, &on->event);

	return result < 0 ? result : tieline_event_wait(on->event, 0);
}

/* What came late is there with the answer to the first ping, and what it led to
 * is gone with the second. */
static void await_late(tieline_session *session)
{
	for (int pings = 0; pings < 2;)
		pings += tieline_session_ping(session) == TIELINE_OK;
}

static void test_late_answers(void **state)
{
	static const struct late all[] = {
		{acquire_late, "True", 7, true},
		{acquire_late, "True", 0, true}, /* of an unowned semaphore */
		{acquire_late, "False", 0, false},
		{wait_late, "True", 0, false},
	};
	tieline_session_options with = tieline_session_options_default();

	(void)state;
	with.answer_timeout_ms = 20;
	for (late = all; late < all + sizeof(all) / sizeof(all[0]); late++) {
		struct typed on = {.session = NULL};
		struct fake slow;

		fake_start(&slow, play_late);
		on.session = fake_session(&slow, &with);
		assert_code(TIELINE_EOUTCOME, late->act(&on));
		await_late(on.session);
		tieline_session_close(on.session);
		fake_stop(&slow);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_asked),
		cmocka_unit_test(test_what_is_raised),
		cmocka_unit_test(test_values_that_are_null),
		cmocka_unit_test(test_answers_of_another_type),
		cmocka_unit_test(test_opening_locks),
		cmocka_unit_test(test_opening_shared_objects),
		cmocka_unit_test(test_options_of_another_size),
		cmocka_unit_test(test_handles_are_objects),
		cmocka_unit_test(test_started),
		cmocka_unit_test(test_late_answers),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
