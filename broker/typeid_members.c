/* SPDX-License-Identifier: MIT */
#include "typeid_members.h"

#include "../proto/quote.h"
#include "../proto/value/json_value.h"
#include "../proto/value/mapping.h"

#include "engine/kinds.h"
#include "typeid_entry.h"
#include "typeid_pattern.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

typedef int (*read_part)(struct config_reading *reading,
	const struct config_setting *setting, struct typeid_entry *entry,
	const tli_json *json);

/* ---- Values ----------------------------------------------------------- */

static struct tli_values *values_of(struct config_reading *reading)
{
	return &reading->config->typeids->values;
}

/* Why a value could not be made. */
static int no_value(
	struct config_reading *reading, const struct config_setting *setting)
{
	const struct tli_value_error *error = &values_of(reading)->error;

	return error->code == TLI_VALUE_NOMEM
		? config_shortage(reading)
		: config_complain(
			  reading, "%s: %s", setting->name, error->text);
}

static struct tli_value *make_value(
	struct config_reading *reading, const tli_json *json)
{
	return tli_value_of_json(values_of(reading), json, TLI_JSON_WRAPPED);
}

static const char *text_of(const struct tli_value *text)
{
	return (const char *)tli_bytes_of(text)->data;
}

/* A copy that lives as long as the entries; NULL for lack of memory. */
static const char *keep_text(struct config_reading *reading, const char *text)
{
	struct tli_value *kept = tli_text(values_of(reading), text);

	return kept ? text_of(kept) : NULL;
}

static struct tli_value *make_tuple(struct config_reading *reading)
{
	return tli_items(values_of(reading), TLI_TUPLE, NULL, 0);
}

/* ---- Patterns --------------------------------------------------------- */

/* Notes that an argument has its place. False for lack of memory. */
static bool note(struct config_reading *reading, struct typeid_entry *entry,
	const struct pattern_part *part)
{
	struct tli_values *values = values_of(reading);

	if (part->is_index) {
		entry->places |= 1u << part->index;
		return true;
	}
	if (!entry->keywords)
		entry->keywords = tli_container(values, TLI_LIST);
	return entry->keywords &&
		tli_append(entry->keywords,
			tli_str(values, part->text, part->len));
}

/* Whether an argument has its place inside a longer text. */
static bool has_argument_inside(const char *text)
{
	struct pattern_part part;
	const char *wrong;

	for (text = strchr(text, '{'); text; text = strchr(text + 1, '{')) {
		const char *behind = text;

		if (pattern_next(&behind, &part, &wrong) > 0 &&
			part.is_argument)
			return true;
	}
	return false;
}

/* A text in arguments may be one of those of create(). */
static int check_argument(struct config_reading *reading,
	const struct config_setting *setting, struct typeid_entry *entry,
	const struct tli_value *value)
{
	char quoted[TLI_QUOTE_TEXT];
	struct pattern_part part;

	if (!value)
		return no_value(reading, setting);
	if (value->kind != TLI_STR)
		return 0;
	if (pattern_is_argument(text_of(value), &part))
		return note(reading, entry, &part) ? 0
						   : no_value(reading, setting);
	if (!has_argument_inside(text_of(value)))
		return 0;
	return config_complain(reading,
		"%s: %s has an argument inside a text: only \"name\" is put "
		"together so",
		setting->name, tli_quote(text_of(value), quoted));
}

/* The name that it makes if every argument is an x. What is wrong, or NULL;
 * then there may be an error of values too. */
static const char *try_pattern(struct config_reading *reading,
	struct typeid_entry *entry, const char *pattern,
	char name[TLI_ADDRESS_NAME_MAX + 1])
{
	struct pattern_part part;
	const char *wrong = NULL;

	name[0] = '\0';
	while (!wrong && pattern_next(&pattern, &part, &wrong) > 0)
		if (!part.is_argument)
			wrong = pattern_append(name, part.text, part.len);
		else if (note(reading, entry, &part))
			wrong = pattern_append(name, "x", 1);
		else
			return NULL;
	return wrong ? wrong : tli_name_check(name);
}

int typeid_take_pattern(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct typeid_entry *entry = of;
	const char *pattern = tli_json_text(json);
	char name[TLI_ADDRESS_NAME_MAX + 1], quoted[TLI_QUOTE_TEXT];
	const char *wrong = try_pattern(reading, entry, pattern, name);

	if (values_of(reading)->error.code)
		return no_value(reading, setting);
	if (wrong)
		return config_complain(reading, "%s: %s makes no name: %s",
			setting->name, tli_quote(pattern, quoted), wrong);
	entry->name = keep_text(reading, pattern);
	return entry->name ? 0 : no_value(reading, setting);
}

/* ---- Members of an entry ---------------------------------------------- */

int typeid_take_type(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	const char *type = tli_json_text(json), *why = typeid_refusal(type);
	struct typeid_entry *entry = of;
	char quoted[TLI_QUOTE_TEXT];

	if (why)
		return config_complain(reading, "%s: %s", setting->name, why);
	if (!engine_has_kind(type))
		return config_complain(reading,
			"%s: there is no kind of object %s: see man "
			"tielined.json",
			setting->name, tli_quote(type, quoted));
	entry->type = keep_text(reading, type);
	return entry->type ? 0 : no_value(reading, setting);
}

