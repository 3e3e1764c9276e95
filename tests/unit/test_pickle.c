/* SPDX-License-Identifier: MIT */
/* Values as pickles, byte by byte, and what cannot be one; what Python makes of
 * them is tests/interop/test_pickles.py's. */
#include "unit.h"

#include "../../proto/pickle/pickle.h"
#include "../../proto/value/array.h"
#include "alloc.h"
#include "trees.h"

#include <stdlib.h>
#include <string.h>

#define NEVER_NEEDED 64ul /* more allocations than any pickle takes */
#define V            struct tli_value

static void prepare(struct tli_values *values)
{
	alloc_fail_from(0, false);
	trees_values_init(values);
}

/* ---- Bytes ----------------------------------------------------------- */

static V *number(struct tli_values *values)
{
	return tli_int(values, 258);
}

static V *list_of_one(struct tli_values *values)
{
	V *list = tli_container(values, TLI_LIST);

	tli_append(list, tli_int(values, -2));
	return list;
}

static V *dict_of_one(struct tli_values *values)
{
	V *dict = tli_container(values, TLI_DICT);

	tli_append(dict, tli_str(values, "a", 1));
	tli_append(dict, tli_bytes(values, TLI_BYTES, "b", 1));
	return dict;
}

static V *set_of_one(struct tli_values *values)
{
	V *set = tli_container(values, TLI_SET);

	tli_append(set, tli_float(values, 1.5));
	return set;
}

static V *large_int_twice(struct tli_values *values)
{
	static const uint8_t bytes[9] = {[8] = 1};
	V *large = tli_int_from_bytes(values, bytes, sizeof(bytes));
	V *items[] = {large, large};

	return tli_items(values, TLI_TUPLE, items, 2);
}

static V *list_twice(struct tli_values *values)
{
	V *inner = tli_container(values, TLI_LIST);
	V *items[] = {inner, inner};

	return tli_items(values, TLI_TUPLE, items, 2);
}

static V *set_in_a_tuple_twice(struct tli_values *values)
{
	V *inner = tli_container(values, TLI_FROZENSET);
	V *items[] = {inner, inner};

	return tli_items(values, TLI_TUPLE, items, 2);
}

static V *tuple_in_its_list(struct tli_values *values)
{
	V *list = tli_container(values, TLI_LIST);
	V *tuple = tli_items(values, TLI_TUPLE, &list, 1);

	tli_append(list, tuple);
	return tuple;
}

static V *empty_bytearray(struct tli_values *values)
{
	return tli_bytes(values, TLI_BYTEARRAY, "", 0);
}

static V *inner_global(struct tli_values *values)
{
	return tli_global(values, "m", "A.b");
}

static V *array_of_one(struct tli_values *values)
{
	return tli_array(values, 'H', "\1\2", 2);
}

static V *old_instance(struct tli_values *values)
{
	V *arg = tli_none(values);

	return tli_object(values, TLI_INSTANTIATE, tli_global(values, "m", "C"),
		tli_items(values, TLI_TUPLE, &arg, 1), NULL);
}

/* What stands between PROTO with its argument, and STOP. '<text>' is that
 * text. */
