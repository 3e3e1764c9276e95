/* SPDX-License-Identifier: MIT */
/* Reading XML-RPC: the home of expat. */
#include "base64.h"
#include "float_text.h"
#include "quote.h"
#include "value/integer.h"
#include "value/mapping.h"
#include "xmlrpc.h"
#include "xmlrpc_date.h"

#include <expat.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_OPEN 16u /* elements that are likely to be open at a time */

enum element {
	DOCUMENT, /* what is around the outermost one */
	PARAMS,
	PARAM,
	VALUE,
	DATA,
	MEMBER,
	NAME,
	ARRAY, /* from here on, what a value can have inside */
	STRUCT,
	NIL,
	BOOLEAN,
	INTEGER,
	DOUBLE,
	STRING,
	BASE64,
	DATE,
	A_TYPE, /* any of these */
	NOTHING,
};

/* An element that has begun. */
struct open {
	enum element element;
	unsigned children;       /* 2 = two or more */
	struct tli_value *value; /* what it stands for; a member's key */
};

struct reading {
	struct tli_values *values;
	XML_Parser parser;
	struct open *open; /* outermost first */
	size_t depth;
	size_t capacity;
	uint32_t levels;     /* of containers */
	struct tli_buf text; /* in the innermost element */
	bool has_failed;     /* handlers do nothing any more */
	bool has_moved;      /* something was parsed */
};

/* ---- Failing --------------------------------------------------------- */

/* Each sets the error, and returns NULL. */

/* No memory, or more than the limit for values. */
static void *shortage(struct reading *reading, bool is_limit)
{
	reading->values->arena.is_full = is_limit;
	return tli_values_shortage(reading->values);
}

