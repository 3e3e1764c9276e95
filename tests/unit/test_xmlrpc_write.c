/* SPDX-License-Identifier: MIT */
/* Values as XML-RPC: what is written, comes back, is refused. */
#include "xml_texts.h"

#include "../../proto/xmlrpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_57 "123456789012345678901234567890123456789012345678901234567"
#define TEXT_57                                                                \
	"MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAx" \
	"MjM0NTY3\n"
#define D100                                                                   \
	"12345678901234567890123456789012345678901234567890"                   \
	"12345678901234567890123456789012345678901234567890"

static void check_written(
	const char *row, const struct tli_value *value, const char *expected)
{
	struct tli_value_error error;
	struct tli_buf out;
	size_t len = strlen(expected);

	tli_buf_init(&out, len);
	if (tli_xmlrpc_write(value, &out, &error) != TLI_VALUE_OK)
		fail_msg("%s: %s", row, error.text);
	check_bytes(row, tli_buf_head(&out), tli_buf_len(&out), expected, len);
	tli_buf_fini(&out);
	for (size_t max_bytes = 0; max_bytes < len; max_bytes++) {
		tli_buf_init(&out, max_bytes);
		check_equal(row, tli_xmlrpc_write(value, &out, &error),
			TLI_VALUE_LIMIT);
		check_equal(row, error.code, TLI_VALUE_LIMIT);
		check(row,
			strncmp(error.text, "the XML is longer than ", 23) ==
				0);
		tli_buf_fini(&out);
	}
}

static const char *const writable[][2] = {
	{"None", "<value><nil/></value>"},
	{"True", "<value><boolean>1</boolean></value>\n"},
	{"False", "<value><boolean>0</boolean></value>\n"},
	{"2147483647", "<value><int>2147483647</int></value>\n"},
	{"-2147483648", "<value><int>-2147483648</int></value>\n"},
	{"1.0", "<value><double>1.0</double></value>\n"},
	{"1e16", "<value><double>1e+16</double></value>\n"},
	{"-inf", "<value><double>-inf</double></value>\n"},
	{"'a<b>&\"\\'\\t\\n\\r\\x7f\xc3\xa9'",
		"<value><string>a&lt;b&gt;&amp;\"'\t\n&#13;\x7f\xc3\xa9"
		"</string></value>\n"},
	{"''", "<value><string></string></value>\n"},
	{"b''", "<value><base64>\n</base64></value>\n"},
	{"bytearray(b'abcde')",
		"<value><base64>\nYWJjZGU=\n</base64></value>\n"},
	{"b'" BYTES_57 "'", "<value><base64>\n" TEXT_57 "</base64></value>\n"},
	{"b'" BYTES_57 BYTES_57 "\\xff\\x00'",
		"<value><base64>\n" TEXT_57 TEXT_57
		"/wA=\n</base64></value>\n"},
	{"[]", "<value><array><data>\n</data></array></value>\n"},
	{"(None, [1])",
		"<value><array><data>\n<value><nil/></"
		"value><value><array><data>"
		"\n<value><int>1</int></value>\n</data></array></value>\n"
		"</data></array></value>\n"},
	{"{}", "<value><struct>\n</struct></value>\n"},
	{"{'a&': 1, '': {'b': ''}}",
		"<value><struct>\n<member>\n<name>a&amp;</name>\n"
		"<value><int>1</int></value>\n</member>\n<member>\n"
		"<name></name>\n<value><struct>\n<member>\n<name>b</name>\n"
		"<value><string></string></value>\n</member>\n"
		"</struct></value>\n</member>\n</struct></value>\n"},
};

static void plain_data_is_written_and_comes_back(void **state)
{
	struct tli_values *values = *state;

	for (size_t i = 0; i < LENGTH(writable); i++) {
		char *xml = repeated(BEGIN, writable[i][1], 1, END);

		check_written(writable[i][0],
			read_literal(values, writable[i][0]), xml);
		check_written(writable[i][0], read_xml(values, xml), xml);
		free(xml);
	}
}

static void dates_come_back(void **state)
{
	static const char xml[] =
		BEGIN "<value><dateTime.iso8601>20240229T12:00:00 &amp;"
		      "</dateTime.iso8601></value>\n" END;

	check_written("date", read_xml(*state, xml), xml);
}

static void check_refused(const char *row, const struct tli_value *value,
	int code, const char *wrong)
{
	struct tli_value_error error;
	struct tli_buf out;

	tli_buf_init(&out, AMPLE);
	check_equal(row, tli_xmlrpc_write(value, &out, &error), code);
	check_equal(row, error.code, code);
	assert_string_equal(error.text, wrong);
	tli_buf_fini(&out);
}

static const char *const unwritable[][2] = {
	{"2147483648", "int exceeds XML-RPC limits"},
	{"-2147483649", "int exceeds XML-RPC limits"},
	{"[0, " D100 "]", "at [1]: int exceeds XML-RPC limits"},
	{"{'a': {1, 2}}", "at ['a']: cannot marshal <class 'set'> objects"},
	{"frozenset()", "cannot marshal <class 'frozenset'> objects"},
	{"2j", "cannot marshal <class 'complex'> objects"},
	{"range(0, 3)", "cannot marshal <class 'range'> objects"},
	{"slice(1, 2, None)", "cannot marshal <class 'slice'> objects"},
	{"array('i', [1])", "cannot marshal <class 'array.array'> objects"},
	{"{1: 2}", "at [1]: dictionary key must be string"},
	{"[{'a': 1, None: 2}]",
		"at [0][<NoneType>]: dictionary key must be string"},
	{"'a\\x00'", "a str with the character U+0000, which XML cannot have"},
	{"['\\x1f']",
		"at [0]: a str with the character U+001F, which XML cannot "
		"have"},
	{"'\\ud800'", "a str with the character U+D800, which XML cannot have"},
	{"'\\uffff'", "a str with the character U+FFFF, which XML cannot have"},
	{"{'\\ufffe': 1}",
		"at ['?']: a str with the character U+FFFE, which XML cannot "
		"have"},
};

