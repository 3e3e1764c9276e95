/* SPDX-License-Identifier: MIT */
/* Values as text, kind by kind; what is inside itself; symbols; too little
 * room or memory. Many more, against Python, are in test_texts.py. */
#include "unit.h"

#include "../../proto/value/array.h"
#include "../../proto/value/repr.h"
#include "alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)1 << 20)

static struct tli_values values;

static int set_up(void **state)
{
	static const struct tli_value_limits limits = {
		(size_t)1 << 26, 1u << 20, TLI_VALUE_DEPTH_MAX};

	(void)state;
	tli_values_init(&values, &limits, (const uint64_t[2]){1, 2});
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tli_values_fini(&values);
	return 0;
}

#define ITEMS(kind, ...)                                                       \
	tli_items(&values, kind, (struct tli_value *[]){__VA_ARGS__},          \
		sizeof((struct tli_value *[]){__VA_ARGS__}) /                  \
			sizeof(struct tli_value *))
#define LIST(...)         ITEMS(TLI_LIST, __VA_ARGS__)
#define TUPLE(...)        ITEMS(TLI_TUPLE, __VA_ARGS__)
#define NONE              tli_none(&values)
#define BYTES(kind, text) tli_bytes(&values, TLI_##kind, text, sizeof(text) - 1)

static struct tli_value *integer(int64_t number)
{
	return tli_int(&values, number);
}

static struct tli_value *str(const char *text)
{
	return tli_str(&values, text, strlen(text));
}

static struct tli_value *empty(enum tli_kind kind)
{
	return tli_container(&values, kind);
}

/* Of a container that is empty. */
static struct tli_value *filled(struct tli_value *container,
	struct tli_value *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_true(tli_append(container, items[i]));
	return container;
}

#define FILLED(kind, ...)                                                      \
	filled(empty(kind), (struct tli_value *[]){__VA_ARGS__},               \
		sizeof((struct tli_value *[]){__VA_ARGS__}) /                  \
			sizeof(struct tli_value *))

static void check_repr(const struct tli_value *value, const char *expected)
{
	struct tli_buf text;

	assert_non_null(value);
	tli_buf_init(&text, TEXT_MAX);
	assert_int_equal(tli_repr(value, &text), TLI_VALUE_OK);
	assert_int_equal(tli_buf_append(&text, "", 1), TLI_BUF_OK);
	assert_string_equal((char *)tli_buf_head(&text), expected);
	assert_int_equal(tli_buf_len(&text), strlen(expected) + 1);
	tli_buf_fini(&text);
}

struct row {
	const struct tli_value *value;
	const char *text;
};

#define CHECK_ROWS(rows)                                                       \
	for (size_t row = 0; row < LENGTH(rows); row++)                        \
	check_repr((rows)[row].value, (rows)[row].text)