static void *__attribute__((format(printf, 2, 3)))
refuse(struct reading *reading, const char *format, ...)
{
	char wrong[TLI_VALUE_ERROR_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(wrong, sizeof(wrong), format, arguments);
	va_end(arguments);
	tli_value_error_set(&reading->values->error, TLI_VALUE_SYNTAX,
		"line %lu: %.170s",
		(unsigned long)XML_GetCurrentLineNumber(reading->parser),
		wrong);
	return NULL;
}

/* ---- What has no elements inside ------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The text in the innermost element, without white space around it. */
static const char *trimmed(const struct reading *reading, size_t *len_out)
{
	const char *text = (const char *)tli_buf_head(&reading->text);
	size_t len = tli_buf_len(&reading->text);

	for (; len > 0 && is_space(text[0]); len--)
		text++;
	while (len > 0 && is_space(text[len - 1]))
		len--;
	*len_out = len;
	return text ? text : "";
}

static struct tli_value *make_text(struct reading *reading)
{
	return tli_str(reading->values,
		(const char *)tli_buf_head(&reading->text),
		tli_buf_len(&reading->text));
}

static struct tli_value *make_nil(struct reading *reading)
{
	size_t len;

	trimmed(reading, &len);
	return len == 0 ? tli_none(reading->values)
			: refuse(reading, "expected </nil>, found text");
}

static struct tli_value *make_boolean(struct reading *reading)
{
	const uint8_t *text = tli_buf_head(&reading->text);

	if (tli_buf_len(&reading->text) == 1 &&
		(text[0] == '0' || text[0] == '1'))
		return tli_bool(reading->values, text[0] == '1');
	return refuse(reading, "a boolean is 0 or 1");
}

static struct tli_value *make_integer(struct reading *reading)
{
	uint8_t bytes[TLI_INTEGER_BYTES_MAX];
	size_t count;
	const char *digits = trimmed(reading, &count);
	bool negative = count > 0 && digits[0] == '-';
	int64_t len;

	if (count > 0 && (digits[0] == '-' || digits[0] == '+')) {
		digits++;
		count--;
	}
	if (count == 0)
		return refuse(reading, "an integer without digits");
	for (size_t i = 0; i < count; i++)
		if (digits[i] < '0' || digits[i] > '9')
			return refuse(reading, "an integer has digits alone");
	len = tli_integer_from_digits(digits, count, 10, negative, bytes);
	if (len < 0)
		return refuse(reading, "an integer has more than %u digits",
			TLI_INTEGER_DIGITS_MAX);
	return tli_int_from_bytes(reading->values, bytes, (size_t)len);
}

static struct tli_value *make_double(struct reading *reading)
{
	size_t len;
	const char *text = trimmed(reading, &len);
	double number;

	if (!tli_float_from_text(text, len, &number))
		return refuse(reading, "a double is no number");
	return tli_float(reading->values, number);
}

static struct tli_value *make_bytes(struct reading *reading)
{
	char *text = (char *)tli_buf_head(&reading->text);
	int64_t len = tli_base64_read(text, tli_buf_len(&reading->text));

	if (len < 0)
		return refuse(reading, "bytes are no base64, or cut");
	return tli_bytes(reading->values, TLI_BYTES, text, (size_t)len);
}

static struct tli_value *make_date(struct reading *reading)
{
	size_t len;
	const char *text = trimmed(reading, &len);

	return tli_xmlrpc_date(reading->values, text, len);
}

/* ---- Elements -------------------------------------------------------- */

static bool take_only(struct open *open, struct tli_value *value)
{
	open->value = value;
	return true;
}

static bool take_item(struct open *open, struct tli_value *value)
{
	return tli_append(open->value, value);
}

/* The key, then its value, which goes to the struct around. */
static bool take_in_member(struct open *open, struct tli_value *value)
{
	if (open->children > 1)
		return tli_dict_set(open[-1].value, open->value, value);
	return take_only(open, value);
}

static bool take_member(struct open *open, struct tli_value *value)
{
	(void)open;
	(void)value;
	return true;
}

/* What is inside elements: first one kind of others, then a second; at least
 * so many. The same kind twice is any number of it. */
static const struct {
	const char *name;
	enum element first;
	enum element then;
	unsigned needed;
	enum tli_kind container;
	bool (*take)(struct open *open, struct tli_value *value);
	struct tli_value *(*make)(struct reading *reading);
} rules[] = {
	[DOCUMENT] = {"the end", PARAMS, NOTHING, 1, .take = take_only},
	[PARAMS] = {"params", PARAM, NOTHING, 1, .take = take_only},
	[PARAM] = {"param", VALUE, NOTHING, 1, .take = take_only},
	[VALUE] = {"value", A_TYPE, NOTHING, 0, .take = take_only,
		.make = make_text},
	[DATA] = {"data", VALUE, VALUE, 0, .container = TLI_LIST,
		.take = take_item},
	[MEMBER] = {"member", NAME, VALUE, 2, .take = take_in_member},
	[NAME] = {"name", NOTHING, NOTHING, .make = make_text},
	[ARRAY] = {"array", DATA, NOTHING, 1, .take = take_only},
	[STRUCT] = {"struct", MEMBER, MEMBER, 0, .container = TLI_DICT,
		.take = take_member},
	[NIL] = {"nil", NOTHING, NOTHING, .make = make_nil},
	[BOOLEAN] = {"boolean", NOTHING, NOTHING, .make = make_boolean},
	[INTEGER] = {"int", NOTHING, NOTHING, .make = make_integer},
	[DOUBLE] = {"double", NOTHING, NOTHING, .make = make_double},
	[STRING] = {"string", NOTHING, NOTHING, .make = make_text},
	[BASE64] = {"base64", NOTHING, NOTHING, .make = make_bytes},
	[DATE] = {"dateTime.iso8601", NOTHING, NOTHING, .make = make_date},
	[A_TYPE] = {"int>, <string> ... <struct", .take = NULL},
};

/* Other names that Python takes. */
static const struct {
	const char *name;
	enum element element;
} aliases[] = {
	{"i1", INTEGER},
	{"i2", INTEGER},
	{"i4", INTEGER},
	{"i8", INTEGER},
	{"biginteger", INTEGER},
	{"float", DOUBLE},
};

/* NOTHING if there is no such element. A prefix says nothing, as in Python. */
static enum element find_element(const char *name)
{
	const char *colon = strrchr(name, ':');

	name = colon ? colon + 1 : name;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(name, aliases[i].name) == 0)
			return aliases[i].element;
	for (enum element i = PARAMS; i < A_TYPE; i++)
		if (strcmp(name, rules[i].name) == 0)
			return i;
	return NOTHING;
}

