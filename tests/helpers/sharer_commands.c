/* SPDX-License-Identifier: MIT */
#include "sharer.h"

#define VALUE(i) tieline_value_item(sharer->line, i)
#define TEXT(i)  tieline_value_get_str(VALUE(i), NULL)
#define INT(i)   integer(sharer, i)
#define GOT      sharer->values, &sharer->got
#define NUMBER   number(sharer)

/* 0 if there is none. */
static int integer(const struct sharer *sharer, size_t i)
{
	int64_t found;

	return tieline_value_get_int(VALUE(i), &found) < 0 ? 0 : (int)found;
}

static uint64_t *number(struct sharer *sharer)
{
	sharer->has_number = true;
	return &sharer->number;
}

#define RUN(name, call)                                                        \
	static int name(struct sharer *sharer)                                 \
	{                                                                      \
		return call;                                                   \
	}

RUN(lock_open,
	tieline_lock_open(sharer->session, TEXT(1), &sharer->options,
		(tieline_lock **)&sharer->on))
RUN(lock_acquire, tieline_lock_acquire(sharer->on, INT(2), NUMBER))
RUN(lock_release, tieline_lock_release(sharer->on))
RUN(semaphore_open,
	tieline_semaphore_open(sharer->session, TEXT(1), (uint32_t)INT(2),
		&sharer->options, (tieline_semaphore **)&sharer->on))
RUN(semaphore_acquire, tieline_semaphore_acquire(sharer->on, INT(2), NUMBER))
RUN(semaphore_release, tieline_semaphore_release(sharer->on, (uint32_t)INT(2)))
RUN(condition_open,
	tieline_condition_open(sharer->session, TEXT(1), TEXT(2),
		&sharer->options, (tieline_condition **)&sharer->on))
RUN(condition_acquire, tieline_condition_acquire(sharer->on, INT(2), NUMBER))
RUN(condition_release, tieline_condition_release(sharer->on))
RUN(condition_wait, tieline_condition_wait(sharer->on, INT(2)))
RUN(condition_notify, tieline_condition_notify(sharer->on, (uint32_t)INT(2)))
RUN(condition_notify_all, tieline_condition_notify_all(sharer->on))
RUN(event_open,
	tieline_event_open(sharer->session, TEXT(1), &sharer->options,
		(tieline_event **)&sharer->on))
RUN(event_set, tieline_event_set(sharer->on))
RUN(event_clear, tieline_event_clear(sharer->on))
RUN(event_is_set, tieline_event_is_set(sharer->on))
RUN(event_wait, tieline_event_wait(sharer->on, INT(2)))
RUN(barrier_open,
	tieline_barrier_open(sharer->session, TEXT(1), (uint32_t)INT(2),
		&sharer->options, (tieline_barrier **)&sharer->on))
RUN(barrier_reset, tieline_barrier_reset(sharer->on))
RUN(barrier_abort, tieline_barrier_abort(sharer->on))
RUN(dict_open,
	tieline_dict_open(sharer->session, TEXT(1), &sharer->options,
		(tieline_dict **)&sharer->on))
RUN(dict_set, tieline_dict_set(sharer->on, VALUE(2), VALUE(3)))
RUN(dict_set_text, tieline_dict_set_text(sharer->on, TEXT(2), VALUE(3)))
RUN(dict_get, tieline_dict_get(sharer->on, VALUE(2), GOT))
RUN(dict_get_text, tieline_dict_get_text(sharer->on, TEXT(2), GOT))
RUN(dict_pop, tieline_dict_pop(sharer->on, VALUE(2), GOT))
RUN(dict_pop_text, tieline_dict_pop_text(sharer->on, TEXT(2), GOT))
RUN(dict_contains, tieline_dict_contains(sharer->on, VALUE(2)))
RUN(dict_update, tieline_dict_update(sharer->on, VALUE(2)))
RUN(dict_len, tieline_dict_len(sharer->on, NUMBER))
RUN(dict_clear, tieline_dict_clear(sharer->on))
RUN(dict_copy, tieline_dict_copy(sharer->on, GOT))
RUN(dict_get_versioned,
	tieline_dict_get_versioned(sharer->on, VALUE(2), GOT, NUMBER))
RUN(dict_compare_and_set,
	tieline_dict_compare_and_set(
		sharer->on, VALUE(2), (uint64_t)INT(3), VALUE(4)))
RUN(list_open,
	tieline_list_open(sharer->session, TEXT(1), &sharer->options,
		(tieline_list **)&sharer->on))
RUN(list_append, tieline_list_append(sharer->on, VALUE(2)))
RUN(list_insert, tieline_list_insert(sharer->on, INT(2), VALUE(3)))
RUN(list_extend, tieline_list_extend(sharer->on, VALUE(2)))
RUN(list_get, tieline_list_get(sharer->on, INT(2), GOT))
RUN(list_set, tieline_list_set(sharer->on, INT(2), VALUE(3)))
RUN(list_pop, tieline_list_pop(sharer->on, INT(2), GOT))
RUN(list_remove, tieline_list_remove(sharer->on, VALUE(2)))
RUN(list_len, tieline_list_len(sharer->on, NUMBER))
RUN(list_contains, tieline_list_contains(sharer->on, VALUE(2)))
RUN(list_copy, tieline_list_copy(sharer->on, GOT))
RUN(set_open,
	tieline_set_open(sharer->session, TEXT(1), &sharer->options,
		(tieline_set **)&sharer->on))
