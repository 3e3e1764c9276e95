/* SPDX-License-Identifier: MIT */
/* Typeids: what a client of a manager gets by them. */
#include "creating.h"

#include "../unit/alloc.h"

#include <stdio.h>
#include <string.h>

#define X10  "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X128 X100 X10 X10 "xxxxxxxx"

#define NAME                                                                   \
	"a name, which stands behind a '#' in an address, has 1 to 128 "       \
	"letters, digits and . _ - : /"

/* ---- SyncManager's own ------------------------------------------------ */

static void a_kind_is_a_typeid(void **state)
{
	static const char *const kinds[] = {"Queue", "JoinableQueue", "Event",
		"Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition",
		"Barrier", "list", "dict", "set", "Value", "Array", "Namespace",
		"LifoQueue", "PriorityQueue", "SimpleQueue", "Topic"};
	char expected[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(kinds); i++) {
		snprintf(expected, sizeof(expected),
			"{'kind': '%s', 'args': (1, 'a'), 'kwds': {'k': []}}",
			kinds[i]);
		expect_created(
			"{}", kinds[i], "(1, 'a')", "{'k': []}", expected);
		expect_created("{\"guess_typeids\": false}", kinds[i],
			"(1, 'a')", "{'k': []}", expected);
	}
}

static void what_only_the_broker_makes_is_refused(void **state)
{
	static const char *const typeids[] = {
		"Pool", "AsyncResult", "Iterator", "object"};
	char text[CREATED_TEXT];

	(void)state;
	for (size_t i = 0; i < LENGTH(typeids); i++) {
		created("{}", typeids[i], "()", "{}", text);
		check(typeids[i], strncmp(text, "refused: a", 10) == 0);
		check(typeids[i], strstr(text, typeids[i]));
	}
	assert_non_null(strstr(created("{}", "Pool", "()", "{}", text),
		"runs its clients' code, which the broker never does"));
}

/* ---- of the configuration --------------------------------------------- */

#define ENTRY(members) "{\"typeids\": {\"f\": {" members "}}}"

