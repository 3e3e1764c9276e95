/* SPDX-License-Identifier: MIT */
#include "json_value.h"

#include "../float_text.h"
#include "../json.h"
#include "integer.h"
#include "literal.h"
#include "mapping.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A walk over what cJSON has read. It recurses, for at most 64 levels. */
struct reading {
	struct tli_values *values;
	const char *text;
	size_t len;
	const char *number; /* behind the last one; NULL = numbers are as cJSON
			     * has them, and there is no text */
	enum tli_json_wrapping wrapping;
	size_t path[TLI_JSON_DEPTH_MAX];
	size_t depth;
};

static struct tli_value *read_value(
	struct reading *reading, const tli_json *json);

/* Says what is wrong with the value where we are. Returns NULL. */
static struct tli_value *refuse(struct reading *reading, const char *wrong)
{
	struct tli_value_error *error = &reading->values->error;

	if (!reading->number)
		tli_value_error_set(error, TLI_VALUE_SYNTAX, "%s", wrong);
	else
		tli_value_error_set(error, TLI_VALUE_SYNTAX, "line %u: %s",
			tli_json_line(reading->text, reading->len,
				reading->path, reading->depth),
			wrong);
	return NULL;
}

static struct tli_value *read_null(
	struct reading *reading, const tli_json *json)
{
	(void)json;
	return tli_none(reading->values);
}

static struct tli_value *read_bool(
	struct reading *reading, const tli_json *json)
{
	return tli_bool(reading->values, tli_json_bool(json));
}

static struct tli_value *read_integer(
	struct reading *reading, const char *number, size_t len)
{
	uint8_t bytes[TLI_INTEGER_BYTES_MAX];
	bool negative = *number == '-';
	int64_t bytes_len = tli_integer_from_digits(
		number + negative, len - negative, 10, negative, bytes);

	if (bytes_len < 0)
		return refuse(reading, "an integer has more than 4300 digits");
	return tli_int_from_bytes(reading->values, bytes, (size_t)bytes_len);
}

static struct tli_value *read_float(
	struct reading *reading, const char *number, size_t len)
{
	double real;

	if (!tli_float_from_text(number, len, &real) || !isfinite(real))
		return refuse(reading, "a number is too large");
	return tli_float(reading->values, real);
}

static bool is_integer(const char *number, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr(".eE", number[i]))
			return false;
	return true;
}

static struct tli_value *read_parsed_number(
	struct tli_values *values, const tli_json *json)
{
	double number = tli_json_number(json);

	return tli_json_is_integer(json) ? tli_int(values, (int64_t)number)
					 : tli_float(values, number);
}

static struct tli_value *read_number(
	struct reading *reading, const tli_json *json)
{
	const char *number;
	size_t len;

	if (!reading->number)
		return read_parsed_number(reading->values, json);
	number = tli_json_next_number(
		&reading->number, reading->text + reading->len, &len);
	return is_integer(number, len) ? read_integer(reading, number, len)
				       : read_float(reading, number, len);
}

static struct tli_value *read_text(
	struct reading *reading, const tli_json *json)
{
	return tli_text(reading->values, tli_json_text(json));
}

static struct tli_value *read_array(
	struct reading *reading, const tli_json *json)
{
	struct tli_value *list = tli_container(reading->values, TLI_LIST);

	for (json = tli_json_first(json); list && json;
		json = tli_json_next(json)) {
		if (!tli_append(list, read_value(reading, json)))
			return NULL;
		reading->path[reading->depth - 1]++;
	}
	return list;
}

static bool read_member(
	struct reading *reading, const tli_json *member, struct tli_value *dict)
{
	struct tli_value *key = tli_text(reading->values, tli_json_key(member));
	struct tli_value *item = key ? read_value(reading, member) : NULL;

	return item && tli_dict_set(dict, key, item);
}

