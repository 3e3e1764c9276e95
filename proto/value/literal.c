/* SPDX-License-Identifier: MIT */
#include "literal.h"

#include "../utf8.h"
#include "integer.h"
#include "literal_call.h"
#include "literal_number.h"
#include "literal_reader.h"
#include "literal_text.h"
#include "mapping.h"

#include <stdio.h>
#include <stdlib.h>

#define A_VALUE                                                                \
	"a value (a number, a text in quotes, None, True, False, [...], "      \
	"(...) or {...})"

struct shape {
	char opener;
	char closer;
	enum tli_kind kind; /* of what is made, unless something else says so */
};

enum { SQUARE, ROUND, CURLY, SHAPES };

static const struct shape shapes[SHAPES] = {
	[SQUARE] = {'[', ']', TLI_LIST},
	[ROUND] = {'(', ')', TLI_TUPLE},
	[CURLY] = {'{', '}', TLI_DICT},
};

/* A bracket that is open, and what is in it so far. */
struct bracket {
	struct bracket *outer;
	const char *start;
	const struct shape *shape;
	const struct tli_literal_call *call; /* NULL: it is not one of a call */
	enum tli_kind kind;
	struct tli_value *made; /* NULL as long as there is no need of it */
	/* A dict's key without its value, or a call's arguments. */
	struct tli_value *waiting[TLI_LITERAL_ARGS_MAX];
	unsigned waiting_count;
};

struct parser {
	struct tli_literal_reader reader;
	struct bracket *top;
	struct bracket *spare; /* closed ones, to be used again */
	uint32_t open_count;
	struct tli_value *value; /* complete, but not yet in the bracket */
};

static struct bracket *take_bracket(struct parser *parser)
{
	struct tli_values *values = parser->reader.values;
	struct bracket *bracket = parser->spare;

	/* Each level can have two, as in frozenset({1}), and what is inside
	 * all of them too. */
	if (parser->open_count > 2 * values->limits.max_depth + 1) {
		tli_value_error_set(&values->error, TLI_VALUE_LIMIT,
			"it is more than %u levels deep",
			values->limits.max_depth);
		return NULL;
	}
	if (bracket) {
		parser->spare = bracket->outer;
		return bracket;
	}
	bracket = tli_arena_take(&values->arena, sizeof(*bracket));
	return bracket ? bracket : tli_values_shortage(values);
}

static bool open_bracket(struct parser *parser, const struct shape *shape,
	const struct tli_literal_call *call)
{
	struct bracket *outer = parser->top;
	struct bracket *bracket = take_bracket(parser);
	bool is_for_call =
		outer && outer->call && outer->call->items_kind != TLI_NONE;

	if (!bracket)
		return false;
	*bracket = (struct bracket){
		.outer = outer,
		.start = parser->reader.at++,
		.shape = shape,
		.call = call,
		.kind = is_for_call ? outer->call->items_kind : shape->kind,
	};
	parser->top = bracket;
	parser->open_count++;
	return true;
}

static struct tli_value *make_empty(
	struct tli_values *values, enum tli_kind kind)
{
	return kind == TLI_TUPLE ? tli_items(values, kind, NULL, 0)
				 : tli_container(values, kind);
}

static bool refuse_arguments(
	const struct parser *parser, const struct bracket *bracket)
{
	return tli_literal_fail(&parser->reader, bracket->start,
		"%s() takes %s", bracket->call->name, bracket->call->takes);
}

static struct tli_value *make_call(
	const struct parser *parser, const struct bracket *bracket)
{
	const struct tli_literal_call *call = bracket->call;
	struct tli_values *values = parser->reader.values;
	struct tli_value *value = NULL;

	values->error.code = TLI_VALUE_OK;
	if (bracket->waiting_count >= call->min_args)
		value = call->make(
			call, values, bracket->waiting, bracket->waiting_count);
	if (!value && values->error.code == TLI_VALUE_OK)
		refuse_arguments(parser, bracket);
	return value;
}

/* What is made becomes the value to go on with. */
static bool close_bracket(struct parser *parser)
{
	struct bracket *bracket = parser->top;

	if (bracket->call)
		parser->value = make_call(parser, bracket);
	else if (bracket->made)
		parser->value = bracket->made;
	else
		parser->value =
			make_empty(parser->reader.values, bracket->kind);
	parser->reader.at++;
	parser->top = bracket->outer;
	parser->open_count--;
	bracket->outer = parser->spare;
	parser->spare = bracket;
	return parser->value;
}

static bool has_key(const struct bracket *bracket)
{
	return !bracket->call && bracket->waiting_count > 0;
}

/* Whether what has just been read may be a key. */
static bool may_be_key(const struct bracket *bracket)
{
	return bracket->shape == &shapes[CURLY] && bracket->kind == TLI_DICT &&
		!has_key(bracket);
}

static bool must_be_key(const struct bracket *bracket)
{
	return may_be_key(bracket) && bracket->made;
}

static bool put_argument(
	struct parser *parser, struct bracket *bracket, struct tli_value *value)
{
	if (bracket->waiting_count == bracket->call->max_args)
		return refuse_arguments(parser, bracket);
	bracket->waiting[bracket->waiting_count++] = value;
	return true;
}

static bool put_item(
	struct parser *parser, struct bracket *bracket, struct tli_value *value)
{
	if (may_be_key(bracket))
		bracket->kind = TLI_SET;
	if (!bracket->made)
		bracket->made =
			make_empty(parser->reader.values, bracket->kind);
	if (!bracket->made)
		return false;
	if (has_key(bracket)) {
		bracket->waiting_count = 0;
		return tli_dict_set(bracket->made, bracket->waiting[0], value);
	}
	if (bracket->kind == TLI_SET || bracket->kind == TLI_FROZENSET)
		return tli_set_add(bracket->made, value);
	return tli_append(bracket->made, value);
}

