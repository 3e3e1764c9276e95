/* SPDX-License-Identifier: MIT */
#include "mapping.h"

#include "compare.h"
#include "fingerprint.h"

#include <string.h>

#define SCANNED_MAX    8u
#define FIRST_CAPACITY 8u
#define COUNT_MAX      (1u << 29)

/* Where keys are, by their fingerprints: of a large dict or set, and of one
 * whose keys are more than short ones. */
struct tli_index {
	struct tli_fingerprint *fingerprints; /* of the keys, in their order */
	uint32_t *slots;   /* 1 + the place of a key; 0: free */
	uint32_t count;    /* of keys that are in it */
	uint32_t capacity; /* for keys: a power of 2, and half of the slots */
};

static uint32_t items_per_key(const struct tli_items *node)
{
	return node->value.kind == TLI_DICT ? 2 : 1;
}

static uint32_t key_count(const struct tli_items *node)
{
	return node->count / items_per_key(node);
}

static struct tli_value *key_at(const struct tli_items *node, uint32_t place)
{
	return node->items[place * items_per_key(node)];
}

/* ---- Without an index ------------------------------------------------ */

/* Whether comparing it is cheaper than its fingerprint. */
static bool is_short(const struct tli_value *key)
{
	return key->kind <= TLI_BYTES && !tli_is_long(key);
}

/* The place of a short key among all of them; their count if it is none. */
static uint32_t scan(const struct tli_items *node, const struct tli_value *key)
{
	uint32_t count = key_count(node);

	for (uint32_t place = 0; place < count; place++) {
		const struct tli_value *other = key_at(node, place);

		if (other == key || tli_scalar_equal(other, key))
			return place;
	}
	return count;
}

/* ---- The index ------------------------------------------------------- */

/* The slot with that key, or the free one where it belongs. */
static uint32_t *slot_of(const struct tli_index *index,
	const struct tli_fingerprint *fingerprint)
{
	uint32_t mask = 2 * index->capacity - 1;
	uint32_t i = (uint32_t)fingerprint->low & mask;

	while (index->slots[i] &&
		!tli_same_fingerprint(
			&index->fingerprints[index->slots[i] - 1], fingerprint))
		i = (i + 1) & mask;
	return &index->slots[i];
}

static struct tli_index *make_index(struct tli_values *values, uint32_t count)
{
	uint32_t capacity = FIRST_CAPACITY;
	struct tli_index *index;
	size_t bytes;

	if (count > COUNT_MAX) {
		values->arena.is_full = true;
		return tli_values_shortage(values);
	}
	while (capacity < count)
		capacity *= 2;
	bytes = sizeof(*index) +
		capacity *
			(sizeof(*index->fingerprints) +
				2 * sizeof(*index->slots));
	index = tli_arena_take(&values->arena, bytes);
	if (!index)
		return tli_values_shortage(values);
	index->count = 0;
	index->capacity = capacity;
	index->fingerprints = (struct tli_fingerprint *)(index + 1);
	index->slots = (uint32_t *)(index->fingerprints + capacity);
	memset(index->slots, 0, 2 * capacity * sizeof(*index->slots));
	return index;
}

static void add(
	struct tli_index *index, const struct tli_fingerprint *fingerprint)
{
	index->fingerprints[index->count++] = *fingerprint;
	*slot_of(index, fingerprint) = index->count;
}

/* Makes room for so many keys. */
static bool make_room(struct tli_items *node, uint32_t count)
{
	struct tli_index *old = node->index, *index;

	if (old && count <= old->capacity)
		return true;
	index = make_index(node->values, count);
	if (!index)
		return false;
	for (uint32_t i = 0; old && i < old->count; i++)
		add(index, &old->fingerprints[i]);
	node->index = index;
	return true;
}

/* What is known of keys in these values. */
static struct tli_fingerprints *known_keys(struct tli_values *values)
{
	if (values->keys)
		return values->keys;
	values->keys = tli_arena_take(&values->arena, sizeof(*values->keys));
	if (!values->keys)
		return tli_values_shortage(values);
	tli_fingerprints_init(values->keys, &values->arena, values->seed,
		TLI_OBJECTS_BY_IDENTITY);
	return values->keys;
}

static bool fingerprint_of(struct tli_values *values, struct tli_value *key,
	struct tli_fingerprint *fingerprint_out)
{
	struct tli_fingerprints *all = known_keys(values);
	struct tli_key found;
	int result;

	if (!all)
		return false;
	result = tli_key_of(all, key, &found);
	key->flags |= TLI_KEY;
	*fingerprint_out = found.fingerprint;
	if (result == TLI_VALUE_LIMIT && values->arena.is_full)
		tli_values_shortage(values);
	else if (result < 0)
		tli_fingerprint_error(&values->error, result, found.culprit);
	return result == TLI_VALUE_OK;
}

/* Brings keys into the index that were there before it, or were put there
 * without it. */
static bool catch_up(struct tli_items *node)
{
	uint32_t count = key_count(node);
	struct tli_fingerprint fingerprint;

	/* And one more, which is about to come. */
	if (!make_room(node, count + 1))
		return false;
	while (node->index->count < count) {
		if (!fingerprint_of(node->values,
			    key_at(node, node->index->count), &fingerprint))
			return false;
		add(node->index, &fingerprint);
	}
	return true;
}

/* The place of a key, which is new if that is the count; negative on
 * failure. */
