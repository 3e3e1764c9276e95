/* SPDX-License-Identifier: MIT */
/* Dicts and sets: which keys are the same, in which order they stay, how many
 * there can be, and what is no key. */
#include "unit.h"

#include "../../proto/value/copy.h"
#include "../../proto/value/mapping.h"
#include "values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MANY 100000

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

static struct tli_value *text(const char *characters)
{
	return text_of(&values, characters);
}

static struct tli_value *tuple(struct tli_value *item)
{
	return items_of(&values, TLI_TUPLE, item, NULL);
}

static struct tli_value *new_object(void)
{
	return tli_object(&values, TLI_REDUCE, tli_global(&values, "m", "C"),
		tli_items(&values, TLI_TUPLE, NULL, 0), NULL);
}

static uint32_t count_of(const struct tli_value *container)
{
	return tli_items_of(container)->count;
}

static const struct tli_value *item_at(
	const struct tli_value *container, uint32_t i)
{
	return tli_items_of(container)->items[i];
}

static int64_t find(
	const struct tli_value *container, const struct tli_value *key)
{
	struct tli_value_error error;

	return tli_find_key(container, key, &error);
}

/* Puts keys of many kinds into a dict, all different: so many that there is an
 * index. */
static void fill_up(struct tli_value *dict)
{
	for (int i = 0; i < 100; i++) {
		char name[20];

		snprintf(name, sizeof(name), "filling %d", i);
		assert_true(tli_dict_set(dict, text(name), integer(i)));
	}
}

static void make_equal_keys(struct tli_value *keys[][2])
{
	uint8_t large[9] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
	char longer[1000];

	memset(longer, 'x', sizeof(longer));
	struct tli_value *made[][2] = {
		{integer(1), tli_bool(&values, true)},
		{integer(0), tli_float(&values, -0.0)},
		{tli_float(&values, 2.0), tli_complex(&values, 2.0, -0.0)},
		{tli_int_from_bytes(&values, large, 9),
			tli_float(&values, 18446744073709551616.0)},
		{tli_none(&values), tli_none(&values)},
		{text("1"), text("1")},
		{text(""), text("")},
		{tli_bytes(&values, TLI_BYTES, "1", 1),
			tli_bytes(&values, TLI_BYTES, "1", 1)},
		{tli_str(&values, longer, 1000),
			tli_str(&values, longer, 1000)},
		{tli_int_from_bytes(&values, (uint8_t *)longer, 1000),
			tli_int_from_bytes(&values, (uint8_t *)longer, 1000)},
		{tuple(integer(1)), tuple(tli_float(&values, 1.0))},
		{tuple(tuple(text("a"))), tuple(tuple(text("a")))},
		{items_of(&values, TLI_FROZENSET, integer(1), integer(2), NULL),
			items_of(&values, TLI_FROZENSET, integer(2), integer(1),
				NULL)},
		{items_of(&values, TLI_RANGE, integer(0), integer(4),
			 integer(2), NULL),
			items_of(&values, TLI_RANGE, integer(0), integer(3),
				integer(2), NULL)},
		{tli_global(&values, "m", "n"), tli_global(&values, "m", "n")},
	};
	memcpy(keys, made, sizeof(made));
}

#define EQUAL_KEYS 15u

/* A key that is there keeps its place and its node; the value is new. */
static void sets_all_twice(struct tli_value *dict)
{
	struct tli_value *keys[EQUAL_KEYS][2];
	uint32_t before = count_of(dict);

	make_equal_keys(keys);
	for (uint32_t i = 0; i < EQUAL_KEYS; i++) {
		uint32_t count = count_of(dict);

		assert_true(tli_dict_set(dict, keys[i][0], integer(1)));
		assert_int_equal(count_of(dict), count + 2);
		assert_true(tli_dict_set(dict, keys[i][1], integer(2)));
		assert_int_equal(count_of(dict), count + 2);
		assert_ptr_equal(item_at(dict, count), keys[i][0]);
		assert_int_equal(
			tli_int_of(item_at(dict, count + 1))->integer, 2);
	}
	for (uint32_t i = 0; i < EQUAL_KEYS; i++) {
		assert_int_equal(find(dict, keys[i][0]), before + 2 * i);
		assert_int_equal(find(dict, keys[i][1]), before + 2 * i);
	}
	assert_false(dict->flags & TLI_BROKEN);
}

