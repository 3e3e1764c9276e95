/* SPDX-License-Identifier: MIT */
#include "json.h"

#include "float_text.h"
#include "json_text.h"
#include "quote.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTEGER_MAX 9007199254740992.0 /* 2^53: all below it are exact */

/* A walk over all values, which knows the way to where it is. */
struct walk {
	const char *text;
	size_t len;
	size_t path[TLI_JSON_DEPTH_MAX];
	size_t depth;
	struct tli_json_error *error;
};

/* A member of an object, and the how manieth it is. */
struct key {
	const char *name;
	size_t index;
};

static bool no_memory(struct tli_json_error *error)
{
	error->line = 0;
	snprintf(error->text, sizeof(error->text), "out of memory");
	return false;
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *one = a, *other = b;
	int order = strcmp(one->name, other->name);

	if (order != 0)
		return order;
	return (one->index > other->index) - (one->index < other->index);
}

static bool refuse_key(struct walk *walk, const struct key *key)
{
	char quoted[TLI_QUOTE_TEXT];

	walk->path[walk->depth] = key->index;
	walk->error->line = tli_json_line(
		walk->text, walk->len, walk->path, walk->depth + 1);
	snprintf(walk->error->text, sizeof(walk->error->text),
		"the key %s is there for the second time",
		tli_quote(key->name, quoted));
	return false;
}

static bool check_sorted_keys(
	struct walk *walk, const struct key *keys, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(keys[i - 1].name, keys[i].name) == 0)
			return refuse_key(walk, &keys[i]);
	return true;
}

/* Sorted, because a peer may send so many that comparing each with each would
 * take seconds. */
static bool check_keys(struct walk *walk, const cJSON *object)
{
	size_t count = 0;
	struct key *keys;
	const cJSON *member;
	bool good;

	cJSON_ArrayForEach(member, object) count++;
	if (count < 2)
		return true;
	keys = malloc(count * sizeof(*keys));
	if (!keys)
		return no_memory(walk->error);
	count = 0;
	cJSON_ArrayForEach(member, object)
	{
		keys[count] = (struct key){member->string, count};
		count++;
	}
	qsort(keys, count, sizeof(*keys), compare_keys);
	good = check_sorted_keys(walk, keys, count);
	free(keys);
	return good;
}

static bool check_finite(const struct walk *walk, const cJSON *json)
{
	if (!cJSON_IsNumber(json) || isfinite(json->valuedouble))
		return true;
	walk->error->line =
		tli_json_line(walk->text, walk->len, walk->path, walk->depth);
	snprintf(walk->error->text, sizeof(walk->error->text),
		"a number is too large");
	return false;
}

static bool check_tree(struct walk *walk, const cJSON *json)
{
	const cJSON *inner;
	size_t level = walk->depth;

	if (!check_finite(walk, json))
		return false;
	if (cJSON_IsObject(json) && !check_keys(walk, json))
		return false;
	if (!json->child)
		return true;
	walk->depth = level + 1;
	walk->path[level] = 0;
	cJSON_ArrayForEach(inner, json)
	{
		if (!check_tree(walk, inner))
			return false;
		walk->path[level]++;
	}
	walk->depth = level;
	return true;
}

/* Of a text with nothing but JSON in it. */
static cJSON *parse_checked(
	const char *text, size_t len, struct tli_json_error *error)
{
	cJSON *json = cJSON_ParseWithLength(text, len);
	struct walk walk = {.text = text, .len = len, .error = error};

	if (!json)
		no_memory(error);
	else if (check_tree(&walk, json))
		return json;
	cJSON_Delete(json);
	return NULL;
}

/* What cJSON is not to see is blanked. */
static cJSON *parse_blanked(const char *text, size_t len,
	const struct tli_json_limits *limits, struct tli_json_error *error)
{
	char *blanked = malloc(len + 1);
	cJSON *json = NULL;

	if (!blanked) {
		no_memory(error);
		return NULL;
	}
	memcpy(blanked, text, len);
	if (tli_json_check(text, len, limits, blanked, error))
		json = parse_checked(blanked, len, error);
	free(blanked);
	return json;
}

tli_json *tli_json_parse(const char *text, size_t len,
	const struct tli_json_limits *limits, struct tli_json_error *error)
{
	if (len > limits->max_bytes) {
		error->line = 1;
		snprintf(error->text, sizeof(error->text),
			"it is longer than %zu bytes", limits->max_bytes);
		return NULL;
	}
	if (limits->comments || limits->big_numbers)
		return parse_blanked(text, len, limits, error);
	if (!tli_json_check(text, len, limits, NULL, error))
		return NULL;
	return parse_checked(text, len, error);
}

