/* SPDX-License-Identifier: MIT */
#include "trees.h"

#include "../../proto/value/array.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define V            struct tli_value
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void trees_values_init(struct tli_values *values)
{
	static const uint64_t seed[2] = {1, 2};
	static const struct tli_value_limits limits = {
		.max_bytes = (size_t)1 << 30,
		.max_nodes = 1u << 30,
		.max_depth = TLI_VALUE_DEPTH_MAX};

	tli_values_init(values, &limits, seed);
}

/* ---- Short ways of making nodes -------------------------------------- */

static V *text(struct tli_values *values, const char *string)
{
	return tli_str(values, string, strlen(string));
}

#define ITEMS(values, kind, ...)                                               \
	tli_items((values), (kind), (V *[]){__VA_ARGS__},                      \
		COUNT(((V *[]){__VA_ARGS__})))
#define LIST(values, ...)  ITEMS(values, TLI_LIST, __VA_ARGS__)
#define TUPLE(values, ...) ITEMS(values, TLI_TUPLE, __VA_ARGS__)

static V *empty_tuple(struct tli_values *values)
{
	return tli_items(values, TLI_TUPLE, NULL, 0);
}

/* A container of 0, 1 ... : of so many nodes. */
static V *counting(struct tli_values *values, enum tli_kind kind, int count)
{
	V *container = tli_container(values, kind);

	for (int i = 0; i < count; i++)
		tli_append(container, tli_int(values, i));
	return container;
}

static V *filled(
	struct tli_values *values, enum tli_kind kind, int byte, size_t len)
{
	uint8_t *bytes = malloc(len + 1);
	V *value;

	if (!bytes)
		abort();
	memset(bytes, byte, len);
	value = kind == TLI_STR ? tli_str(values, (char *)bytes, len)
				: tli_bytes(values, kind, bytes, len);
	free(bytes);
	return value;
}

static V *object(struct tli_values *values, enum tli_making making,
	const char *module, const char *name, V *args, V *kwargs)
{
	return tli_object(
		values, making, tli_global(values, module, name), args, kwargs);
}

/* ---- Plain data ------------------------------------------------------ */

static V *constants(struct tli_values *values)
{
	return LIST(values, tli_none(values), tli_bool(values, true),
		tli_bool(values, false));
}

static V *integers(struct tli_values *values)
{
	static const int64_t numbers[] = {0, 1, 255, 256, 65535, 65536, -1,
		-128, INT32_MAX, INT32_MIN, (int64_t)INT32_MAX + 1,
		(int64_t)INT32_MIN - 1, INT64_MAX, INT64_MIN};
	static const uint8_t large[9] = {0, 0, 0, 0, 0, 0, 0, 0, 1};
	uint8_t huge[300] = {0};
	V *list = tli_container(values, TLI_LIST);

	for (size_t i = 0; i < COUNT(numbers); i++)
		tli_append(list, tli_int(values, numbers[i]));
	huge[299] = 0x80;
	tli_append(list, tli_int_from_bytes(values, large, sizeof(large)));
	tli_append(list, tli_int_from_bytes(values, huge, sizeof(huge)));
	return list;
}

static V *floats(struct tli_values *values)
{
	return LIST(values, tli_float(values, 0.0), tli_float(values, -0.0),
		tli_float(values, 0.1), tli_float(values, INFINITY),
		tli_float(values, -INFINITY), tli_float(values, NAN),
		tli_float(values, 5e-324), tli_complex(values, 1.5, -0.0),
		tli_complex(values, 0.25, 3));
}

static V *strings(struct tli_values *values)
{
	return LIST(values, text(values, ""), tli_str(values, "a\0b\n", 4),
		text(values, "\xc3\xa9\xf0\x9f\x98\x80"),
		text(values, "\xed\xa0\x80"), filled(values, TLI_STR, 'x', 255),
		filled(values, TLI_STR, 'y', 256),
		filled(values, TLI_STR, 'z', 100000));
}