static const struct {
	const char *entry;
	const char *args, *kwds;
	const char *expected;
} entries[] = {
	/* names */
	{ENTRY("\"type\": \"Queue\", \"name\": \"tasks\", \"args\": [100]"),
		"()", "{}",
		"{'kind': 'Queue', 'name': 'tasks', 'args': (100,), "
		"'kwds': {}}"},
	{ENTRY("\"type\": \"Queue\", \"name\": \"queue-{0}\""), "('a',)", "{}",
		"{'kind': 'Queue', 'name': 'queue-a', 'args': (), 'kwds': {}}"},
	{ENTRY("\"type\": \"Queue\", \"name\": \"queue-{0}\""), "(-12,)", "{}",
		"{'kind': 'Queue', 'name': 'queue--12', 'args': (), "
		"'kwds': {}}"},
	{ENTRY("\"type\": \"Lock\", \"name\": \"{1}/{0}.{key}\""), "('a', 'b')",
		"{'key': 7}",
		"{'kind': 'Lock', 'name': 'b/a.7', 'args': (), 'kwds': {}}"},
	{ENTRY("\"type\": \"Lock\", \"name\": \"{0}\""), "(1.5,)", "{}",
		"refused: f() has no name for its object, by \"{0}\": an "
		"argument that becomes part of a name is a str or an int of up "
		"to 64 bits"},
	{ENTRY("\"type\": \"Lock\", \"name\": \"{0}\""), "(True,)", "{}",
		"refused: f() has no name for its object, by \"{0}\": an "
		"argument that becomes part of a name is a str or an int of up "
		"to 64 bits"},
	{ENTRY("\"type\": \"Lock\", \"name\": \"l-{0}\""), "('a b',)", "{}",
		"refused: f() has no name for its object, by \"l-{0}\": " NAME},
	{ENTRY("\"type\": \"Lock\", \"name\": \"l-{0}\""), "('a\\0',)", "{}",
		"refused: f() has no name for its object, by \"l-{0}\": a name "
		"has no NUL"},
	{ENTRY("\"type\": \"Lock\", \"name\": \"{0}\""), "('" X128 "',)", "{}",
		"{'kind': 'Lock', 'name': '" X128 "', 'args': (), "
		"'kwds': {}}"},
	{ENTRY("\"type\": \"Lock\", \"name\": \"{0}\""), "('x" X128 "',)", "{}",
		"refused: f() has no name for its object, by \"{0}\": it would "
		"have more than 128 bytes"},
	/* how many arguments */
	{ENTRY("\"type\": \"Lock\", \"name\": \"l-{0}\""), "()", "{}",
		"refused: f() takes 1 argument without a name, as its entry in "
		"\"typeids\" says (0 given)"},
	{ENTRY("\"type\": \"Lock\", \"name\": \"l-{key}\""), "()", "{}",
		"refused: f() needs the argument key=, as its entry in "
		"\"typeids\" says"},
	{ENTRY("\"type\": \"Queue\", \"args\": [5]"), "(6,)", "{}",
		"refused: f() takes 0 arguments without a name, as its entry "
		"in \"typeids\" says (1 given)"},
	{ENTRY("\"type\": \"Queue\", \"args\": [5]"), "()", "{'maxsize': 7}",
		"refused: f() got an unexpected keyword argument \"maxsize\": "
		"it has no place in its entry in \"typeids\""},
	{ENTRY("\"type\": \"Queue\", \"args\": [5]"), "()", "{3: 7}",
		"refused: f() got an unexpected keyword argument : "
		"it has no place in its entry in \"typeids\""},
	/* what has no place goes to the constructor */
	{ENTRY("\"type\": \"Queue\""), "(6,)", "{'a': 7}",
		"{'kind': 'Queue', 'args': (6,), 'kwds': {'a': 7}}"},
	{ENTRY("\"type\": \"Queue\", \"name\": \"q-{0}-{k}\""), "('a', 6)",
		"{'m': 1, 'k': 2}",
		"{'kind': 'Queue', 'name': 'q-a-2', 'args': (6,), "
		"'kwds': {'m': 1}}"},
	/* arguments of the constructor */
	{ENTRY("\"type\": \"Queue\", \"args\": [\"{0}\"]"), "([7],)", "{}",
		"{'kind': 'Queue', 'args': ([7],), 'kwds': {}}"},
	{ENTRY("\"type\": \"Queue\", \"kwargs\": {\"maxsize\": \"{size}\", "
	       "\"x\": {\"$repr\": \"(1, b'x')\"}}"),
		"()", "{'size': 3}",
		"{'kind': 'Queue', 'args': (), 'kwds': {'maxsize': 3, "
		"'x': (1, b'x')}}"},
	{ENTRY("\"type\": \"Value\", \"args\": [\"d\", 0.5]"), "()", "{}",
		"{'kind': 'Value', 'args': ('d', 0.5), 'kwds': {}}"},
	{ENTRY("\"type\": \"list\", \"args\": [[\"{0}\", \"{}\"]]"), "()", "{}",
		"{'kind': 'list', 'args': (['{0}', '{}'],), 'kwds': {}}"},
	{ENTRY("\"type\": \"Value\", \"args\": [\"u\", \"{\"]"), "()", "{}",
		"{'kind': 'Value', 'args': ('u', '{'), 'kwds': {}}"},
	/* initial content */
	{ENTRY("\"type\": \"dict\", \"value\": {\"{0}\": [1, null, true]}"),
		"()", "{}",
		"{'kind': 'dict', 'args': ({'{0}': [1, None, True]},), "
		"'kwds': {}}"},
	{ENTRY("\"type\": \"set\", \"value\": {\"$repr\": \"{1}\"}"), "()",
		"{}", "{'kind': 'set', 'args': ({1},), 'kwds': {}}"},
	{ENTRY("\"type\": \"Value\", \"args\": [\"i\"], \"value\": 5"), "()",
		"{}", "{'kind': 'Value', 'args': ('i', 5), 'kwds': {}}"},
	{ENTRY("\"type\": \"Namespace\", \"value\": {\"x\": \"{0}\"}"), "()",
		"{}",
		"{'kind': 'Namespace', 'args': (), 'kwds': {'x': '{0}'}}"},
	{ENTRY("\"type\": \"list\", \"value\": [1]"), "(2,)", "{}",
		"refused: f() takes 0 arguments without a name, as its entry "
		"in \"typeids\" says (1 given)"},
	/* options */
	{ENTRY("\"type\": \"Semaphore\", \"args\": [2], \"options\": "
	       "{\"owned\": true, \"expire_ms\": 5}"),
		"()", "{}",
		"{'kind': 'Semaphore', 'args': (2,), 'kwds': {}, "
		"'owned': True, 'expire_ms': 5}"},
	/* calls */
	{ENTRY("\"type\": \"dict\", \"name\": \"state\", \"call\": \"get\""),
		"('k', 0)", "{}",
		"{'kind': 'dict', 'name': 'state', 'args': (), 'kwds': {}} "
		"then ('get', ('k', 0))"},
	{ENTRY("\"type\": \"dict\", \"name\": \"{0}\", \"call\": \"update\", "
	       "\"value\": {\"a\": 1}"),
		"('n', [])", "{'x': 5}",
		"{'kind': 'dict', 'name': 'n', 'args': ({'a': 1},), "
		"'kwds': {}} then ('update', ([],), {'x': 5})"},
	{ENTRY("\"type\": \"dict\", \"name\": \"state\", \"call\": \"get\", "
	       "\"args\": [\"{0}\", 0]"),
		"('k',)", "{}",
		"{'kind': 'dict', 'name': 'state', 'args': (), 'kwds': {}} "
		"then ('get', ('k', 0))"},
	{ENTRY("\"type\": \"dict\", \"name\": \"state\", \"call\": \"get\", "
	       "\"args\": [\"{0}\", 0]"),
		"('k', 3)", "{}",
		"refused: f() takes 1 argument without a name, as its entry in "
		"\"typeids\" says (2 given)"},
};

