/* SPDX-License-Identifier: MIT */
/* Where values live: copies of what lives elsewhere, clearing, limits. */
#include "checks.h"

#include <stdlib.h>
#include <string.h>

static void every_kind_is_copied_when_put_elsewhere(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *list = tieline_value_list(values);

	(void)state;
	for (size_t i = 0; i < literals_count; i++) {
		tieline_values *others = new_values(NULL);

		assert_code(TIELINE_OK,
			tieline_value_append(
				list, parsed(others, literals[i])));
		tieline_values_free(others);
		assert_repr(literals[i], tieline_value_item(list, i));
	}
	tieline_values_free(values);
}

/* Each way to put something somewhere. */
static tieline_value *put_everywhere(
	tieline_values *values, tieline_values *others)
{
	tieline_value *dict = tieline_value_dict(values);
	tieline_value *set = tieline_value_set(values);
	tieline_value *none = tieline_value_none(others);
	tieline_value *truth = tieline_value_bool(others, true);
	tieline_value *text = tieline_value_str(others, "text");
	tieline_value *items[] = {none, truth, text};

	assert_code(TIELINE_OK, tieline_value_set_item(dict, text, none));
	assert_code(TIELINE_OK, tieline_value_set_item(dict, none, text));
	assert_code(TIELINE_OK, tieline_value_set_text(dict, "key", truth));
	assert_code(TIELINE_OK, tieline_value_add(set, text));
	return tieline_value_build(values, "[%v, %v, %v, %v, %v, %v]", dict,
		set, tieline_value_tuple(values, items, 3),
		tieline_value_frozenset(values, items + 2, 1),
		tieline_value_call(values,
			tieline_value_global(others, "m", "f"),
			tieline_value_tuple(others, items, 2)),
		tieline_value_copy(values, text));
}

static void each_way_of_putting_copies(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_values *others = new_values(NULL);
	tieline_value *all = put_everywhere(values, others);

	(void)state;
	tieline_values_free(others);
	assert_repr("[{'text': None, None: 'text', 'key': True}, {'text'}, "
		    "(None, True, 'text'), frozenset({'text'}), "
		    "m.f(None, True), 'text']",
		all);
	tieline_values_free(values);
}

static void what_lives_there_is_not_copied(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *list = tieline_value_list(values);
	tieline_value *inner = tieline_value_list(values);
	tieline_value *none = tieline_value_none(values);

	(void)state;
	assert_code(TIELINE_OK, tieline_value_append(list, inner));
	assert_code(TIELINE_OK, tieline_value_append(list, none));
	assert_ptr_equal(tieline_value_item(list, 0), inner);
	assert_ptr_equal(tieline_value_item(list, 1), none);
	assert_ptr_equal(tieline_value_item(
				 tieline_value_build(values, "[%v]", inner), 0),
		inner);
	assert_code(TIELINE_OK,
		tieline_value_append(inner, tieline_value_int(values, 5)));
	assert_repr("[[5], None]", list);
	tieline_values_free(values);
}

static void copies_are_shared_as_their_originals(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_values *others = new_values(NULL);
	tieline_value *shared = parsed(others, "['x']");
	tieline_value *cyclic = tieline_value_build(
		others, "[%v, %v, {'k': %v}]", shared, shared, shared);
	tieline_value *copy;

	(void)state;
	assert_code(TIELINE_OK, tieline_value_append(cyclic, cyclic));
	copy = tieline_value_copy(values, cyclic);
	tieline_values_free(others);
	assert_repr("[['x'], ['x'], {'k': ['x']}, [...]]", copy);
	assert_ptr_equal(
		tieline_value_item(copy, 0), tieline_value_item(copy, 1));
	assert_ptr_equal(tieline_value_item(copy, 0),
		tieline_value_find_text(tieline_value_item(copy, 2), "k"));
	assert_ptr_equal(tieline_value_item(copy, 3), copy);
	tieline_values_free(values);
}

