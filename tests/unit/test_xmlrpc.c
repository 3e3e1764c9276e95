/* SPDX-License-Identifier: MIT */
/* Values from XML-RPC: what is taken, what is refused and how, limits. Against
 * Python's own: tests/values. */
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

/* ---- Reading --------------------------------------------------------- */

static const char *const readable[][2] = {
	{VALUE("<int>1</int>"), "1"},
	{"<?xml version='1.0'?>\n" BEGIN "<value><int>1</int></value>\n" END
	 "\n<!-- end -->\n",
		"1"},
	{"\xef\xbb\xbf<?xml version='1.0' encoding='latin-1'?>" VALUE(
		 "\xc3\xa9"),
		"'\xc3\xa9'"},
	{VALUE("<nil/>"), "None"},
	{VALUE("<nil> </nil>"), "None"},
	{VALUE("<boolean>1</boolean>"), "True"},
	{VALUE("<boolean>0</boolean>"), "False"},
	{VALUE("<i4>-5</i4>"), "-5"},
	{VALUE("<i1>+5</i1>"), "5"},
	{VALUE("<i2> 7\n</i2>"), "7"},
	{VALUE("<i8>9223372036854775808</i8>"), "9223372036854775808"},
	{VALUE("<biginteger>-" D100 "</biginteger>"), "-" D100},
	{VALUE("<double>1</double>"), "1.0"},
	{VALUE("<double> 1e+16</double>"), "1e+16"},
	{VALUE("<float>-0.0</float>"), "-0.0"},
	{VALUE("<double>-inf</double>"), "-inf"},
	{VALUE("<double>nan</double>"), "nan"},
	{VALUE("<string>a &lt;b&gt; &amp; c&#x41;&#13;</string>"),
		"'a <b> & cA\\r'"},
	{VALUE("<string/>"), "''"},
	{VALUE(""), "''"},
	{VALUE(" "), "' '"},
	{VALUE("bare\r\ntext"), "'bare\\ntext'"},
	{VALUE("a<!-- no --><![CDATA[<b>&]]><?no no?>c"), "'a<b>&c'"},
	{VALUE(" <int>1</int> <!-- no --> "), "1"},
	{VALUE("<base64>\n</base64>"), "b''"},
	{VALUE("<base64>\nYQ==\n</base64>"), "b'a'"},
	{VALUE("<base64> YW J\tjZGU =</base64>"), "b'abcde'"},
	{VALUE("<base64>" TEXT_57 TEXT_57 "AP8=</base64>"),
		"b'" BYTES_57 BYTES_57 "\\x00\\xff'"},
	{VALUE("<dateTime.iso8601> 20240229T12:00:00\n</dateTime.iso8601>"),
		"<xmlrpc.client.DateTime() {'value': '20240229T12:00:00'}>"},
	{ITEMS(""), "[]"},
	{ITEMS("<value>a</value> <value><int>2</int></value>\n<value/>"),
		"['a', 2, '']"},
	{ITEMS("<value><array>\n<data>\n</data>\n</array></value>"), "[[]]"},
	{STRUCT(""), "{}"},
	{STRUCT("<member><name>b</name><value>1</value></member>\n"
		"<member> <name>a &amp;</name> <value/> </member>\n"
		"<member><name/><value><nil/></value></member>\n"),
		"{'b': '1', 'a &': '', '': None}"},
	{STRUCT("<member><name>a</name><value>1</value></member>"
		"<member><name>b</name><value>2</value></member>"
		"<member><name>a</name><value>3</value></member>"),
		"{'a': '3', 'b': '2'}"},
	{"<params xmlns:ex='http://ws.apache.org/xmlrpc/namespaces/extensions'>"
	 "<param><value><ex:nil/></value></param></params>",
		"None"},
	{"<a:params><b:param><c:value x='y'><d:e:i4>1</d:e:i4></c:value>"
	 "</b:param></a:params>",
		"1"},
};

static void xml_is_read(void **state)
{
	for (size_t i = 0; i < LENGTH(readable); i++)
		check_repr(readable[i][0], read_xml(*state, readable[i][0]),
			readable[i][1]);
}

