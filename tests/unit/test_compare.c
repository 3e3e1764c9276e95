/* SPDX-License-Identifier: MIT */
/* Equality and order of what no literal can say: objects, what is shared or
 * inside itself, and hostile trees. test_equality.py compares all else with
 * Python. */
#include "unit.h"

#include "../../proto/value/array.h"
#include "../../proto/value/compare.h"
#include "../../proto/value/copy.h"
#include "../../proto/value/fingerprint.h"
#include "../../proto/value/mapping.h"
#include "values.h"

#include <math.h>
#include <string.h>

#define DEEP 60000

static struct tli_values values;

static int set_up(void **state)
{
	(void)state;
	values_init(&values);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tli_values_fini(&values);
	return 0;
}

static struct tli_value *integer(int64_t number)
{
	return tli_int(&values, number);
}

static struct tli_value *list(struct tli_value *first, struct tli_value *second)
{
	return items_of(&values, TLI_LIST, first, second, NULL);
}

static void put(struct tli_value *container, struct tli_value *item)
{
	assert_true(tli_append(container, item));
}

static int less(const struct tli_value *one, const struct tli_value *other)
{
	struct tli_value_error error;

	return tli_less(one, other, &error);
}

static void a_nan_is_only_itself_and_only_inside(void **state)
{
	double nothing = (double)NAN;
	struct tli_value *nan = tli_float(&values, nothing);
	struct tli_value *array =
		tli_array(&values, 'd', &nothing, sizeof(nothing));
	struct tli_value *complex_nan = tli_complex(&values, 0, nothing);
	struct tli_value *rows[] = {nan, complex_nan, array};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(tli_equal(rows[i], rows[i]), 0);
		assert_int_equal(
			tli_equal(list(rows[i], NULL), list(rows[i], NULL)), 1);
		assert_int_equal(
			tli_equal(list(rows[i], NULL),
				list(tli_copy(&values, rows[i], NULL), NULL)),
			0);
	}
	assert_int_equal(less(nan, nan), 0);
	assert_int_equal(less(array, array), 0);
	assert_int_equal(less(list(nan, integer(1)), list(nan, integer(2))), 1);
	assert_int_equal(less(list(tli_float(&values, nothing), integer(1)),
				 list(nan, integer(2))),
		0);
}

/* m.C(1) with what is done to it. */
static struct tli_value *object(enum tli_making making, const char *name,
	enum tli_step step, struct tli_value *item)
{
	struct tli_value *made =
		tli_object(&values, making, tli_global(&values, "m", name),
			items_of(&values, TLI_TUPLE, integer(1), NULL), NULL);

	assert_true(tli_object_step(made, step, item));
	return made;
}

static void objects_are_equal_by_structure(void **state)
{
	struct tli_value *one =
		object(TLI_REDUCE, "C", TLI_STEP_BUILD, list(integer(1), NULL));
	struct tli_value *others[] = {
		object(TLI_NEWOBJ, "C", TLI_STEP_BUILD, list(integer(1), NULL)),
		object(TLI_REDUCE, "D", TLI_STEP_BUILD, list(integer(1), NULL)),
		object(TLI_REDUCE, "C", TLI_STEP_APPEND,
			list(integer(1), NULL)),
		object(TLI_REDUCE, "C", TLI_STEP_BUILD, list(integer(2), NULL)),
		tli_global(&values, "m", "C"),
		integer(1),
	};
	struct tli_value *same = object(TLI_REDUCE, "C", TLI_STEP_BUILD,
		list(tli_bool(&values, true), NULL));

	(void)state;
	assert_int_equal(tli_equal(one, same), 1);
	assert_int_equal(tli_equal(one, tli_copy(&values, one, NULL)), 1);
	for (size_t i = 0; i < LENGTH(others); i++) {
		assert_int_equal(tli_equal(one, others[i]), 0);
		assert_int_equal(less(one, others[i]), TLI_VALUE_TYPE);
	}
	assert_true(tli_object_step(same, TLI_STEP_ADD, list(NULL, NULL)));
	assert_int_equal(tli_equal(one, same), 0);
}

/* A list that is inside itself, so many levels down, the innermost with an
 * item more. */
static struct tli_value *ring(int levels, struct tli_value *item)
{
	struct tli_value *root = tli_container(&values, TLI_LIST);
	struct tli_value *innermost = root;

