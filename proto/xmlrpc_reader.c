/* SPDX-License-Identifier: MIT */
#include "xmlrpc_reader.h"

#include "quote.h"
#include "value/mapping.h"
#include "xmlrpc_leaf.h"

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
	DATE_TIME,
	A_TYPE, /* any of these */
	NOTHING,
};

/* An element that has begun. */
struct tli_xmlrpc_open {
	enum element element;
	unsigned children;       /* 2 = two or more */
	struct tli_value *value; /* what it stands for; a member's key */
};

/* ---- What is done with what is inside -------------------------------- */

static bool take_only(struct tli_xmlrpc_open *open, struct tli_value *value)
{
	open->value = value;
	return true;
}

static bool take_item(struct tli_xmlrpc_open *open, struct tli_value *value)
{
	return tli_append(open->value, value);
}

/* The key, then its value, which goes to the struct around. */
static bool take_in_member(
	struct tli_xmlrpc_open *open, struct tli_value *value)
{
	if (open->children > 1)
		return tli_dict_set(open[-1].value, open->value, value);
	return take_only(open, value);
}

static bool take_member(struct tli_xmlrpc_open *open, struct tli_value *value)
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
	bool (*take)(struct tli_xmlrpc_open *open, struct tli_value *value);
	tli_xmlrpc_leaf *make; /* of text, if there is nothing else */
} rules[] = {
	[DOCUMENT] = {"the end", PARAMS, NOTHING, 1, .take = take_only},
	[PARAMS] = {"params", PARAM, NOTHING, 1, .take = take_only},
	[PARAM] = {"param", VALUE, NOTHING, 1, .take = take_only},
	[VALUE] = {"value", A_TYPE, NOTHING, .take = take_only,
		.make = tli_xmlrpc_string},
	[DATA] = {"data", VALUE, VALUE, .container = TLI_LIST,
		.take = take_item},
	[MEMBER] = {"member", NAME, VALUE, 2, .take = take_in_member},
	[NAME] = {"name", NOTHING, NOTHING, .make = tli_xmlrpc_string},
	[ARRAY] = {"array", DATA, NOTHING, 1, .take = take_only},
	[STRUCT] = {"struct", MEMBER, MEMBER, .container = TLI_DICT,
		.take = take_member},
	[NIL] = {"nil", NOTHING, NOTHING, .make = tli_xmlrpc_nil},
	[BOOLEAN] = {"boolean", NOTHING, NOTHING, .make = tli_xmlrpc_boolean},
	[INTEGER] = {"int", NOTHING, NOTHING, .make = tli_xmlrpc_integer},
	[DOUBLE] = {"double", NOTHING, NOTHING, .make = tli_xmlrpc_double},
	[STRING] = {"string", NOTHING, NOTHING, .make = tli_xmlrpc_string},
	[BASE64] = {"base64", NOTHING, NOTHING, .make = tli_xmlrpc_base64},
	[DATE_TIME] = {"dateTime.iso8601", NOTHING, NOTHING,
		.make = tli_xmlrpc_date_time},
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

/* ---- Where we are ---------------------------------------------------- */

static struct tli_xmlrpc_open *innermost(const struct tli_xmlrpc_reader *reader)
{
	return &reader->open[reader->depth - 1];
}

static bool has_text(const struct tli_xmlrpc_reader *reader)
{
	size_t len = tli_buf_len(&reader->text);

	return tli_xmlrpc_blank(
		       (const char *)tli_buf_head(&reader->text), len) < len;
}

/* What can come next inside the innermost element. */
static enum element expected(const struct tli_xmlrpc_reader *reader)
{
	const struct tli_xmlrpc_open *open = innermost(reader);
	enum element first = rules[open->element].first;
	enum element then = rules[open->element].then;

	if (has_text(reader))
		return NOTHING;
	if (open->children == 0)
		return first;
	return open->children == 1 || first == then ? then : NOTHING;
}

static bool refuse(struct tli_xmlrpc_reader *reader, const char *found)
{
	enum element wanted = expected(reader);
	bool is_end = wanted == NOTHING;

	if (is_end)
		wanted = innermost(reader)->element;
	tli_value_error_set(&reader->values->error, TLI_VALUE_SYNTAX,
		"expected <%s%s>, found %s", is_end ? "/" : "",
		rules[wanted].name, found);
	return false;
}

/* No memory, or more than the limit for values. */
static bool shortage(struct tli_xmlrpc_reader *reader, bool is_limit)
{
	reader->values->arena.is_full = is_limit;
	return tli_values_shortage(reader->values) != NULL;
}

/* ---- Elements -------------------------------------------------------- */

static bool is_one_of(enum element element, enum element wanted)
{
	if (wanted == A_TYPE)
		return element >= ARRAY && element < A_TYPE;
	return element == wanted && wanted != NOTHING;
}

/* Notes one more level; false if that is too many. */
static bool go_deeper(struct tli_xmlrpc_reader *reader)
{
	uint32_t max_depth = reader->values->limits.max_depth;

	if (reader->levels++ < max_depth)
		return true;
	tli_value_error_set(&reader->values->error, TLI_VALUE_LIMIT,
		"it is more than %u levels deep", max_depth);
	return false;
}

static bool make_room(struct tli_xmlrpc_reader *reader)
{
	size_t capacity = reader->capacity ? 2 * reader->capacity : FIRST_OPEN;
	struct tli_xmlrpc_open *open;

	if (reader->depth < reader->capacity)
		return true;
	open = realloc(reader->open, capacity * sizeof(*open));
	if (!open)
		return shortage(reader, false);
	reader->open = open;
	reader->capacity = capacity;
	return true;
}

static void drop_text(struct tli_xmlrpc_reader *reader)
{
	tli_buf_consume(&reader->text, tli_buf_len(&reader->text));
}

static bool push(struct tli_xmlrpc_reader *reader, enum element element)
{
	enum tli_kind container = rules[element].container;
	struct tli_value *value = NULL;

	if (container && go_deeper(reader))
		value = tli_container(reader->values, container);
	if ((container && !value) || !make_room(reader))
		return false;
	reader->open[reader->depth++] =
		(struct tli_xmlrpc_open){element, 0, value};
	drop_text(reader);
	return true;
}

bool tli_xmlrpc_begin(struct tli_xmlrpc_reader *reader, const char *name)
{
	enum element element = find_element(name);
	char quoted[TLI_QUOTE_TEXT];

	if (reader->depth == 0 && !push(reader, DOCUMENT))
		return false;
	if (!is_one_of(element, expected(reader)))
		return refuse(reader, tli_quote(name, quoted));
	return push(reader, element);
}

static bool takes_text(const struct tli_xmlrpc_open *open)
{
	return rules[open->element].make && open->children == 0;
}

bool tli_xmlrpc_text(
	struct tli_xmlrpc_reader *reader, const char *text, size_t len)
{
	int result;

	if (!takes_text(innermost(reader)))
		return tli_xmlrpc_blank(text, len) == len ||
			refuse(reader, "text");
	result = tli_buf_append(&reader->text, text, len);
	return result == TLI_BUF_OK || shortage(reader, result == TLI_BUF_FULL);
}

/* What the innermost element is, now that it ends. */
static struct tli_value *make(struct tli_xmlrpc_reader *reader)
{
	const struct tli_xmlrpc_open *open = innermost(reader);

	if (!takes_text(open))
		return open->value;
	return rules[open->element].make(reader->values,
		(char *)tli_buf_head(&reader->text),
		tli_buf_len(&reader->text));
}

bool tli_xmlrpc_end(struct tli_xmlrpc_reader *reader)
{
	struct tli_xmlrpc_open *open = innermost(reader);

	if (open->children < rules[open->element].needed)
		return refuse(reader, "its end");
	reader->value = make(reader);
	if (!reader->value)
		return false;
	drop_text(reader);
	reader->levels -= rules[open->element].container != 0;
	reader->depth--;
	open--;
	open->children += open->children < 2;
	return rules[open->element].take(open, reader->value);
}

void tli_xmlrpc_reader_init(
	struct tli_xmlrpc_reader *reader, struct tli_values *values)
{
	*reader = (struct tli_xmlrpc_reader){.values = values};
	tli_buf_init(&reader->text, values->limits.max_bytes);
}

void tli_xmlrpc_reader_fini(struct tli_xmlrpc_reader *reader)
{
	tli_buf_fini(&reader->text);
	free(reader->open);
}
