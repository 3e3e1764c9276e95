/* SPDX-License-Identifier: MIT */
/* The rows: what each function is called with, what it asks for, what the
 * answer is, and what it makes of that. */
#include "typed.h"

#define ACT(name, call)                                                        \
	static int name(struct typed *on)                                      \
	{                                                                      \
		return call;                                                   \
	}

ACT(lock_acquire, tieline_lock_acquire(on->lock, 1500, &on->number))
ACT(lock_acquire_forever, tieline_lock_acquire(on->lock, TIELINE_FOREVER, NULL))
ACT(lock_acquire_in_vain, tieline_lock_acquire(on->lock, 0, &on->number))
ACT(lock_acquire_oddly, tieline_lock_acquire(on->lock, 1, NULL))
ACT(lock_release, tieline_lock_release(on->lock))
ACT(semaphore_acquire,
	tieline_semaphore_acquire(on->semaphore, 1500, &on->number))
ACT(semaphore_release, tieline_semaphore_release(on->semaphore, 3))
ACT(condition_acquire,
	tieline_condition_acquire(on->condition, 1500, &on->number))
ACT(condition_release, tieline_condition_release(on->condition))
ACT(condition_wait, tieline_condition_wait(on->condition, TIELINE_FOREVER))
ACT(condition_wait_in_vain, tieline_condition_wait(on->condition, 20))
ACT(condition_notify, tieline_condition_notify(on->condition, 2))
ACT(condition_notify_all, tieline_condition_notify_all(on->condition))
ACT(event_set, tieline_event_set(on->event))
ACT(event_clear, tieline_event_clear(on->event))
ACT(event_is_set, tieline_event_is_set(on->event))
ACT(event_wait, tieline_event_wait(on->event, TIELINE_FOREVER))
ACT(event_wait_in_vain, tieline_event_wait(on->event, 20))
ACT(barrier_wait, tieline_barrier_wait(on->barrier, 40, &on->index))
ACT(barrier_wait_for_nothing, tieline_barrier_wait(on->barrier, 40, NULL))
ACT(barrier_wait_oddly, tieline_barrier_wait(on->barrier, 50, &on->index))
ACT(barrier_reset, tieline_barrier_reset(on->barrier))
ACT(barrier_abort, tieline_barrier_abort(on->barrier))
ACT(dict_set, tieline_dict_set(on->dict, on->key, on->item))
ACT(dict_set_text, tieline_dict_set_text(on->dict, "text", on->item))
ACT(dict_get, tieline_dict_get(on->dict, on->key, on->values, &on->got))
ACT(dict_get_text,
	tieline_dict_get_text(on->dict, "text", on->values, &on->got))
ACT(dict_pop, tieline_dict_pop(on->dict, on->key, on->values, &on->got))
ACT(dict_pop_text, tieline_dict_pop_text(on->dict, "text", NULL, NULL))
ACT(dict_contains, tieline_dict_contains(on->dict, on->key))
ACT(dict_update, tieline_dict_update(on->dict, on->item))
ACT(dict_len, tieline_dict_len(on->dict, &on->number))
ACT(dict_clear, tieline_dict_clear(on->dict))
ACT(dict_copy, tieline_dict_copy(on->dict, on->values, &on->got))
ACT(dict_get_versioned,
	tieline_dict_get_versioned(
		on->dict, on->key, on->values, &on->got, &on->number))
ACT(dict_get_versioned_nothing,
	tieline_dict_get_versioned(
		on->dict, on->item, on->values, &on->got, &on->number))
ACT(dict_compare_and_set,
	tieline_dict_compare_and_set(on->dict, on->key, 12, on->item))
ACT(dict_compare_and_set_in_vain,
	tieline_dict_compare_and_set(on->dict, on->key, 0, on->item))