static void an_entry_says_what_is_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(entries); i++)
		expect_created(entries[i].entry, "f", entries[i].args,
			entries[i].kwds, entries[i].expected);
}

static void an_entry_comes_before_what_else_there_is(void **state)
{
#define BEFORE(typeid)                                                         \
	"{\"typeids\": {\"" typeid "\": {\"type\": \"list\"}, \"a\": "         \
				   "{\"type\": \"set\"}}}"
	const char *expected = "{'kind': 'list', 'args': (), 'kwds': {}}";

	(void)state;
	expect_created(BEFORE("Queue"), "Queue", "()", "{}", expected);
	expect_created(BEFORE("Pool"), "Pool", "()", "{}", expected);
	expect_created(BEFORE("get_lock"), "get_lock", "()", "{}", expected);
	expect_created(BEFORE("get_lock"), "a", "()", "{}",
		"{'kind': 'set', 'args': (), 'kwds': {}}");
}

/* ---- guessed ---------------------------------------------------------- */

static void a_typeid_may_say_its_kind(void **state)
{
	static const struct {
		const char *typeid, *kind;
	} table[] = {
		{"get_task_queue", "Queue"},
		{"result_queue", "Queue"},
		{"get_dict", "dict"},
		{"shared_list", "list"},
		{"get_lock", "Lock"},
		{"getQueue", "Queue"},
		{"TaskQueue", "Queue"},
		{"GET_QUEUE", "Queue"},
		{"queue2", "Queue"},
		{"_queue", "Queue"},
		{"get_event", "Event"},
		{"joinable_queue", "JoinableQueue"},
		{"getJoinableQueue", "JoinableQueue"},
		{"joinablequeue", "JoinableQueue"},
		{"lifo_queue", "LifoQueue"},
		{"MyLifoQueue", "LifoQueue"},
		{"get_priority_queue", "PriorityQueue"},
		{"simple_queue", "SimpleQueue"},
		{"queue_lock", "Lock"},
		{"lock_queue", "Queue"},
		{"the_rlock", "RLock"},
		{"theRLock", "RLock"},
		{"bounded_semaphore", "BoundedSemaphore"},
		{"get_semaphore", "Semaphore"},
		{"condition", "Condition"},
		{"a_namespace", "Namespace"},
		{"my_set", "set"},
		{"result_set", "set"},
		{"news_topic", "Topic"},
		{"queue_for_me", "Queue"},
	};
	char expected[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(table); i++) {
		snprintf(expected, sizeof(expected),
			"{'kind': '%s', 'name': '%s', 'args': (), 'kwds': {}}",
			table[i].kind, table[i].typeid);
		expect_created("{}", table[i].typeid, "()", "{}", expected);
	}
}

