/* SPDX-License-Identifier: MIT */
/* Nodes: how they are made and put into each other, limits, sharing, walks and
 * copies. */
#include "alloc.h"
#include "unit.h"

#include "../../proto/value/array.h"
#include "../../proto/value/copy.h"
#include "../../proto/value/walk.h"

#include <stdlib.h>
#include <string.h>

static const struct tli_value_limits plenty = {1u << 30, 1u << 24, 1000};
static const uint64_t seed[2] = {1, 2};

static void begin(struct tli_values *values)
{
	tli_values_init(values, &plenty, seed);
}

static void numbers_are_kept(void **state)
{
	struct tli_values values;
	struct tli_value *value;

	(void)state;
	begin(&values);
	assert_int_equal(tli_none(&values)->kind, TLI_NONE);
	assert_int_equal(tli_int_of(tli_bool(&values, true))->integer, 1);
	value = tli_int(&values, INT64_MIN);
	assert_int_equal(value->kind, TLI_INT);
	assert_true(tli_int_of(value)->integer == INT64_MIN);
	assert_true(tli_float_of(tli_float(&values, 0.1))->real == 0.1);
	value = tli_complex(&values, 1, -2);
	assert_true(tli_float_of(value)->imag == -2);
	value = tli_int_from_bytes(&values, (const uint8_t *)"\xff\xff", 2);
	assert_int_equal(value->kind, TLI_INT);
	assert_true(tli_int_of(value)->integer == -1);
	value = tli_int_from_bytes(
		&values, (const uint8_t *)"\0\0\0\0\0\0\0\x80\0\0", 10);
	assert_int_equal(value->kind, TLI_BIGINT);
	assert_int_equal(tli_bytes_of(value)->len, 9);
	tli_values_fini(&values);
}

static void texts_end_with_a_nul_and_are_utf_8(void **state)
{
	struct tli_values values;
	struct tli_value *value;

	(void)state;
	begin(&values);
	value = tli_str(&values, "a\0b\xed\xa0\x80", 6);
	assert_memory_equal(tli_bytes_of(value)->data, "a\0b\xed\xa0\x80", 7);
	assert_null(tli_str(&values, "ab\xff", 3));
	assert_int_equal(values.error.code, TLI_VALUE_SYNTAX);
	assert_string_equal(values.error.text,
		"the text is not UTF-8: wrong byte 0xff at offset 2 of it");
	tli_values_fini(&values);
}

static void what_is_put_twice_is_shared(void **state)
{
	struct tli_values values;
	struct tli_value *list, *text;

	(void)state;
	begin(&values);
	list = tli_container(&values, TLI_LIST);
	text = tli_str(&values, "x", 1);
	assert_true(tli_append(list, text));
	assert_int_equal(text->flags, TLI_ATTACHED);
	assert_true(tli_append(list, text));
	assert_int_equal(text->flags, TLI_ATTACHED | TLI_SHARED);
	assert_true(tli_append(list, list));
	assert_int_equal(list->flags, TLI_ATTACHED);
	tli_values_fini(&values);
}

static void depth_is_limited(void **state)
{
	const struct tli_value_limits limits = {1u << 20, 1000, 3};
	struct tli_values values;
	struct tli_value *value;

	(void)state;
	tli_values_init(&values, &limits, seed);
	value = tli_int(&values, 1);
	for (int i = 0; i < 3; i++)
		value = tli_items(&values, TLI_TUPLE, &value, 1);
	assert_non_null(value);
	assert_int_equal(value->depth, 3);
	assert_null(tli_items(&values, TLI_TUPLE, &value, 1));
	assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
	assert_string_equal(values.error.text, "it is more than 3 levels deep");
	tli_values_fini(&values);
}

static void parts_are_limited(void **state)
{
	const struct tli_value_limits limits = {1u << 20, 10, 3};
	struct tli_values values;
	struct tli_value *list;
	int count = 0;

	(void)state;
	tli_values_init(&values, &limits, seed);
	list = tli_container(&values, TLI_LIST);
	while (tli_append(list, tli_none(&values)))
		count++;
	assert_true(count >= 10 && count < 20);
	assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
	assert_true(list->flags & TLI_BROKEN);
	for (int i = 0; i < 9; i++)
		assert_non_null(tli_int(&values, i));
	assert_null(tli_int(&values, 9));
	assert_string_equal(values.error.text, "it has more than 10 parts");
	tli_values_clear(&values);
	assert_non_null(tli_int(&values, 9));
	tli_values_fini(&values);
}