static const struct {
	const char *name;
	V *(*build)(struct tli_values *values);
	int protocol;
	const char *bytes;
} pickled[] = {
	{"int", number, 2, "4d 02 01"},
	{"list", list_of_one, 2, "5d 4a fe ff ff ff 61"},
	{"dict", dict_of_one, 2,
		"7d 58 01 00 00 00 61 63 <_codecs> 0a <encode> 0a 71 00"
		"58 01 00 00 00 62 58 06 00 00 00 <latin1> 86 52 73"},
	{"dict", dict_of_one, 3, "7d 58 01 00 00 00 61 43 01 62 73"},
	{"dict", dict_of_one, 4, "7d 8c 01 61 43 01 62 73"},
	{"set", set_of_one, 2,
		"63 <__builtin__> 0a <set> 0a 71 00"
		"5d 47 3f f8 00 00 00 00 00 00 61 85 52"},
	{"set", set_of_one, 4, "8f 28 47 3f f8 00 00 00 00 00 00 90"},
	{"large int twice", large_int_twice, 4,
		"8a 09 00 00 00 00 00 00 00 00 01 94 68 00 86"},
	{"list twice", list_twice, 3, "5d 71 00 68 00 86"},
	{"list twice", list_twice, 5, "5d 94 68 00 86"},
	{"frozenset twice", set_in_a_tuple_twice, 4, "28 91 94 68 00 86"},
	{"tuple in its list", tuple_in_its_list, 4,
		"5d 5d 94 68 00 85 94 61 30 68 01 61 30 68 01"},
	{"bytearray", empty_bytearray, 5, "96 00 00 00 00 00 00 00 00"},
	{"bytearray", empty_bytearray, 4,
		"8c 08 <builtins> 8c 09 <bytearray> 93 94 29 52"},
	{"inner global", inner_global, 4, "8c 01 <m> 8c 03 <A.b> 93"},
	{"inner global", inner_global, 3,
		"63 <builtins> 0a <getattr> 0a 71 00 63 <m> 0a <A> 0a"
		"58 01 00 00 00 <b> 86 52"},
	{"array", array_of_one, 4,
		"8c 05 <array> 8c 14 <_array_reconstructor> 93 94 28"
		"8c 05 <array> 8c 05 <array> 93 94 8c 01 <H> 4b 02"
		"43 02 01 02 74 52"},
	{"instance", old_instance, 4, "28 8c 01 <m> 8c 01 <C> 93 4e 6f"},
};

/* Of a notation as above. Returns how many. */
static size_t expected_bytes(int protocol, const char *notation, uint8_t *bytes)
{
	size_t len = 2;

	bytes[0] = 0x80;
	bytes[1] = (uint8_t)protocol;
	while (*notation) {
		char pair[3] = {notation[0], notation[1], 0};
		const char *end = strchr(notation, '>');

		if (*notation == '<') {
			memcpy(bytes + len, notation + 1,
				(size_t)(end - notation - 1));
			len += (size_t)(end - notation - 1);
			notation = end + 1;
		} else if (*notation == ' ') {
			notation++;
		} else {
			len += from_hex(pair, bytes + len, 1 + 1);
			notation += 2;
		}
	}
	bytes[len] = '.';
	return len + 1;
}

static void pickles_are_these_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(pickled); i++) {
		struct tli_values values;
		struct tli_value_error error;
		struct tli_buf pickle;
		uint8_t bytes[200];
		size_t len = expected_bytes(
			pickled[i].protocol, pickled[i].bytes, bytes);

		prepare(&values);
		tli_buf_init(&pickle, len);
		check_equal(pickled[i].name,
			tli_pickle(pickled[i].build(&values),
				pickled[i].protocol, &pickle, &error),
			TLI_VALUE_OK);
		check_bytes(pickled[i].name, tli_buf_head(&pickle),
			tli_buf_len(&pickle), bytes, len);
		tli_buf_fini(&pickle);
		tli_values_fini(&values);
	}
}

static void a_pickle_is_put_behind_what_is_there(void **state)
{
	struct tli_values values;
	struct tli_value_error error;
	struct tli_buf pickle;

	(void)state;
	prepare(&values);
	tli_buf_init(&pickle, 100);
	tli_buf_append(&pickle, "xyz", 3);
	tli_buf_consume(&pickle, 1);
	assert_int_equal(tli_pickle(tli_none(&values), 2, &pickle, &error), 0);
	assert_int_equal(tli_pickle(tli_none(&values), 4, &pickle, &error), 0);
	check_bytes("two", tli_buf_head(&pickle), tli_buf_len(&pickle),
		"yz\x80\2N.\x80\4N.", 10);
	tli_buf_fini(&pickle);
	tli_values_fini(&values);
}

