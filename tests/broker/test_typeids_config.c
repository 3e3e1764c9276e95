/* SPDX-License-Identifier: MIT */
/* The setting "typeids": every mistake with its line, the limits, and what a
 * lack of memory comes to. */
#include "parsing.h"

#include "../unit/alloc.h"

#include "../../broker/engine/kinds.h"
#include "../../broker/typeid_entry.h"

#include <tieline/tieline.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X10       "xxxxxxxxxx"
#define X100      X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define X128      X100 X10 X10 "xxxxxxxx"
#define SITES_MAX 1000 /* more allocations than any file here needs */

#define ENTRY(members) "{\"typeids\": {\n\"f\": {\n" members "}}}"
#define QUEUE(members) ENTRY("\"type\": \"Queue\",\n" members)

static const struct {
	const char *text, *wrong;
} wrong_files[] = {
	/* the setting */
	{"{\"typeids\": [1]}",
		"1: typeids: an array where an object belongs: 0 to 1000 "
		"typeids"},
	{"{\"guess_typeids\":\n1}",
		"1: guess_typeids: a number where true or false belongs: true "
		"or false"},
	/* names */
	{"{\"typeids\": {\n\"get-x\": {\"type\": \"Queue\"}}}",
		"2: typeids: a typeid is the name of a method in Python: "
		"letters, digits and _, at most 128"},
	{"{\"typeids\": {\n\n\"1x\": {\"type\": \"Queue\"}}}",
		"3: typeids: a typeid is the name of a method in Python: "
		"letters, digits and _, at most 128"},
	{"{\"typeids\": {\"\": {\"type\": \"Queue\"}}}",
		"1: typeids: a typeid is the name of a method in Python: "
		"letters, digits and _, at most 128"},
	{"{\"typeids\": {\"x" X128 "\": {\"type\": \"Queue\"}}}",
		"1: typeids: a typeid is the name of a method in Python: "
		"letters, digits and _, at most 128"},
	{"{\"typeids\": {\"a\": {\"type\": \"Queue\"},\n\"f\":\n\"Queue\"}}",
		"2: typeids: a text where an object belongs, as in {\"type\": "
		"\"Queue\"}"},
	/* type */
	{ENTRY("\"name\": \"a\""),
		"2: \"type\" is missing: a kind of object, as in {\"type\": "
		"\"Queue\"}"},
	{ENTRY("\"type\": \"queue\""),
		"3: type: there is no kind of object \"queue\": see man "
		"tielined.json"},
	{ENTRY("\"exposed\": [\"f\"],\n\"type\": \"queue\""),
		"4: type: there is no kind of object \"queue\": see man "
		"tielined.json"},
	{ENTRY("\"type\": 7"),
		"3: type: a number where a text belongs: a kind, as \"Queue\" "
		"or \"dict\""},
	{ENTRY("\"type\": \"AsyncResult\""),
		"3: type: an AsyncResult is what a Pool answers, and a Pool "
		"runs its clients' code, which the broker never does"},
	{QUEUE("\"nam\": 7"),
		"4: there is no setting \"nam\"; is \"name\" meant?"},
	/* name */
	{QUEUE("\"name\": 7"),
		"4: name: a number where a text belongs: a name, as \"tasks\" "
		"or \"queue-{0}\""},
	{QUEUE("\"name\": \"a b\""),
		"4: name: \"a b\" makes no name: a name, which stands behind a "
		"'#' in an address, has 1 to 128 letters, digits and . _ - : "
		"/"},
	{QUEUE("\"name\": \"\""),
		"4: name: \"\" makes no name: a name, which stands behind a "
		"'#' in an address, has 1 to 128 letters, digits and . _ - : "
		"/"},
	{QUEUE("\"name\": \"{{\""),
		"4: name: \"{{\" makes no name: a name, which stands behind a "
		"'#' in an address, has 1 to 128 letters, digits and . _ - : "
		"/"},
	{QUEUE("\"name\": \"x" X128 "\""),
		"4: name: \"" X10 X10 X10 X10 "xx...\" makes no name: it would "
		"have more than 128 bytes"},
#define BRACE                                                                  \
	" makes no name: an argument is written {0}, {1} ... or {key}, and a " \
	"brace that is none twice"
	{QUEUE("\"name\": \"a{\""), "4: name: \"a{\"" BRACE},
	{QUEUE("\"name\": \"a{0\""), "4: name: \"a{0\"" BRACE},
	{QUEUE("\"name\": \"a}\""), "4: name: \"a}\"" BRACE},
	{QUEUE("\"name\": \"{}\""), "4: name: \"{}\"" BRACE},
	{QUEUE("\"name\": \"{0x}\""), "4: name: \"{0x}\"" BRACE},
	{QUEUE("\"name\": \"{a.b}\""), "4: name: \"{a.b}\"" BRACE},
	{QUEUE("\"name\": \"{16}\""),
		"4: name: \"{16}\" makes no name: the last argument that has a "
		"place is {15}"},
	{QUEUE("\"name\": \"{0}-{2}\""),
		"2: {1} has no place, but one behind it has"},
	{QUEUE("\"name\": \"{2}\", \"args\": [\"{0}\"]"),
		"2: {1} has no place, but one behind it has"},
	/* arguments */
	{QUEUE("\"args\": 100"),
		"4: args: a number where an array belongs: arguments, as "
		"[\"{0}\", 100]"},
	{QUEUE("\"args\": [1,\n\"a{0}\"]"),
		"5: args: \"a{0}\" has an argument inside a text: only "
		"\"name\" is put together so"},
	{QUEUE("\"args\": [1,\n{\"$repr\": \"a b\"}]"),
		"5: args: in \"$repr\": line 1, column 1: 'a' is no literal; "
		"expected a value (a number, a text in quotes, None, True, "
		"False, [...], (...) or {...})"},
	{QUEUE("\"kwargs\": [1]"),
		"4: kwargs: an array where an object belongs: arguments, as "
		"{\"maxsize\": 100}"},
	{QUEUE("\"kwargs\": {\"a\": 1,\n\"b\":\n\"{x} \"}"),
		"5: kwargs: \"{x} \" has an argument inside a text: only "
		"\"name\" is put together so"},
	/* initial content */
	{QUEUE("\"value\": 1"),
		"4: value: a Queue has no content to start with"},
	{ENTRY("\"value\": [1], \"type\": \"dict\""),
		"3: value: a dict cannot start as an array"},
	{ENTRY("\"value\": {}, \"type\": \"list\""),
		"3: value: a list cannot start as an object"},
	{ENTRY("\"value\": \"a\", \"type\": \"set\""),
		"3: value: a set cannot start as a text"},
	{ENTRY("\"value\": [1], \"args\": [1], \"type\": \"list\""),
		"2: value: it is argument 1 of a list, and \"args\" has 1"},
	{ENTRY("\"value\": 1, \"type\": \"Value\""),
		"2: value: it is argument 2 of a Value, and \"args\" has 0"},
	{ENTRY("\"value\": {}, \"kwargs\": {}, \"type\": \"Namespace\""),
		"2: value: \"kwargs\" say the same of a Namespace"},
	/* methods */
	{QUEUE("\"exposed\": {}"),
		"4: exposed: an object where an array belongs: methods, as "
		"[\"put\", \"get\"]"},
	{QUEUE("\"exposed\": [\"put\",\n7]"),
		"5: exposed: a number where a text belongs: methods, as "
		"[\"put\", \"get\"]"},
	{QUEUE("\"exposed\": [\"put\",\n\"push\"]"),
		"5: exposed: a Queue has no method \"push\": \"tieline typeid "
		"Queue\" lists what it has"},
	{QUEUE("\"call\": [\"get\"]"),
		"4: call: an array where a text belongs: a method, as "
		"\"get\""},
	{QUEUE("\"call\": \"push\""),
		"4: call: a Queue has no method \"push\": \"tieline typeid "
		"Queue\" lists what it has"},
	{QUEUE("\"call\": \"get\", \"exposed\": [\"put\"]"),
		"2: exposed: a proxy of what \"call\" returns has the methods "
		"of that"},
	/* options */
	{QUEUE("\"options\": [1]"),
		"4: options: an array where an object belongs: options, as "
		"{\"expire_ms\": 60000}"},
	{QUEUE("\"options\": {\"expire_ms\": 1,\n\"owned\": true}"),
		"5: options: a Queue has no option \"owned\": see man "
		"tielined.json"},
	{QUEUE("\"options\": {\"name\": \"a\"}"),
		"4: options: \"name\" is not for here: the entry itself says "
		"it"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(wrong_files); i++)
		expect_wrong(wrong_files[i].text, wrong_files[i].wrong);
}