static struct open *innermost(const struct reading *reading)
{
	return &reading->open[reading->depth - 1];
}

static bool is_blank(const struct reading *reading)
{
	size_t len;

	trimmed(reading, &len);
	return len == 0;
}

/* What can come next inside the innermost one. */
static enum element expected(const struct reading *reading)
{
	const struct open *open = innermost(reading);
	enum element first = rules[open->element].first;
	enum element then = rules[open->element].then;

	if (open->element == VALUE && !is_blank(reading))
		return NOTHING;
	if (open->children == 0)
		return first;
	return open->children == 1 || first == then ? then : NOTHING;
}

static void *refuse_found(struct reading *reading, const char *found)
{
	enum element wanted = expected(reading);

	if (wanted == NOTHING)
		return refuse(reading, "expected </%s>, found %s",
			rules[innermost(reading)->element].name, found);
	return refuse(
		reading, "expected <%s>, found %s", rules[wanted].name, found);
}

static bool is_one_of(enum element element, enum element wanted)
{
	if (wanted == A_TYPE)
		return element >= ARRAY && element < A_TYPE;
	return element == wanted && wanted != NOTHING;
}

/* Notes one more level; false if that is too many. */
static bool go_deeper(struct reading *reading)
{
	uint32_t max_depth = reading->values->limits.max_depth;

	if (reading->levels++ < max_depth)
		return true;
	tli_value_error_set(&reading->values->error, TLI_VALUE_LIMIT,
		"it is more than %u levels deep", max_depth);
	return false;
}

static bool make_room(struct reading *reading)
{
	size_t capacity =
		reading->capacity ? 2 * reading->capacity : FIRST_OPEN;
	struct open *open;

	if (reading->depth < reading->capacity)
		return true;
	open = realloc(reading->open, capacity * sizeof(*open));
	if (!open)
		return shortage(reading, false);
	reading->open = open;
	reading->capacity = capacity;
	return true;
}

static bool push(struct reading *reading, enum element element)
{
	enum tli_kind container = rules[element].container;
	struct tli_value *value = NULL;

	if (container && go_deeper(reading))
		value = tli_container(reading->values, container);
	if ((container && !value) || !make_room(reading))
		return false;
	reading->open[reading->depth++] = (struct open){element, 0, value};
	tli_buf_consume(&reading->text, tli_buf_len(&reading->text));
	return true;
}

/* Nobody needs attributes, but the parser keeps their names. */
static bool charge_attributes(struct reading *reading, const char **attributes)
{
	uint32_t count = 0;

	while (attributes[2 * (size_t)count])
		count++;
	return tli_values_charge(reading->values, count);
}

static bool begin(
	struct reading *reading, const char *name, const char **attributes)
{
	enum element element = find_element(name);
	char quoted[TLI_QUOTE_TEXT];

	if (!is_one_of(element, expected(reading)))
		return refuse_found(reading, tli_quote(name, quoted));
	return charge_attributes(reading, attributes) && push(reading, element);
}

/* What the innermost element is, now that it ends. */
static struct tli_value *make(struct reading *reading)
{
	const struct open *open = innermost(reading);

	if (rules[open->element].make && open->children == 0)
		return rules[open->element].make(reading);
	return open->value;
}

static bool end(struct reading *reading)
{
	struct open *open = innermost(reading);
	struct tli_value *value;

	if (open->children < rules[open->element].needed)
		return refuse_found(reading, "its end");
	value = make(reading);
	if (!value)
		return false;
	reading->levels -= rules[open->element].container != 0;
	reading->depth--;
	open--;
	open->children += open->children < 2;
	tli_buf_consume(&reading->text, tli_buf_len(&reading->text));
	return rules[open->element].take(open, value);
}

static bool add_text(struct reading *reading, const char *text, size_t len)
{
	const struct open *open = innermost(reading);
	int result;

	if (rules[open->element].make && open->children == 0) {
		result = tli_buf_append(&reading->text, text, len);
		return result == TLI_BUF_OK ||
			shortage(reading, result == TLI_BUF_FULL);
	}
	for (size_t i = 0; i < len; i++)
		if (!is_space(text[i]))
			return refuse_found(reading, "text");
	return true;
}

