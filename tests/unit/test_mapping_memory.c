/* SPDX-License-Identifier: MIT */
/* Keys, equality and order when memory is short: each allocation is made to
 * fail, and so is each byte beyond a limit. */
#include "unit.h"

#include "../../proto/value/compare.h"
#include "../../proto/value/copy.h"
#include "../../proto/value/mapping.h"
#include "alloc.h"
#include "values.h"

#include <string.h>

#define NEVER_NEEDED 1000ul /* more allocations than any scenario makes */
#define LEVELS       100

/* What is tried again and again: TLI_VALUE_OK if it was done, or why not;
 * anything else fails the test. */
typedef int scenario(struct tli_values *values);

/* A tuple in which each level is twice in the one above. */
static struct tli_value *laughs(struct tli_values *values, int64_t innermost)
{
	struct tli_value *value = tli_int(values, innermost);

	for (int i = 0; i < LEVELS; i++) {
		struct tli_value *items[] = {value, value};

		value = tli_items(values, TLI_TUPLE, items, 2);
	}
	return value;
}

/* A failure breaks the dict, and leaves what was in it. */
static int check_dict(
	const struct tli_values *values, const struct tli_value *dict)
{
	const struct tli_items *node = tli_items_of(dict);
	struct tli_value_error error;

	assert_true(dict->flags & TLI_BROKEN);
	assert_int_equal(node->count % 2, 0);
	alloc_pause(true);
	for (uint32_t i = 0; i < node->count; i += 2)
		assert_int_equal(tli_find_key(dict, node->items[i], &error), i);
	alloc_pause(false);
	return values->error.code;
}

static int keys_of_a_dict(struct tli_values *values)
{
	struct tli_value *dict = tli_container(values, TLI_DICT);

	if (!dict)
		return values->error.code;
	for (int i = 0; i < 200; i++)
		if (!tli_dict_set(dict, tli_int(values, i), dict))
			return check_dict(values, dict);
	for (int i = 0; i < 3; i++)
		if (!tli_dict_set(dict, laughs(values, i), dict) ||
			!tli_dict_set(dict, laughs(values, i), dict))
			return check_dict(values, dict);
	assert_int_equal(tli_items_of(dict)->count, 2 * 203);
	return TLI_VALUE_OK;
}

static int items_of_a_set(struct tli_values *values)
{
	struct tli_value *set = tli_container(values, TLI_SET);

	if (!set)
		return values->error.code;
	for (int i = 0; i < 40; i++)
		if (!tli_set_add(set, laughs(values, i / 2))) {
			assert_true(set->flags & TLI_BROKEN);
			return values->error.code;
		}
	assert_int_equal(tli_items_of(set)->count, 20);
	return TLI_VALUE_OK;
}

/* With what it takes to find its keys. */
static int a_copy(struct tli_values *values)
{
	struct tli_value *set;

	alloc_pause(true);
	set = tli_container(values, TLI_SET);
	for (int i = 0; set && i < 40; i++)
		tli_set_add(set, laughs(values, i));
	alloc_pause(false);
	if (!set || set->flags & TLI_BROKEN)
		return values->error.code;
	return tli_copy(values, set, NULL) ? TLI_VALUE_OK : values->error.code;
}

/* Two trees that are there, with memory short for looking at them alone. */
static int look_at_two(struct tli_values *values,
	int look(const struct tli_value *, const struct tli_value *))
{
	struct tli_value *one, *other;

	alloc_pause(true);
	one = laughs(values, 1);
	other = laughs(values, 2);
	alloc_pause(false);
	return one && other ? look(one, other) : values->error.code;
}

static int is_equal(const struct tli_value *one, const struct tli_value *other)
{
	return tli_equal(one, other);
}

static int is_more(const struct tli_value *one, const struct tli_value *other)
{
	struct tli_value_error error = {.code = 0};
	int result = tli_less(other, one, &error);

	assert_int_equal(error.code, result);
	return result;
}

static int an_equality(struct tli_values *values)
{
	return look_at_two(values, is_equal);
}

static int an_order(struct tli_values *values)
{
	return look_at_two(values, is_more);
}

static int a_subset(struct tli_values *values)
{
	struct tli_value *sets[2];

	alloc_pause(true);
	for (int i = 0; i < 2; i++) {
		struct tli_value *item = laughs(values, i);

		sets[i] = tli_items(values, TLI_SET, &item, item ? 1 : 0);
	}
	if (sets[1])
		tli_append(sets[1], tli_none(values));
	alloc_pause(false);
	if (!sets[0] || !sets[1])
		return values->error.code;
	return is_more(sets[1], sets[0]);
}

static int a_search(struct tli_values *values)
{
	struct tli_value *set, *key;
	struct tli_value_error error;
	int64_t place;

	alloc_pause(true);
	set = tli_container(values, TLI_SET);
	key = laughs(values, 1);
	if (set && key)
		tli_set_add(set, key);
	alloc_pause(false);
	if (!set || !key || set->flags & TLI_BROKEN)
		return values->error.code;
	place = tli_find_key(set, laughs(values, 1), &error);
	return (int)place;
}

static scenario *const scenarios[] = {keys_of_a_dict, items_of_a_set, a_copy,
	an_equality, an_order, a_subset, a_search};

static int run(scenario *tried)
{
	struct tli_values values;
	int result;

	values_init(&values);
	result = tried(&values);
	tli_values_fini(&values);
	return result;
}

static void each_allocation_may_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(scenarios); i++)
		for (unsigned long n = 1;; n++) {
			int result;

			assert_in_range(n, 1, NEVER_NEEDED);
			alloc_fail_from(n, i % 2);
			result = run(scenarios[i / 2]);
			if (alloc_count() < n) {
				assert_int_equal(result, TLI_VALUE_OK);
				assert_true(n > 3);
				break;
			}
			assert_int_equal(result, TLI_VALUE_NOMEM);
		}
	alloc_reset();
}

static void each_limit_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t max_bytes = 0;; max_bytes += 8000) {
			struct tli_values values;
			int result;

			assert_in_range(max_bytes, 0, 1u << 22);
			values_init(&values);
			values.arena.max_bytes = max_bytes;
			result = scenarios[i](&values);
			assert_true(values.arena.held_bytes <= max_bytes);
			tli_values_fini(&values);
			if (result == TLI_VALUE_OK)
				break;
			assert_int_equal(result, TLI_VALUE_LIMIT);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_may_fail),
		cmocka_unit_test(each_limit_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
