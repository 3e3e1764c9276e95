/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include "../buf.h"
#include "../float_text.h"
#include "../json.h"
#include "../utf8.h"
#include "integer.h"
#include "repr.h"
#include "route.h"
#include "walk.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writing {
	struct tli_visitor visitor;
	struct tli_route route;
	struct tli_json_writer json;
	tli_json *parents[TLI_JSON_DEPTH_MAX];
	size_t depth;
	bool is_key;     /* where we are; or, not so, */
	const char *key; /* the key of what is written; NULL in an array */
	enum tli_json_wrapping wrapping;
	size_t max_bytes;
	size_t bytes_left;
	uint32_t values_left;     /* cJSON takes 100 bytes or so for each */
	struct tli_marks wrapped; /* for tli_repr_part() */
	struct tli_value_error *error;
};

/* What is wrong with the value where we are. Returns the code. */
static int refuse(const struct tli_route *route, struct tli_value_error *error,
	int code, const char *wrong)
{
	char way[TLI_ROUTE_TEXT];

	return tli_value_error_set(
		error, code, "%s%s", tli_route_text(route, way), wrong);
}

/* ---- What no JSON can say -------------------------------------------- */

/* A walk that visits each node once. */
struct checking {
	struct tli_visitor visitor;
	struct tli_route route;
	struct tli_marks open; /* those that we are inside of */
	struct tli_marks good;
	struct tli_value_error *error;
};

static int check_node(
	struct tli_visitor *visitor, const struct tli_value *value)
{
	struct checking *checking = (struct checking *)visitor;

	if (!tli_has_items(value) || tli_is_marked(&checking->good, value))
		return TLI_WALK_PAST;
	if (tli_is_marked(&checking->open, value))
		return refuse(&checking->route, checking->error, TLI_VALUE_TYPE,
			"what is inside itself cannot be JSON");
	if (value->flags & TLI_BROKEN)
		return refuse(&checking->route, checking->error,
			TLI_VALUE_BROKEN, "something could not be put inside");
	if (!tli_mark(&checking->open, value))
		return TLI_VALUE_NOMEM;
	tli_route_enter(&checking->route, value);
	return TLI_WALK_INSIDE;
}

static int check_next(
	struct tli_visitor *visitor, const struct tli_value *value, uint32_t i)
{
	(void)value;
	tli_route_next(&((struct checking *)visitor)->route, i);
	return 0;
}

static int check_left(
	struct tli_visitor *visitor, const struct tli_value *value)
{
	struct checking *checking = (struct checking *)visitor;

	tli_route_leave(&checking->route);
	tli_unmark(&checking->open, value);
	return tli_mark(&checking->good, value) ? 0 : TLI_VALUE_NOMEM;
}

static int check(const struct tli_value *value, struct tli_value_error *error)
{
	struct checking checking = {
		.visitor = {.enter = check_node,
			.next = check_next,
			.leave = check_left},
		.error = error,
	};
	int result;

	tli_marks_init(&checking.open);
	tli_marks_init(&checking.good);
	result = tli_walk(&checking.visitor, value, TLI_VALUE_DEPTH_MAX);
	tli_marks_fini(&checking.open);
	tli_marks_fini(&checking.good);
	if (result == TLI_VALUE_LIMIT)
		tli_walk_error(error, result, TLI_VALUE_DEPTH_MAX);
	return result;
}

/* ---- Writing --------------------------------------------------------- */

static int refuse_length(struct writing *writing)
{
	return tli_value_error_set(writing->error, TLI_VALUE_LIMIT,
		"the JSON is longer than %zu bytes", writing->max_bytes);
}

/* So many bytes of text come: before anything is made of them. */
static int charge(struct writing *writing, size_t bytes)
{
	if (bytes > writing->bytes_left)
		return refuse_length(writing);
	writing->bytes_left -= bytes;
	return TLI_VALUE_OK;
}

static size_t char_bytes(char c)
{
	if (c == '"' || c == '\\')
		return 2;
	if ((unsigned char)c >= ' ')
		return 1;
	return strchr("\b\f\n\r\t", c) ? 2 : sizeof("\\u001f") - 1;
}

/* As cJSON writes it: in quotes, and with escapes. */
static size_t text_bytes(const char *text, size_t len)
{
	size_t bytes = 2;

	for (size_t i = 0; i < len; i++)
		bytes += char_bytes(text[i]);
	return bytes;
}

static tli_json *parent_of(const struct writing *writing)
{
	return writing->depth > 0 ? writing->parents[writing->depth - 1] : NULL;
}

/* Of a text without NULs. */
static int add_text(struct writing *writing, tli_json *parent, const char *key,
	const char *text, size_t len)
{
	int result = charge(writing, text_bytes(text, len));

	if (result == TLI_VALUE_OK)
		tli_json_add_text(&writing->json, parent, key, text);
	return result;
}

