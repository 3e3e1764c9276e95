/* SPDX-License-Identifier: MIT */
/* Arguments for parameters, as Python binds them, and what they amount to. */
#include "../../../proto/address.h"
#include "../../../proto/value/integer.h"
#include "../../../proto/value/mapping.h"
#include "call.h"
#include "dispatch.h"

#include <math.h>
#include <string.h>

#define SECONDS_MAX 9223372036.0 /* threading.TIMEOUT_MAX */

/* One parameter of a text such as "item block=True". */
struct parameter {
	const char *name;
	size_t len;
	bool is_optional;
};

/* Takes the first one off the text, whatever stars are before it. False at its
 * end. */
static bool next_parameter(const char **text, struct parameter *parameter)
{
	const char *start = *text + strspn(*text, " *");
	size_t len = strcspn(start, " ");

	if (len == 0)
		return false;
	parameter->name = start;
	parameter->len = strcspn(start, "= ");
	parameter->is_optional = parameter->len < len;
	*text = start + len;
	return true;
}

/* How many there are before a star. */
static uint32_t count_positional(const char *text)
{
	const char *end = text + strcspn(text, "*");
	struct parameter parameter;
	uint32_t count = 0;

	while (next_parameter(&text, &parameter) && parameter.name < end)
		count++;
	return count;
}

/* Where among the parameters a name is; negative if it is not. */
static int find_parameter(const char *text, const struct tli_bytes *name)
{
	struct parameter parameter;

	for (int i = 0; next_parameter(&text, &parameter); i++)
		if (parameter.len == name->len &&
			memcmp(parameter.name, name->data, name->len) == 0)
			return i;
	return -1;
}

bool has_parameter(const char *text, const char *name)
{
	const struct tli_bytes bytes = {
		.len = strlen(name),
		.data = (const uint8_t *)name,
	};

	return find_parameter(text, &bytes) >= 0;
}

static bool refuse_keyword(
	struct call *call, const char *what, const struct tli_value *name)
{
	call_raise(call, TLI_STATUS_TYPE_ERROR,
		"%s() got an unexpected keyword argument '%.100s'", what,
		name->kind == TLI_STR ? (const char *)tli_bytes_of(name)->data
				      : tli_kind_name(name->kind));
	return false;
}

static bool bind_keyword(struct call *call, const char *what,
	const char *parameters, struct tli_value *const *pair)
{
	const struct tli_value *name = pair[0];
	int i = -1;

	if (name->kind == TLI_STR)
		i = find_parameter(parameters, tli_bytes_of(name));
	if (i < 0)
		return refuse_keyword(call, what, name);
	if (!call->args[i]) {
		call->args[i] = pair[1];
		return true;
	}
	call_raise(call, TLI_STATUS_TYPE_ERROR,
		"%s() got multiple values for argument '%.100s'", what,
		(const char *)tli_bytes_of(name)->data);
	return false;
}

static bool check_required(
	struct call *call, const char *what, const char *parameters)
{
	struct parameter parameter;

	for (int i = 0; next_parameter(&parameters, &parameter); i++) {
		if (parameter.is_optional || call->args[i])
			continue;
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"%s() missing required argument: '%.*s'", what,
			(int)parameter.len, parameter.name);
		return false;
	}
	return true;
}

static bool bind_positional(struct call *call, const char *what,
	const char *parameters, const struct tli_items *args)
{
	uint32_t room = count_positional(parameters);

	if (args->count > room) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"%s() takes at most %u argument%s (%u given)", what,
			room, room == 1 ? "" : "s", args->count);
		return false;
	}
	memset(call->args, 0, sizeof(call->args));
	if (args->count > 0)
		memcpy(call->args, args->items,
			args->count * sizeof(args->items[0]));
	return true;
}