static void a_typeid_may_say_no_kind(void **state)
{
	static const char *const table[] = {"f", "get_data", "set_dict", "set_",
		"setQueue", "queues", "get_pool", "dequeue", "blocklist",
		"get_value", "shared_array", "barrier", "r_loc", "k", "x_k",
		"Qu\xc3\xa9ue", ""};
	char text[CREATED_TEXT];

	(void)state;
	for (size_t i = 0; i < LENGTH(table); i++) {
		created("{}", table[i], "()", "{}", text);
		check(table[i],
			strncmp(text, "unknown: there is no typeid \"", 29) ==
				0);
	}
}

static void a_guess_is_named_by_its_arguments(void **state)
{
	(void)state;
	expect_created("{}", "get_lock", "('a',)", "{}",
		"{'kind': 'Lock', 'name': 'get_lock-a', 'args': (), "
		"'kwds': {}}");
	expect_created("{}", "get_lock", "('a', -7)", "{}",
		"{'kind': 'Lock', 'name': 'get_lock-a--7', 'args': (), "
		"'kwds': {}}");
	expect_created("{}", "get_lock", "(None,)", "{}",
		"refused: get_lock() has no name for its object, which is made "
		"of its own and the arguments: an argument that becomes part "
		"of a name is a str or an int of up to 64 bits");
	expect_created("{}", "get_lock", "('a b',)", "{}",
		"refused: get_lock() has no name for its object, which is made "
		"of its own and the arguments: " NAME);
	expect_created("{}", "get_lock", "()", "{'a': 1}",
		"refused: get_lock() has no name for its object, which is made "
		"of its own and the arguments: arguments with names are for an "
		"entry in \"typeids\"");
	expect_created("{}", "get_lock",
		"('','','','','','','','','','','','','','','','','')", "{}",
		"refused: get_lock() has no name for its object, which is made "
		"of its own and the arguments: there are more than 16");
}

static void an_unknown_one_is_told_the_entry_to_add(void **state)
{
	(void)state;
	expect_created("{}", "get_data", "()", "{}",
		"unknown: there is no typeid \"get_data\"; to serve it, add to "
		"\"typeids\" in the broker's configuration: \"get_data\": "
		"{\"type\": \"dict\", \"name\": \"get_data\"} (or another "
		"type)");
	expect_created("{}", "get_value", "()", "{}",
		"unknown: there is no typeid \"get_value\"; to serve it, add "
		"to \"typeids\" in the broker's configuration: \"get_value\": "
		"{\"type\": \"Value\", \"name\": \"get_value\", \"args\": "
		"[\"i\", 0]}");
	expect_created("{\"guess_typeids\": false}", "my_queue", "()", "{}",
		"unknown: there is no typeid \"my_queue\"; to serve it, add to "
		"\"typeids\" in the broker's configuration: \"my_queue\": "
		"{\"type\": \"Queue\", \"name\": \"my_queue\"}");
}

static void a_typeid_has_a_longest_one(void **state)
{
	char text[CREATED_TEXT], *end;

	(void)state;
	created("{}", X128, "()", "{}", text);
	end = strstr(text, "(or another type)");
	assert_non_null(end);
	assert_string_equal(end, "(or another type)");
	expect_created("{}", "x" X128, "()", "{}",
		"refused: a typeid has at most 128 bytes");
	/* Its own name leaves no room for that of its object. */
	created("{}", "x_queue" X100 X10 X10, "()", "{}", text);
	assert_non_null(strstr(text, "no typeid"));
	created("{}", X100 X10 X10 "_queue", "('abc',)", "{}", text);
	assert_non_null(strstr(text, "more than 128 bytes"));
}