static void equal_keys_are_one(void **state)
{
	struct tli_value *small = tli_container(&values, TLI_DICT);
	struct tli_value *large = tli_container(&values, TLI_DICT);

	(void)state;
	sets_all_twice(small);
	fill_up(large);
	sets_all_twice(large);
}

static void sets_keep_one_of_each(void **state)
{
	static const enum tli_kind kinds[] = {TLI_SET, TLI_FROZENSET};
	struct tli_value *keys[EQUAL_KEYS][2];

	(void)state;
	make_equal_keys(keys);
	for (size_t k = 0; k < LENGTH(kinds); k++) {
		struct tli_value *set = tli_container(&values, kinds[k]);

		for (uint32_t i = 0; i < 2 * EQUAL_KEYS; i++)
			assert_true(tli_set_add(set, keys[i / 2][i % 2]));
		assert_int_equal(count_of(set), EQUAL_KEYS);
		for (uint32_t i = 0; i < EQUAL_KEYS; i++) {
			assert_ptr_equal(item_at(set, i), keys[i][0]);
			assert_int_equal(find(set, keys[i][1]), i);
		}
	}
}

static void other_keys_are_not(void **state)
{
	struct tli_value *keys[] = {
		text("1"),
		integer(1),
		tli_bytes(&values, TLI_BYTES, "1", 1),
		tuple(integer(1)),
		items_of(&values, TLI_FROZENSET, integer(1), NULL),
		tli_none(&values),
		tli_float(&values, 1.5),
		tli_complex(&values, 1, 1),
		tli_float(&values, (double)NAN),
		tli_float(&values, (double)NAN),
		new_object(),
		new_object(),
		tuple(new_object()),
		tuple(new_object()),
		tuple(tuple(integer(1))),
		tli_global(&values, "a", "b"),
		tli_global(&values, "a.b", ""),
	};
	struct tli_value *dict = tli_container(&values, TLI_DICT);

	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++)
		assert_true(tli_dict_set(dict, keys[i], integer(1)));
	assert_int_equal(count_of(dict), 2 * LENGTH(keys));
	/* The same nodes are the same keys. */
	for (size_t i = 0; i < LENGTH(keys); i++)
		assert_true(tli_dict_set(dict, keys[i], integer(2)));
	assert_int_equal(count_of(dict), 2 * LENGTH(keys));
}

/* A tuple around it is no key either. */
static void unhashable_keys_are_refused(void **state)
{
	static const struct {
		enum tli_kind kind;
		const char *error;
	} rows[] = {
		{TLI_LIST, "unhashable type: 'list'"},
		{TLI_DICT, "unhashable type: 'dict'"},
		{TLI_SET, "unhashable type: 'set'"},
	};

	(void)state;
	for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
		struct tli_value *dict = tli_container(&values, TLI_DICT);
		struct tli_value *set = tli_container(&values, TLI_SET);
		struct tli_value *key =
			tli_container(&values, rows[i / 2].kind);
		struct tli_value_error error;

		if (i % 2)
			key = tuple(key);
		assert_false(tli_dict_set(dict, key, integer(1)));
		assert_int_equal(values.error.code, TLI_VALUE_TYPE);
		assert_string_equal(values.error.text, rows[i / 2].error);
		assert_true(dict->flags & TLI_BROKEN);
		assert_int_equal(count_of(dict), 0);
		assert_false(tli_set_add(set, key));
		assert_true(set->flags & TLI_BROKEN);
		assert_int_equal(
			tli_find_key(dict, key, &error), TLI_VALUE_TYPE);
		assert_string_equal(error.text, rows[i / 2].error);
	}
}

static void plain_kinds_can_be_unhashable(void **state)
{
	struct tli_value *set = tli_container(&values, TLI_SET);

	(void)state;
	assert_false(
		tli_set_add(set, tli_bytes(&values, TLI_BYTEARRAY, "", 0)));
	assert_string_equal(values.error.text, "unhashable type: 'bytearray'");
}