static bool take_keywords(struct call *call, const struct tli_value *keywords)
{
	const struct tli_items *named = tli_items_of(keywords);

	call->keywords = keywords;
	for (uint32_t i = 0; keywords && i < named->count; i += 2)
		if (named->items[i]->kind != TLI_STR) {
			call_raise(call, TLI_STATUS_TYPE_ERROR,
				"keywords must be strings");
			return false;
		}
	return true;
}

/* Those with names, unless all of any name are taken as they are. */
static bool bind_keywords(struct call *call, const char *what,
	const char *parameters, const struct tli_value *keywords)
{
	const struct tli_items *named = tli_items_of(keywords);

	if (strstr(parameters, "**"))
		return take_keywords(call, keywords);
	for (uint32_t i = 0; keywords && i < named->count; i += 2)
		if (!bind_keyword(call, what, parameters, named->items + i))
			return false;
	return true;
}

bool bind_arguments(struct call *call, const struct tli_value *args,
	const struct tli_value *keywords)
{
	const char *name = call->method->name;
	const char *parameters = call->method->parameters;

	call->all = args;
	call->keywords = keywords;
	if (strcmp(parameters, "*") == 0)
		return true;
	return bind_positional(call, name, parameters, tli_items_of(args)) &&
		bind_keywords(call, name, parameters, keywords) &&
		check_required(call, name, parameters);
}

const char options_of_all[] =
	"name kind family create temporary expire_ms id args kwds";

struct tli_value *options_get(const struct tli_value *options, const char *name)
{
	struct tli_value *value =
		options ? tli_dict_get(options, name, strlen(name)) : NULL;

	return value && value->kind != TLI_NONE ? value : NULL;
}

/* What Python's constructor was given. */
static bool bind_constructor(
	struct call *call, const char *what, const struct tli_value *options)
{
	static const struct tli_items none = {.count = 0};
	const char *parameters = call->object->kind->options;
	const struct tli_value *args = options_get(options, "args");
	const struct tli_value *keywords = options_get(options, "kwds");

	if ((args && !tli_is_sequence(args)) ||
		(keywords && keywords->kind != TLI_DICT)) {
		call_raise(call, TLI_STATUS_BAD_REQUEST,
			"args is a tuple of arguments, kwds a dict of those "
			"with names");
		return false;
	}
	return bind_positional(call, what, parameters,
		       args ? tli_items_of(args) : &none) &&
		bind_keywords(call, what, parameters, keywords);
}

/* The others, but for those of all kinds. */
static bool bind_named_options(
	struct call *call, const char *what, const struct tli_value *options)
{
	const char *parameters = call->object->kind->options;
	const struct tli_items *pairs = tli_items_of(options);

	for (uint32_t i = 0; options && i < pairs->count; i += 2) {
		const struct tli_value *name = pairs->items[i];

		if (name->kind == TLI_STR &&
			find_parameter(options_of_all, tli_bytes_of(name)) >= 0)
			continue;
		if (!bind_keyword(call, what, parameters, pairs->items + i))
			return false;
	}
	return true;
}

bool bind_options(struct call *call, const struct tli_value *options)
{
	const char *what = call->object->kind->name;

	call->keywords = NULL;
	return bind_constructor(call, what, options) &&
		bind_named_options(call, what, options) &&
		check_required(call, what, call->object->kind->options);
}

/* ---- what they amount to ---------------------------------------------- */

bool call_truth(const struct tli_value *value, bool fallback)
{
	if (!value)
		return fallback;
	if (value->kind == TLI_NONE)
		return false;
	if (value->kind == TLI_BOOL || value->kind == TLI_INT)
		return tli_int_of(value)->integer != 0;
	if (value->kind == TLI_FLOAT)
		return tli_float_of(value)->real != 0;
	if (value->kind >= TLI_STR && value->kind <= TLI_ARRAY)
		return tli_bytes_of(value)->len > 0;
	if (value->kind >= TLI_LIST && value->kind <= TLI_FROZENSET)
		return tli_items_of(value)->count > 0;
	return true;
}