static int add_word(struct writing *writing, const char *word)
{
	int result = charge(writing, strlen(word));

	if (result == TLI_VALUE_OK)
		tli_json_add_raw(
			&writing->json, parent_of(writing), writing->key, word);
	return result;
}

static int refuse_depth(struct writing *writing)
{
	return refuse(&writing->route, writing->error, TLI_VALUE_LIMIT,
		"it is more than 64 levels deep");
}

static int add_repr(struct writing *writing, const char *text)
{
	int result = charge(writing, sizeof("{\"" TLI_JSON_REPR "\":}") - 1);
	tli_json *object;

	if (result < 0)
		return result;
	object = tli_json_add_object(
		&writing->json, parent_of(writing), writing->key);
	return add_text(writing, object, TLI_JSON_REPR, text, strlen(text));
}

/* A text in a buffer, for those who need a NUL behind it. */
static int end_text(struct tli_buf *text)
{
	switch (tli_buf_append(text, "", 1)) {
	case TLI_BUF_OK:
		return TLI_VALUE_OK;
	case TLI_BUF_FULL:
		return TLI_VALUE_LIMIT;
	default:
		return TLI_VALUE_NOMEM;
	}
}

static int wrap(struct writing *writing, const struct tli_value *value)
{
	struct tli_buf text;
	int result;

	if (writing->depth == TLI_JSON_DEPTH_MAX)
		return refuse_depth(writing);
	tli_buf_init(&text, writing->bytes_left);
	result = tli_repr_part(value, &writing->wrapped, &text);
	if (result == TLI_VALUE_OK)
		result = end_text(&text);
	if (result == TLI_VALUE_OK)
		result = add_repr(writing, (char *)tli_buf_head(&text));
	else if (result == TLI_VALUE_LIMIT)
		refuse_length(writing);
	tli_buf_fini(&text);
	return result;
}

/* Of what JSON has no word for. */
static int cannot(struct writing *writing, const struct tli_value *value,
	const char *what)
{
	char wrong[100];

	if (writing->wrapping == TLI_JSON_WRAPPED)
		return wrap(writing, value);
	snprintf(wrong, sizeof(wrong), "%s cannot be JSON, unless wrapped",
		what);
	return refuse(&writing->route, writing->error, TLI_VALUE_TYPE, wrong);
}

static int write_none(struct writing *writing, const struct tli_value *value)
{
	(void)value;
	return add_word(writing, "null");
}

static int write_bool(struct writing *writing, const struct tli_value *value)
{
	return add_word(writing, tli_int_of(value)->integer ? "true" : "false");
}

static int write_int(struct writing *writing, const struct tli_value *value)
{
	char digits[24];

	snprintf(
		digits, sizeof(digits), "%" PRId64, tli_int_of(value)->integer);
	return add_word(writing, digits);
}

static int write_bigint(struct writing *writing, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);
	char digits[TLI_INTEGER_DIGITS_MAX + 2];

	if (!tli_integer_to_decimal(node->data, node->len, digits))
		return cannot(writing, value, "an int of over 4300 digits");
	return add_word(writing, digits);
}

static int write_float(struct writing *writing, const struct tli_value *value)
{
	double real = tli_float_of(value)->real;
	char text[TLI_FLOAT_TEXT + 2];

	tli_float_to_text(real, text);
	if (!isfinite(real))
		return cannot(writing, value, text);
	if (!strpbrk(text, ".e"))
		strcat(text, ".0");
	return add_word(writing, text);
}

/* Why cJSON could not read a text back; NULL if it could. */
static const char *wrong_with_text(const struct tli_value *text)
{
	const struct tli_bytes *node = tli_bytes_of(text);

	if (node->len > 0 && memchr(node->data, 0, node->len))
		return "a str with a NUL";
	if (tli_utf8_has_surrogates(node->data, node->len))
		return "a str with a lone surrogate";
	return NULL;
}

static int write_str(struct writing *writing, const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);
	const char *wrong = wrong_with_text(value);

	if (wrong)
		return cannot(writing, value, wrong);
	return add_text(writing, parent_of(writing), writing->key,
		(const char *)node->data, node->len);
}

/* Goes inside a list or dict. */
static int begin(struct writing *writing, const struct tli_value *value,
	tli_json *(*add)(struct tli_json_writer *writer, tli_json *parent,
		const char *key))
{
	tli_json *inside;

	if (writing->depth == TLI_JSON_DEPTH_MAX)
		return refuse_depth(writing);
	if (charge(writing, sizeof("[]") - 1) < 0)
		return TLI_VALUE_LIMIT;
	inside = add(&writing->json, parent_of(writing), writing->key);
	writing->parents[writing->depth++] = inside;
	tli_route_enter(&writing->route, value);
	return TLI_WALK_INSIDE;
}

static int write_list(struct writing *writing, const struct tli_value *value)
{
	return begin(writing, value, tli_json_add_array);
}