static void a_guess_has_a_text(void **state)
{
	struct creation creation = {.kind = "Lock", .is_guessed = true};
	char text[TYPEID_WHY];

	(void)state;
	typeid_guess_text("get_lock", &creation, text);
	assert_string_equal(text,
		"\"get_lock\": {\"type\": \"Lock\", \"name\": "
		"\"get_lock\"}");
	creation.guessed_arguments = 2;
	typeid_guess_text("get_lock", &creation, text);
	assert_string_equal(text,
		"\"get_lock\": {\"type\": \"Lock\", \"name\": "
		"\"get_lock-{0}-{1}\"}");
	creation.guessed_arguments = 16;
	typeid_guess_text(X128, &creation, text);
	assert_non_null(strstr(text, "-{15}\"}"));
}

/* ---- what proxies have ------------------------------------------------ */

static const struct tli_value_limits limits = {1 << 20, 10000, 100};
static const uint64_t seed[2] = {1, 2};

/* What is in the tuple, and what may be called. */
static void expect_method(const char *settings, const char *typeid,
	const char *method, bool in_tuple, bool callable)
{
	struct tli_values values;
	const struct tli_items *names;
	bool found = false;

	expect_good(settings);
	tli_values_init(&values, &limits, seed);
	names = tli_items_of(typeid_exposed(&config, &values, typeid));
	for (uint32_t i = 0; i < names->count; i++)
		found = found || tli_is_text(names->items[i], method);
	check_equal(method, found, in_tuple);
	check_equal(method, typeid_exposes(&config, typeid, method), callable);
	tli_values_fini(&values);
	config_fini(&config);
}

static void a_proxy_has_its_kinds_methods(void **state)
{
	static const char listed[] =
		"{\"typeids\": {\"a\": {\"type\": \"list\", \"exposed\": "
		"[\"append\", \"__str__\"]}, \"Queue\": {\"type\": "
		"\"dict\"}}}";
	static const struct {
		const char *settings, *typeid, *method;
		bool in_tuple, callable;
	} table[] = {
		{"{}", "Queue", "put", true, true},
		{"{}", "Queue", "task_done", true, true},
		{"{}", "Queue", "acquire", false, false},
		{"{}", "Queue", "_put", false, false},
		{"{}", "dict", "__setitem__", true, true},
		{"{}", "dict", "__len__", true, true},
		{"{}", "dict", "__repr__", false, false},
		{"{}", "dict", "__str__", false, false},
		{"{}", "dict", "#GETVALUE", false, false},
		{"{}", "dict", "__class__", false, false},
		{"{}", "dict", "", false, false},
		{"{}", "set", "__eq__", false, true},
		{"{}", "set", "__or__", true, true},
		{"{}", "Lock", "__enter__", true, true},
		{"{}", "Namespace", "__getattribute__", false, true},
		{"{}", "Namespace", "__setattr__", false, true},
		{"{}", "Namespace", "__delattr__", false, true},
		{"{}", "Iterator", "__next__", true, true},
		{"{}", "get_lock", "acquire", true, true},
		{"{\"guess_typeids\": false}", "get_lock", "acquire", false,
			false},
		{"{}", "get_nothing", "put", false, false},
		{"{}", "Pool", "map", false, false},
		{listed, "a", "append", true, true},
		{listed, "a", "extend", false, false},
		{listed, "a", "__str__", false, true},
		{listed, "Queue", "put", false, false},
		{listed, "Queue", "keys", true, true},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(table); i++)
		expect_method(table[i].settings, table[i].typeid,
			table[i].method, table[i].in_tuple, table[i].callable);
}

/* A method in the tuple becomes Python's source. */
static void what_is_in_the_tuple_are_identifiers(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	static const char *const typeids[] = {
		"Queue", "dict", "list", "set", "Lock", "Topic", "Barrier"};
	struct tli_values values;

	(void)state;
	expect_good("{}");
	tli_values_init(&values, &limits, seed);
	for (size_t i = 0; i < LENGTH(typeids); i++) {
		const struct tli_items *names = tli_items_of(
			typeid_exposed(&config, &values, typeids[i]));

		check(typeids[i], names->count > 3);
		for (uint32_t n = 0; n < names->count; n++) {
			const char *name =
				(const char *)tli_bytes_of(names->items[n])
					->data;

			check(name, name[strspn(name, letters)] == '\0');
		}
	}
	tli_values_fini(&values);
}

static const char *result_of(
	const char *settings, const char *typeid, const char *method)
{
	const char *result;

	expect_good(settings);
	result = typeid_of_result(&config, typeid, method);
	config_fini(&config);
	return result;
}