static void bytes_are_limited(void **state)
{
	const struct tli_value_limits limits = {1000, 10, 3};
	struct tli_values values;
	char text[1000] = {0};

	(void)state;
	tli_values_init(&values, &limits, seed);
	assert_null(tli_bytes(&values, TLI_BYTES, text, sizeof(text)));
	assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
	assert_string_equal(
		values.error.text, "it needs more than 1000 bytes of memory");
	assert_null(tli_bytes(&values, TLI_BYTES, text, SIZE_MAX));
	tli_values_fini(&values);
}

static void a_null_is_passed_on(void **state)
{
	struct tli_values values;
	struct tli_value *list, *none = NULL;

	(void)state;
	begin(&values);
	list = tli_container(&values, TLI_LIST);
	values.error.code = TLI_VALUE_SYNTAX; /* the reason */
	assert_false(tli_append(list, NULL));
	assert_true(list->flags & TLI_BROKEN);
	assert_false(tli_append(NULL, list));
	assert_null(tli_items(&values, TLI_TUPLE, &none, 1));
	assert_null(tli_object(&values, TLI_REDUCE, NULL, list, NULL));
	assert_false(tli_object_step(NULL, TLI_STEP_BUILD, list));
	assert_int_equal(values.error.code, TLI_VALUE_SYNTAX);
	tli_values_fini(&values);
}

static void objects_are_made_of_symbols(void **state)
{
	struct tli_values values;
	struct tli_value *list, *args, *global, *object;

	(void)state;
	begin(&values);
	list = tli_container(&values, TLI_LIST);
	args = tli_container(&values, TLI_TUPLE);
	global = tli_global(&values, "m", "C");
	assert_true(tli_is_global(global, "m", "C"));
	assert_false(tli_is_global(global, "m", "D"));
	assert_false(tli_is_global(list, "m", "C"));
	assert_null(tli_object(&values, TLI_REDUCE, list, args, NULL));
	assert_string_equal(
		values.error.text, "what is called is of type list");
	assert_null(tli_object(&values, TLI_REDUCE, global, list, NULL));
	assert_null(tli_object(&values, TLI_NEWOBJ_EX, global, args, list));
	object = tli_object(&values, TLI_NEWOBJ, global, args, NULL);
	for (int i = 0; i < 100; i++)
		assert_true(tli_object_step(object, TLI_STEP_BUILD, list));
	assert_int_equal(tli_items_of(object)->count, 103);
	assert_int_equal(tli_object_of(object)->steps[99], TLI_STEP_BUILD);
	tli_values_fini(&values);
}

static void arrays_have_items(void **state)
{
	static const struct {
		const char *row;
		char typecode;
		const char *bytes;
		size_t len;
		int64_t first;
	} rows[] = {
		{"b", 'b', "\xff\x01", 2, -1},
		{"B", 'B', "\xff\x01", 2, 255},
		{"h", 'h', "\x00\x80", 2, -32768},
		{"H", 'H', "\x00\x80", 2, 32768},
		{"q", 'q', "\xfe\xff\xff\xff\xff\xff\xff\xff", 8, -2},
	};
	struct tli_values values;

	(void)state;
	begin(&values);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct tli_value *array = tli_array(
			&values, rows[i].typecode, rows[i].bytes, rows[i].len);
		struct tli_value *item = tli_array_item(&values, array, 0);

		check_equal(rows[i].row, item->kind, TLI_INT);
		check_equal(
			rows[i].row, tli_int_of(item)->integer, rows[i].first);
	}
	assert_int_equal(tli_array_item_bytes('x'), 0);
	assert_int_equal(tli_array_item_bytes('\xc2'), 0);
	assert_int_equal(tli_array_form('x'), -1);
	tli_values_fini(&values);
}

/* Counts what a walk comes to. */
struct counter {
	struct tli_visitor visitor;
	struct tli_marks marks;
	unsigned entered;
	unsigned left;
};

static int count_enter(
	struct tli_visitor *visitor, const struct tli_value *value)
{
	struct counter *counter = (struct counter *)visitor;

	counter->entered++;
	if (!tli_has_items(value) || tli_is_marked(&counter->marks, value))
		return TLI_WALK_PAST;
	return tli_mark(&counter->marks, value) ? TLI_WALK_INSIDE
						: TLI_VALUE_NOMEM;
}

static int count_leave(
	struct tli_visitor *visitor, const struct tli_value *value)
{
	struct counter *counter = (struct counter *)visitor;

