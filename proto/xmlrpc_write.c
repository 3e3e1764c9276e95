/* SPDX-License-Identifier: MIT */
/* Writing XML-RPC, byte by byte as Python does. */
#include "base64.h"
#include "quote.h"
#include "utf8.h"
#include "value/leaf_text.h"
#include "value/route.h"
#include "value/walk.h"
#include "xmlrpc.h"
#include "xmlrpc_date.h"

#include <stdio.h>
#include <string.h>

struct writer {
	struct tli_visitor visitor;
	struct tli_writing text;
	struct tli_route route;
	struct tli_marks path; /* the nodes that the walk is inside of */
	struct tli_value_error *error;
};

/* What is wrong with the value where we are. Returns the code. */
static int refuse(struct writer *writer, int code, const char *wrong)
{
	char way[TLI_ROUTE_TEXT];

	return tli_value_error_set(writer->error, code, "%s%s",
		tli_route_text(&writer->route, way), wrong);
}

static void put(struct writer *writer, const char *text)
{
	tli_show_text(&writer->text, text);
}

/* ---- Texts ----------------------------------------------------------- */

/* How a character is written that is not its own text; NULL for any other. A
 * reader would make a line feed of a bare carriage return. */
static const char *escape_of(uint8_t c)
{
	static const char *const escapes[] = {
		['&'] = "&amp;",
		['<'] = "&lt;",
		['>'] = "&gt;",
		['\r'] = "&#13;",
	};

	return c < sizeof(escapes) / sizeof(escapes[0]) ? escapes[c] : NULL;
}

static bool is_no_xml(uint32_t character)
{
	return (character < ' ' && character != '\t' && character != '\n' &&
		       character != '\r') ||
		(character >= 0xd800 && character <= 0xdfff) ||
		character == 0xfffe || character == 0xffff;
}

static int refuse_character(struct writer *writer, uint32_t character)
{
	char wrong[80];

	snprintf(wrong, sizeof(wrong),
		"a str with the character U+%04X, which XML cannot have",
		(unsigned)character);
	return refuse(writer, TLI_VALUE_TYPE, wrong);
}

static int put_text(struct writer *writer, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);
	const uint8_t *bytes = node->data;
	size_t done = 0, len;

	for (size_t i = 0; i < node->len; i += len) {
		uint32_t character = tli_utf8_read(bytes + i, &len);
		const char *escape = escape_of(bytes[i]);

		if (is_no_xml(character))
			return refuse_character(writer, character);
		if (!escape)
			continue;
		tli_show(&writer->text, bytes + done, i - done);
		put(writer, escape);
		done = i + len;
	}
	tli_show(&writer->text, bytes + done, node->len - done);
	return TLI_WALK_PAST;
}

/* ---- Values ---------------------------------------------------------- */

static int write_none(struct writer *writer, const struct tli_value *value)
{
	(void)value;
	put(writer, "<value><nil/></value>");
	return TLI_WALK_PAST;
}

static int write_bool(struct writer *writer, const struct tli_value *value)
{
	put(writer, "<value><boolean>");
	put(writer, tli_int_of(value)->integer ? "1" : "0");
	put(writer, "</boolean></value>\n");
	return TLI_WALK_PAST;
}

static int refuse_int(struct writer *writer)
{
	return refuse(writer, TLI_VALUE_TYPE, "int exceeds XML-RPC limits");
}

static int write_int(struct writer *writer, const struct tli_value *value)
{
	int64_t integer = tli_int_of(value)->integer;

	if (integer < INT32_MIN || integer > INT32_MAX)
		return refuse_int(writer);
	put(writer, "<value><int>");
	tli_show_leaf(&writer->text, value);
	put(writer, "</int></value>\n");
	return TLI_WALK_PAST;
}

static int write_bigint(struct writer *writer, const struct tli_value *value)
{
	(void)value;
	return refuse_int(writer);
}

static int write_float(struct writer *writer, const struct tli_value *value)
{
	put(writer, "<value><double>");
	tli_show_leaf(&writer->text, value);
	put(writer, "</double></value>\n");
	return TLI_WALK_PAST;
}

static int write_str(struct writer *writer, const struct tli_value *value)
{
	int result;

	put(writer, "<value><string>");
	result = put_text(writer, value);
	put(writer, "</string></value>\n");
	return result;
}

static int write_bytes(struct writer *writer, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);
	char line[TLI_BASE64_LINE_TEXT];
	size_t len;

	put(writer, "<value><base64>\n");
	for (size_t i = 0; i < node->len && !writer->text.failure; i += len) {
		len = node->len - i < TLI_BASE64_LINE_BYTES
			? node->len - i
			: TLI_BASE64_LINE_BYTES;
		tli_show(&writer->text, line,
			tli_base64_line(node->data + i, len, line));
	}
	put(writer, "</base64></value>\n");
	return TLI_WALK_PAST;
}

/* Goes inside a list, tuple or dict. */
static int begin(struct writer *writer, const struct tli_value *value,
	const char *again, const char *open)
{
	if (tli_is_marked(&writer->path, value))
		return refuse(writer, TLI_VALUE_TYPE, again);
	if (value->flags & TLI_BROKEN)
		return refuse(writer, TLI_VALUE_BROKEN,
			"something could not be put inside");
	if (!tli_mark(&writer->path, value))
		return TLI_VALUE_NOMEM;
	tli_route_enter(&writer->route, value);
	put(writer, open);
	return TLI_WALK_INSIDE;
}

