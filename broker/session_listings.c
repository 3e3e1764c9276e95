/* SPDX-License-Identifier: MIT */
/* Who waits for an object and who has something of it, or a proxy of it, added
 * to what the engine tells of objects: ls and stat of the broker itself. */
#include "session.h"

#include "../proto/item_value.h"
#include "../proto/value/mapping.h"
#include "../system/clock.h"

#include "broker.h"

#include <string.h>

/* Beyond these a listing says what the engine says. */
#define LISTING_MAX_BYTES (64u << 20)
#define LISTING_MAX_NODES (4u << 20)
#define LISTING_MAX_DEPTH 10u

/* Of each kind of entry, of one object. */
#define OWNERS_LISTED 100u

struct listing {
	struct tli_values values;
	const struct broker *broker;
	/* Of the object that is being described: */
	struct tli_value *waiters_list;
	struct tli_value *owners_list;
	struct tli_value *refs_list;
};

/* None if it is for as long as it likes. */
static struct tli_value *time_left(struct listing *listing, int64_t deadline_ms)
{
	int64_t left_ms = deadline_ms - tli_now_ms();

	if (deadline_ms == TLI_NEVER)
		return tli_none(&listing->values);
	return tli_int(&listing->values, left_ms > 0 ? left_ms : 0);
}

static void add_owner(void *arg, const struct owner *owner, uint64_t token,
	int64_t deadline_ms)
{
	struct listing *listing = arg;
	struct tli_values *values = &listing->values;
	struct tli_value *list =
		token ? listing->owners_list : listing->waiters_list;
	struct tli_value *entry;

	if (!list || tli_items_of(list)->count >= OWNERS_LISTED ||
		owner_is_holder(owner))
		return;
	entry = tli_container(values, TLI_DICT);
	if (!entry ||
		!tli_dict_put(entry, "connection",
			tli_int(values, (int64_t)owner->id)) ||
		!tli_dict_put(
			entry, "left_ms", time_left(listing, deadline_ms)) ||
		(token &&
			!tli_dict_put(entry, "token",
				tli_int(values, (int64_t)token))))
		return;
	(void)tli_append(list, entry);
}

static bool add_owners(
	struct listing *listing, struct tli_value *dict, uint64_t id)
{
	listing->waiters_list = tli_container(&listing->values, TLI_LIST);
	listing->owners_list = tli_container(&listing->values, TLI_LIST);
	waiters_list(listing->broker->objects.waiters, id, add_owner, listing);
	return tli_dict_put(dict, "waiters", listing->waiters_list) &&
		tli_dict_put(dict, "owners", listing->owners_list);
}

/* The object's id, if it is the description of one; 0 if not. */
static uint64_t id_of(const struct tli_value *described)
{
	const struct tli_value *id;

	if (described->kind != TLI_DICT)
		return 0;
	id = tli_dict_get(described, "id", 2);
	return id && id->kind == TLI_INT ? (uint64_t)tli_int_of(id)->integer
					 : 0;
}

static bool add_count(
	struct listing *listing, struct tli_value *dict, uint64_t id)
{
	return tli_dict_put(dict, "waiting",
		tli_int(&listing->values,
			waiters_count_for(
				listing->broker->objects.waiters, id)));
}

/* None if the value is not known. */
static struct tli_value *known(
	struct listing *listing, bool is_known, int64_t value)
{
	return is_known ? tli_int(&listing->values, value)
			: tli_none(&listing->values);
}

static void add_ref(void *arg, const struct holding *holding)
{
	struct listing *listing = arg;
	struct tli_values *values = &listing->values;
	struct tli_value *list = listing->refs_list;
	int64_t age_ms = tli_now_ms() - holding->since_ms;
	struct tli_value *entry;

	if (!list || tli_items_of(list)->count >= OWNERS_LISTED)
		return;
	entry = tli_container(values, TLI_DICT);
	if (entry &&
		tli_dict_put(entry, "pid",
			known(listing, holding->pid, holding->pid)) &&
		tli_dict_put(entry, "uid",
			known(listing, holding->pid, holding->uid)) &&
		tli_dict_put(entry, "count",
			tli_int(values, (int64_t)holding->count)) &&
		tli_dict_put(entry, "age_ms",
			tli_int(values, age_ms > 0 ? age_ms : 0)) &&
		tli_dict_put(
			entry, "ended", tli_bool(values, holding->has_ended)) &&
		tli_dict_put(entry, "left_ms",
			time_left(listing, holding->until_ms)))
		(void)tli_append(list, entry);
}

static bool add_refs(
	struct listing *listing, struct tli_value *dict, uint64_t id)
{
	listing->refs_list = tli_container(&listing->values, TLI_LIST);
	holders_list(listing->broker->holders, id, add_ref, listing);
	return tli_dict_put(dict, "refs", listing->refs_list);
}

/* What is told of an object in a list, too. */
static bool add_common(
	struct listing *listing, struct tli_value *dict, uint64_t id)
{
	return add_count(listing, dict, id) && add_refs(listing, dict, id);
}

/* False if there is nothing to add, or no memory for it. */
static bool complete(struct listing *listing, struct tli_value *told)
{
	const struct tli_items *all = tli_items_of(told);
	uint64_t id = id_of(told);

	if (id)
		return add_common(listing, told, id) &&
			add_owners(listing, told, id);
	if (told->kind != TLI_LIST)
		return false;
	for (uint32_t i = 0; i < all->count; i++) {
		id = id_of(all->items[i]);
		if (id && !add_common(listing, all->items[i], id))
			return false;
	}
	return all->count > 0;
}

struct tli_item *session_complete_listing(
	const struct broker *broker, struct tli_item *told)
{
	static const struct tli_value_limits limits = {
		LISTING_MAX_BYTES, LISTING_MAX_NODES, LISTING_MAX_DEPTH};
	static const uint64_t no_secret[2]; /* the keys are the engine's */
	struct listing listing = {.broker = broker};
	struct tli_item *completed = NULL;
	struct tli_value_error ignored;
	struct tli_value *value;

	tli_values_init(&listing.values, &limits, no_secret);
	value = tli_item_value(&listing.values, told);
	if (value && complete(&listing, value))
		completed = tli_item_of_value((enum tli_format)told->format,
			value, LISTING_MAX_BYTES, &ignored);
	tli_values_fini(&listing.values);
	if (!completed)
		return told;
	tli_item_unref(told);
	return completed;
}