/* A file with so many typeids, to be freed. */
static char *file_of(unsigned count)
{
	size_t size = 64 + 40 * (size_t)count;
	char *text = malloc(size);
	size_t len;

	assert_non_null(text);
	len = (size_t)snprintf(text, size, "{\"typeids\": {");
	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, size - len,
			"%s\"t%u\": {\"type\": \"Lock\"}", i ? "," : "", i);
	snprintf(text + len, size - len, "}}");
	return text;
}

static void there_are_at_most_1000(void **state)
{
	char *text = file_of(1000), typeid[16];

	(void)state;
	expect_good(text);
	free(text);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(typeid, sizeof(typeid), "t%u", i);
		check(typeid, typeids_find(config.typeids, typeid));
	}
	assert_null(typeids_find(config.typeids, "t1000"));
	assert_null(typeids_find(config.typeids, ""));
	config_fini(&config);
	assert_null(config.typeids);
	text = file_of(1001);
	expect_wrong(
		text, "1: typeids: there are 1001 typeids: 0 to 1000 typeids");
	free(text);
}

/* The kinds that the table of contents knows are kinds. */
static void every_kind_with_content_is_one(void **state)
{
	static const char *const types[] = {
		"dict", "list", "set", "Namespace", "Value", "Array"};

	(void)state;
	for (size_t i = 0; i < LENGTH(types); i++) {
		check(types[i], engine_has_kind(types[i]));
		check(types[i], typeid_content_find(types[i]));
	}
	assert_null(typeid_content_find("Queue"));
}