/* Puts the value into the bracket, as what is behind it demands. */
static bool put_value(struct parser *parser, char separator)
{
	struct bracket *bracket = parser->top;
	struct tli_value *value = parser->value;

	parser->value = NULL;
	if (bracket->call)
		return put_argument(parser, bracket, value);
	if (separator == ':') {
		bracket->waiting[bracket->waiting_count++] = value;
		return true;
	}
	if (separator == ')' && !bracket->made) { /* no comma: no tuple */
		bracket->made = value;
		return true;
	}
	return put_item(parser, bracket, value);
}

static bool expected(const struct parser *parser, const char *what)
{
	const struct tli_literal_reader *reader = &parser->reader;

	if (reader->at < reader->end || !parser->top)
		return tli_literal_expected(reader, what);
	return tli_literal_fail(reader, parser->top->start,
		"the '%c' here is not closed; expected %s, found the end",
		parser->top->shape->opener, what);
}

static bool expected_separator(const struct parser *parser)
{
	char what[] = "':', ',' or 'x'";

	if (must_be_key(parser->top))
		return expected(parser, "':' and the key's value");
	what[sizeof(what) - 3] = parser->top->shape->closer;
	return expected(parser,
		may_be_key(parser->top) ? what : what + strlen("':', "));
}

/* Goes on behind a value in a bracket. */
static bool go_on(struct parser *parser)
{
	const struct bracket *bracket = parser->top;
	char separator;
	bool closes;

	tli_literal_skip_space(&parser->reader);
	separator = tli_literal_peek(&parser->reader);
	closes = separator == bracket->shape->closer;
	if (separator == ':'
			? !may_be_key(bracket)
			: (separator != ',' && !closes) || must_be_key(bracket))
		return expected_separator(parser);
	if (!put_value(parser, separator))
		return false;
	if (closes)
		return close_bracket(parser);
	parser->reader.at++;
	return true;
}

static bool word_is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

static struct tli_value *constant(
	struct tli_values *values, const char *word, size_t len)
{
	if (word_is(word, len, "None"))
		return tli_none(values);
	if (word_is(word, len, "True") || word_is(word, len, "False"))
		return tli_bool(values, *word == 'T');
	return NULL;
}

/* A constant or a call. */
static bool begin_word(struct parser *parser)
{
	struct tli_literal_reader *reader = &parser->reader;
	const char *word = reader->at;
	size_t len = tli_literal_word_len(reader, 0);
	const struct tli_literal_call *call = tli_literal_call_find(word, len);

	if (len == 0)
		return expected(parser, A_VALUE);
	parser->value = constant(reader->values, word, len);
	if (!call && !parser->value)
		return tli_literal_fail(reader, word,
			"'%.*s' is no literal; expected " A_VALUE,
			len < 20 ? (int)len : 20, word);
	reader->at += len;
	if (!call)
		return true;
	tli_literal_skip_space(reader);
	if (tli_literal_peek(reader) != '(')
		return expected(parser, "'('");
	return open_bracket(parser, &shapes[ROUND], call);
}

static struct tli_value *fill(struct tli_literal_reader *reader)
{
	reader->at++;
	return reader->filler->fill(
		reader->filler, reader->values, &reader->at);
}

/* Reads a value up to its end, or the bracket at its start; or the end of a
 * bracket. */
static bool begin_value(struct parser *parser)
{
	struct tli_literal_reader *reader = &parser->reader;
	char next;

	tli_literal_skip_space(reader);
	next = tli_literal_peek(reader);
	if (parser->top && next == parser->top->shape->closer &&
		!has_key(parser->top))
		return close_bracket(parser);
	for (size_t i = 0; i < SHAPES; i++)
		if (next == shapes[i].opener)
			return open_bracket(parser, &shapes[i], NULL);
	if (tli_literal_is_number(reader))
		parser->value = tli_literal_number(reader);
	else if (tli_literal_is_text(reader))
		parser->value = tli_literal_text(reader);
	else if (next == '%' && reader->filler)
		parser->value = fill(reader);
	else
		return begin_word(parser);
	return parser->value;
}

static struct tli_value *parse(struct parser *parser)
{
	struct tli_literal_reader *reader = &parser->reader;

	do {
		if (!(parser->value ? go_on(parser) : begin_value(parser)))
			return NULL;
	} while (parser->top || !parser->value);
	tli_literal_skip_space(reader);
	if (reader->at == reader->end)
		return parser->value;
	return tli_literal_expected(reader, "nothing more behind the value");
}

struct tli_value *tli_literal(struct tli_values *values, const char *text,
	size_t len, struct tli_literal_filler *filler)
{
	struct parser parser = {
		.reader = {.values = values,
			.text = text,
			.at = text,
			.end = text + len,
			.filler = filler},
	};
	size_t valid = tli_utf8_valid((const uint8_t *)text, len);
	struct tli_value *value;

	if (valid < len)
		return tli_literal_fail(&parser.reader, text + valid,
			"the byte 0x%02x is not UTF-8", (uint8_t)text[valid]);
	parser.reader.scratch = malloc(2 * len + TLI_INTEGER_BYTES_MAX);
	if (!parser.reader.scratch) {
		tli_value_error_set(
			&values->error, TLI_VALUE_NOMEM, "out of memory");
		return NULL;
	}
	value = parse(&parser);
	free(parser.reader.scratch);
	return value;
}