	for (int i = 1; i < levels; i++) {
		struct tli_value *next = tli_container(&values, TLI_LIST);

		put(innermost, next);
		innermost = next;
	}
	put(innermost, root);
	put(innermost, item);
	return root;
}

static void rings_are_equal_by_shape(void **state)
{
	struct tli_value *one = ring(3, integer(1));

	(void)state;
	assert_int_equal(tli_equal(one, one), 1);
	assert_int_equal(tli_equal(one, ring(3, integer(1))), 1);
	assert_int_equal(tli_equal(one, tli_copy(&values, one, NULL)), 1);
	assert_int_equal(tli_equal(one, ring(3, integer(2))), 0);
	assert_int_equal(tli_equal(one, ring(2, integer(1))), 0);
	assert_int_equal(tli_equal(list(one, NULL), list(one, NULL)), 1);
	assert_int_equal(
		tli_equal(list(one, NULL), list(ring(3, integer(1)), NULL)), 1);
	assert_int_equal(less(one, ring(3, integer(1))), 0);
	/* The first items that differ are the rings themselves: Python has no
	 * end either. */
	assert_int_equal(less(one, ring(3, integer(2))), TLI_VALUE_LIMIT);
	assert_int_equal(less(list(integer(1), one), list(integer(2), one)), 1);
	assert_int_equal(less(list(one, integer(1)),
				 list(ring(3, integer(1)), integer(2))),
		1);
}

/*
 * a = [[a], [[a]]] and b = [c, d] with c = [b], d = [[d]] would look alike to
 * who takes what [a] comes to in the first place for what it is in the second,
 * a level further down.
 */
static void where_a_ring_closes_matters(void **state)
{
	struct tli_value *a = tli_container(&values, TLI_LIST);
	struct tli_value *x = list(a, NULL);
	struct tli_value *b = tli_container(&values, TLI_LIST);
	struct tli_value *c = list(b, NULL);
	struct tli_value *d = tli_container(&values, TLI_LIST);

	(void)state;
	put(a, x);
	put(a, list(x, NULL));
	put(d, list(d, NULL));
	put(b, c);
	put(b, d);
	assert_int_equal(tli_equal(a, b), 0);
	assert_int_equal(tli_equal(a, tli_copy(&values, a, NULL)), 1);
	assert_int_equal(tli_equal(b, tli_copy(&values, b, NULL)), 1);
}

/* Each level twice inside the one above. */
static struct tli_value *laughs(
	enum tli_kind kind, int levels, struct tli_value *innermost)
{
	struct tli_value *value = innermost;

	for (int i = 0; i < levels; i++)
		value = items_of(&values, kind, value, value, NULL);
	return value;
}

static void billion_laughs_take_no_time(void **state)
{
	static const enum tli_kind kinds[] = {TLI_TUPLE, TLI_LIST, TLI_DICT};

	(void)state;
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		struct tli_value *one = laughs(kinds[i], 100, integer(1));
		struct tli_value *same = laughs(kinds[i], 100, integer(1));
		struct tli_value *other = laughs(kinds[i], 100, integer(2));

		assert_int_equal(tli_equal(one, same), 1);
		assert_int_equal(tli_equal(one, other), 0);
		if (kinds[i] == TLI_DICT)
			continue;
		assert_int_equal(less(one, same), 0);
		assert_int_equal(less(one, other), 1);
	}
}

/* The same with the innermost referring to the outermost. */
static void laughs_in_a_ring_take_no_time(void **state)
{
	struct tli_value *root = tli_container(&values, TLI_LIST);
	struct tli_value *copy;

	(void)state;
	put(root, laughs(TLI_TUPLE, 100, list(root, NULL)));
	copy = tli_copy(&values, root, NULL);
	assert_int_equal(tli_equal(root, copy), 1);
	put(copy, integer(1));
	put(root, integer(2));
	assert_int_equal(tli_equal(root, copy), 0);
}

/* All of many lists inside each other: more ways than can be gone. */
static void too_many_ways_are_a_limit(void **state)
{
	struct tli_value *lists[40], *copy;
	struct tli_value_error error;

	(void)state;
	for (size_t i = 0; i < LENGTH(lists); i++)
		lists[i] = tli_container(&values, TLI_LIST);
	for (size_t i = 0; i < LENGTH(lists) * LENGTH(lists); i++)
		put(lists[i / LENGTH(lists)], lists[i % LENGTH(lists)]);
	copy = tli_copy(&values, lists[0], NULL);
	assert_int_equal(tli_equal(lists[0], copy), TLI_VALUE_LIMIT);
	assert_int_equal(tli_less(lists[0], copy, &error), TLI_VALUE_LIMIT);
	assert_string_equal(error.text,
		"it is too deep, or inside itself in too many ways");
}