static void a_lack_of_memory_is_said(void **state)
{
	static const char text[] =
		"{\"typeids\": {\"a\": {\"type\": \"dict\", \"name\": "
		"\"{0}-{key}\", \"value\": {\"a\": [{\"$repr\": \"(1,)\"}]}, "
		"\"exposed\": [\"get\", \"keys\"]}, \"b\": {\"type\": "
		"\"Queue\", \"args\": [\"{0}\", 2], \"kwargs\": {\"x\": "
		"\"{x}\"}, \"call\": \"get\", \"options\": {\"expire_ms\": "
		"7}}}}";
	unsigned long n;

	(void)state;
	for (n = 1; n < SITES_MAX; n++) {
		int result;

		error = (struct tli_error){.code = 0};
		alloc_fail_from(n, n % 2 == 0);
		result = config_parse(
			&config, "test.json", text, strlen(text), &error);
		if (alloc_count() < n)
			break;
		alloc_reset();
		assert_int_equal(result, TIELINE_ENOMEM);
		assert_string_equal(error.text, "no memory to read test.json");
		assert_null(config.typeids);
	}
	alloc_reset();
	assert_in_range(n, 20, SITES_MAX - 1);
	assert_non_null(typeids_find(config.typeids, "b"));
	config_fini(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(there_are_at_most_1000),
		cmocka_unit_test(every_kind_with_content_is_one),
		cmocka_unit_test(a_lack_of_memory_is_said),
	};
	cJSON_Hooks hooks = {malloc, free};

	/* So that cJSON's allocations can be made to fail too. */
	cJSON_InitHooks(&hooks);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