void tli_json_free(tli_json *json)
{
	cJSON_Delete(json);
}

static const struct {
	int type;
	const char *name;
} kinds[] = {
	[TLI_JSON_NULL] = {cJSON_NULL, "null"},
	[TLI_JSON_BOOL] = {cJSON_True | cJSON_False, "true or false"},
	[TLI_JSON_NUMBER] = {cJSON_Number, "a number"},
	[TLI_JSON_TEXT] = {cJSON_String, "a text"},
	[TLI_JSON_ARRAY] = {cJSON_Array, "an array"},
	[TLI_JSON_OBJECT] = {cJSON_Object, "an object"},
};

enum tli_json_kind tli_json_kind(const tli_json *json)
{
	enum tli_json_kind kind = TLI_JSON_NULL;

	while (!(json->type & kinds[kind].type) && kind < TLI_JSON_OBJECT)
		kind++;
	return kind;
}

const char *tli_json_kind_name(enum tli_json_kind kind)
{
	return kinds[kind].name;
}

const tli_json *tli_json_first(const tli_json *json)
{
	return json->child;
}

const tli_json *tli_json_next(const tli_json *json)
{
	return json->next;
}

const char *tli_json_key(const tli_json *member)
{
	return member->string;
}

const tli_json *tli_json_find(const tli_json *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

bool tli_json_bool(const tli_json *json)
{
	return cJSON_IsTrue(json);
}

double tli_json_number(const tli_json *json)
{
	return json->valuedouble;
}

const char *tli_json_text(const tli_json *json)
{
	return json->valuestring;
}

static bool is_integer(double number)
{
	return number >= -INTEGER_MAX && number <= INTEGER_MAX &&
		(double)(int64_t)number == number;
}

bool tli_json_is_integer(const tli_json *json)
{
	return cJSON_IsNumber(json) && is_integer(json->valuedouble);
}

/* Puts an item, which is NULL for lack of memory, in its place. */
static cJSON *add(struct tli_json_writer *writer, cJSON *parent,
	const char *key, cJSON *item)
{
	bool added = item && !writer->failed;

	if (added && !writer->root)
		writer->root = item;
	else if (added)
		added = key ? cJSON_AddItemToObject(parent, key, item)
			    : cJSON_AddItemToArray(parent, item);
	if (added)
		return item;
	cJSON_Delete(item);
	writer->failed = true;
	return NULL;
}

tli_json *tli_json_add_object(
	struct tli_json_writer *writer, tli_json *parent, const char *key)
{
	return add(writer, parent, key, cJSON_CreateObject());
}

tli_json *tli_json_add_array(
	struct tli_json_writer *writer, tli_json *parent, const char *key)
{
	return add(writer, parent, key, cJSON_CreateArray());
}

void tli_json_add_text(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const char *text)
{
	add(writer, parent, key, cJSON_CreateString(text));
}

static cJSON *create_number(double number)
{
	char text[TLI_FLOAT_TEXT];

	tli_float_to_text(number, text);
	return cJSON_CreateRaw(text);
}

bool tli_json_print(const tli_json *json, char *text, size_t size)
{
	return cJSON_PrintPreallocated(
		(cJSON *)(uintptr_t)json, text, (int)size, false);
}

/* Without an exponent. */
static cJSON *create_integer(double number)
{
	char text[40];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	return cJSON_CreateRaw(text);
}

void tli_json_add_number(struct tli_json_writer *writer, tli_json *parent,
	const char *key, double number)
{
	add(writer, parent, key,
		is_integer(number) ? create_integer(number)
				   : create_number(number));
}

void tli_json_add_bool(struct tli_json_writer *writer, tli_json *parent,
	const char *key, bool value)
{
	add(writer, parent, key, cJSON_CreateBool(value));
}

void tli_json_add_raw(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const char *json)
{
	add(writer, parent, key, cJSON_CreateRaw(json));
}

/* A program may have given cJSON an allocator of its own, whose memory is
 * nothing for free(). */
static char *own_copy(char *printed, size_t len)
{
	char *text = malloc(len + 1);

	if (text)
		memcpy(text, printed, len + 1);
	cJSON_free(printed);
	return text;
}

char *tli_json_finish(struct tli_json_writer *writer, size_t *len_out)
{
	char *printed = NULL;
	size_t len;

	if (!writer->failed)
		printed = cJSON_PrintUnformatted(writer->root);
	cJSON_Delete(writer->root);
	*writer = (struct tli_json_writer){.failed = false};
	if (!printed)
		return NULL;
	len = strlen(printed);
	*len_out = len;
	return own_copy(printed, len);
}
