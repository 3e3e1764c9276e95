/* SPDX-License-Identifier: MIT */
/* What the broker itself has to say in a session, as values. */
#include "session.h"

#include "../proto/item_value.h"
#include "../proto/value/mapping.h"

#include "broker.h"

#include <string.h>

#define VALUE_BYTES 4096u

static void init_values(struct tli_values *values)
{
	static const struct tli_value_limits limits = {
		.max_bytes = 1u << 20, .max_nodes = 1000, .max_depth = 10};
	static const uint64_t no_secret[2]; /* nothing in them is a peer's */

	tli_values_init(values, &limits, no_secret);
}

/* The values are done with. */
static struct tli_item *encode(struct tli_values *values,
	const struct tli_value *value, uint8_t format)
{
	struct tli_item *item = NULL;
	struct tli_value_error ignored;

	if (value)
		item = tli_item_of_value(
			(enum tli_format)format, value, VALUE_BYTES, &ignored);
	tli_values_fini(values);
	return item;
}

struct tli_item *session_text(uint8_t format, const char *text)
{
	enum tli_kind kind = format == TLI_FORMAT_JSON ? TLI_LIST : TLI_TUPLE;
	struct tli_values values;
	struct tli_value *argument;

	init_values(&values);
	argument = tli_text(&values, text);
	return encode(&values, tli_items(&values, kind, &argument, 1), format);
}

struct entry {
	const char *key;
	const char *text; /* NULL = a number */
	uint64_t number;
};

/* NULL for lack of memory: so it is said by the last step alone. */
static struct tli_value *dict_of(
	struct tli_values *values, const struct entry *entries, size_t count)
{
	struct tli_value *dict = tli_container(values, TLI_DICT);

	for (size_t i = 0; i < count; i++) {
		const struct entry *entry = &entries[i];
		struct tli_value *value = entry->text
			? tli_text(values, entry->text)
			: tli_int(values, (int64_t)entry->number);

		if (!tli_dict_put(dict, entry->key, value))
			return NULL;
	}
	return dict;
}

struct tli_item *session_greeting(const struct session *session, uint8_t format)
{
	const struct entry entries[] = {
		{"version", BROKER_VERSION, 0},
		{"epoch", session->broker->epoch, 0},
		{"connection", NULL, session->owner.id},
		{"identity", NULL, session->owner.identity},
	};
	const struct entry limits[] = {
		{"max_handles", NULL, session->max_handles},
		{"max_item_bytes", NULL, session->max_item_bytes},
		{"max_pending", NULL, session->max_requests},
		{"max_unfinished", NULL, session->input.max_count},
		{"max_unfinished_bytes", NULL, session->input.max_bytes},
	};
	struct tli_values values;
	struct tli_value *dict, *inner, *key;

	init_values(&values);
	dict = dict_of(&values, entries, sizeof(entries) / sizeof(entries[0]));
	inner = dict_of(&values, limits, sizeof(limits) / sizeof(limits[0]));
	key = tli_str(&values, "limits", 6);
	if (!dict || !tli_dict_set(dict, key, inner))
		dict = NULL;
	return encode(&values, dict, format);
}
