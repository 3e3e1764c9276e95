/* SPDX-License-Identifier: MIT */
/* NULL in and NULL out, in every function; what is broken. */
#include "checks.h"

#include <string.h>

#define IS_NULL "the value is NULL"

/* With nothing that says why: the value is NULL. */
#define assert_needs(value)                                                    \
	do {                                                                   \
		(void)nothing();                                               \
		assert_unmade(TIELINE_EINVAL, IS_NULL, (value));               \
	} while (0)

/* With a failure before, that. */
#define assert_passes_on(call)                                                 \
	do {                                                                   \
		assert_null(tieline_value_str(values, "\xff"));                \
		assert_fails(TIELINE_ESYNTAX,                                  \
			"the text is not UTF-8: wrong byte 0xff at offset 0 "  \
			"of it",                                               \
			(call));                                               \
	} while (0)

static void without_values_there_is_nothing(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *tuple = tieline_value_tuple(values, NULL, 0);
	tieline_value *global = tieline_value_global(values, "m", "f");

	(void)state;
	assert_needs(tieline_value_none(NULL));
	assert_needs(tieline_value_bool(NULL, true));
	assert_needs(tieline_value_int(NULL, 1));
	assert_needs(tieline_value_uint(NULL, UINT64_MAX));
	assert_needs(tieline_value_float(NULL, 1));
	assert_needs(tieline_value_complex(NULL, 1, 2));
	assert_needs(tieline_value_str(NULL, "x"));
	assert_needs(tieline_value_str_len(NULL, "x", 1));
	assert_needs(tieline_value_bytes(NULL, "x", 1));
	assert_needs(tieline_value_bytearray(NULL, "x", 1));
	assert_needs(tieline_value_array(NULL, 'b', "x", 1));
	assert_needs(tieline_value_list(NULL));
	assert_needs(tieline_value_dict(NULL));
	assert_needs(tieline_value_set(NULL));
	assert_needs(tieline_value_tuple(NULL, &tuple, 1));
	assert_needs(tieline_value_frozenset(NULL, &tuple, 1));
	assert_needs(tieline_value_strs(NULL, &(const char *){"x"}, 1));
	assert_needs(tieline_value_global(NULL, "m", "f"));
	assert_needs(tieline_value_call(NULL, global, tuple));
	assert_needs(tieline_value_copy(NULL, tuple));
	assert_needs(tieline_value_parse(NULL, "1", 1));
	assert_needs(tieline_value_build(NULL, "%s", "x"));
	assert_needs(tieline_value_from_json(NULL, "1", 1, TIELINE_JSON_PLAIN));
	assert_needs(tieline_value_unpickle(NULL, "N.", 2));
	assert_needs(tieline_value_unpickle_in_place(NULL, "N.", 2));
	tieline_values_free(values);
}

static void nothing_can_be_made_of_nothing(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *one = tieline_value_int(values, 1);
	tieline_value *items[] = {one, NULL, one};
	const char *texts[] = {"one", NULL, "one"};

	(void)state;
	assert_needs(tieline_value_tuple(values, items, 3));
	assert_needs(tieline_value_frozenset(values, items, 3));
	assert_needs(tieline_value_call(
		values, tieline_value_global(values, "m", "f"), NULL));
	assert_needs(tieline_value_call(
		values, NULL, tieline_value_tuple(values, NULL, 0)));
	assert_needs(tieline_value_copy(values, NULL));
	assert_needs(tieline_value_str(values, NULL));
	assert_needs(tieline_value_strs(values, texts, 3));
	assert_needs(tieline_value_global(values, NULL, "f"));
	assert_needs(tieline_value_global(values, "m", NULL));
	assert_needs(tieline_value_build(values, NULL));
	(void)nothing();
	assert_unmade(TIELINE_EINVAL, "hole 2: " IS_NULL,
		tieline_value_build(values, "[%d, %v]", 1, NULL));
	assert_needs(nothing());
	tieline_values_free(values);
}