/* What is wrong with it. */
static const char *const unreadable[][2] = {
	{"", "line 1: no element found"},
	{"\n", "line 2: no element found"},
	{"text", "line 1: syntax error"},
	{"<params>\n", "line 2: no element found"},
	{"<params>\n</param>", "line 2: mismatched tag"},
	{"<params><param>\n<value", "line 2: unclosed token"},
	{VALUE("<int>1</int>") "\n<params/>",
		"line 2: junk after document element"},
	{"<methodResponse>\n",
		"line 1: expected <params>, found "
		"\"methodResponse\""},
	{"<params/>", "line 1: expected <param>, found its end"},
	{"<params><value>", "line 1: expected <param>, found \"value\""},
	{"<params><param/></params>",
		"line 1: expected <value>, found its end"},
	{"<params><param><value/><value/></param></params>",
		"line 1: expected </param>, found \"value\""},
	{"<params><param><value/></param>\n<param><value/></param></params>",
		"line 2: expected </params>, found \"param\""},
	{"<params>\nx<param>", "line 2: expected <param>, found text"},
	{VALUE("<foo/>"),
		"line 1: expected <int>, <string> ... <struct>, found "
		"\"foo\""},
	{VALUE("<value/>"),
		"line 1: expected <int>, <string> ... <struct>, found "
		"\"value\""},
	{VALUE("<int>1</int>\n<int>1</int>"),
		"line 2: expected </value>, found \"int\""},
	{VALUE("a<int>1</int>"), "line 1: expected </value>, found \"int\""},
	{VALUE("<int>1</int>a"), "line 1: expected </value>, found text"},
	{VALUE("<int><int>1</int></int>"),
		"line 1: expected </int>, found \"int\""},
	{VALUE("<int>1<foo/></int>"), "line 1: expected </int>, found \"foo\""},
	{VALUE("<array/>"), "line 1: expected <data>, found its end"},
	{VALUE("<array><value/></array>"),
		"line 1: expected <data>, found \"value\""},
	{VALUE("<array><data/><data/></array>"),
		"line 1: expected </array>, found \"data\""},
	{ITEMS("a"), "line 1: expected <value>, found text"},
	{ITEMS("<int>1</int>"), "line 1: expected <value>, found \"int\""},
	{STRUCT("<name>a</name>"), "line 1: expected <member>, found \"name\""},
	{STRUCT("<member/>"), "line 1: expected <name>, found its end"},
	{STRUCT("<member><value/></member>"),
		"line 1: expected <name>, found \"value\""},
	{STRUCT("<member><name>a</name></member>"),
		"line 1: expected <value>, found its end"},
	{STRUCT("<member><name>a</name><value/><value/></member>"),
		"line 1: expected </member>, found \"value\""},
	{STRUCT("<member><name>a</name><name>b</name></member>"),
		"line 1: expected <value>, found \"name\""},
	{VALUE("<nil>1</nil>"), "line 1: expected </nil>, found text"},
	{VALUE("<boolean>2</boolean>"), "line 1: a boolean is 0 or 1"},
	{VALUE("<boolean>true</boolean>"), "line 1: a boolean is 0 or 1"},
	{VALUE("<boolean/>"), "line 1: a boolean is 0 or 1"},
	{VALUE("<int/>"),
		"line 1: an integer is digits, with a sign or without one"},
	{VALUE("<int>-</int>"),
		"line 1: an integer is digits, with a sign or without one"},
	{VALUE("<int>1.0</int>"),
		"line 1: an integer is digits, with a sign or without one"},
	{VALUE("<int>1 2</int>"),
		"line 1: an integer is digits, with a sign or without one"},
	{VALUE("<int>--1</int>"),
		"line 1: an integer is digits, with a sign or without one"},
	{VALUE("<double/>"), "line 1: a double is no number"},
	{VALUE("<double>1x</double>"), "line 1: a double is no number"},
	{VALUE("<base64>YQ</base64>"), "line 1: bytes are no base64, or cut"},
	{VALUE("<base64>YQ=</base64>"), "line 1: bytes are no base64, or cut"},
	{VALUE("<base64>Y===</base64>"), "line 1: bytes are no base64, or cut"},
	{VALUE("<base64>====</base64>"), "line 1: bytes are no base64, or cut"},
	{VALUE("<base64>YQ==YQ==</base64>"),
		"line 1: bytes are no base64, or cut"},
	{VALUE("<base64>YQ-_</base64>"), "line 1: bytes are no base64, or cut"},
	{VALUE("<bigdecimal>1</bigdecimal>"),
		"line 1: expected <int>, <string> ... <struct>, found "
		"\"bigdecimal\""},
	{VALUE("\n<string>a\001</string>"),
		"line 2: not well-formed XML, at byte 0x01"},
	{VALUE("a\n\xff"), "line 2: not well-formed XML, at byte 0xff"},
	{VALUE("a\xc3("), "line 1: not well-formed XML, at byte 0xc3"},
	{VALUE("\xed\xa0\x80"), "line 1: not well-formed XML, at byte 0xed"},
	{VALUE("\xef\xbf\xbf"), "line 1: not well-formed XML, at byte 0xef"},
	{VALUE("&#0;"), "line 1: reference to invalid character number"},
	{VALUE("&#xd800;"), "line 1: reference to invalid character number"},
	{VALUE("&eacute;"), "line 1: undefined entity"},
	{VALUE("a & b"), "line 1: not well-formed XML, at byte 0x20"},
	{"<a b='1' b='2'/>", "line 1: duplicate attribute"},
	{"<!DOCTYPE params>\n" VALUE("a"),
		"line 1: a document type is not allowed"},
	{"<!DOCTYPE p [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b "
	 "'&a;&a;&a;&a;'>]>\n" VALUE("&b;"),
		"line 1: a document type is not allowed"},
	{"<?xml version='1.0'?>\n<!DOCTYPE p SYSTEM "
	 "'file:///etc/passwd'>\n" VALUE("a"),
		"line 2: a document type is not allowed"},
	{"\n<?xml version='1.0'?>" VALUE("a"),
		"line 2: XML or text declaration not at start of entity"},
	{"{}", "line 1: not well-formed XML, at byte 0x7b"},
};