RUN(set_add, tieline_set_add(sharer->on, VALUE(2)))
RUN(set_discard, tieline_set_discard(sharer->on, VALUE(2)))
RUN(set_contains, tieline_set_contains(sharer->on, VALUE(2)))
RUN(set_len, tieline_set_len(sharer->on, NUMBER))
RUN(set_copy, tieline_set_copy(sharer->on, GOT))
RUN(value_open,
	tieline_shared_value_open(sharer->session, TEXT(1), TEXT(2)[0],
		VALUE(3), &sharer->options,
		(tieline_shared_value **)&sharer->on))
RUN(value_get, tieline_shared_value_get(sharer->on, GOT))
RUN(value_set, tieline_shared_value_set(sharer->on, VALUE(2)))
RUN(array_open,
	tieline_array_open(sharer->session, TEXT(1), TEXT(2)[0], VALUE(3),
		&sharer->options, (tieline_array **)&sharer->on))
RUN(array_get, tieline_array_get(sharer->on, INT(2), GOT))
RUN(array_set, tieline_array_set(sharer->on, INT(2), VALUE(3)))
RUN(array_len, tieline_array_len(sharer->on, NUMBER))
RUN(array_copy, tieline_array_copy(sharer->on, GOT))
RUN(namespace_open,
	tieline_namespace_open(sharer->session, TEXT(1), &sharer->options,
		(tieline_namespace **)&sharer->on))
RUN(namespace_get, tieline_namespace_get(sharer->on, TEXT(2), GOT))
RUN(namespace_set, tieline_namespace_set(sharer->on, TEXT(2), VALUE(3)))
RUN(namespace_delete, tieline_namespace_delete(sharer->on, TEXT(2)))

static int barrier_wait(struct sharer *sharer)
{
	uint32_t index = 0;
	int result = tieline_barrier_wait(sharer->on, INT(2), &index);

	*number(sharer) = index;
	return result;
}

/* Its handle is in the place of a new object's. */
static int dict_watch(struct sharer *sharer)
{
	return tieline_object_watch(tieline_dict_object(sharer->on), NULL,
		(tieline_subscription **)&sharer->on);
}

static int next_change(struct sharer *sharer)
{
	tieline_item *change;
	int result = tieline_subscription_next(sharer->on, INT(2), &change);

	if (result < 0)
		return result;
	sharer->got = tieline_item_value(change, sharer->values);
	tieline_item_free(change);
	return result;
}

RUN(stat, tieline_session_stat(sharer->session, TEXT(1), GOT))
RUN(delete, tieline_session_delete(sharer->session, TEXT(1)))

/* Adds 1, as often as it says, to what nobody locks. */
static int dict_count(struct sharer *sharer)
{
	tieline_value *key = VALUE(2);
	int64_t count;
	int is_set = 1;

	for (int left = INT(3); left > 0 && is_set >= 0; left -= is_set) {
		uint64_t version;
		int result = tieline_dict_get_versioned(
			sharer->on, key, GOT, &version);

		if (result < 0)
			return result;
		if (tieline_value_get_int(sharer->got, &count) < 0)
			count = 0;
		is_set = tieline_dict_compare_and_set(sharer->on, key, version,
			tieline_value_int(sharer->values, count + 1));
	}
	return is_set < 0 ? is_set : 0;
}

#define ROW(name)                                                              \
	{                                                                      \
#name, name                                                    \
	}

const struct sharer_command sharer_commands[] = {
	ROW(lock_open),
	ROW(lock_acquire),
	ROW(lock_release),
	ROW(semaphore_open),
	ROW(semaphore_acquire),
	ROW(semaphore_release),
	ROW(condition_open),
	ROW(condition_acquire),
	ROW(condition_release),
	ROW(condition_wait),
	ROW(condition_notify),
	ROW(condition_notify_all),
	ROW(event_open),
	ROW(event_set),
	ROW(event_clear),
	ROW(event_is_set),
	ROW(event_wait),
	ROW(barrier_open),
	ROW(barrier_reset),
	ROW(barrier_abort),
	ROW(dict_open),
	ROW(dict_set),
	ROW(dict_set_text),
	ROW(dict_get),
	ROW(dict_get_text),
	ROW(dict_pop),
	ROW(dict_pop_text),
	ROW(dict_contains),
	ROW(dict_update),
	ROW(dict_len),
	ROW(dict_clear),
	ROW(dict_copy),
	ROW(dict_get_versioned),
	ROW(dict_compare_and_set),
	ROW(list_open),
	ROW(list_append),
	ROW(list_insert),
	ROW(list_extend),
	ROW(list_get),
	ROW(list_set),
	ROW(list_pop),
	ROW(list_remove),
	ROW(list_len),
	ROW(list_contains),
	ROW(list_copy),
	ROW(set_open),
	ROW(set_add),
	ROW(set_discard),
	ROW(set_contains),
	ROW(set_len),
	ROW(set_copy),
	ROW(value_open),
	ROW(value_get),
	ROW(value_set),
	ROW(array_open),
	ROW(array_get),
	ROW(array_set),
	ROW(array_len),
	ROW(array_copy),
	ROW(namespace_open),
	ROW(namespace_get),
	ROW(namespace_set),
	ROW(namespace_delete),
	ROW(barrier_wait),
	ROW(dict_watch),
	ROW(next_change),
	ROW(stat),
	ROW(delete),
	ROW(dict_count),
	{NULL, NULL},
};