static void nothing_can_be_put_nowhere(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *one = tieline_value_int(values, 1);

	(void)state;
	(void)nothing();
	assert_fails(TIELINE_EINVAL, IS_NULL, tieline_value_append(NULL, one));
	(void)nothing();
	assert_fails(TIELINE_EINVAL, IS_NULL, tieline_value_add(NULL, one));
	(void)nothing();
	assert_fails(TIELINE_EINVAL, IS_NULL,
		tieline_value_set_item(NULL, one, one));
	(void)nothing();
	assert_fails(TIELINE_EINVAL, IS_NULL,
		tieline_value_set_text(NULL, "key", one));
	assert_passes_on(tieline_value_append(NULL, one));
	assert_passes_on(tieline_value_add(NULL, one));
	assert_passes_on(tieline_value_set_item(NULL, one, one));
	assert_passes_on(tieline_value_set_text(NULL, "key", one));
	tieline_values_free(values);
}

static void what_cannot_be_written(void **state)
{
	tieline_values *values = new_values(NULL);
	char untouched;
	char *text = &untouched;
	void *data = &untouched;
	size_t len = 77;

	(void)state;
	assert_passes_on(tieline_value_repr(NULL, 0, &text, &len));
	assert_passes_on(
		tieline_value_to_json(NULL, TIELINE_JSON_PLAIN, &text, &len));
	assert_passes_on(tieline_value_pickle(NULL, 0, &data, &len));
	(void)nothing();
	assert_fails(TIELINE_EINVAL, IS_NULL,
		tieline_value_repr(NULL, 0, &text, &len));
	(void)nothing();
	assert_fails(TIELINE_EINVAL, IS_NULL,
		tieline_value_to_json(NULL, TIELINE_JSON_PLAIN, &text, &len));
	assert_ptr_equal(text, &untouched);
	assert_ptr_equal(data, &untouched);
	assert_int_equal(len, 77);
	tieline_values_free(values);
}

/* Here a NULL is no failure's, but what was looked for and is not there. */
static void what_cannot_be_looked_at(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *one = tieline_value_int(values, 1);
	int64_t integer = 77;
	double real = 77, imag = 77;
	uint64_t hash = 77;

	(void)state;
	assert_null(tieline_value_str(values, "\xff"));
	assert_fails(
		TIELINE_EINVAL, IS_NULL, tieline_value_get_int(NULL, &integer));
	assert_fails(
		TIELINE_EINVAL, IS_NULL, tieline_value_get_float(NULL, &real));
	assert_fails(TIELINE_EINVAL, IS_NULL,
		tieline_value_get_complex(NULL, &real, &imag));
	assert_fails(
		TIELINE_EINVAL, IS_NULL, tieline_value_contains(NULL, one));
	assert_fails(
		TIELINE_EINVAL, IS_NULL, tieline_value_contains(one, NULL));
	assert_fails(TIELINE_EINVAL, IS_NULL, tieline_value_equal(NULL, one));
	assert_fails(TIELINE_EINVAL, IS_NULL, tieline_value_equal(one, NULL));
	assert_fails(TIELINE_EINVAL, IS_NULL, tieline_value_equal(NULL, NULL));
	assert_fails(TIELINE_EINVAL, IS_NULL, tieline_value_less(NULL, one));
	assert_fails(TIELINE_EINVAL, IS_NULL, tieline_value_less(one, NULL));
	assert_fails(TIELINE_EINVAL, IS_NULL, tieline_value_hash(NULL, &hash));
	assert_int_equal(integer, 77);
	assert_true(real == 77 && imag == 77 && hash == 77);
	tieline_values_free(values);
}

static void what_nothing_is(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *dict = parsed(values, "{1: 2}");
	size_t len = 77;

	(void)state;
	assert_int_equal(tieline_value_kind(NULL), -1);
	assert_null(tieline_value_get_str(NULL, &len));
	assert_null(tieline_value_get_bytes(NULL, &len));
	assert_int_equal(len, 77);
	assert_int_equal(tieline_value_typecode(NULL), 0);
	assert_int_equal(tieline_value_count(NULL), 0);
	assert_null(tieline_value_item(NULL, 0));
	assert_null(tieline_value_key(NULL, 0));
	assert_null(tieline_value_find(NULL, dict));
	assert_null(tieline_value_find(dict, NULL));
	assert_null(tieline_value_find_text(NULL, "key"));
	assert_null(tieline_value_find_text(dict, NULL));
	assert_null(tieline_value_module(NULL));
	assert_null(tieline_value_name(NULL));
	assert_null(tieline_value_callable(NULL));
	assert_null(tieline_value_args(NULL));
	assert_null(tieline_value_state(NULL));
	tieline_values_free(values);
}