/* [[[...]]] without an end, as one list and as two: no first items differ. */
static void an_endless_order_ends(void **state)
{
	struct tli_value *one = tli_container(&values, TLI_LIST);
	struct tli_value *two = tli_container(&values, TLI_LIST);

	(void)state;
	put(one, one);
	put(two, list(two, NULL));
	assert_int_equal(less(one, two), TLI_VALUE_LIMIT);
}

static struct tli_value *long_list_in_itself(int64_t last)
{
	struct tli_value *list = tli_container(&values, TLI_LIST);

	for (int i = 0; i < 300000; i++)
		put(list, tli_none(&values));
	put(list, list);
	put(list, integer(last));
	return list;
}

/* Minutes, if each of many levels were gone through from its start. */
static void an_endless_order_of_long_lists_ends_soon(void **state)
{
	(void)state;
	assert_int_equal(less(long_list_in_itself(1), long_list_in_itself(2)),
		TLI_VALUE_LIMIT);
}

static struct tli_value *nest(int levels, struct tli_value *innermost)
{
	struct tli_value *value = innermost;

	for (int i = 0; i < levels; i++)
		value = items_of(&values, TLI_LIST, value, NULL);
	return value;
}

static void what_is_too_deep_is_not_copied(void **state)
{
	struct tli_value *list = tli_container(&values, TLI_LIST), *inner;
	struct tli_value *root = list;

	(void)state;
	for (unsigned i = 0; i < TLI_VALUE_DEPTH_MAX + 10; i++, list = inner) {
		inner = tli_container(&values, TLI_LIST);
		put(list, inner);
	}
	assert_null(tli_copy(&values, root, NULL));
	assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
	assert_string_equal(
		values.error.text, "it is more than 65000 levels deep");
}

static void depth_takes_no_stack_and_little_time(void **state)
{
	struct tli_value *one = nest(DEEP, integer(1));
	struct tli_value *other = nest(DEEP, integer(2));

	(void)state;
	assert_int_equal(tli_equal(one, nest(DEEP, integer(1))), 1);
	assert_int_equal(tli_equal(one, other), 0);
	assert_int_equal(less(one, other), 1);
	assert_int_equal(less(other, one), 0);
}

/* A long text in many places is read once. */
static void a_long_text_is_read_once(void **state)
{
	static char characters[1 << 20];
	struct tli_value *lists[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct tli_value *text =
			tli_str(&values, characters, sizeof(characters));

		lists[i] = tli_container(&values, TLI_LIST);
		for (int k = 0; k < 1 << 18; k++)
			put(lists[i], text);
	}
	assert_int_equal(tli_equal(lists[0], lists[1]), 1);
	assert_int_equal(less(lists[0], lists[1]), 0);
}

/* What is equal has the same fingerprint under any seed, under others another
 * one. */
static void the_seed_matters(void **state)
{
	static const uint64_t seeds[2][2] = {{1, 2}, {1, 3}};
	struct tli_value *value = list(integer(1), integer(2));
	struct tli_fingerprint ours[2], theirs;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tli_fingerprint(value, seeds[i], &ours[i]), 0);
		assert_int_equal(tli_fingerprint(tli_copy(&values, value, NULL),
					 seeds[i], &theirs),
			0);
		assert_true(tli_same_fingerprint(&ours[i], &theirs));
	}
	assert_false(tli_same_fingerprint(&ours[0], &ours[1]));
}

int main(void)
{
#define with_values(test)                                                      \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		with_values(a_nan_is_only_itself_and_only_inside),
		with_values(objects_are_equal_by_structure),
		with_values(rings_are_equal_by_shape),
		with_values(where_a_ring_closes_matters),
		with_values(billion_laughs_take_no_time),
		with_values(laughs_in_a_ring_take_no_time),
		with_values(too_many_ways_are_a_limit),
		with_values(what_is_too_deep_is_not_copied),
		with_values(an_endless_order_ends),
		with_values(an_endless_order_of_long_lists_ends_soon),
		with_values(depth_takes_no_stack_and_little_time),
		with_values(a_long_text_is_read_once),
		with_values(the_seed_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