static int64_t place_by_index(struct tli_items *node, struct tli_value *key)
{
	struct tli_fingerprint fingerprint;
	uint32_t *slot;

	if (!fingerprint_of(node->values, key, &fingerprint) || !catch_up(node))
		return -1;
	slot = slot_of(node->index, &fingerprint);
	if (*slot)
		return *slot - 1;
	add(node->index, &fingerprint);
	return key_count(node);
}

/* ---- Putting in ------------------------------------------------------ */

static int64_t place_of(struct tli_items *node, struct tli_value *key)
{
	if (!node->index && key_count(node) < SCANNED_MAX && is_short(key))
		return scan(node, key);
	return place_by_index(node, key);
}

static bool refuse(struct tli_items *node)
{
	node->value.flags |= TLI_BROKEN;
	return false;
}

/* The same of a key that the index has, and the items may have: what is half
 * done is undone. */
static bool give_up(struct tli_items *node, uint32_t count)
{
	struct tli_index *index = node->index;

	node->count = count;
	/* It came last: no other key was put behind its slot for its sake. */
	if (index && index->count > key_count(node)) {
		*slot_of(index, &index->fingerprints[index->count - 1]) = 0;
		index->count--;
	}
	return refuse(node);
}

bool tli_dict_set(
	struct tli_value *dict, struct tli_value *key, struct tli_value *item)
{
	struct tli_items *node = (struct tli_items *)dict;
	uint32_t count;
	int64_t place;

	if (!dict)
		return false;
	count = node->count;
	place = key && item ? place_of(node, key) : -1;
	if (place < 0)
		return refuse(node);
	if (place < count / 2)
		return tli_replace(dict, 2 * (uint32_t)place + 1, item);
	return (tli_append(dict, key) && tli_append(dict, item)) ||
		give_up(node, count);
}

bool tli_dict_put(
	struct tli_value *dict, const char *key, struct tli_value *item)
{
	return dict &&
		tli_dict_set(
			dict, tli_text(tli_items_of(dict)->values, key), item);
}

bool tli_set_add(struct tli_value *set, struct tli_value *item)
{
	struct tli_items *node = (struct tli_items *)set;
	int64_t place;

	if (!set)
		return false;
	place = item ? place_of(node, item) : -1;
	if (place < 0)
		return refuse(node);
	return place < node->count || tli_append(set, item) ||
		give_up(node, node->count);
}

bool tli_index_keys(struct tli_value *container)
{
	struct tli_items *node = (struct tli_items *)container;
	enum tli_kind family = tli_family(container->kind);

	return (family != TLI_DICT && family != TLI_SET) ||
		key_count(node) <= SCANNED_MAX || catch_up(node);
}

/* ---- Finding --------------------------------------------------------- */

struct search {
	struct tli_fingerprints all;
	struct tli_key key;
	uint8_t family;
};

/* Objects, or what no index knows: one after the other. */
static int64_t find_among(const struct tli_items *node, struct search *search)
{
	uint32_t count = key_count(node);
	struct tli_fingerprint fingerprint;

	for (uint32_t place = 0; place < count; place++) {
		const struct tli_value *other = key_at(node, place);
		int result;

		if (tli_family(other->kind) != search->family)
			continue;
		result = tli_fingerprint_of(&search->all, other, &fingerprint);
		if (result < 0)
			return result;
		if (tli_same_fingerprint(
			    &fingerprint, &search->key.fingerprint))
			return place;
	}
	return TLI_NO_KEY;
}

static int64_t find_indexed(
	const struct tli_items *node, const struct search *search)
{
	uint32_t slot = *slot_of(node->index, &search->key.fingerprint);

	return slot ? (int64_t)slot - 1 : TLI_NO_KEY;
}

static int64_t find_by_fingerprint(const struct tli_items *node,
	const struct tli_value *key, struct tli_arena *arena,
	struct tli_value_error *error)
{
	struct search search = {.family = (uint8_t)tli_family(key->kind)};
	int64_t place;

	tli_fingerprints_init(&search.all, arena, node->values->seed,
		TLI_OBJECTS_BY_STRUCTURE);
	place = tli_key_of(&search.all, key, &search.key);
	if (place == TLI_VALUE_OK)
		place = node->index && node->index->count == key_count(node) &&
				!search.key.has_objects
			? find_indexed(node, &search)
			: find_among(node, &search);
	if (place < 0 && place != TLI_NO_KEY)
		tli_fingerprint_error(error, (int)place, search.key.culprit);
	return place;
}

static int64_t find_short(
	const struct tli_items *node, const struct tli_value *key)
{
	uint32_t place = scan(node, key);

	return place < key_count(node) ? (int64_t)place : TLI_NO_KEY;
}

int64_t tli_find_key(const struct tli_value *container,
	const struct tli_value *key, struct tli_value_error *error)
{
	const struct tli_items *node = tli_items_of(container);
	struct tli_arena arena;
	int64_t place;

	if (!node->index && is_short(key)) {
		place = find_short(node, key);
	} else {
		tli_arena_init(&arena, SIZE_MAX);
		place = find_by_fingerprint(node, key, &arena, error);
		tli_arena_fini(&arena);
	}
	return place < 0 ? place : place * items_per_key(node);
}

struct tli_value *tli_dict_get(
	const struct tli_value *dict, const char *key, size_t len)
{
	const struct tli_bytes text = {
		.value = {.kind = TLI_STR},
		.len = len,
		.data = (const uint8_t *)key,
	};
	struct tli_value_error error;
	int64_t i = tli_find_key(dict, &text.value, &error);

	return i < 0 ? NULL : tli_items_of(dict)->items[i + 1];
}