	counter->left++;
	tli_unmark(&counter->marks, value);
	return 0;
}

static int count_walk(struct counter *counter, const struct tli_value *root,
	uint32_t max_depth)
{
	int result;

	*counter = (struct counter){
		.visitor = {.enter = count_enter, .leave = count_leave}};
	tli_marks_init(&counter->marks);
	result = tli_walk(&counter->visitor, root, max_depth);
	tli_marks_fini(&counter->marks);
	return result;
}

/* [[[...]]], so many lists. */
static struct tli_value *nest(struct tli_values *values, int depth)
{
	struct tli_value *value = tli_container(values, TLI_LIST);

	for (int i = 1; i < depth; i++)
		value = tli_items(values, TLI_LIST, &value, 1);
	return value;
}

static void a_walk_comes_to_all_and_stops_at_its_depth(void **state)
{
	struct tli_values values;
	struct tli_value *list;
	struct counter counter;

	(void)state;
	begin(&values);
	list = nest(&values, 900);
	assert_int_equal(count_walk(&counter, list, 900), TLI_VALUE_OK);
	assert_int_equal(counter.entered, 900);
	assert_int_equal(counter.left, 900);
	assert_int_equal(count_walk(&counter, list, 899), TLI_VALUE_LIMIT);
	assert_int_equal(count_walk(&counter, tli_none(&values), 0), 0);
	assert_true(tli_append(list, list));
	assert_int_equal(count_walk(&counter, list, 1000), TLI_VALUE_OK);
	assert_int_equal(counter.entered, 901);
	tli_values_fini(&values);
}

static void a_copy_has_the_same_shape(void **state)
{
	struct tli_values values, others;
	struct tli_value *list, *shared, *object, *copy, *steps;
	struct tli_items *items;

	(void)state;
	begin(&values);
	begin(&others);
	list = tli_container(&values, TLI_LIST);
	shared = tli_str(&values, "shared", 6);
	object = tli_object(&values, TLI_NEWOBJ, tli_global(&values, "m", "C"),
		tli_container(&values, TLI_TUPLE), NULL);
	assert_true(tli_object_step(object, TLI_STEP_APPEND, list));
	assert_true(tli_append(list, shared));
	assert_true(tli_append(list, shared));
	assert_true(tli_append(list, object));
	assert_true(tli_append(list, tli_array(&values, 'h', "abcd", 4)));
	copy = tli_copy(&others, list, NULL);
	tli_values_fini(&values);

	items = (struct tli_items *)copy;
	assert_ptr_equal(items->values, &others);
	assert_int_equal(items->count, 4);
	assert_ptr_equal(items->items[0], items->items[1]);
	assert_true(tli_is_text(items->items[0], "shared"));
	assert_true(items->items[0]->flags & TLI_SHARED);
	steps = items->items[2];
	assert_int_equal(tli_object_of(steps)->steps[0], TLI_STEP_APPEND);
	assert_int_equal(tli_object_of(steps)->making, TLI_NEWOBJ);
	assert_ptr_equal(tli_items_of(steps)->items[TLI_OBJECT_STEPS], copy);
	assert_int_equal(tli_bytes_of(items->items[3])->typecode, 'h');
	tli_values_fini(&others);
}

/* Whatever allocation fails, a copy is whole or NULL. */
static void copying_survives_a_lack_of_memory(void **state)
{
	struct tli_values values, others;
	struct tli_value *list;

	(void)state;
	begin(&values);
	list = nest(&values, 200);
	for (unsigned long n = 1;; n++) {
		struct tli_value *copy;

		begin(&others);
		alloc_fail_from(n, false);
		copy = tli_copy(&others, list, NULL);
		if (alloc_count() < n)
			break;
		assert_null(copy);
		assert_int_equal(others.error.code, TLI_VALUE_NOMEM);
		tli_values_fini(&others);
	}
	alloc_reset();
	tli_values_fini(&others);
	tli_values_fini(&values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_kept),
		cmocka_unit_test(texts_end_with_a_nul_and_are_utf_8),
		cmocka_unit_test(what_is_put_twice_is_shared),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(parts_are_limited),
		cmocka_unit_test(bytes_are_limited),
		cmocka_unit_test(a_null_is_passed_on),
		cmocka_unit_test(objects_are_made_of_symbols),
		cmocka_unit_test(arrays_have_items),
		cmocka_unit_test(a_walk_comes_to_all_and_stops_at_its_depth),
		cmocka_unit_test(a_copy_has_the_same_shape),
		cmocka_unit_test(copying_survives_a_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