/* ---- What is broken -------------------------------------------------- */

static void assert_says(const char *what, const char *why)
{
	const char *text = tieline_handle_error(NULL);

	assert_non_null(strstr(text, what));
	assert_non_null(strstr(text, why));
}

/* Wherever it is, what broke it is told. */
static void assert_broken(int code, const char *why, tieline_values *values,
	tieline_value *broken)
{
	tieline_values *others = new_values(NULL);
	tieline_value *inside = tieline_value_build(values, "[[%v]]", broken);
	const tieline_value *all[] = {broken, inside,
		tieline_value_copy(values, inside),
		tieline_value_copy(others, broken),
		tieline_value_build(others, "(%v,)", broken)};
	char *text;
	void *data;

	for (size_t i = 0; i < LENGTH(all); i++) {
		assert_non_null(all[i]);
		assert_code(code, tieline_value_pickle(all[i], 0, &data, NULL));
		assert_says("put into a value of type", why);
		assert_code(code,
			tieline_value_to_json(
				all[i], TIELINE_JSON_PLAIN, &text, NULL));
		assert_says("could not be put inside", why);
		assert_code(code,
			tieline_value_to_json(
				all[i], TIELINE_JSON_WRAPPED, &text, NULL));
	}
	tieline_values_free(others);
}

static void what_lacks_something_is_broken(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *one = tieline_value_int(values, 1);
	tieline_value *list = parsed(values, "[1]");
	tieline_value *set = parsed(values, "{1}");
	tieline_value *dicts[4];

	(void)state;
	for (size_t i = 0; i < LENGTH(dicts); i++)
		dicts[i] = parsed(values, "{1: 1}");
	assert_passes_on(tieline_value_append(list, NULL));
	assert_passes_on(tieline_value_add(set, NULL));
	assert_passes_on(tieline_value_set_item(dicts[0], NULL, one));
	assert_passes_on(tieline_value_set_item(dicts[1], one, NULL));
	assert_passes_on(tieline_value_set_text(dicts[2], "key", NULL));
	assert_passes_on(tieline_value_set_text(dicts[3], NULL, one));
	assert_repr("[1]", list);
	assert_repr("{1}", set);
	assert_broken(TIELINE_ESYNTAX, "not UTF-8", values, list);
	assert_broken(TIELINE_ESYNTAX, "not UTF-8", values, set);
	for (size_t i = 0; i < LENGTH(dicts); i++) {
		assert_repr("{1: 1}", dicts[i]);
		assert_broken(TIELINE_ESYNTAX, "not UTF-8", values, dicts[i]);
	}
	tieline_values_free(values);
}

static void what_does_not_go_in_breaks(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *one = tieline_value_int(values, 1);
	tieline_value *list = tieline_value_list(values);
	tieline_value *set = parsed(values, "{1}");
	tieline_value *dict = parsed(values, "{1: 1}");

	(void)state;
	assert_fails(TIELINE_ETYPE, "unhashable type: 'list'",
		tieline_value_add(set, list));
	assert_fails(TIELINE_ETYPE, "unhashable type: 'list'",
		tieline_value_set_item(dict,
			tieline_value_build(values, "(1, %v)", list), one));
	assert_broken(TIELINE_ETYPE, "unhashable type", values, set);
	assert_broken(TIELINE_ETYPE, "unhashable type", values, dict);
	/* It does not become whole by what goes in. */
	assert_code(TIELINE_OK, tieline_value_set_text(dict, "key", one));
	assert_repr("{1: 1, 'key': 1}", dict);
	assert_broken(TIELINE_ETYPE, "unhashable type", values, dict);
	tieline_values_free(values);
}