static void only_pythons_dict_has_iterators(void **state)
{
	(void)state;
	assert_string_equal(result_of("{}", "dict", "__iter__"), "Iterator");
	assert_null(result_of("{}", "dict", "keys"));
	assert_null(result_of("{}", "get_dict", "__iter__"));
	assert_null(result_of("{}", "set", "__iter__"));
	assert_null(result_of("{\"typeids\": {\"dict\": {\"type\": "
			      "\"list\"}}}",
		"dict", "__iter__"));
}

static void a_typeid_has_an_origin(void **state)
{
	static const struct {
		const char *typeid;
		enum typeid_origin origin;
	} table[] = {
		{"Queue", TYPEID_OF_PYTHON},
		{"Topic", TYPEID_OF_PYTHON},
		{"a", TYPEID_OF_THE_CONFIG},
		{"get_lock", TYPEID_GUESSED},
		{"get_value", TYPEID_OF_NOBODY},
		{"b", TYPEID_OF_NOBODY},
	};

	(void)state;
	expect_good("{\"typeids\": {\"a\": {\"type\": \"list\"}}}");
	for (size_t i = 0; i < LENGTH(table); i++)
		check_equal(table[i].typeid,
			typeid_origin(&config, table[i].typeid),
			table[i].origin);
	config_fini(&config);
}

/* ---- lack of memory --------------------------------------------------- */

static enum creation_result create_without(
	unsigned long n, bool persistent, const char *typeid, bool *counted)
{
	struct tli_values values;
	struct creation creation;
	struct tli_value *args, *kwds, *text;
	char why[TYPEID_WHY];
	enum creation_result result;

	tli_values_init(&values, &limits, seed);
	text = tli_str(&values, "a", 1);
	args = tli_items(&values, TLI_TUPLE, &text, 1);
	kwds = tli_container(&values, TLI_DICT);
	alloc_fail_from(n, persistent);
	result = typeids_create(
		&config, &values, typeid, args, kwds, &creation, why);
	*counted = alloc_count() >= n;
	alloc_reset();
	if (result == CREATION_OK)
		(void)typeid_exposed(&config, &values, typeid);
	tli_values_fini(&values);
	return result;
}

static void a_lack_of_memory_is_told(void **state)
{
	static const char *const typeids[] = {"f", "get_lock", "Queue"};

	(void)state;
	expect_good(ENTRY("\"type\": \"dict\", \"name\": \"{0}\", \"value\": "
			  "{\"a\": [1, [2, [3, \"" X100 X100 X100 X100 X100 X100
				  X100 X100 X100 X100 "\"]]]}, \"options\": "
			  "{\"expire_ms\": 1}"));
	for (size_t i = 0; i < LENGTH(typeids) * 2; i++) {
		const char *typeid = typeids[i / 2];
		bool counted = true;
		unsigned long n;

		for (n = 1; counted; n++) {
			enum creation_result result =
				create_without(n, i % 2 == 1, typeid, &counted);

			check_equal(typeid, result,
				counted ? CREATION_NOMEM : CREATION_OK);
			check(typeid, n < 100);
		}
		/* What is short fits where the arguments are. */
		check(typeid, i > 1 || n > 2);
	}
	config_fini(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kind_is_a_typeid),
		cmocka_unit_test(what_only_the_broker_makes_is_refused),
		cmocka_unit_test(an_entry_says_what_is_made),
		cmocka_unit_test(an_entry_comes_before_what_else_there_is),
		cmocka_unit_test(a_typeid_may_say_its_kind),
		cmocka_unit_test(a_typeid_may_say_no_kind),
		cmocka_unit_test(a_guess_is_named_by_its_arguments),
		cmocka_unit_test(an_unknown_one_is_told_the_entry_to_add),
		cmocka_unit_test(a_typeid_has_a_longest_one),
		cmocka_unit_test(a_guess_has_a_text),
		cmocka_unit_test(a_proxy_has_its_kinds_methods),
		cmocka_unit_test(what_is_in_the_tuple_are_identifiers),
		cmocka_unit_test(only_pythons_dict_has_iterators),
		cmocka_unit_test(a_typeid_has_an_origin),
		cmocka_unit_test(a_lack_of_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