/* ---- The parser ------------------------------------------------------ */

/* Whether a handler has something to do. */
static bool is_on(struct reading *reading)
{
	reading->has_moved = true;
	return !reading->has_failed;
}

static void go_on_if(struct reading *reading, bool good)
{
	if (good)
		return;
	reading->has_failed = true;
	XML_StopParser(reading->parser, XML_FALSE);
}

static void on_start(
	void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *reading = arg;

	if (is_on(reading))
		go_on_if(reading, begin(reading, name, attributes));
}

static void on_end(void *arg, const XML_Char *name)
{
	struct reading *reading = arg;

	(void)name;
	if (is_on(reading))
		go_on_if(reading, end(reading));
}

static void on_text(void *arg, const XML_Char *text, int len)
{
	struct reading *reading = arg;

	if (is_on(reading))
		go_on_if(reading, add_text(reading, text, (size_t)len));
}

/* With a document type come entities, which can be made of each other, or be
 * files. */
static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
	const XML_Char *public, int has_subset)
{
	struct reading *reading = arg;

	(void)name;
	(void)system;
	(void)public;
	(void)has_subset;
	if (is_on(reading))
		go_on_if(reading,
			refuse(reading, "a document type is not allowed"));
}

/* Comments, instructions, space around. */
static void on_other(void *arg, const XML_Char *text, int len)
{
	(void)text;
	(void)len;
	is_on(arg);
}

/* NULL for lack of memory. */
static XML_Parser make_parser(struct reading *reading)
{
	/* Through this program's names, whoever stands behind those. */
	static const XML_Memory_Handling_Suite memory = {malloc, realloc, free};
	XML_Parser parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);

	if (!parser)
		return NULL;
	/* Not 0: then it would look for randomness. */
	XML_SetHashSalt(parser, (unsigned long)reading->values->seed[0] | 1);
	XML_SetUserData(parser, reading);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetCharacterDataHandler(parser, on_text);
	XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	XML_SetDefaultHandlerExpand(parser, on_other);
	return parser;
}

/* Sets the error for what the parser has refused, if no handler has. */
static void *refuse_xml(struct reading *reading, const uint8_t *text)
{
	enum XML_Error code = XML_GetErrorCode(reading->parser);

	if (reading->has_failed)
		return NULL;
	if (code == XML_ERROR_NO_MEMORY)
		return shortage(reading, false);
	if (code == XML_ERROR_INVALID_TOKEN)
		return refuse(reading, "not well-formed XML, at byte 0x%02x",
			text[XML_GetCurrentByteIndex(reading->parser)]);
	return refuse(reading, "%s", XML_ErrorString(code));
}

/* Bit by bit, so that it is seen when a tag does not end: the parser would
 * collect any number of attributes. */
static bool parse(struct reading *reading, const uint8_t *text, size_t len)
{
	size_t at = 0, count;

	do {
		count = len - at < TLI_XMLRPC_TAG_MAX ? len - at
						      : TLI_XMLRPC_TAG_MAX;
		reading->has_moved = count < TLI_XMLRPC_TAG_MAX;
		if (XML_Parse(reading->parser, (const char *)text + at,
			    (int)count, at + count == len) != XML_STATUS_OK)
			return refuse_xml(reading, text);
		if (!reading->has_moved)
			return refuse(reading,
				"a tag or comment is longer than %u bytes",
				TLI_XMLRPC_TAG_MAX);
		at += count;
	} while (at < len);
	return true;
}

static struct tli_value *read_document(
	struct reading *reading, const uint8_t *text, size_t len)
{
	struct tli_value *value = NULL;

	reading->parser = make_parser(reading);
	if (!reading->parser)
		return shortage(reading, false);
	if (push(reading, DOCUMENT) && parse(reading, text, len))
		value = innermost(reading)->value;
	XML_ParserFree(reading->parser);
	return value;
}

struct tli_value *tli_xmlrpc_read(
	struct tli_values *values, const uint8_t *text, size_t len)
{
	struct reading reading = {.values = values};
	struct tli_value *value;

	tli_buf_init(&reading.text, values->limits.max_bytes);
	value = read_document(&reading, text, len);
	tli_buf_fini(&reading.text);
	free(reading.open);
	return value;
}