static void a_copy_in_the_same_values_is_another_one(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *list = parsed(values, "[1, [2]]");
	tieline_value *copy = tieline_value_copy(values, list);

	(void)state;
	assert_code(TIELINE_OK,
		tieline_value_append(tieline_value_item(list, 1), list));
	assert_repr("[1, [2]]", copy);
	assert_repr("[1, [2, [...]]]", list);
	tieline_values_free(values);
}

static void cleared_values_are_used_again(void **state)
{
	tieline_values *values = new_values(
		&(tieline_value_limits){.size = sizeof(tieline_value_limits),
			.max_bytes = 65536,
			.max_values = 20});

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_repr("[1, 'x', {'k': (2, 3)}]",
			parsed(values, "[1, 'x', {'k': (2, 3)}]"));
		tieline_values_clear(values);
	}
	tieline_values_free(values);
	tieline_values_clear(NULL);
	tieline_values_free(NULL);
}

/* After a failure too: nothing of it stays. */
static void a_limit_is_no_end(void **state)
{
	tieline_values *values = new_values(&(tieline_value_limits){
		.size = sizeof(tieline_value_limits), .max_values = 3});

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_repr("(1, 2)", parsed(values, "(1, 2)"));
		assert_unmade(TIELINE_ELIMIT, "it has more than 3 parts",
			tieline_value_int(values, 3));
		assert_repr("None", tieline_value_none(values));
		tieline_values_clear(values);
	}
	tieline_values_free(values);
}

static void a_container_that_reaches_a_limit_is_broken(void **state)
{
	tieline_values *values = new_values(&(tieline_value_limits){
		.size = sizeof(tieline_value_limits), .max_values = 20});
	tieline_value *list = tieline_value_list(values);
	tieline_value *none = tieline_value_none(values);
	int result = TIELINE_OK;
	size_t count = 0;

	(void)state;
	while (result == TIELINE_OK && count < 1000) {
		result = tieline_value_append(list, none);
		count += result == TIELINE_OK;
	}
	assert_fails(TIELINE_ELIMIT, "it has more than 20 parts", result);
	assert_in_range(count, 20, 64);
	assert_int_equal(tieline_value_count(list), count);
	tieline_values_free(values);
}

static void memory_has_a_limit(void **state)
{
	static char data[5000];
	tieline_values *values = new_values(&(tieline_value_limits){
		.size = sizeof(tieline_value_limits), .max_bytes = 8000});

	(void)state;
	assert_non_null(tieline_value_bytes(values, data, sizeof(data)));
	assert_unmade(TIELINE_ELIMIT, "it needs more than 8000 bytes of memory",
		tieline_value_bytes(values, data, sizeof(data)));
	assert_non_null(tieline_value_bytes(values, data, 1000));
	tieline_values_clear(values);
	assert_non_null(tieline_value_bytes(values, data, sizeof(data)));
	tieline_values_free(values);
}

static void depth_has_a_limit(void **state)
{
	tieline_values *values = new_values(&(tieline_value_limits){
		.size = sizeof(tieline_value_limits), .max_depth = 3});
	tieline_value *list = parsed(values, "[[[0]]]");
	tieline_value *tuple = parsed(values, "([],)");
	tieline_value *outer = tieline_value_list(values);

	(void)state;
	assert_unmade(TIELINE_ELIMIT, "it is more than 3 levels deep",
		tieline_value_tuple(values, &list, 1));
	assert_fails(TIELINE_ELIMIT, "it is more than 3 levels deep",
		tieline_value_append(outer, list));
	assert_unmade(TIELINE_ELIMIT, "it is more than 3 levels deep",
		tieline_value_parse(values, "[[[[0]]]]", 9));
	assert_repr("[([],)]", tieline_value_build(values, "[%v]", tuple));
	tieline_values_free(values);
}

