/* SPDX-License-Identifier: MIT */
#include "typeid_config.h"

#include "../proto/quote.h"

#include "engine/ident.h"
#include "engine/kinds.h"
#include "typeid_entry.h"

#include <string.h>

/* The others are looked at by the type, wherever in the entry it is. */
static void look_ahead(struct typeid_entry *entry, const tli_json *json)
{
	const tli_json *type = tli_json_find(json, "type");

	if (type && tli_json_kind(type) == TLI_JSON_TEXT &&
		engine_has_kind(tli_json_text(type)))
		entry->type = tli_json_text(type);
}

/* Where the initial content is among the arguments, if these are the
 * constructor's. */
static int check_content(
	struct config_reading *reading, const struct typeid_entry *entry)
{
	const struct typeid_content *content = typeid_content_find(entry->type);
	uint32_t count = entry->args && !entry->call
		? tli_items_of(entry->args)->count
		: 0;

	if (!entry->value)
		return 0;
	if (content->is_named && entry->kwargs && !entry->call)
		return config_complain(reading,
			"value: \"kwargs\" say the same of a %s", entry->type);
	if (count == content->place)
		return 0;
	return config_complain(reading,
		"value: it is argument %u of a %s, and \"args\" has %u",
		content->place + 1, entry->type, count);
}

static int check_entry(
	struct config_reading *reading, const struct typeid_entry *entry)
{
	uint32_t positional = typeid_entry_positional(entry);

	if (!entry->type)
		return config_complain(reading,
			"\"type\" is missing: a kind of object, as in "
			"{\"type\": \"Queue\"}");
	if (entry->call && entry->exposed)
		return config_complain(reading,
			"exposed: a proxy of what \"call\" returns has the "
			"methods of that");
	if (entry->places >> positional)
		return config_complain(reading,
			"{%u} has no place, but one behind it has", positional);
	return check_content(reading, entry);
}

/* Whether programs in Python can have a method of that name. */
static bool is_identifier(const char *typeid)
{
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

	return strlen(typeid) <= IDENT_TYPEID_MAX && *typeid != '\0' &&
		strspn(typeid, "0123456789") == 0 &&
		typeid[strspn(typeid, rest)] == '\0';
}

static int read_entry(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json,
	struct typeid_entry *entry)
{
	int result;

	if (!is_identifier(entry->typeid))
		return config_complain(reading,
			"%s: a typeid is the name of a method in Python: "
			"letters, digits and _, at most %u",
			setting->name, IDENT_TYPEID_MAX);
	if (tli_json_kind(json) != TLI_JSON_OBJECT)
		return config_complain(reading,
			"%s: %s where an object belongs, as in {\"type\": "
			"\"Queue\"}",
			setting->name, tli_json_kind_name(tli_json_kind(json)));
	look_ahead(entry, json);
	result = config_read_members(
		reading, config_typeid_settings, json, entry);
	return result < 0 ? result : check_entry(reading, entry);
}

static bool start_entry(struct typeids *typeids, const char *typeid)
{
	struct tli_value *kept = tli_text(&typeids->values, typeid);

	if (kept)
		typeids->entries[typeids->count++].typeid =
			(const char *)tli_bytes_of(kept)->data;
	return kept;
}

static int read_entries(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json)
{
	struct typeids *typeids = reading->config->typeids;
	size_t *index = &reading->at[reading->depth++];
	int result = 0;

	json = tli_json_first(json);
	for (*index = 0; json && result == 0; ++*index) {
		result = start_entry(typeids, tli_json_key(json))
			? read_entry(reading, setting, json,
				  &typeids->entries[*index])
			: config_shortage(reading);
		json = tli_json_next(json);
	}
	reading->depth--;
	return result;
}

int typeid_config_take(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct config *config = of;
	uint32_t count = 0;
	int result;

	for (const tli_json *member = tli_json_first(json); member;
		member = tli_json_next(member))
		count++;
	if (count > setting->max)
		return config_refuse(
			reading, setting, "there are %u typeids", count);
	if (count == 0)
		return 0;
	config->typeids = typeids_new(count);
	if (!config->typeids)
		return config_shortage(reading);
	result = read_entries(reading, setting, json);
	typeids_sort(config->typeids);
	return result;
}