ACT(list_append, tieline_list_append(on->list, on->item))
ACT(list_insert, tieline_list_insert(on->list, -2, on->item))
ACT(list_extend, tieline_list_extend(on->list, on->item))
ACT(list_get, tieline_list_get(on->list, -1, on->values, &on->got))
ACT(list_set, tieline_list_set(on->list, 5, on->item))
ACT(list_pop, tieline_list_pop(on->list, 0, on->values, &on->got))
ACT(list_pop_away, tieline_list_pop(on->list, 0, NULL, NULL))
ACT(list_remove, tieline_list_remove(on->list, on->item))
ACT(list_len, tieline_list_len(on->list, &on->number))
ACT(list_contains, tieline_list_contains(on->list, on->item))
ACT(list_copy, tieline_list_copy(on->list, on->values, &on->got))
ACT(set_add, tieline_set_add(on->set, on->key))
ACT(set_discard, tieline_set_discard(on->set, on->key))
ACT(set_contains, tieline_set_contains(on->set, on->key))
ACT(set_len, tieline_set_len(on->set, &on->number))
ACT(set_copy, tieline_set_copy(on->set, on->values, &on->got))
ACT(value_get, tieline_shared_value_get(on->value, on->values, &on->got))
ACT(value_set, tieline_shared_value_set(on->value, on->item))
ACT(array_get, tieline_array_get(on->array, -1, on->values, &on->got))
ACT(array_set, tieline_array_set(on->array, 5, on->item))
ACT(array_len, tieline_array_len(on->array, &on->number))
ACT(array_copy, tieline_array_copy(on->array, on->values, &on->got))
ACT(namespace_get, tieline_namespace_get(on->space, "x", on->values, &on->got))
ACT(namespace_set, tieline_namespace_set(on->space, "x", on->item))
ACT(namespace_delete, tieline_namespace_delete(on->space, "x"))

#define ROW(function) .name = #function, .act = (function)