/* What an int64_t cannot have becomes the nearest that it can; false if it is
 * no whole number. */
static bool read_integer(const struct tli_value *value, int64_t *integer)
{
	const struct tli_bytes *bytes = tli_bytes_of(value);

	if (value->kind == TLI_INT || value->kind == TLI_BOOL)
		*integer = tli_int_of(value)->integer;
	else if (value->kind == TLI_BIGINT)
		*integer = tli_integer_to_double(bytes->data, bytes->len) < 0
			? INT64_MIN
			: INT64_MAX;
	else
		return false;
	return true;
}

bool call_int(struct call *call, const struct tli_value *value,
	const char *name, int64_t min, int64_t max, int64_t fallback,
	int64_t *integer_out)
{
	*integer_out = fallback;
	if (!value)
		return true;
	if (!read_integer(value, integer_out)) {
		call_raise(call, TLI_STATUS_TYPE_ERROR, "%s is an int, not %s",
			name, tli_kind_name(value->kind));
		return false;
	}
	if (*integer_out >= min && *integer_out <= max)
		return true;
	call_raise(call, TLI_STATUS_VALUE_ERROR, "%s is %lld to %lld, not %lld",
		name, (long long)min, (long long)max, (long long)*integer_out);
	return false;
}

/* False if it is no number. */
static bool read_seconds(const struct tli_value *value, double *seconds)
{
	int64_t integer;

	if (value->kind == TLI_FLOAT) {
		*seconds = tli_float_of(value)->real;
		return true;
	}
	if (!read_integer(value, &integer))
		return false;
	*seconds = (double)integer;
	return true;
}

bool call_seconds(
	struct call *call, const struct tli_value *value, int64_t *ms_out)
{
	double seconds;

	*ms_out = OP_FOREVER;
	if (!value || value->kind == TLI_NONE)
		return true;
	if (!read_seconds(value, &seconds)) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"'%s' object cannot be interpreted as a number of "
			"seconds",
			tli_kind_name(value->kind));
		return false;
	}
	if (isnan(seconds) || seconds > SECONDS_MAX) {
		call_raise(call,
			isnan(seconds) ? TLI_STATUS_VALUE_ERROR
				       : TLI_STATUS_OVERFLOW_ERROR,
			isnan(seconds)
				? "Invalid value NaN (not a number)"
				: "timestamp out of range for platform time_t");
		return false;
	}
	if (seconds < -SECONDS_MAX)
		seconds = -SECONDS_MAX;
	*ms_out = (int64_t)(seconds * 1000);
	if ((double)*ms_out < seconds * 1000)
		++*ms_out;
	if (seconds < 0 && *ms_out > -2)
		*ms_out = -2;
	return true;
}

bool call_text(struct call *call, const struct tli_value *value,
	const char *name, size_t max_len, const char **text_out,
	size_t *len_out)
{
	if (value->kind != TLI_STR) {
		call_raise(call, TLI_STATUS_TYPE_ERROR, "%s is a str, not %s",
			name, tli_kind_name(value->kind));
		return false;
	}
	*text_out = (const char *)tli_bytes_of(value)->data;
	*len_out = tli_bytes_of(value)->len;
	if (*len_out <= max_len)
		return true;
	call_raise(call, TLI_STATUS_VALUE_ERROR, "%s has at most %zu bytes",
		name, max_len);
	return false;
}

bool call_name(struct call *call, const struct tli_value *value,
	const char *parameter, const char **name_out)
{
	const char *why = "a name has no NUL";
	size_t len;

	*name_out = NULL;
	if (!value || value->kind == TLI_NONE)
		return true;
	if (!call_text(call, value, parameter, OBJECT_NAME_MAX, name_out, &len))
		return false;
	if (strlen(*name_out) == len)
		why = tli_name_check(*name_out);
	if (!why)
		return true;
	call_raise(call, TLI_STATUS_VALUE_ERROR, "%s: %s", parameter, why);
	return false;
}