static void what_is_not_shared_needs_no_memory(void **state)
{
	static uint8_t storage[100];
	struct tli_values values;
	struct tli_value_error error;
	struct tli_buf pickle;
	V *value;

	(void)state;
	prepare(&values);
	value = dict_of_one(&values);
	tli_buf_init(&pickle, sizeof(storage));
	tli_buf_lend(&pickle, storage, sizeof(storage));
	alloc_fail_from(0, false);
	assert_int_equal(tli_pickle(value, 5, &pickle, &error), TLI_VALUE_OK);
	assert_int_equal(alloc_count(), 0);
	tli_buf_fini(&pickle);
	tli_values_fini(&values);
}

/* ---- What cannot be written ------------------------------------------ */

static V *broken(struct tli_values *values)
{
	V *list = tli_container(values, TLI_LIST);

	tli_append(list, NULL);
	return tli_items(values, TLI_TUPLE, &list, 1);
}

static V *global_of_two_lines(struct tli_values *values)
{
	return tli_global(values, "os\nsystem", "x");
}

static V *name_of_two_lines(struct tli_values *values)
{
	return tli_global(values, "os", "x\n");
}

static V *foreign_global(struct tli_values *values)
{
	return tli_global(values, "m", "\xc3\xa9");
}

static V *global_of_a_surrogate(struct tli_values *values)
{
	return tli_global(values, "m", "\xed\xa0\x80");
}

static V *call_with(
	struct tli_values *values, enum tli_making making, V *kwargs)
{
	return tli_object(values, making, tli_global(values, "m", "C"),
		tli_items(values, TLI_TUPLE, NULL, 0), kwargs);
}

static V *keywords_of_a_call(struct tli_values *values)
{
	return call_with(values, TLI_REDUCE, tli_container(values, TLI_DICT));
}

static V *with_step(struct tli_values *values, enum tli_step step, V *item)
{
	V *object = call_with(values, TLI_NEWOBJ, NULL);

	tli_object_step(object, step, item);
	return object;
}

static V *appended_dict(struct tli_values *values)
{
	return with_step(values, TLI_STEP_APPEND, dict_of_one(values));
}

static V *key_without_value(struct tli_values *values)
{
	return with_step(values, TLI_STEP_SETITEM, list_of_one(values));
}

static V *added(struct tli_values *values)
{
	return with_step(values, TLI_STEP_ADD, list_of_one(values));
}

static V *tuple_in_tuple(struct tli_values *values)
{
	V *tuple = tli_items(values, TLI_TUPLE, NULL, 0);

	tli_append(tuple, tuple);
	return tuple;
}

static const struct {
	V *(*build)(struct tli_values *values);
	int protocol;
	int code;
	const char *text;
} refused[] = {
	{number, 1, TLI_VALUE_TYPE,
		"there is no writing pickles of protocol 1, only of 2 to 5"},
	{number, 6, TLI_VALUE_TYPE,
		"there is no writing pickles of protocol 6, only of 2 to 5"},
	{broken, 4, TLI_VALUE_BROKEN,
		"something could not be put into a value of type list"},
	{global_of_two_lines, 3, TLI_VALUE_TYPE,
		"the name of a global has a line feed, which protocol 3 cannot "
		"write: use protocol 4"},
	{name_of_two_lines, 2, TLI_VALUE_TYPE,
		"the name of a global has a line feed, which protocol 2 cannot "
		"write: use protocol 4"},
	{foreign_global, 2, TLI_VALUE_TYPE,
		"the name of a global has characters other than ASCII, which "
		"protocol 2 cannot write: use protocol 4"},
	{global_of_a_surrogate, 3, TLI_VALUE_TYPE,
		"the name of a global has a lone surrogate, which protocol 3 "
		"cannot write: use protocol 4"},
	{keywords_of_a_call, 4, TLI_VALUE_TYPE,
		"an object has keyword arguments, which no pickle can have but "
		"those for __new__()"},
	{appended_dict, 4, TLI_VALUE_TYPE,
		"what is put into an object is of type dict, not a list"},
	{key_without_value, 4, TLI_VALUE_TYPE,
		"a key that is put into an object has no value"},
	{added, 3, TLI_VALUE_TYPE,
		"items are added to an object, which protocol 3 cannot write: "
		"use protocol 4"},
	{tuple_in_tuple, 4, TLI_VALUE_LIMIT,
		"it is more than 65000 levels deep"},
};