static void numbers(void **state)
{
	const struct row rows[] = {
		{NONE, "None"},
		{tli_bool(&values, true), "True"},
		{tli_bool(&values, false), "False"},
		{integer(0), "0"},
		{integer(-17), "-17"},
		{integer(INT64_MIN), "-9223372036854775808"},
		{tli_int_from_bytes(
			 &values, (const uint8_t *)"\0\0\0\0\0\0\0\x80\0", 9),
			"9223372036854775808"},
		{tli_float(&values, 0), "0.0"},
		{tli_float(&values, -0.0), "-0.0"},
		{tli_float(&values, 1), "1.0"},
		{tli_float(&values, 0.1), "0.1"},
		{tli_float(&values, 1e15), "1000000000000000.0"},
		{tli_float(&values, 1e16), "1e+16"},
		{tli_float(&values, INFINITY), "inf"},
		{tli_float(&values, -INFINITY), "-inf"},
		{tli_float(&values, NAN), "nan"},
		{tli_complex(&values, 1, 2), "(1+2j)"},
		{tli_complex(&values, 0, 2), "2j"},
		{tli_complex(&values, 0, -0.0), "-0j"},
		{tli_complex(&values, -0.0, -0.0), "(-0-0j)"},
		{tli_complex(&values, -0.0, 1.5), "(-0+1.5j)"},
		{tli_complex(&values, NAN, INFINITY), "(nan+infj)"},
		{tli_complex(&values, 1, -NAN), "(1+nanj)"},
		{tli_complex(&values, 1e16, -1e-5), "(1e+16-1e-05j)"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* 16 ** 2000, and less 1 than its negative. */
static void what_has_too_many_digits_is_hexadecimal(void **state)
{
	uint8_t bytes[2001] = {[2000] = 1};
	char text[4100] = "0x1";

	(void)state;
	memset(text + 3, '0', 4000);
	check_repr(tli_int_from_bytes(&values, bytes, sizeof(bytes)), text);
	bytes[2000] = 0xfe;
	bytes[0] = 0xff;
	snprintf(text, sizeof(text), "-0x1");
	memset(text + 4, 'f', 3998);
	memcpy(text + 4002, "01", 3);
	check_repr(tli_int_from_bytes(&values, bytes, sizeof(bytes)), text);
}

static void texts(void **state)
{
	const struct row rows[] = {
		{str(""), "''"},
		{str("abc"), "'abc'"},
		{str("it's"), "\"it's\""},
		{str("say \"it\""), "'say \"it\"'"},
		{str("it's \"it\""), "'it\\'s \"it\"'"},
		{str("\t\n\r\\\x01\x1f\x7f"), "'\\t\\n\\r\\\\\\x01\\x1f\\x7f'"},
		{tli_str(&values, "a\0b", 3), "'a\\x00b'"},
		{str("\xc2\x80\xc2\xa0\xc2\xad"), "'\\x80\\xa0\\xad'"},
		{str("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
			"'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80'"},
		{str("\xe2\x80\xae\xee\x80\x80"), "'\\u202e\\ue000'"},
		{str("a\xed\xa0\x80\xed\xb0\x80"), "'a\\ud800\\udc00'"},
		{str("\xf4\x8f\xbf\xbf"), "'\\U0010ffff'"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void bytes(void **state)
{
	const struct row rows[] = {
		{BYTES(BYTES, ""), "b''"},
		{BYTES(BYTES, "a\0\t\n\r\\~\x7f\x80\xc3\xa9\xff"),
			"b'a\\x00\\t\\n\\r\\\\~\\x7f\\x80\\xc3\\xa9\\xff'"},
		{BYTES(BYTES, "it's"), "b\"it's\""},
		{BYTES(BYTES, "\"it's\""), "b'\"it\\'s\"'"},
		{tli_bytes_borrowed(&values, TLI_BYTES, NULL, 0), "b''"},
		{BYTES(BYTEARRAY, ""), "bytearray(b'')"},
		{BYTES(BYTEARRAY, "a\xff"), "bytearray(b'a\\xff')"},
		{BYTES(BYTEARRAY, "it's"), "bytearray(b\"it\\'s\")"},
		{BYTES(BYTEARRAY, "\"it's\""), "bytearray(b'\"it\\'s\"')"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

#define ARRAY(typecode, text)                                                  \
	tli_array(&values, typecode, text, sizeof(text) - 1)

static void arrays(void **state)
{
	const float tenth = 0.1f;
	const double third = 1.0 / 3;
	const struct row rows[] = {
		{ARRAY('b', ""), "array('b')"},
		{ARRAY('u', ""), "array('u')"},
		{ARRAY('b', "\x01\xff"), "array('b', [1, -1])"},
		{ARRAY('B', "\x01\xff"), "array('B', [1, 255])"},
		{ARRAY('h', "\xfe\xff"), "array('h', [-2])"},
		{ARRAY('I', "\xfe\xff\xff\xff"), "array('I', [4294967294])"},
		{ARRAY('Q', "\xff\xff\xff\xff\xff\xff\xff\xff"),
			"array('Q', [18446744073709551615])"},
		{tli_array(&values, 'f', &tenth, sizeof(tenth)),
			"array('f', [0.10000000149011612])"},
		{tli_array(&values, 'd', &third, sizeof(third)),
			"array('d', [0.3333333333333333])"},
		{ARRAY('u', "a\0\0\0\xe9\0\0\0\0\xd8\0\0\x00\xf6\x01\0"),
			"array('u', 'a\xc3\xa9\\ud800\xf0\x9f\x98\x80')"},
		{ARRAY('w', "'\0\0\0"), "array('w', \"'\")"},
		{ARRAY('w', "'\0\0\0\"\0\0\0"), "array('w', '\\'\"')"},
		{ARRAY('w', "\xff\xff\xff\xff"), "array('w', '\\Uffffffff')"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void containers(void **state)
{
	struct tli_value *one = integer(1), *two = integer(2);
	const struct row rows[] = {
		{empty(TLI_LIST), "[]"},
		{LIST(one, str("a")), "[1, 'a']"},
		{LIST(LIST(one), empty(TLI_LIST)), "[[1], []]"},
		{empty(TLI_TUPLE), "()"},
		{TUPLE(one), "(1,)"},
		{TUPLE(one, two), "(1, 2)"},
		{TUPLE(TUPLE(one, two), TUPLE(empty(TLI_TUPLE))),
			"((1, 2), ((),))"},
		{empty(TLI_DICT), "{}"},
		{FILLED(TLI_DICT, one, two), "{1: 2}"},
		{FILLED(TLI_DICT, one, two, str("a"), empty(TLI_DICT)),
			"{1: 2, 'a': {}}"},
		{empty(TLI_SET), "set()"},
		{FILLED(TLI_SET, one), "{1}"},
		{FILLED(TLI_SET, one, TUPLE(two)), "{1, (2,)}"},
		{empty(TLI_FROZENSET), "frozenset()"},
		{FILLED(TLI_FROZENSET, one, two), "frozenset({1, 2})"},
		{ITEMS(TLI_RANGE, integer(0), two, one), "range(0, 2)"},
		{ITEMS(TLI_RANGE, one, two, two), "range(1, 2, 2)"},
		{ITEMS(TLI_RANGE, two, one, integer(-1)), "range(2, 1, -1)"},
		{ITEMS(TLI_SLICE, one, two, NONE), "slice(1, 2, None)"},
		{ITEMS(TLI_SLICE, NONE, TUPLE(one), one),
			"slice(None, (1,), 1)"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void what_is_inside_itself_is_cut(void **state)
{
	static const struct {
		enum tli_kind kind;
		const char *text;
	} rows[] = {
		{TLI_LIST, "[1, [...], [[...]]]"},
		{TLI_TUPLE, "(1, (...), [(...)])"},
		{TLI_SET, "{1, set(...), [set(...)]}"},
		{TLI_FROZENSET,
			"frozenset({1, frozenset(...), "
			"[frozenset(...)]})"},
	};
	struct tli_value *dict = empty(TLI_DICT);

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct tli_value *outer = empty(rows[i].kind);

		filled(outer,
			(struct tli_value *[]){integer(1), outer, LIST(outer)},
			3);
		check_repr(outer, rows[i].text);
	}
	filled(dict, (struct tli_value *[]){integer(1), dict}, 2);
	check_repr(LIST(dict, dict), "[{1: {...}}, {1: {...}}]");
}

/* What is in several places is written in each. */
static void what_is_shared_is_whole(void **state)
{
	struct tli_value *shared = LIST(integer(1));

	(void)state;
	check_repr(TUPLE(shared, LIST(shared), shared), "([1], [[1]], [1])");
}

/* ---- Symbols --------------------------------------------------------- */

static struct tli_value *called(
	struct tli_value *args, struct tli_value *kwargs)
{
	return tli_object(&values, TLI_REDUCE, tli_global(&values, "m", "C"),
		args, kwargs);
}

static struct tli_value *changed(
	struct tli_value *object, enum tli_step step, struct tli_value *item)
{
	assert_true(tli_object_step(object, step, item));
	return object;
}

static void symbols(void **state)
{
	struct tli_value *one = integer(1), *two = integer(2);
	struct tli_value *none = empty(TLI_TUPLE);
	struct tli_value *named =
		FILLED(TLI_DICT, str("x"), two, str("y"), str("z"));
	const struct row rows[] = {
		{tli_global(&values, "module", "Outer.Inner"),
			"module.Outer.Inner"},
		{tli_global(&values, "m\n", "'\x1b\\"),
			"'m\\n'.\"'\\x1b\\\\\""},
		{tli_global(&values, "m", "f.<locals>.<lambda>"),
			"m.f.<locals>.<lambda>"},
		{tli_global(&values, "[1", "5]"), "'[1'.'5]'"},
		{tli_global(&values, "", "5"), "''.'5'"},
		{tli_global(&values, "m\xc3\xa4", "n1"), "m\xc3\xa4.n1"},
		{called(none, NULL), "m.C()"},
		{called(TUPLE(one), NULL), "m.C(1)"},
		{called(TUPLE(one, TUPLE(two)), NULL), "m.C(1, (2,))"},
		{called(none, named), "m.C(x=2, y='z')"},
		{called(TUPLE(one, two), named), "m.C(1, 2, x=2, y='z')"},
		{called(TUPLE(one), empty(TLI_DICT)), "m.C(1)"},
		{called(none, FILLED(TLI_DICT, TUPLE(one), two)),
			"m.C((1,)=2)"},
		{tli_object(&values, TLI_REDUCE, called(none, NULL),
			 TUPLE(called(TUPLE(one), named)), NULL),
			"m.C()(m.C(1, x=2, y='z'))"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void objects_that_are_changed(void **state)
{
	struct tli_value *one = integer(1), *two = integer(2);
	struct tli_value *none = empty(TLI_TUPLE);
	const struct row rows[] = {
		{changed(called(none, NULL), TLI_STEP_BUILD,
			 FILLED(TLI_DICT, str("x"), one)),
			"<m.C() {'x': 1}>"},
		{changed(called(none, NULL), TLI_STEP_BUILD, LIST(one, two)),
			"<m.C() [1, 2]>"},
		{changed(called(none, NULL), TLI_STEP_APPEND, LIST(one, two)),
			"<m.C() [1, 2]>"},
		{changed(called(none, NULL), TLI_STEP_SETITEM,
			 LIST(str("x"), one, one, TUPLE(two))),
			"<m.C() {'x': 1, 1: (2,)}>"},
		{changed(called(none, NULL), TLI_STEP_ADD, LIST(one, two)),
			"<m.C() {1, 2}>"},
		{changed(changed(called(TUPLE(one), NULL), TLI_STEP_APPEND,
				 LIST(one)),
			 TLI_STEP_BUILD, two),
			"<m.C(1) [1] 2>"},
		{LIST(changed(called(none, FILLED(TLI_DICT, str("x"), one)),
			 TLI_STEP_BUILD, NONE)),
			"[<m.C(x=1) None>]"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void objects_inside_themselves(void **state)
{
	struct tli_value *args = LIST(integer(1));
	struct tli_value *tuple = TUPLE(args);
	struct tli_value *kwargs = empty(TLI_DICT);
	struct tli_value *object = called(tuple, kwargs);

	(void)state;
	filled(kwargs, (struct tli_value *[]){str("x"), object}, 2);
	check_repr(object, "m.C([1], x=<...>)");
	changed(object, TLI_STEP_BUILD, TUPLE(object, tuple, kwargs));
	check_repr(object, "<m.C([1], x=<...>) (<...>, ([1],), {'x': <...>})>");
	filled(args, (struct tli_value *[]){called(tuple, kwargs), tuple}, 2);
	check_repr(called(tuple, NULL),
		"m.C([1, m.C(..., x=<m.C(..., **{...}) (<...>, (...), "
		"{...})>), (...)])");
}

static struct tli_value *managers(const char *name)
{
	return tli_global(&values, "multiprocessing.managers", name);
}

/* As BaseProxy is pickled. */
static struct tli_value *proxy(struct tli_value *class,
	struct tli_value *typeid, struct tli_value *ident)
{
	struct tli_value *token = tli_object(
		&values, TLI_NEWOBJ, managers("Token"), empty(TLI_TUPLE), NULL);

	changed(token, TLI_STEP_BUILD, TUPLE(typeid, NONE, ident));
	return tli_object(&values, TLI_REDUCE, managers("RebuildProxy"),
		TUPLE(class, token, str("pickle"), empty(TLI_DICT)), NULL);
}

static void proxies(void **state)
{
	struct tli_value *class = managers("ListProxy"), *list = str("list");
	struct tli_value *none = empty(TLI_TUPLE);
	const struct row rows[] = {
		{proxy(class, list, str("0123456789abcdef-1f-list")),
			"<ListProxy object, typeid 'list' at 0x1f>"},
		{LIST(proxy(tli_global(&values, "__main__", "Mine"), list,
			 str("7f12ab"))),
			"[<Mine object, typeid 'list' at 0x7f12ab>]"},
		{proxy(managers("AutoProxy"), str("get_queue"), str("e-2-q")),
			"<AutoProxy[get_queue] object, typeid 'get_queue' at "
			"0x2>"},
		{proxy(class, list, str("-00000000000000000001-")),
			"<ListProxy object, typeid 'list' at "
			"0x0000000000000000>"},
		{proxy(class, list, str("")),
			"<ListProxy object, typeid 'list' at 0x>"},
		{tli_object(&values, TLI_REDUCE, managers("RebuildProxy"),
			 TUPLE(class), NULL),
			"multiprocessing.managers.RebuildProxy("
			"multiprocessing.managers.ListProxy)"},
		{tli_object(&values, TLI_REDUCE, managers("Token"), none, NULL),
			"multiprocessing.managers.Token()"},
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* What could pass for something else is written as what it is. */
static void what_is_almost_a_proxy(void **state)
{
	struct tli_value *class = managers("ListProxy"), *list = str("list");
	struct tli_value *almost[] = {
		proxy(class, list, integer(5)),
		proxy(class, integer(5), str("1")),
		proxy(class, str("a object"), str("1")),
		proxy(str("ListProxy"), list, str("1")),
		proxy(tli_global(&values, "m", "a b"), list, str("1")),
	};
	struct tli_buf text;

	(void)state;
	for (size_t i = 0; i < sizeof(almost) / sizeof(almost[0]); i++) {
		tli_buf_init(&text, TEXT_MAX);
		assert_int_equal(tli_repr(almost[i], &text), TLI_VALUE_OK);
		assert_memory_equal(tli_buf_head(&text),
			"multiprocessing.managers.RebuildProxy(", 38);
		tli_buf_fini(&text);
	}
}

/* ---- Limits ---------------------------------------------------------- */

static void depth_is_no_danger(void **state)
{
	struct tli_value *deep = empty(TLI_LIST);
	const size_t depth = TLI_VALUE_DEPTH_MAX;
	char *expected = malloc(2 * depth + 1);

	(void)state;
	for (size_t i = 1; i < depth; i++)
		deep = LIST(deep);
	memset(expected, '[', depth);
	memset(expected + depth, ']', depth);
	expected[2 * depth] = '\0';
	check_repr(deep, expected);
	free(expected);
}

/* Of all that allocates or has a way of its own to write. */
static struct tli_value *mixed(void)
{
	struct tli_value *list = LIST(integer(1), tli_float(&values, 2),
		ARRAY('h', "\1\0\2\0"), ARRAY('w', "a\0\0\0"), str("a\n"));

	filled(list,
		(struct tli_value *[]){list, BYTES(BYTEARRAY, "b"),
			tli_complex(&values, 1, 2),
			called(TUPLE(NONE),
				FILLED(TLI_DICT, str("x"), integer(3)))},
		4);
	for (int i = 0; i < 70; i++)
		list = TUPLE(list);
	return list;
}

static void too_little_room_is_told(void **state)
{
	const struct tli_value *value = mixed();
	struct tli_buf text;
	size_t len;

	(void)state;
	tli_buf_init(&text, TEXT_MAX);
	assert_int_equal(tli_repr(value, &text), TLI_VALUE_OK);
	len = tli_buf_len(&text);
	tli_buf_fini(&text);
	for (size_t room = 0; room <= len; room++) {
		tli_buf_init(&text, room);
		assert_int_equal(tli_repr(value, &text),
			room < len ? TLI_VALUE_LIMIT : TLI_VALUE_OK);
		tli_buf_fini(&text);
	}
}

/* A text that doubles with each level ends where the room does. */
static void sharing_cannot_fill_the_memory(void **state)
{
	struct tli_value *laugh = str("ha");
	struct tli_buf text;

	(void)state;
	for (int i = 0; i < 100; i++)
		laugh = LIST(laugh, laugh);
	tli_buf_init(&text, TEXT_MAX);
	assert_int_equal(tli_repr(laugh, &text), TLI_VALUE_LIMIT);
	tli_buf_fini(&text);
}

static bool fails_at(
	const struct tli_value *value, unsigned long n, bool persistent)
{
	struct tli_buf text;
	int result;
	bool failed;

	tli_buf_init(&text, TEXT_MAX);
	alloc_fail_from(n, persistent);
	result = tli_repr(value, &text);
	failed = alloc_count() >= n;
	alloc_reset();
	tli_buf_fini(&text);
	assert_int_equal(result, failed ? TLI_VALUE_NOMEM : TLI_VALUE_OK);
	return failed;
}

static void each_allocation_may_fail(void **state)
{
	const struct tli_value *value = mixed();
	unsigned long n = 1;

	(void)state;
	while (fails_at(value, n, false) && fails_at(value, n, true))
		n++;
	assert_in_range(n, 6, 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers),
		TEST(what_has_too_many_digits_is_hexadecimal),
		TEST(texts),
		TEST(bytes),
		TEST(arrays),
		TEST(containers),
		TEST(what_is_inside_itself_is_cut),
		TEST(what_is_shared_is_whole),
		TEST(symbols),
		TEST(objects_that_are_changed),
		TEST(objects_inside_themselves),
		TEST(proxies),
		TEST(what_is_almost_a_proxy),
		TEST(depth_is_no_danger),
		TEST(too_little_room_is_told),
		TEST(sharing_cannot_fill_the_memory),
		TEST(each_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