static V *every_byte(struct tli_values *values, enum tli_kind kind)
{
	uint8_t bytes[256];

	for (unsigned i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	return tli_bytes(values, kind, bytes, sizeof(bytes));
}

static V *some_bytes(struct tli_values *values, enum tli_kind kind)
{
	return LIST(values, tli_bytes(values, kind, "", 0),
		tli_bytes(values, kind, "ab", 2), every_byte(values, kind),
		filled(values, kind, 0xe9, 70000));
}

static V *bytes(struct tli_values *values)
{
	return some_bytes(values, TLI_BYTES);
}

static V *bytearrays(struct tli_values *values)
{
	return some_bytes(values, TLI_BYTEARRAY);
}

static V *arrays(struct tli_values *values)
{
	static const char typecodes[] = "bBuhHiIlLqQfd";
	static const uint8_t zeros[16];
	static const int32_t numbers[] = {-1, 2, INT32_MIN};
	V *list = tli_container(values, TLI_LIST);

	for (size_t i = 0; typecodes[i]; i++)
		tli_append(list,
			tli_array(values, typecodes[i], zeros, sizeof(zeros)));
	tli_append(list, tli_array(values, 'i', numbers, sizeof(numbers)));
	tli_append(list, tli_array(values, 'd', NULL, 0));
	return list;
}

/* ---- Containers ------------------------------------------------------ */

static const int sizes[] = {0, 1, 2, 3, 4, 999, 1000, 1001, 2000, 2001};

static V *of_all_sizes(struct tli_values *values, enum tli_kind kind, int step)
{
	V *list = tli_container(values, TLI_LIST);

	for (size_t i = 0; i < COUNT(sizes); i++)
		tli_append(list, counting(values, kind, step * sizes[i]));
	return list;
}

static V *lists(struct tli_values *values)
{
	return of_all_sizes(values, TLI_LIST, 1);
}

static V *tuples(struct tli_values *values)
{
	return of_all_sizes(values, TLI_TUPLE, 1);
}

static V *dicts(struct tli_values *values)
{
	return of_all_sizes(values, TLI_DICT, 2);
}

static V *sets(struct tli_values *values)
{
	return of_all_sizes(values, TLI_SET, 1);
}

static V *frozensets(struct tli_values *values)
{
	return of_all_sizes(values, TLI_FROZENSET, 1);
}

static V *ranges(struct tli_values *values)
{
	return LIST(values,
		ITEMS(values, TLI_RANGE, tli_int(values, 1),
			tli_int(values, -5), tli_int(values, -2)),
		ITEMS(values, TLI_SLICE, tli_none(values), tli_int(values, 7),
			tli_none(values)));
}

static V *nested(struct tli_values *values)
{
	V *value = tli_container(values, TLI_LIST);

	for (int i = 0; i < 20000; i++)
		value = i % 2 ? LIST(values, value)
			      : TUPLE(values, tli_int(values, i), value);
	return value;
}

/* ---- Sharing and cycles ---------------------------------------------- */

static V *shared(struct tli_values *values)
{
	V *list = tli_container(values, TLI_LIST);
	V *parts[] = {counting(values, TLI_LIST, 1),
		counting(values, TLI_TUPLE, 2), counting(values, TLI_TUPLE, 5),
		counting(values, TLI_SET, 3),
		counting(values, TLI_FROZENSET, 4),
		counting(values, TLI_DICT, 2), text(values, "shared"),
		tli_bytes(values, TLI_BYTES, "twice", 5),
		tli_bytes(values, TLI_BYTEARRAY, "here", 4),
		tli_array(values, 'B', "abc", 3),
		tli_global(values, "collections", "OrderedDict"),
		ITEMS(values, TLI_SLICE, tli_int(values, 1), tli_int(values, 2),
			tli_int(values, 3)),
		object(values, TLI_REDUCE, "decimal", "Decimal",
			TUPLE(values, text(values, "1.5")), NULL)};

	for (size_t i = 0; i < 2 * COUNT(parts); i++)
		tli_append(list, parts[i % COUNT(parts)]);
	return list;
}

/* More than a byte can number. */
static V *much_shared(struct tli_values *values)
{
	V *list = tli_container(values, TLI_LIST);

	for (int i = 0; i < 300; i++) {
		V *item = counting(values, TLI_LIST, 1);

		tli_append(list, item);
		tli_append(list, item);
	}
	return list;
}

static V *list_in_itself(struct tli_values *values)
{
	V *list = tli_container(values, TLI_LIST);

	tli_append(list, list);
	return list;
}

static V *dict_in_itself(struct tli_values *values)
{
	V *dict = tli_container(values, TLI_DICT);

	tli_append(dict, text(values, "self"));
	tli_append(dict, dict);
	return dict;
}

static V *tuple_of_one_in_itself(struct tli_values *values)
{
	V *list = tli_container(values, TLI_LIST);
	V *tuple = TUPLE(values, list);

	tli_append(list, tuple);
	return tuple;
}

static V *tuple_of_five_in_itself(struct tli_values *values)
{
	V *list = tli_container(values, TLI_LIST);
	V *tuple = counting(values, TLI_TUPLE, 4);

	tli_append(tuple, list);
	tli_append(list, tuple);
	return LIST(values, tuple, list);
}

/* Only what is hashable can be in a set: an object whose state is the set. */
static V *set_in_itself(struct tli_values *values, enum tli_kind kind)
{
	V *set = tli_container(values, kind);
	V *node = object(values, TLI_NEWOBJ, "shapes", "Plain",
		empty_tuple(values), NULL);
	V *state = tli_container(values, TLI_DICT);

	tli_append(set, node);
	tli_append(state, text(values, "home"));
	tli_append(state, set);
	tli_object_step(node, TLI_STEP_BUILD, state);
	return set;
}

static V *mutable_set_in_itself(struct tli_values *values)
{
	return set_in_itself(values, TLI_SET);
}

static V *frozenset_in_itself(struct tli_values *values)
{
	return set_in_itself(values, TLI_FROZENSET);
}

static V *object_in_its_arguments(struct tli_values *values)
{
	V *list = tli_container(values, TLI_LIST);
	V *node = object(values, TLI_REDUCE, "shapes", "Argued",
		TUPLE(values, list), NULL);

	tli_append(list, node);
	tli_object_step(node, TLI_STEP_APPEND, counting(values, TLI_LIST, 3));
	return node;
}

/* Such an object copies the list, which has to be whole by then. */
static V *object_in_a_copy(struct tli_values *values)
{
	V *item = object(values, TLI_NEWOBJ, "shapes", "Plain",
		empty_tuple(values), NULL);
	V *node = object(values, TLI_REDUCE, "shapes", "Set",
		TUPLE(values, LIST(values, item)), NULL);
	V *state = tli_container(values, TLI_DICT);

	tli_append(state, text(values, "home"));
	tli_append(state, node);
	tli_object_step(item, TLI_STEP_BUILD, state);
	return node;
}

static V *object_in_its_state(struct tli_values *values)
{
	V *node = object(values, TLI_NEWOBJ, "shapes", "Plain",
		empty_tuple(values), NULL);
	V *state = tli_container(values, TLI_DICT);

	tli_append(state, text(values, "self"));
	tli_append(state, node);
	tli_object_step(node, TLI_STEP_BUILD, state);
	return node;
}

/* ---- Symbols --------------------------------------------------------- */

static V *globals(struct tli_values *values)
{
	return LIST(values, tli_global(values, "builtins", "len"),
		tli_global(values, "collections", "OrderedDict"),
		tli_global(values, "builtins", "KeyError"),
		tli_global(values, "functools", "reduce"),
		tli_global(values, "urllib.parse", "quote"));
}

static V *inner_globals(struct tli_values *values)
{
	V *inner = tli_global(values, "shapes", "Outer.Inner");

	return LIST(values, inner, inner,
		tli_global(values, "shapes", "Outer.Inner.Core"),
		tli_global(values, "builtins", "str.upper"));
}

static V *foreign_global(struct tli_values *values)
{
	return tli_global(values, "shapes", "\xc3\x89tude");
}

static V *calls(struct tli_values *values)
{
	return LIST(values,
		object(values, TLI_REDUCE, "decimal", "Decimal",
			TUPLE(values, text(values, "1.5")), NULL),
		object(values, TLI_REDUCE, "datetime", "timedelta",
			counting(values, TLI_TUPLE, 3), NULL),
		object(values, TLI_INSTANTIATE, "shapes", "Argued",
			counting(values, TLI_TUPLE, 2), NULL),
		object(values, TLI_INSTANTIATE, "shapes", "Plain",
			empty_tuple(values), NULL));
}

static V *keyword_calls(struct tli_values *values)
{
	V *kwargs = tli_container(values, TLI_DICT);

	tli_append(kwargs, text(values, "key"));
	tli_append(kwargs, tli_int(values, 7));
	return LIST(values,
		object(values, TLI_NEWOBJ_EX, "shapes", "Keyed",
			counting(values, TLI_TUPLE, 2), kwargs),
		object(values, TLI_NEWOBJ_EX, "shapes", "Keyed",
			counting(values, TLI_TUPLE, 1), NULL));
}

static V *states(struct tli_values *values)
{
	V *state = tli_container(values, TLI_DICT);
	V *plain = object(values, TLI_NEWOBJ, "shapes", "Plain",
		empty_tuple(values), NULL);

	tli_append(state, text(values, "x"));
	tli_append(state, tli_int(values, 1));
	tli_object_step(plain, TLI_STEP_BUILD, state);
	return LIST(values, plain, plain, state);
}

static V *filled_objects(struct tli_values *values)
{
	V *list = object(values, TLI_NEWOBJ, "shapes", "List",
		empty_tuple(values), NULL);
	V *dict = object(values, TLI_REDUCE, "collections", "OrderedDict",
		empty_tuple(values), NULL);
	V *few = object(values, TLI_NEWOBJ, "shapes", "List",
		empty_tuple(values), NULL);

	tli_object_step(
		list, TLI_STEP_APPEND, counting(values, TLI_LIST, 2001));
	tli_object_step(
		dict, TLI_STEP_SETITEM, counting(values, TLI_LIST, 2002));
	tli_object_step(few, TLI_STEP_APPEND, counting(values, TLI_LIST, 1));
	tli_object_step(few, TLI_STEP_APPEND, counting(values, TLI_LIST, 0));
	tli_object_step(few, TLI_STEP_APPEND, counting(values, TLI_LIST, 2));
	return LIST(values, list, dict, few);
}

static V *added(struct tli_values *values)
{
	V *set = object(
		values, TLI_REDUCE, "shapes", "Set", empty_tuple(values), NULL);

	tli_object_step(set, TLI_STEP_ADD, counting(values, TLI_LIST, 3));
	return set;
}

const struct tree trees[] = {
	{"constants", constants, 0},
	{"integers", integers, 0},
	{"floats", floats, 0},
	{"strings", strings, 0},
	{"bytes", bytes, 0},
	{"bytearrays", bytearrays, 0},
	{"arrays", arrays, 0},
	{"lists", lists, 0},
	{"tuples", tuples, 0},
	{"dicts", dicts, 0},
	{"sets", sets, 0},
	{"frozensets", frozensets, 0},
	{"ranges", ranges, 0},
	{"nested", nested, 0},
	{"shared", shared, 0},
	{"much shared", much_shared, 0},
	{"list in itself", list_in_itself, 0},
	{"dict in itself", dict_in_itself, 0},
	{"tuple of one in itself", tuple_of_one_in_itself, 0},
	{"tuple of five in itself", tuple_of_five_in_itself, 0},
	{"set in itself", mutable_set_in_itself, 0},
	{"frozenset in itself", frozenset_in_itself, 0},
	{"object in its arguments", object_in_its_arguments, 0},
	{"object in a copy", object_in_a_copy, 0},
	{"object in its state", object_in_its_state, 0},
	{"globals", globals, 0},
	{"inner globals", inner_globals, 0},
	{"foreign global", foreign_global, 3},
	{"calls", calls, 0},
	{"keyword calls", keyword_calls, 0},
	{"states", states, 0},
	{"filled objects", filled_objects, 0},
	{"added", added, 4},
	{NULL, NULL, 0},
};