/* What a {"$repr": ...} stands for. */
static struct tli_value *unwrap(struct reading *reading, const tli_json *member)
{
	struct tli_value_error *error = &reading->values->error;
	const char *text = tli_json_text(member);
	struct tli_value *value;
	char wrong[TLI_VALUE_ERROR_TEXT];

	if (tli_json_kind(member) != TLI_JSON_TEXT || tli_json_next(member))
		return refuse(reading,
			"beside the key \"" TLI_JSON_REPR
			"\" there is one text and nothing else");
	value = tli_literal(reading->values, text, strlen(text), NULL);
	if (value || error->code != TLI_VALUE_SYNTAX)
		return value;
	snprintf(wrong, sizeof(wrong), "in \"" TLI_JSON_REPR "\": %.160s",
		error->text);
	return refuse(reading, wrong);
}

static struct tli_value *read_object(
	struct reading *reading, const tli_json *json)
{
	struct tli_value *dict;

	if (reading->wrapping == TLI_JSON_WRAPPED &&
		tli_json_find(json, TLI_JSON_REPR))
		return unwrap(reading, tli_json_first(json));
	dict = tli_container(reading->values, TLI_DICT);
	for (json = tli_json_first(json); dict && json;
		json = tli_json_next(json)) {
		if (!read_member(reading, json, dict))
			return NULL;
		reading->path[reading->depth - 1]++;
	}
	return dict;
}

static struct tli_value *(*const readers[])(
	struct reading *reading, const tli_json *json) = {
	[TLI_JSON_NULL] = read_null,
	[TLI_JSON_BOOL] = read_bool,
	[TLI_JSON_NUMBER] = read_number,
	[TLI_JSON_TEXT] = read_text,
	[TLI_JSON_ARRAY] = read_array,
	[TLI_JSON_OBJECT] = read_object,
};

static struct tli_value *read_value(
	struct reading *reading, const tli_json *json)
{
	enum tli_json_kind kind = tli_json_kind(json);
	struct tli_value *value;

	if (kind < TLI_JSON_ARRAY)
		return readers[kind](reading, json);
	reading->path[reading->depth++] = 0;
	value = readers[kind](reading, json);
	reading->depth--;
	return value;
}

static tli_json *parse(struct tli_values *values, const char *text, size_t len)
{
	const struct tli_json_limits limits = {
		.max_bytes = SIZE_MAX,
		.max_depth = values->limits.max_depth,
		.max_values = values->limits.max_nodes < TLI_JSON_VALUES_MAX
			? values->limits.max_nodes
			: TLI_JSON_VALUES_MAX,
		.big_numbers = true,
	};
	struct tli_json_error error;
	tli_json *json = tli_json_parse(text, len, &limits, &error);

	if (!json && error.line == 0)
		tli_value_error_set(
			&values->error, TLI_VALUE_NOMEM, "out of memory");
	else if (!json)
		tli_value_error_set(&values->error, TLI_VALUE_SYNTAX,
			"line %u: %.180s", error.line, error.text);
	return json;
}

struct tli_value *tli_value_from_json(struct tli_values *values,
	const char *text, size_t len, enum tli_json_wrapping wrapping)
{
	struct reading reading = {
		.values = values,
		.text = text,
		.len = len,
		.number = text,
		.wrapping = wrapping,
	};
	struct tli_value *value;
	tli_json *json;

	if (len > values->limits.max_bytes) {
		tli_value_error_set(&values->error, TLI_VALUE_LIMIT,
			"the JSON is longer than %zu bytes",
			values->limits.max_bytes);
		return NULL;
	}
	json = parse(values, text, len);
	if (!json)
		return NULL;
	value = read_value(&reading, json);
	tli_json_free(json);
	return value;
}

struct tli_value *tli_value_of_json(struct tli_values *values,
	const tli_json *json, enum tli_json_wrapping wrapping)
{
	struct reading reading = {.values = values, .wrapping = wrapping};

	return read_value(&reading, json);
}