static int write_list(struct writer *writer, const struct tli_value *value)
{
	return begin(writer, value, "cannot marshal recursive sequences",
		"<value><array><data>\n");
}

static int write_dict(struct writer *writer, const struct tli_value *value)
{
	return begin(writer, value, "cannot marshal recursive dictionaries",
		"<value><struct>\n");
}

static int refuse_class(struct writer *writer, const char *name)
{
	char wrong[150];

	snprintf(wrong, sizeof(wrong), "cannot marshal <class '%s'> objects",
		name);
	return refuse(writer, TLI_VALUE_TYPE, wrong);
}

static int write_other(struct writer *writer, const struct tli_value *value)
{
	return refuse_class(writer, tli_kind_name(value->kind));
}

static int write_date(struct writer *writer, const struct tli_value *date)
{
	int result;

	put(writer, "<value><dateTime.iso8601>");
	result = put_text(writer, date);
	put(writer, "</dateTime.iso8601></value>\n");
	return result;
}

static int write_object(struct writer *writer, const struct tli_value *value)
{
	const struct tli_value *date = tli_xmlrpc_date_text(value);
	const struct tli_value *callable =
		tli_items_of(value)->items[TLI_OBJECT_CALLABLE];
	struct tli_value *const *names;
	char parts[2][48], name[100];

	if (date)
		return write_date(writer, date);
	if (callable->kind != TLI_GLOBAL)
		return write_other(writer, value);
	names = tli_items_of(callable)->items;
	for (size_t i = 0; i < 2; i++)
		tli_plain((const char *)tli_bytes_of(names[i])->data, parts[i],
			sizeof(parts[i]));
	snprintf(name, sizeof(name), "%s.%s", parts[0], parts[1]);
	return refuse_class(writer, name);
}

static int (*const writers[TLI_KINDS])(
	struct writer *writer, const struct tli_value *value) = {
	[TLI_NONE] = write_none,
	[TLI_BOOL] = write_bool,
	[TLI_INT] = write_int,
	[TLI_BIGINT] = write_bigint,
	[TLI_FLOAT] = write_float,
	[TLI_COMPLEX] = write_other,
	[TLI_STR] = write_str,
	[TLI_BYTES] = write_bytes,
	[TLI_BYTEARRAY] = write_bytes,
	[TLI_ARRAY] = write_other,
	[TLI_LIST] = write_list,
	[TLI_TUPLE] = write_list,
	[TLI_DICT] = write_dict,
	[TLI_SET] = write_other,
	[TLI_FROZENSET] = write_other,
	[TLI_RANGE] = write_other,
	[TLI_SLICE] = write_other,
	[TLI_GLOBAL] = write_other,
	[TLI_OBJECT] = write_object,
};

/* ---- The walk -------------------------------------------------------- */

static int enter(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct writer *writer = (struct writer *)visitor;
	int result = writers[value->kind](writer, value);

	return writer->text.failure ? writer->text.failure : result;
}

static int write_key(struct writer *writer, const struct tli_value *key)
{
	if (key->kind != TLI_STR)
		return refuse(writer, TLI_VALUE_TYPE,
			"dictionary key must be string");
	put(writer, "<member>\n<name>");
	if (put_text(writer, key) < 0)
		return TLI_VALUE_TYPE;
	put(writer, "</name>\n");
	return 1;
}

/* Keys are written here, and not visited. */
static int next(
	struct tli_visitor *visitor, const struct tli_value *value, uint32_t i)
{
	struct writer *writer = (struct writer *)visitor;

	tli_route_next(&writer->route, i);
	if (value->kind != TLI_DICT || i % 2 != 0)
		return 0;
	put(writer, i > 0 ? "</member>\n" : "");
	return write_key(writer, tli_items_of(value)->items[i]);
}

static int leave(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct writer *writer = (struct writer *)visitor;

	tli_route_leave(&writer->route);
	tli_unmark(&writer->path, value);
	if (value->kind != TLI_DICT)
		put(writer, "</data></array></value>\n");
	else if (tli_items_of(value)->count > 0)
		put(writer, "</member>\n</struct></value>\n");
	else
		put(writer, "</struct></value>\n");
	return writer->text.failure;
}

int tli_xmlrpc_write(const struct tli_value *value, struct tli_buf *out,
	struct tli_value_error *error)
{
	struct writer writer = {
		.visitor = {.enter = enter, .next = next, .leave = leave},
		.text = {.text = out},
		.error = error,
	};
	int result;

	tli_marks_init(&writer.path);
	put(&writer, "<params>\n<param>\n");
	result = tli_walk(&writer.visitor, value, TLI_VALUE_DEPTH_MAX);
	put(&writer, "</param>\n</params>\n");
	tli_marks_fini(&writer.path);
	if (result == TLI_VALUE_OK)
		result = writer.text.failure;
	if (writer.text.failure == TLI_VALUE_LIMIT)
		return tli_value_error_set(error, TLI_VALUE_LIMIT,
			"the XML is longer than %zu bytes", out->max_bytes);
	if (result == TLI_VALUE_NOMEM || result == TLI_VALUE_LIMIT)
		tli_walk_error(error, result, TLI_VALUE_DEPTH_MAX);
	return result;
}
