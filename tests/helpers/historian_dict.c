/* SPDX-License-Identifier: MIT */
/* What a historian does with its dict. */
#include "historian.h"

#include "record.h"

#include <stdio.h>

struct place {
	unsigned number; /* of the key */
	char name[8];
	tieline_values *values;
	tieline_value *key;
};

static void record_value(unsigned number, int code, const tieline_value *item)
{
	record_end(number, code == TIELINE_ENOITEM ? TIELINE_OK : code, " %s",
		code == TIELINE_OK && item ? tieline_value_get_str(item, NULL)
					   : "-");
}

static void look(struct historian *historian, const struct place *place)
{
	struct historian_seen *seen = &historian->seen[place->number];
	tieline_value *item = NULL;
	uint64_t version = 0;
	unsigned number =
		record_begin("read %s %s", historian->table, place->name);
	int code = tieline_dict_get_versioned(
		historian->dict, place->key, place->values, &item, &version);

	record_value(number, code, item);
	if (code != TIELINE_OK)
		return;
	seen->version = version;
	snprintf(seen->item, sizeof(seen->item), "%s",
		item ? tieline_value_get_str(item, NULL) : "-");
}

static void look_alone(struct historian *historian, const struct place *place)
{
	tieline_value *item = NULL;
	unsigned number =
		record_begin("read %s %s", historian->table, place->name);
	int code = tieline_dict_get(
		historian->dict, place->key, place->values, &item);

	record_value(number, code, item);
}

static void pop(struct historian *historian, const struct place *place)
{
	tieline_value *item = NULL;
	unsigned number =
		record_begin("pop %s %s", historian->table, place->name);
	int code = tieline_dict_pop(
		historian->dict, place->key, place->values, &item);

	record_value(number, code, item);
}

static void set(struct historian *historian, const struct place *place)
{
	char item[HISTORIAN_NAME];
	unsigned number;

	historian_make_name(historian, item);
	number = record_begin(
		"set %s %s %s", historian->table, place->name, item);
	record_end(number,
		tieline_dict_set(historian->dict, place->key,
			tieline_value_str(place->values, item)),
		"%s", "");
}

static void compare_and_set(
	struct historian *historian, const struct place *place)
{
	const struct historian_seen *seen = &historian->seen[place->number];
	char item[HISTORIAN_NAME];
	unsigned number;
	int code;

	historian_make_name(historian, item);
	number = record_begin("cas %s %s %s %s", historian->table, place->name,
		seen->version ? seen->item : "-", item);
	code = tieline_dict_compare_and_set(historian->dict, place->key,
		seen->version, tieline_value_str(place->values, item));
	record_end(number, code, " %d", code);
}

bool historian_share(struct historian *historian)
{
	static void (*const ways[])(
		struct historian *, const struct place *) = {look, look,
		look_alone, pop, set, compare_and_set, compare_and_set};
	struct place place = {
		.number = historian_draw(historian, HISTORIAN_KEYS)};

	snprintf(place.name, sizeof(place.name), "k%u", place.number);
	place.values = tieline_values_new(NULL);
	place.key = tieline_value_str(place.values, place.name);
	ways[historian_draw(historian, sizeof(ways) / sizeof(ways[0]))](
		historian, &place);
	tieline_values_free(place.values);
	return true;
}