static void what_has_no_form_is_refused(void **state)
{
	for (size_t i = 0; i < LENGTH(unwritable); i++)
		check_refused(unwritable[i][0],
			read_literal(*state, unwritable[i][0]), TLI_VALUE_TYPE,
			unwritable[i][1]);
}

/* An object that has the one step, with that state. */
static struct tli_value *make_date(struct tli_values *values,
	const char *module, const char *name, const char *state)
{
	struct tli_value *date =
		tli_object(values, TLI_NEWOBJ, tli_global(values, module, name),
			tli_items(values, TLI_TUPLE, NULL, 0), NULL);

	assert_true(tli_object_step(
		date, TLI_STEP_BUILD, read_literal(values, state)));
	return date;
}

static void only_dates_are_objects_that_are_written(void **state)
{
	static const char wrong[] =
		"cannot marshal <class 'xmlrpc.client.DateTime'> objects";
	static const char *const states[] = {"1", "{}", "{'value': 1}",
		"{'Value': ''}", "{'value': '', 'a': ''}", "['value', '']"};
	struct tli_values *values = *state;

	for (size_t i = 0; i < LENGTH(states); i++)
		check_refused(states[i],
			make_date(
				values, "xmlrpc.client", "DateTime", states[i]),
			TLI_VALUE_TYPE, wrong);
	check_refused("other",
		make_date(values, "xmlrpc.client", "Binary", "{'value': ''}"),
		TLI_VALUE_TYPE,
		"cannot marshal <class 'xmlrpc.client.Binary'> objects");
	check_refused("global", tli_global(values, "m", "C"), TLI_VALUE_TYPE,
		"cannot marshal <class 'global'> objects");
	check_refused("long names",
		make_date(values, D100, "\xc3\xa9\n" D100, "1"), TLI_VALUE_TYPE,
		"cannot marshal <class '12345678901234567890123456789012345678"
		"901234....??123456789012345678901234567890123456789012...'>"
		" objects");
}

static void dates_with_bad_texts_are_refused(void **state)
{
	check_refused("date",
		make_date(*state, "xmlrpc.client", "DateTime",
			"{'value': '\\x01'}"),
		TLI_VALUE_TYPE,
		"a str with the character U+0001, which XML cannot have");
}

static void what_is_inside_itself_is_refused(void **state)
{
	struct tli_values *values = *state;
	struct tli_value *list = read_literal(values, "[1]");
	struct tli_value *dict = read_literal(values, "{'a': 1}");

	assert_true(tli_append(list, list));
	check_refused("list", list, TLI_VALUE_TYPE,
		"at [1]: cannot marshal recursive sequences");
	assert_true(tli_replace(dict, 1, dict));
	check_refused("dict", dict, TLI_VALUE_TYPE,
		"at ['a']: cannot marshal recursive dictionaries");
}

static void what_is_shared_is_written_several_times(void **state)
{
	struct tli_values *values = *state;
	struct tli_value *inner = read_literal(values, "[]");
	struct tli_value *both[] = {inner, inner};

	check_written("shared", tli_items(values, TLI_TUPLE, both, 2),
		BEGIN "<value><array><data>\n"
		      "<value><array><data>\n</data></array></value>\n"
		      "<value><array><data>\n</data></array></value>\n"
		      "</data></array></value>\n" END);
}

/* 2^100 lists would come of it. */
static void what_is_shared_many_times_ends_at_the_limit(void **state)
{
	struct tli_values *values = *state;
	struct tli_value *list = read_literal(values, "[]");
	struct tli_value_error error;
	struct tli_buf out;

	for (int i = 0; i < 100; i++)
		list = tli_items(values, TLI_LIST,
			(struct tli_value *[]){list, list}, 2);
	tli_buf_init(&out, 1 << 20);
	assert_int_equal(tli_xmlrpc_write(list, &out, &error), TLI_VALUE_LIMIT);
	assert_string_equal(error.text, "the XML is longer than 1048576 bytes");
	tli_buf_fini(&out);
}

static void what_is_broken_is_refused(void **state)
{
	struct tli_value *root = read_literal(*state, "[[1], {'a': 1}]");

	assert_false(tli_append(tli_items_of(root)->items[1], NULL));
	check_refused("broken", root, TLI_VALUE_BROKEN,
		"at [1]: something could not be put inside");
}

static void it_is_appended(void **state)
{
	struct tli_value_error error;
	struct tli_buf out;

	tli_buf_init(&out, AMPLE);
	assert_int_equal(tli_buf_append(&out, "before", 6), TLI_BUF_OK);
	assert_int_equal(
		tli_xmlrpc_write(tli_none(*state), &out, &error), TLI_VALUE_OK);
	assert_memory_equal(tli_buf_head(&out), "before<params>", 14);
	tli_buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_VALUES(plain_data_is_written_and_comes_back),
		WITH_VALUES(dates_come_back),
		WITH_VALUES(what_has_no_form_is_refused),
		WITH_VALUES(only_dates_are_objects_that_are_written),
		WITH_VALUES(dates_with_bad_texts_are_refused),
		WITH_VALUES(what_is_inside_itself_is_refused),
		WITH_VALUES(what_is_shared_is_written_several_times),
		WITH_VALUES(what_is_shared_many_times_ends_at_the_limit),
		WITH_VALUES(what_is_broken_is_refused),
		WITH_VALUES(it_is_appended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