/* What came first is told, until the values are cleared. */
static void the_first_reason_is_told(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *dict = tieline_value_dict(values);

	(void)state;
	assert_code(TIELINE_ESYNTAX,
		tieline_value_set_text(
			dict, "\xff", tieline_value_none(values)));
	assert_code(TIELINE_ETYPE, tieline_value_set_item(dict, dict, dict));
	assert_broken(TIELINE_ESYNTAX, "not UTF-8", values, dict);
	tieline_values_clear(values);
	dict = tieline_value_dict(values);
	assert_code(TIELINE_ETYPE, tieline_value_set_item(dict, dict, dict));
	assert_broken(TIELINE_ETYPE, "unhashable type", values, dict);
	tieline_values_free(values);
}

static void a_broken_value_is_not_sent(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *list = tieline_value_list(values), *got;
	tieline_connection *first, *second;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_passes_on(tieline_value_append(list, NULL));
	assert_code(TIELINE_ESYNTAX, tieline_send_value(first, list, 0));
	assert_string_equal(
		tieline_handle_error(tieline_connection_handle(first)),
		"something could not be put into a value of type list: the "
		"text is not UTF-8: wrong byte 0xff at offset 0 of it");
	assert_code(
		TIELINE_ETIMEDOUT, tieline_recv_value(second, 0, values, &got));
	assert_passes_on(tieline_send_value(first, NULL, 0));
	assert_passes_on(tieline_recv_value(second, 0, NULL, &got));
	assert_code(
		TIELINE_ETIMEDOUT, tieline_recv_value(second, 0, values, &got));
	tieline_connection_close(first);
	tieline_connection_close(second);
	tieline_values_free(values);
}

/* Where everything begins anew, what failed before is no reason. */
static void a_failure_before_is_forgotten(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_connection *first, *second;
	tieline_value *got;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &first, &second));
	assert_code(TIELINE_OK, tieline_send_built(first, 0, "1"));
	assert_null(tieline_value_str(values, "\xff"));
	assert_code(TIELINE_ESYNTAX, tieline_handle_error_code(NULL));
	assert_code(TIELINE_OK, tieline_recv_value(second, 0, values, &got));
	assert_unmade(
		TIELINE_EINVAL, IS_NULL, tieline_value_copy(values, NULL));
	assert_null(tieline_value_str(values, "\xff"));
	tieline_values_clear(values);
	assert_unmade(
		TIELINE_EINVAL, IS_NULL, tieline_value_copy(values, NULL));
	tieline_connection_close(first);
	tieline_connection_close(second);
	tieline_values_free(values);
}

static void what_is_broken_can_be_mended(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *dict = parsed(values, "{'a': 1}");
	size_t held = tieline_values_held_bytes(values);
	void *data;

	(void)state;
	assert_true(held > 0);
	assert_int_equal(tieline_values_held_bytes(NULL), 0);
	assert_code(TIELINE_ETYPE,
		tieline_value_set_item(dict, tieline_value_list(values),
			tieline_value_none(values)));
	assert_code(TIELINE_ETYPE, tieline_value_pickle(dict, 0, &data, NULL));
	assert_code(TIELINE_OK, tieline_value_mend(dict));
	assert_repr("{'a': 1}", dict);
	assert_code(TIELINE_OK, tieline_value_pickle(dict, 0, &data, NULL));
	tieline_free(data);
	/* What breaks it next is told, not what broke it before. */
	(void)nothing();
	assert_code(TIELINE_EINVAL, tieline_value_set_text(dict, "b", NULL));
	assert_code(TIELINE_EINVAL, tieline_value_pickle(dict, 0, &data, NULL));
	assert_code(TIELINE_EINVAL, tieline_value_mend(NULL));
	assert_code(TIELINE_OK, tieline_value_mend(tieline_value_none(values)));
	tieline_values_free(values);
}