static int no_method(struct config_reading *reading,
	const struct config_setting *setting, const char *type,
	const char *method)
{
	char quoted[TLI_QUOTE_TEXT];

	return config_complain(reading,
		"%s: a %s has no method %s: \"tieline typeid %s\" lists "
		"what it has",
		setting->name, type, tli_quote(method, quoted), type);
}

/* One element of "args". */
static int read_argument(struct config_reading *reading,
	const struct config_setting *setting, struct typeid_entry *entry,
	const tli_json *json)
{
	struct tli_value *value = make_value(reading, json);
	int result = check_argument(reading, setting, entry, value);

	if (result == 0 && !tli_append(entry->args, value))
		result = no_value(reading, setting);
	return result;
}

static int read_keyword(struct config_reading *reading,
	const struct config_setting *setting, struct typeid_entry *entry,
	const tli_json *json)
{
	struct tli_value *value = make_value(reading, json);
	int result = check_argument(reading, setting, entry, value);

	if (result == 0 &&
		!tli_dict_put(entry->kwargs, tli_json_key(json), value))
		result = no_value(reading, setting);
	return result;
}

static int read_exposed(struct config_reading *reading,
	const struct config_setting *setting, struct typeid_entry *entry,
	const tli_json *json)
{
	const char *type = entry->type;

	if (tli_json_kind(json) != TLI_JSON_TEXT)
		return config_refuse(reading, setting,
			"%s where a text belongs",
			tli_json_kind_name(tli_json_kind(json)));
	if (type && !engine_kind_has_method(type, tli_json_text(json)))
		return no_method(reading, setting, type, tli_json_text(json));
	return tli_append(entry->exposed,
		       tli_text(values_of(reading), tli_json_text(json)))
		? 0
		: no_value(reading, setting);
}

/* Options of open that the entry, or the broker, decides. */
static bool is_said_elsewhere(const char *option)
{
	static const char *const others[] = {
		"name", "kind", "family", "create", "id", "args", "kwds"};

	for (size_t i = 0; i < LENGTH(others); i++)
		if (strcmp(others[i], option) == 0)
			return true;
	return false;
}

static int read_option(struct config_reading *reading,
	const struct config_setting *setting, struct typeid_entry *entry,
	const tli_json *json)
{
	const char *key = tli_json_key(json);
	char quoted[TLI_QUOTE_TEXT];

	tli_quote(key, quoted);
	if (is_said_elsewhere(key))
		return config_complain(reading,
			"%s: %s is not for here: the entry itself says it",
			setting->name, quoted);
	if (entry->type && !engine_kind_has_option(entry->type, key))
		return config_complain(reading,
			"%s: a %s has no option %s: see man tielined.json",
			setting->name, entry->type, quoted);
	return tli_dict_put(entry->options, key, make_value(reading, json))
		? 0
		: no_value(reading, setting);
}

/* Each element or member of the value is read into *container, which is made
 * for it. */
static int read_each(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json,
	struct typeid_entry *entry, struct tli_value *container, read_part read)
{
	size_t *index = &reading->at[reading->depth++];
	int result = container ? 0 : no_value(reading, setting);

	json = tli_json_first(json);
	for (*index = 0; json && result == 0; ++*index) {
		result = read(reading, setting, entry, json);
		json = tli_json_next(json);
	}
	reading->depth--;
	return result;
}

int typeid_take_args(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct typeid_entry *entry = of;

	entry->args = make_tuple(reading);
	return read_each(
		reading, setting, json, entry, entry->args, read_argument);
}

int typeid_take_kwargs(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct typeid_entry *entry = of;

	entry->kwargs = tli_container(values_of(reading), TLI_DICT);
	return read_each(
		reading, setting, json, entry, entry->kwargs, read_keyword);
}

int typeid_take_exposed(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct typeid_entry *entry = of;

	entry->exposed = make_tuple(reading);
	return read_each(
		reading, setting, json, entry, entry->exposed, read_exposed);
}

int typeid_take_options(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct typeid_entry *entry = of;

	entry->options = tli_container(values_of(reading), TLI_DICT);
	return read_each(
		reading, setting, json, entry, entry->options, read_option);
}

int typeid_take_call(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	const char *method = tli_json_text(json);
	struct typeid_entry *entry = of;

	if (entry->type && !engine_kind_has_method(entry->type, method))
		return no_method(reading, setting, entry->type, method);
	entry->call = keep_text(reading, method);
	return entry->call ? 0 : no_value(reading, setting);
}

int typeid_take_value(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct typeid_entry *entry = of;
	const struct typeid_content *content =
		entry->type ? typeid_content_find(entry->type) : NULL;

	entry->value = make_value(reading, json);
	if (!entry->value)
		return no_value(reading, setting);
	if (!entry->type)
		return 0;
	if (!content)
		return config_complain(reading,
			"%s: a %s has no content to start with", setting->name,
			entry->type);
	if (content->kinds && !(content->kinds >> entry->value->kind & 1))
		return config_complain(reading, "%s: a %s cannot start as %s",
			setting->name, entry->type,
			tli_json_kind_name(tli_json_kind(json)));
	return 0;
}