const struct typed_row typed_rows[] = {
	{ROW(lock_acquire), .asked = "('acquire', (), {'timeout': 1.5})",
		.answer = "True", .token = 7, .number = 7},
	{ROW(lock_acquire_forever), .asked = "('acquire', (), {})",
		.answer = "True", .token = 8},
	{ROW(lock_acquire_in_vain),
		.asked = "('acquire', (), {'timeout': 0.0})", .answer = "False",
		.code = TIELINE_ETIMEDOUT},
	{ROW(lock_acquire_oddly),
		.asked = "('acquire', (), {'timeout': 0.001})", .answer = "1",
		.code = TIELINE_EPROTOCOL},
	{ROW(lock_release), .asked = "('release', ())"},
	{ROW(semaphore_acquire), .asked = "('acquire', (), {'timeout': 1.5})",
		.answer = "True", .token = 7, .number = 7},
	{ROW(semaphore_release), .asked = "('release', (3,))"},
	{ROW(condition_acquire), .asked = "('acquire', (), {'timeout': 1.5})",
		.answer = "True", .token = 7, .number = 7},
	{ROW(condition_release), .asked = "('release', ())"},
	{ROW(condition_wait), .asked = "('wait', (), {})", .answer = "True",
		.token = 9},
	{ROW(condition_wait_in_vain),
		.asked = "('wait', (), {'timeout': 0.02})", .answer = "False",
		.token = 9, .code = TIELINE_ETIMEDOUT},
	{ROW(condition_notify), .asked = "('notify', (2,))"},
	{ROW(condition_notify_all), .asked = "('notify_all', ())"},
	{ROW(event_set), .asked = "('set', ())"},
	{ROW(event_clear), .asked = "('clear', ())"},
	{ROW(event_is_set), .asked = "('is_set', ())", .answer = "True",
		.code = 1},
	{ROW(event_wait), .asked = "('wait', (), {})", .answer = "True",
		.token = 9},
	{ROW(event_wait_in_vain), .asked = "('wait', (), {'timeout': 0.02})",
		.answer = "False", .token = 9, .code = TIELINE_ETIMEDOUT},
	{ROW(barrier_wait), .asked = "('wait', (), {'timeout': 0.04})",
		.answer = "2", .number = 2},
	{ROW(barrier_wait_for_nothing),
		.asked = "('wait', (), {'timeout': 0.04})", .answer = "2"},
	{ROW(barrier_wait_oddly), .asked = "('wait', (), {'timeout': 0.05})",
		.answer = "'2'", .code = TIELINE_EPROTOCOL},
	{ROW(barrier_reset), .asked = "('reset', ())"},
	{ROW(barrier_abort), .asked = "('abort', ())"},
	{ROW(dict_set), .asked = "('__setitem__', ((1, 'k'), ['item']))"},
	{ROW(dict_set_text), .asked = "('__setitem__', ('text', ['item']))"},
	{ROW(dict_get), .asked = "('__getitem__', ((1, 'k'),))",
		.answer = "['item']", .got = "['item']"},
	{ROW(dict_get_text), .asked = "('__getitem__', ('text',))",
		.answer = "3", .got = "3"},
	{ROW(dict_pop), .asked = "('pop', ((1, 'k'),))", .answer = "['item']",
		.got = "['item']"},
	{ROW(dict_pop_text), .asked = "('pop', ('text',))",
		.answer = "['item']"},
	{ROW(dict_contains), .asked = "('__contains__', ((1, 'k'),))",
		.answer = "True", .code = 1},
	{ROW(dict_update), .asked = "('update', (['item'],))"},
	{ROW(dict_len), .asked = "('__len__', ())", .answer = "4", .number = 4},
	{ROW(dict_clear), .asked = "('clear', ())"},
	{ROW(dict_copy), .asked = "('copy', ())", .answer = "{1: 2}",
		.got = "{1: 2}"},
	{ROW(dict_get_versioned), .asked = "('get_versioned', ((1, 'k'),))",
		.answer = "('x', 12)", .got = "'x'", .number = 12},
	{ROW(dict_get_versioned_nothing),
		.asked = "('get_versioned', (['item'],))",
		.answer = "(None, 0)"},
	{ROW(dict_compare_and_set),
		.asked = "('compare_and_set', ((1, 'k'), 12, ['item']))",
		.answer = "True", .code = 1},
	{ROW(dict_compare_and_set_in_vain),
		.asked = "('compare_and_set', ((1, 'k'), 0, ['item']))",
		.answer = "False"},
	{ROW(list_append), .asked = "('append', (['item'],))"},
	{ROW(list_insert), .asked = "('insert', (-2, ['item']))"},
	{ROW(list_extend), .asked = "('extend', (['item'],))"},
	{ROW(list_get), .asked = "('__getitem__', (-1,))", .answer = "None",
		.got = "None"},
	{ROW(list_set), .asked = "('__setitem__', (5, ['item']))"},
	{ROW(list_pop), .asked = "('pop', (0,))", .answer = "b'x'",
		.got = "b'x'"},
	{ROW(list_pop_away), .asked = "('pop', (0,))", .answer = "b'x'"},
	{ROW(list_remove), .asked = "('remove', (['item'],))"},
	{ROW(list_len), .asked = "('__len__', ())", .answer = "4", .number = 4},
	{ROW(list_contains), .asked = "('__contains__', (['item'],))",
		.answer = "False"},
	{ROW(list_copy), .asked = "('copy', ())", .answer = "{1: 2}",
		.got = "{1: 2}"},
	{ROW(set_add), .asked = "('add', ((1, 'k'),))"},
	{ROW(set_discard), .asked = "('discard', ((1, 'k'),))"},
	{ROW(set_contains), .asked = "('__contains__', ((1, 'k'),))",
		.answer = "True", .code = 1},
	{ROW(set_len), .asked = "('__len__', ())", .answer = "4", .number = 4},
	{ROW(set_copy), .asked = "('copy', ())", .answer = "{1: 2}",
		.got = "{1: 2}"},
	{ROW(value_get), .asked = "('get', ())", .answer = "1.5", .got = "1.5"},
	{ROW(value_set), .asked = "('set', (['item'],))"},
	{ROW(array_get), .asked = "('__getitem__', (-1,))", .answer = "None",
		.got = "None"},
	{ROW(array_set), .asked = "('__setitem__', (5, ['item']))"},
	{ROW(array_len), .asked = "('__len__', ())", .answer = "4",
		.number = 4},
	{ROW(array_copy), .asked = "('__iter__', ())", .answer = "[0, 1]",
		.got = "[0, 1]"},
	{ROW(namespace_get), .asked = "('__getattribute__', ('x',))",
		.answer = "1", .got = "1"},
	{ROW(namespace_set), .asked = "('__setattr__', ('x', ['item']))"},
	{ROW(namespace_delete), .asked = "('__delattr__', ('x',))"},
};

const size_t typed_row_count = sizeof(typed_rows) / sizeof(typed_rows[0]);