static void bad_xml_is_refused_with_its_line(void **state)
{
	struct tli_values *values = *state;

	for (size_t i = 0; i < LENGTH(unreadable); i++) {
		const char *row = unreadable[i][0];

		check(row, !read_bytes(values, row, strlen(row)));
		check_equal(row, values->error.code, TLI_VALUE_SYNTAX);
		check_bytes(row, values->error.text, strlen(values->error.text),
			unreadable[i][1], strlen(unreadable[i][1]));
	}
}

/* At each byte: what is cut is no value, but where only space is missing. */
static void what_is_cut_is_refused(void **state)
{
	static const char xml[] = STRUCT(
		"<member><name>a&amp;\xc3\xa9</name><value><array><data><value>"
		"<int>1</int></value><value><base64>YQ==</base64></value>"
		"</data></array></value></member>");
	struct tli_values *values = *state;

	for (size_t len = 0; len < sizeof(xml) - 1; len++) {
		check_equal(xml, read_bytes(values, xml, len) != NULL, 0);
		check_equal(xml, values->error.code, TLI_VALUE_SYNTAX);
	}
	assert_non_null(read_bytes(values, xml, sizeof(xml) - 1));
}

/* ---- Limits ---------------------------------------------------------- */

static char *nested(const char *open, const char *close, size_t count)
{
	char *behind = repeated("", close, count, "</param></params>");
	char *xml = repeated("<params><param>", open, count, behind);

	free(behind);
	return xml;
}

static struct tli_value *read_within(struct tli_values *values,
	const struct tli_value_limits *some, const char *xml)
{
	tli_values_init(values, some, value_seed);
	return read_bytes(values, xml, strlen(xml));
}

static void check_limit(
	const struct tli_value_limits *some, const char *xml, const char *wrong)
{
	struct tli_values values;

	assert_null(read_within(&values, some, xml));
	assert_string_equal(values.error.text, wrong);
	assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
	tli_values_fini(&values);
}

static void check_within(const struct tli_value_limits *some, const char *xml)
{
	struct tli_values values;

	if (!read_within(&values, some, xml))
		fail_msg("%.60s: %s", xml, values.error.text);
	tli_values_fini(&values);
}

static void check_levels(
	uint32_t max_depth, size_t levels, const char *open, const char *close)
{
	struct tli_value_limits some = {AMPLE, 1 << 20, max_depth};
	char wrong[60];
	char *xml = nested(open, close, levels);

	snprintf(wrong, sizeof(wrong), "it is more than %u levels deep",
		max_depth);
	if (levels <= max_depth)
		check_within(&some, xml);
	else
		check_limit(&some, xml, wrong);
	free(xml);
}

static void levels_are_limited(void **state)
{
	static const char *const rows[][2] = {
		{"<value><array><data>", "</data></array></value>"},
		{"<value><struct><member><name>a</name>"
		 "<value><struct></struct></value></member><member>"
		 "<name>b</name>",
			"</member></struct></value>"},
	};

	(void)state;
	check_levels(1, 1, rows[0][0], rows[0][1]);
	check_levels(1, 2, rows[0][0], rows[0][1]);
	check_levels(0, 1, rows[0][0], rows[0][1]);
	check_levels(100, 100, rows[0][0], rows[0][1]);
	check_levels(100, 101, rows[0][0], rows[0][1]);
	check_levels(TLI_VALUE_DEPTH_MAX, TLI_VALUE_DEPTH_MAX, rows[0][0],
		rows[0][1]);
	check_levels(100, 100000, rows[0][0], rows[0][1]);
	check_levels(100, 101, rows[1][0], rows[1][1]);
}