/* As in Python from 3.12 on. */
static void slices_are_keys_if_their_parts_are(void **state)
{
	struct tli_value *parts[] = {integer(1), integer(2), integer(3)};
	struct tli_value *other[] = {
		tli_float(&values, 1), integer(2), integer(3)};
	struct tli_value *lists[] = {
		tli_container(&values, TLI_LIST), integer(2), integer(3)};
	struct tli_value *set = tli_container(&values, TLI_SET);

	(void)state;
	assert_true(tli_set_add(set, tli_items(&values, TLI_SLICE, parts, 3)));
	assert_true(tli_set_add(set, tli_items(&values, TLI_TUPLE, parts, 3)));
	assert_true(tli_set_add(set, tli_items(&values, TLI_SLICE, other, 3)));
	assert_int_equal(count_of(set), 2);
	assert_false(tli_set_add(set, tli_items(&values, TLI_SLICE, lists, 3)));
	assert_string_equal(values.error.text, "unhashable type: 'list'");
}

static void what_is_missing_breaks_it(void **state)
{
	struct tli_value *dict = tli_container(&values, TLI_DICT);
	struct tli_value *set = tli_container(&values, TLI_SET);

	(void)state;
	assert_false(tli_dict_set(NULL, integer(1), integer(1)));
	assert_false(tli_set_add(NULL, integer(1)));
	assert_true(tli_dict_set(dict, integer(1), integer(1)));
	assert_false(tli_dict_set(dict, NULL, integer(1)));
	assert_true(dict->flags & TLI_BROKEN);
	assert_false(tli_dict_set(dict, integer(2), NULL));
	assert_int_equal(count_of(dict), 2);
	assert_false(tli_set_add(set, NULL));
	assert_true(set->flags & TLI_BROKEN);
}

static void objects_are_found_by_structure(void **state)
{
	struct tli_value *dict = tli_container(&values, TLI_DICT);
	struct tli_value *first = new_object(), *second = new_object();
	struct tli_value *other =
		tli_object(&values, TLI_NEWOBJ, tli_global(&values, "m", "C"),
			tli_items(&values, TLI_TUPLE, NULL, 0), NULL);

	(void)state;
	assert_true(tli_dict_set(dict, text("a"), integer(1)));
	assert_true(tli_dict_set(dict, first, integer(2)));
	assert_true(tli_dict_set(dict, second, integer(3)));
	assert_true(tli_dict_set(dict, tuple(first), integer(4)));
	assert_int_equal(find(dict, new_object()), 2);
	assert_int_equal(find(dict, tuple(new_object())), 6);
	assert_int_equal(find(dict, other), TLI_NO_KEY);
	assert_int_equal(find(dict, tuple(other)), TLI_NO_KEY);
}

static void copies_have_keys_too(void **state)
{
	struct tli_value *dict = tli_container(&values, TLI_DICT), *copy;
	struct tli_value *keys[EQUAL_KEYS][2];

	(void)state;
	fill_up(dict);
	sets_all_twice(dict);
	copy = tli_copy(&values, dict, NULL);
	make_equal_keys(keys);
	for (uint32_t i = 0; i < EQUAL_KEYS; i++)
		assert_int_equal(find(copy, keys[i][0]), 200 + 2 * i);
	for (uint32_t i = 0; i < EQUAL_KEYS; i++)
		assert_true(tli_dict_set(copy, keys[i][0], integer(3)));
	assert_int_equal(count_of(copy), count_of(dict));
	assert_int_equal(find(copy, text("filling 99")), 198);
}

/* A copy that begins at a key of a dict meets it in the dict while it is not
 * whole: it is not taken for what it is then. */