static int write_tuple(struct writing *writing, const struct tli_value *value)
{
	if (writing->wrapping == TLI_JSON_WRAPPED)
		return wrap(writing, value);
	return write_list(writing, value);
}

static bool is_repr(const struct tli_value *key)
{
	const struct tli_bytes *node = tli_bytes_of(key);

	return node->len == sizeof(TLI_JSON_REPR) - 1 &&
		memcmp(node->data, TLI_JSON_REPR, node->len) == 0;
}

/* Why a key is none of JSON's; NULL if it is one. */
static const char *wrong_with_key(
	const struct writing *writing, const struct tli_value *key)
{
	if (key->kind != TLI_STR)
		return tli_kind_name(key->kind);
	if (writing->wrapping == TLI_JSON_WRAPPED && is_repr(key))
		return TLI_JSON_REPR;
	return wrong_with_text(key);
}

static int write_dict(struct writing *writing, const struct tli_value *value)
{
	const struct tli_items *dict = tli_items_of(value);
	char wrong[64];

	for (uint32_t i = 0; i < dict->count; i += 2) {
		const char *why = wrong_with_key(writing, dict->items[i]);

		if (!why)
			continue;
		snprintf(wrong, sizeof(wrong), "as a key, %s", why);
		return cannot(writing, value, wrong);
	}
	return begin(writing, value, tli_json_add_object);
}

static int write_other(struct writing *writing, const struct tli_value *value)
{
	return cannot(writing, value, tli_kind_name(value->kind));
}

static int (*const writers[TLI_KINDS])(
	struct writing *writing, const struct tli_value *value) = {
	[TLI_NONE] = write_none,
	[TLI_BOOL] = write_bool,
	[TLI_INT] = write_int,
	[TLI_BIGINT] = write_bigint,
	[TLI_FLOAT] = write_float,
	[TLI_COMPLEX] = write_other,
	[TLI_STR] = write_str,
	[TLI_BYTES] = write_other,
	[TLI_BYTEARRAY] = write_other,
	[TLI_ARRAY] = write_other,
	[TLI_LIST] = write_list,
	[TLI_TUPLE] = write_tuple,
	[TLI_DICT] = write_dict,
	[TLI_SET] = write_other,
	[TLI_FROZENSET] = write_other,
	[TLI_RANGE] = write_other,
	[TLI_SLICE] = write_other,
	[TLI_GLOBAL] = write_other,
	[TLI_OBJECT] = write_other,
};

static int write_node(
	struct tli_visitor *visitor, const struct tli_value *value)
{
	struct writing *writing = (struct writing *)visitor;
	int result;

	if (writing->is_key)
		return TLI_WALK_PAST;
	if (writing->values_left-- == 0)
		return tli_value_error_set(writing->error, TLI_VALUE_LIMIT,
			"the JSON has more than %u values",
			TLI_JSON_VALUES_MAX);
	result = writers[value->kind](writing, value);
	return writing->json.failed ? TLI_VALUE_NOMEM : result;
}

static int write_next(
	struct tli_visitor *visitor, const struct tli_value *value, uint32_t i)
{
	struct writing *writing = (struct writing *)visitor;
	const struct tli_bytes *key;

	tli_route_next(&writing->route, i);
	writing->key = NULL;
	writing->is_key = value->kind == TLI_DICT && i % 2 == 0;
	if (value->kind != TLI_DICT)
		return charge(writing, i > 0);
	key = tli_bytes_of(tli_items_of(value)->items[i - i % 2]);
	writing->key = (const char *)key->data;
	if (!writing->is_key)
		return charge(writing, sizeof(":") - 1);
	return charge(writing, (i > 0) + text_bytes(writing->key, key->len));
}

static int write_left(
	struct tli_visitor *visitor, const struct tli_value *value)
{
	struct writing *writing = (struct writing *)visitor;

	(void)value;
	writing->depth--;
	tli_route_leave(&writing->route);
	return 0;
}

int tli_value_to_json(const struct tli_value *value,
	enum tli_json_wrapping wrapping, size_t max_bytes, char **text_out,
	size_t *len_out, struct tli_value_error *error)
{
	struct writing writing = {
		.visitor = {.enter = write_node,
			.next = write_next,
			.leave = write_left},
		.wrapping = wrapping,
		.max_bytes = max_bytes,
		.bytes_left = max_bytes,
		.values_left = TLI_JSON_VALUES_MAX,
		.error = error,
	};
	int result = check(value, error);

	tli_marks_init(&writing.wrapped);
	if (result == TLI_VALUE_OK)
		result = tli_walk(&writing.visitor, value, TLI_JSON_DEPTH_MAX);
	tli_marks_fini(&writing.wrapped);
	if (result < 0)
		writing.json.failed = true;
	*text_out = tli_json_finish(&writing.json, len_out);
	if (result == TLI_VALUE_OK && !*text_out)
		result = TLI_VALUE_NOMEM;
	if (result == TLI_VALUE_NOMEM)
		tli_walk_error(error, result, 0);
	return result;
}