/* Levels are those around a value, not those before it. */
static void levels_end(void **state)
{
	const struct tli_value_limits some = {AMPLE, 1 << 20, 2};
	char *xml = repeated("<params><param><value><array><data>",
		"<value><array><data></data></array></value>"
		"<value><struct/></value>",
		100, "</data></array></value></param></params>");

	(void)state;
	check_within(&some, xml);
	free(xml);
}

static void parts_are_limited(void **state)
{
	const struct tli_value_limits some = {AMPLE, 10, 10};

	(void)state;
	check_within(&some,
		ITEMS("<value/><value/><value/><value/><value/>"
		      "<value/><value/><value/><value/>"));
	check_limit(&some,
		ITEMS("<value/><value/><value/><value/><value/>"
		      "<value/><value/><value/><value/><value/>"),
		"it has more than 10 parts");
	/* expat keeps the names of attributes */
	check_within(&some,
		"<params a='' b='' c='' d='' e='' f='' g='' h='' i=''>"
		"<param><value/></param></params>");
	check_limit(&some,
		"<params a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' "
		"k=''>",
		"it has more than 10 parts");
}

static void bytes_are_limited(void **state)
{
	const struct tli_value_limits some = {10000, 1000, 10};
	char *xml = repeated("<params><param><value>", "abcdefghij", 1001,
		"</value></param></params>");

	(void)state;
	check_limit(&some, xml, "it needs more than 10000 bytes of memory");
	free(xml);
	xml = repeated("<params><param><value><array><data>",
		"<value>a</value>", 900,
		"</data></array></value></param></params>");
	check_limit(&some, xml, "it needs more than 10000 bytes of memory");
	free(xml);
}

static void integers_have_4300_digits(void **state)
{
	struct tli_values *values = *state;
	char *xml = repeated("<params><param><value><int>-", "9", 4300,
		"</int></value></param></params>");

	assert_non_null(read_bytes(values, xml, strlen(xml)));
	free(xml);
	xml = repeated("<params><param><value><int>\n", "9", 4301,
		"</int></value></param></params>");
	assert_null(read_bytes(values, xml, strlen(xml)));
	assert_string_equal(values->error.text,
		"line 2: an integer has more than 4300 digits");
	free(xml);
}

/* What the parser would hold as a whole: many attributes, a comment. */
static void tags_are_limited(void **state)
{
	static const char *const rows[][3] = {
		{"<params ", "       a",
			"='1'><param><value/></param></params>"},
		{"<!--", "--------", "-->"},
		{"<params><param><!--", "12345678",
			"--><value/></param></params>"},
		{"<params><param><value><?a ", "12345678",
			"?></value></param></params>"},
		{"<params><param></param", "        ", "></params>"},
	};
	struct tli_values *values = *state;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *xml = repeated(rows[i][0], rows[i][1],
			2 * TLI_XMLRPC_TAG_MAX / 8, rows[i][2]);

		check(rows[i][0], !read_bytes(values, xml, strlen(xml)));
		free(xml);
	}
	assert_string_equal(values->error.text,
		"line 1: a tag or comment is longer than 65536 bytes");
	check_repr("short", read_xml(values, VALUE("<!-- a -->")), "''");
}

static void long_comments_are_within(void **state)
{
	char *xml = repeated("<params><param><!--", "12345678",
		(TLI_XMLRPC_TAG_MAX - 8) / 8, "--><value/></param></params>");

	check_repr("comment", read_xml(*state, xml), "''");
	free(xml);
}

/* Over the borders of what the parser is given at once. */
static void long_texts_are_read(void **state)
{
	struct tli_values *values = *state;

	for (size_t i = 0; i < 4; i++) {
		char *before = repeated("<params><param><value>", "a", i, "");
		char *xml = repeated(before, "\xf0\x9f\x98\x80&amp;",
			TLI_XMLRPC_TAG_MAX, "</value></param></params>");
		const struct tli_value *value = read_xml(values, xml);

		assert_int_equal(tli_bytes_of(value)->len,
			i + 5 * (size_t)TLI_XMLRPC_TAG_MAX);
		free(xml);
		free(before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_VALUES(xml_is_read),
		WITH_VALUES(bad_xml_is_refused_with_its_line),
		WITH_VALUES(what_is_cut_is_refused),
		WITH_VALUES(levels_are_limited),
		WITH_VALUES(levels_end),
		WITH_VALUES(parts_are_limited),
		WITH_VALUES(bytes_are_limited),
		WITH_VALUES(integers_have_4300_digits),
		WITH_VALUES(tags_are_limited),
		WITH_VALUES(long_comments_are_within),
		WITH_VALUES(long_texts_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