static void keys_that_hold_their_dict_are_copied(void **state)
{
	struct tli_value *dict = tli_container(&values, TLI_DICT), *copy;
	struct tli_value *object = new_object(), *key = tuple(object);
	struct tli_value *none = tli_items(&values, TLI_TUPLE, NULL, 0);

	(void)state;
	assert_true(tli_object_step(object, TLI_STEP_BUILD, dict));
	fill_up(dict);
	assert_true(tli_dict_set(dict, key, integer(1)));
	copy = tli_copy(&values, key, NULL);
	assert_non_null(copy);
	dict = tli_items_of(tli_items_of(copy)->items[0])
		       ->items[TLI_OBJECT_STEPS];
	assert_int_equal(find(dict, none), TLI_NO_KEY);
	assert_true(tli_dict_set(dict, none, integer(2)));
	assert_int_equal(count_of(dict), 204);
	assert_int_equal(find(dict, none), 202);
}

/* So quickly that it is done before the test is ended. */
static void copies_are_searched_quickly(void **state)
{
	struct tli_value *set = tli_container(&values, TLI_SET), *copy;

	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_true(tli_set_add(set, tuple(integer(i))));
	copy = tli_copy(&values, set, NULL);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(find(copy, tuple(integer(i))), i);
}

static void texts_are_got(void **state)
{
	struct tli_value *dict = tli_container(&values, TLI_DICT);

	(void)state;
	assert_null(tli_dict_get(dict, "filling 7", 9));
	assert_true(tli_dict_set(dict, text("a"), integer(1)));
	assert_int_equal(tli_int_of(tli_dict_get(dict, "a", 1))->integer, 1);
	assert_null(tli_dict_get(dict, "ab", 2));
	fill_up(dict);
	assert_int_equal(
		tli_int_of(tli_dict_get(dict, "filling 7", 9))->integer, 7);
	assert_null(tli_dict_get(dict, "filling 100", 11));
}

static void many_keys_go_in(void **state)
{
	struct tli_value *dict = tli_container(&values, TLI_DICT);
	struct tli_value *set = tli_container(&values, TLI_SET);

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < MANY; i++) {
			struct tli_value *key =
				i % 2 ? integer(i) : tuple(integer(i));

			assert_true(tli_dict_set(dict, key, key));
			assert_true(tli_set_add(set, key));
		}
	assert_int_equal(count_of(dict), 2 * MANY);
	assert_int_equal(count_of(set), MANY);
	for (int i = 1; i < MANY; i += 1001)
		assert_int_equal(
			find(set, i % 2 ? integer(i) : tuple(integer(i))), i);
}

/* A key that is large, put into many dicts, is looked at a few times only: it
 * would take hours otherwise. */
static void large_keys_go_in_often(void **state)
{
	static char longer[1 << 20];
	struct tli_value *keys[4] = {
		tli_str(&values, longer, sizeof(longer)),
		tli_str(&values, longer, sizeof(longer)),
		tli_container(&values, TLI_FROZENSET),
		tuple(integer(1)),
	};

	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_true(tli_set_add(keys[2], integer(i)));
	/* A billion laughs. */
	for (int i = 0; i < 100; i++)
		keys[3] = items_of(&values, TLI_TUPLE, keys[3], keys[3], NULL);
	for (int i = 0; i < MANY; i++) {
		struct tli_value *dict = tli_container(&values, TLI_DICT);

		for (size_t k = 0; k < LENGTH(keys); k++)
			assert_true(tli_dict_set(dict, keys[k], integer(i)));
		assert_true(tli_dict_set(dict, tuple(keys[2]), integer(i)));
		assert_int_equal(count_of(dict), 8);
	}
}

int main(void)
{
#define with_values(test)                                                      \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		with_values(equal_keys_are_one),
		with_values(sets_keep_one_of_each),
		with_values(other_keys_are_not),
		with_values(unhashable_keys_are_refused),
		with_values(plain_kinds_can_be_unhashable),
		with_values(slices_are_keys_if_their_parts_are),
		with_values(what_is_missing_breaks_it),
		with_values(objects_are_found_by_structure),
		with_values(copies_have_keys_too),
		with_values(keys_that_hold_their_dict_are_copied),
		with_values(copies_are_searched_quickly),
		with_values(texts_are_got),
		with_values(many_keys_go_in),
		with_values(large_keys_go_in_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