/* A copy counts as what is made. */
static void copies_have_the_limits_of_where_they_go(void **state)
{
	tieline_values *few = new_values(&(tieline_value_limits){
		.size = sizeof(tieline_value_limits), .max_values = 3});
	tieline_values *flat = new_values(&(tieline_value_limits){
		.size = sizeof(tieline_value_limits), .max_depth = 2});
	tieline_values *others = new_values(NULL);
	tieline_value *deep = parsed(others, "[[[0]]]");

	(void)state;
	assert_unmade(TIELINE_ELIMIT, "it has more than 3 parts",
		tieline_value_copy(few, deep));
	assert_unmade(TIELINE_ELIMIT, "it is more than 2 levels deep",
		tieline_value_copy(flat, deep));
	tieline_values_free(few);
	tieline_values_free(flat);
	tieline_values_free(others);
}

/* What is copied after what could not be does not hide why. */
static void a_copy_does_not_hide_what_failed(void **state)
{
	tieline_values *flat = new_values(&(tieline_value_limits){
		.size = sizeof(tieline_value_limits), .max_depth = 2});
	tieline_values *others = new_values(NULL);
	tieline_value *deep = parsed(others, "(((0,),),)");
	tieline_value *shallow = parsed(others, "(0,)");
	tieline_value *dict = tieline_value_dict(flat);

	(void)state;
	assert_code(
		TIELINE_ELIMIT, tieline_value_set_item(dict, deep, shallow));
	assert_code(
		TIELINE_ELIMIT, tieline_value_set_item(dict, shallow, deep));
	tieline_values_free(flat);
	tieline_values_free(others);
}

static void limits_out_of_range(void **state)
{
	tieline_value_limits limits = {.size = sizeof(limits)};

	(void)state;
	limits.size--;
	assert_null(tieline_values_new(&limits));
	assert_string_equal(tieline_handle_error(NULL),
		"the limits' size has to be sizeof(tieline_value_limits)");
	limits = (tieline_value_limits){
		.size = sizeof(limits), .max_values = (uint32_t)INT32_MAX + 1};
	assert_null(tieline_values_new(&limits));
	assert_string_equal(tieline_handle_error(NULL),
		"max_values must be at most 2147483647");
	limits = (tieline_value_limits){
		.size = sizeof(limits), .max_depth = 65001};
	assert_null(tieline_values_new(&limits));
	assert_string_equal(
		tieline_handle_error(NULL), "max_depth must be at most 65000");
	/* What needs them says so too. */
	assert_unmade(TIELINE_EINVAL, "max_depth must be at most 65000",
		tieline_value_none(tieline_values_new(&limits)));
}

static void the_largest_limits_are_taken(void **state)
{
	tieline_values *values = new_values(
		&(tieline_value_limits){.size = sizeof(tieline_value_limits),
			.max_bytes = SIZE_MAX,
			.max_values = INT32_MAX,
			.max_depth = 65000});
	tieline_value *value = tieline_value_none(values);

	(void)state;
	for (int i = 0; i < 65000; i++)
		value = tieline_value_tuple(values, &value, 1);
	assert_non_null(value);
	assert_unmade(TIELINE_ELIMIT, "it is more than 65000 levels deep",
		tieline_value_tuple(values, &value, 1));
	tieline_values_free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_copied_when_put_elsewhere),
		cmocka_unit_test(each_way_of_putting_copies),
		cmocka_unit_test(what_lives_there_is_not_copied),
		cmocka_unit_test(copies_are_shared_as_their_originals),
		cmocka_unit_test(a_copy_in_the_same_values_is_another_one),
		cmocka_unit_test(cleared_values_are_used_again),
		cmocka_unit_test(a_limit_is_no_end),
		cmocka_unit_test(a_container_that_reaches_a_limit_is_broken),
		cmocka_unit_test(memory_has_a_limit),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(copies_have_the_limits_of_where_they_go),
		cmocka_unit_test(a_copy_does_not_hide_what_failed),
		cmocka_unit_test(limits_out_of_range),
		cmocka_unit_test(the_largest_limits_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