/* A copy in between is no break. */
static void what_is_mended_is_copied(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *list = tieline_value_list(values);
	void *data;

	(void)state;
	assert_code(TIELINE_EINVAL, tieline_value_append(list, NULL));
	assert_code(TIELINE_OK, tieline_value_mend(list));
	list = tieline_value_copy(values, list);
	(void)nothing();
	assert_passes_on(tieline_value_append(list, NULL));
	assert_code(
		TIELINE_ESYNTAX, tieline_value_pickle(list, 0, &data, NULL));
	tieline_values_free(values);
}

/* What broke something else where a copy comes from is not told of the copy.
 */
static void only_what_is_broken_brings_its_reason(void **state)
{
	tieline_values *values = new_values(NULL), *others = new_values(NULL);
	tieline_value *broken = tieline_value_list(others);
	tieline_value *list = tieline_value_list(values);
	void *data;

	(void)state;
	assert_passes_on(tieline_value_append(broken, NULL));
	assert_code(TIELINE_OK,
		tieline_value_append(list, tieline_value_list(others)));
	(void)nothing();
	assert_code(TIELINE_EINVAL, tieline_value_append(list, NULL));
	assert_code(TIELINE_EINVAL, tieline_value_pickle(list, 0, &data, NULL));
	tieline_values_free(values);
	tieline_values_free(others);
}

/* What goes in nowhere, as it is too deep, costs as little. */
static void what_is_too_deep_costs_nothing(void **state)
{
	tieline_values *values = new_values(&(tieline_value_limits){
		.size = sizeof(tieline_value_limits), .max_depth = 3});
	tieline_value *dict = tieline_value_dict(values);
	tieline_value *key = tieline_value_int(values, -1);
	tieline_value *deep = parsed(values, "[[[]]]");
	size_t held;

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_code(TIELINE_OK,
			tieline_value_set_item(
				dict, tieline_value_int(values, i), key));
	held = tieline_values_held_bytes(values);
	for (int i = 0; i < 1000; i++) {
		assert_code(TIELINE_ELIMIT,
			tieline_value_set_item(dict, key, deep));
		assert_code(TIELINE_OK, tieline_value_mend(dict));
		assert_null(tieline_value_find(dict, key));
		assert_code(TIELINE_OK,
			tieline_value_set_item(
				dict, tieline_value_key(dict, 0), key));
	}
	assert_true(tieline_values_held_bytes(values) < held + 1000000);
	tieline_values_free(values);
}

/* A peer's wrong keys cost what is kept nothing. */
static void what_is_mended_again_and_again(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_value *dict = tieline_value_dict(values);
	tieline_value *none = tieline_value_none(values);
	tieline_value *list = tieline_value_list(values);
	size_t held;

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_code(TIELINE_OK,
			tieline_value_set_item(
				dict, tieline_value_int(values, i), none));
	held = tieline_values_held_bytes(values);
	for (int i = 0; i < 10000; i++) {
		assert_code(TIELINE_ETYPE,
			tieline_value_set_item(dict, list, none));
		assert_code(TIELINE_OK, tieline_value_mend(dict));
	}
	assert_int_equal(tieline_values_held_bytes(values), held);
	assert_int_equal(tieline_value_count(dict), 10000);
	tieline_values_free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_mended_again_and_again),
		cmocka_unit_test(what_is_mended_is_copied),
		cmocka_unit_test(only_what_is_broken_brings_its_reason),
		cmocka_unit_test(what_is_too_deep_costs_nothing),
		cmocka_unit_test(a_failure_before_is_forgotten),
		cmocka_unit_test(what_is_broken_can_be_mended),
		cmocka_unit_test(without_values_there_is_nothing),
		cmocka_unit_test(nothing_can_be_made_of_nothing),
		cmocka_unit_test(nothing_can_be_put_nowhere),
		cmocka_unit_test(what_cannot_be_written),
		cmocka_unit_test(what_cannot_be_looked_at),
		cmocka_unit_test(what_nothing_is),
		cmocka_unit_test(what_lacks_something_is_broken),
		cmocka_unit_test(what_does_not_go_in_breaks),
		cmocka_unit_test(the_first_reason_is_told),
		cmocka_unit_test(a_broken_value_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