static void what_cannot_be_written_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(refused); i++) {
		struct tli_values values;
		struct tli_value_error error;
		struct tli_buf pickle;

		prepare(&values);
		tli_buf_init(&pickle, (size_t)1 << 20);
		check_equal(refused[i].text,
			tli_pickle(refused[i].build(&values),
				refused[i].protocol, &pickle, &error),
			refused[i].code);
		assert_int_equal(error.code, refused[i].code);
		assert_string_equal(error.text, refused[i].text);
		tli_buf_fini(&pickle);
		tli_values_fini(&values);
	}
}

/* ---- Every tree, with too little ------------------------------------- */

/* Pickles into a buffer of so many bytes; how many it took, or the code. */
static int64_t pickled_len(
	const V *value, int protocol, size_t max_bytes, const char *text)
{
	struct tli_value_error error = {.text = ""};
	struct tli_buf pickle;
	int64_t result;

	tli_buf_init(&pickle, max_bytes);
	result = tli_pickle(value, protocol, &pickle, &error);
	assert_true(tli_buf_len(&pickle) <= max_bytes);
	if (result == TLI_VALUE_OK)
		result = (int64_t)tli_buf_len(&pickle);
	else
		assert_non_null(strstr(error.text, text));
	tli_buf_fini(&pickle);
	return result;
}

/* Every limit for short ones, some for long ones. */
static void check_limits(const char *name, const V *value, int protocol)
{
	int64_t len = pickled_len(value, protocol, SIZE_MAX / 2, "");
	int64_t step = len < 2000 ? 1 : len / 7;

	check(name, len > 0);
	for (int64_t limit = 0; limit < len; limit += step)
		check_equal(name,
			pickled_len(value, protocol, (size_t)limit,
				"the pickle is longer than "),
			TLI_VALUE_LIMIT);
	check_equal(name,
		pickled_len(value, protocol, (size_t)len - 1, "longer than"),
		TLI_VALUE_LIMIT);
	check_equal(name, pickled_len(value, protocol, (size_t)len, ""), len);
}

static void check_shortage(const char *name, const V *value, int protocol)
{
	int64_t len = pickled_len(value, protocol, SIZE_MAX / 2, "");
	unsigned long n = 1;

	for (; n < NEVER_NEEDED; n++) {
		int64_t result;

		alloc_fail_from(n, false);
		result = pickled_len(
			value, protocol, SIZE_MAX / 2, "out of memory");
		if (alloc_count() < n) {
			check_equal(name, result, len);
			break;
		}
		check_equal(name, result, TLI_VALUE_NOMEM);
	}
	alloc_reset();
	check(name, n > 1 && n < NEVER_NEEDED);
}

static void each_tree(
	void (*check_tree)(const char *name, const V *value, int protocol))
{
	for (const struct tree *tree = trees; tree->name; tree++) {
		struct tli_values values;
		V *value;

		prepare(&values);
		value = tree->build(&values);
		for (int protocol = 2; protocol <= 5; protocol++)
			if (protocol >= tree->protocol_min)
				check_tree(tree->name, value, protocol);
		tli_values_fini(&values);
	}
}

static void exactly_as_much_room_as_needed_is_enough(void **state)
{
	(void)state;
	each_tree(check_limits);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	each_tree(check_shortage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pickles_are_these_bytes),
		cmocka_unit_test(a_pickle_is_put_behind_what_is_there),
		cmocka_unit_test(what_is_not_shared_needs_no_memory),
		cmocka_unit_test(what_cannot_be_written_is_refused),
		cmocka_unit_test(exactly_as_much_room_as_needed_is_enough),
		cmocka_unit_test(every_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
