/* SPDX-License-Identifier: MIT */
#include "fingerprint.h"

#include "leaf_fingerprint.h"
#include "walk.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_KNOWN   16u
#define NEAR_FRAMES   8u
#define REPEATS_MAX   1000000u
#define NOTHING_ABOVE UINT32_MAX

void tli_fingerprints_init(struct tli_fingerprints *all,
	struct tli_arena *arena, const uint64_t seed[2],
	enum tli_object_identity objects)
{
	*all = (struct tli_fingerprints){
		.arena = arena,
		.seed = {seed[0], seed[1]},
		.objects = objects,
		.remembered = TLI_SHARED | TLI_KEY,
	};
}

/* ---- What is known --------------------------------------------------- */

/* A node that can be met again. */
struct tli_known {
	const struct tli_value *node; /* NULL: free */
	struct tli_fingerprint fingerprint;
	bool is_done;
	bool is_hashable; /* all of it: that was looked at */
	uint32_t level;   /* how far down it was met */
	uint32_t lowest;  /* the first and the last level above it which it */
	uint32_t highest; /* refers to, if any: it depends on these */
	uint64_t visit;   /* what was visited on the last then */
};

static struct tli_known *place_of(
	const struct tli_fingerprints *all, const struct tli_value *node)
{
	uint32_t mask = all->known_capacity - 1;
	uint64_t mixed = (uintptr_t)node * 0x9e3779b97f4a7c15u;
	uint32_t i = (uint32_t)(mixed >> 32) & mask;

	while (all->known[i].node && all->known[i].node != node)
		i = (i + 1) & mask;
	return &all->known[i];
}

static int make_known_room(struct tli_fingerprints *all)
{
	struct tli_fingerprints larger = *all;

	if (2 * all->known_count < all->known_capacity)
		return 0;
	larger.known_capacity =
		all->known_capacity ? 2 * all->known_capacity : FIRST_KNOWN;
	larger.known = tli_arena_take(
		all->arena, larger.known_capacity * sizeof(*all->known));
	if (!larger.known)
		return all->arena->is_full ? TLI_VALUE_LIMIT : TLI_VALUE_NOMEM;
	memset(larger.known, 0, larger.known_capacity * sizeof(*all->known));
	for (uint32_t i = 0; i < all->known_capacity; i++)
		if (all->known[i].node)
			*place_of(&larger, all->known[i].node) = all->known[i];
	*all = larger;
	return 0;
}

static struct tli_known *find_known(
	const struct tli_fingerprints *all, const struct tli_value *node)
{
	struct tli_known *known = all->known ? place_of(all, node) : NULL;

	return known && known->node ? known : NULL;
}

static int set_known(struct tli_fingerprints *all, const struct tli_known *news)
{
	int result = make_known_room(all);
	struct tli_known *known;

	if (result < 0)
		return result;
	known = place_of(all, news->node);
	all->known_count += !known->node;
	*known = *news;
	return 0;
}

/* ---- What has items -------------------------------------------------- */

/* A node that is being visited. */
struct frame {
	const struct tli_items *node;
	uint64_t visit; /* no other has the same */
	uint32_t seen;  /* of its items */
	bool inside_object;
	uint32_t lowest; /* as in struct tli_known */
	uint32_t highest;
	struct tli_fingerprint sum; /* of the items until now */
	struct tli_fingerprint key; /* of a dict, whose value is next */
};

struct walk {
	struct tli_visitor visitor;
	struct tli_fingerprints *all;
	struct tli_key key; /* what comes out */
	bool is_key;
	struct frame near[NEAR_FRAMES];
	struct frame *frames;
	uint32_t depth;
	uint32_t capacity;
};

static struct frame *innermost(struct walk *walk)
{
	return walk->depth > 0 ? &walk->frames[walk->depth - 1] : NULL;
}

static bool is_inside_object(struct walk *walk)
{
	return walk->depth > 0 && innermost(walk)->inside_object;
}

static void fold_ordered(struct walk *walk, struct frame *frame,
	const struct tli_fingerprint *item)
{
	const struct tli_object *object = tli_object_of(&frame->node->value);
	const struct tli_fingerprint link[] = {frame->sum, *item};
	unsigned step = 0;

	if (frame->node->value.kind == TLI_OBJECT &&
		frame->seen >= TLI_OBJECT_STEPS)
		step = object->steps[frame->seen - TLI_OBJECT_STEPS] + 1u;
	frame->sum = tli_tagged_hash(
		walk->all->seed, TLI_TAG_ITEM | step << 8, link, sizeof(link));
}

static void add_member(
	struct walk *walk, struct frame *frame, const void *bytes, size_t len)
{
	struct tli_fingerprint member =
		tli_tagged_hash(walk->all->seed, TLI_TAG_MEMBER, bytes, len);

	frame->sum.low += member.low;
	frame->sum.high += member.high;
}

static void fold_member(struct walk *walk, struct frame *frame,
	const struct tli_fingerprint *item)
{
	add_member(walk, frame, item, sizeof(*item));
}

static void fold_pair(struct walk *walk, struct frame *frame,
	const struct tli_fingerprint *item)
{
	const struct tli_fingerprint pair[] = {frame->key, *item};

	if (frame->seen % 2 == 0)
		frame->key = *item;
	else
		add_member(walk, frame, pair, sizeof(pair));
}

/* What is inside refers to levels up to its parent's: those above matter to the
 * parent. Of the last one only a bound is kept. */
static void note_levels(
	struct frame *frame, uint32_t level, uint32_t lowest, uint32_t highest)
{
	if (lowest >= level)
		return;
	if (highest >= level)
		highest = level - 1;
	if (frame->lowest == NOTHING_ABOVE || highest > frame->highest)
		frame->highest = highest;
	if (lowest < frame->lowest)
		frame->lowest = lowest;
}

/* Adds what an item has come to, to what it is in. */
static int fold(struct walk *walk, struct tli_fingerprint fingerprint,
	uint32_t lowest, uint32_t highest)
{
	struct frame *frame = innermost(walk);

	if (!frame) {
		walk->key.fingerprint = fingerprint;
		return TLI_WALK_PAST;
	}
	note_levels(frame, walk->depth - 1, lowest, highest);
	switch (tli_family(frame->node->value.kind)) {
	case TLI_DICT:
		fold_pair(walk, frame, &fingerprint);
		break;
	case TLI_SET:
		fold_member(walk, frame, &fingerprint);
		break;
	default:
		fold_ordered(walk, frame, &fingerprint);
	}
	frame->seen++;
	return TLI_WALK_PAST;
}

/* Whether it can be met again, and takes time. */
static bool is_worth_knowing(
	const struct walk *walk, const struct tli_value *value)
{
	bool is_root =
		walk->depth == 0 || &walk->frames[0].node->value == value;
	/* The walk starts there, which is one place more. */
	unsigned flags =
		is_root ? TLI_ATTACHED | TLI_KEY : walk->all->remembered;

	return value->flags & flags &&
		(tli_has_items(value) || tli_is_long(value));
}

static bool is_being_visited(
	const struct walk *walk, const struct tli_known *known)
{
	return known->level < walk->depth &&
		&walk->frames[known->level].node->value == known->node;
}

/* Whether it would come to the same here. */
static bool is_valid(struct walk *walk, const struct tli_known *known)
{
	if (!known->is_done ||
		(walk->is_key && !known->is_hashable &&
			!is_inside_object(walk)))
		return false;
	return known->lowest == NOTHING_ABOVE ||
		(known->level == walk->depth &&
			walk->frames[known->highest].visit == known->visit);
}

static struct tli_fingerprint of_distance(
	const struct walk *walk, uint32_t level)
{
	uint32_t distance = walk->depth - level;

	return tli_tagged_hash(walk->all->seed, TLI_TAG_INSIDE_ITSELF,
		&distance, sizeof(distance));
}

static int make_frame_room(struct walk *walk)
{
	uint32_t capacity = 2 * walk->capacity;
	struct frame *frames;

	if (walk->depth < walk->capacity)
		return 0;
	frames = malloc(capacity * sizeof(*frames));
	if (!frames)
		return TLI_VALUE_NOMEM;
	memcpy(frames, walk->frames, walk->depth * sizeof(*frames));
	if (walk->frames != walk->near)
		free(walk->frames);
	walk->frames = frames;
	walk->capacity = capacity;
	return 0;
}

static int go_inside(struct walk *walk, const struct tli_value *value)
{
	bool inside_object =
		is_inside_object(walk) || value->kind == TLI_OBJECT;
	struct tli_known known = {.node = value, .level = walk->depth};

	if (make_frame_room(walk) < 0)
		return TLI_VALUE_NOMEM;
	if (is_worth_knowing(walk, value)) {
		int result = set_known(walk->all, &known);

		if (result < 0)
			return result;
	}
	walk->frames[walk->depth++] = (struct frame){
		.node = tli_items_of(value),
		.visit = ++walk->all->visits,
		.inside_object = inside_object,
		.lowest = NOTHING_ABOVE,
	};
	return TLI_WALK_INSIDE;
}

/* Folds a node that has come to something, and remembers it. */
static int settle(struct walk *walk, const struct tli_value *value,
	struct tli_fingerprint fingerprint, uint32_t lowest, uint32_t highest)
{
	struct tli_known known = {
		.node = value,
		.fingerprint = fingerprint,
		.is_done = true,
		.is_hashable = walk->is_key && !is_inside_object(walk),
		.level = walk->depth,
		.lowest = lowest,
		.highest = highest,
	};

	if (is_worth_knowing(walk, value)) {
		int result;

		if (lowest != NOTHING_ABOVE)
			known.visit = walk->frames[highest].visit;
		result = set_known(walk->all, &known);
		if (result < 0)
			return result;
	}
	return fold(walk, fingerprint, lowest, highest);
}

/* A node that was met before. 0 if it has to be looked at once more. */
static int meet_again(struct walk *walk, const struct tli_known *known)
{
	if (is_being_visited(walk, known)) {
		fold(walk, of_distance(walk, known->level), known->level,
			known->level);
		return 1;
	}
	if (is_valid(walk, known)) {
		fold(walk, known->fingerprint, known->lowest, known->highest);
		return 1;
	}
	walk->all->repeats += 1;
	if (tli_has_items(known->node))
		walk->all->repeats += tli_items_of(known->node)->count;
	return walk->all->repeats > REPEATS_MAX ? TLI_VALUE_LIMIT : 0;
}

static struct tli_fingerprint leaf_of(
	const struct tli_fingerprints *all, const struct tli_value *value)
{
	if (all->objects == TLI_ALL_BY_CONTENT && tli_has_nan(value))
		return tli_nan_fingerprint(all->seed, value);
	return tli_leaf_fingerprint(all->seed, value);
}

static int look_at(struct walk *walk, const struct tli_value *value)
{
	const struct tli_known *known = is_worth_knowing(walk, value)
		? find_known(walk->all, value)
		: NULL;
	int result = known ? meet_again(walk, known) : 0;

	if (result != 0)
		return result < 0 ? result : TLI_WALK_PAST;
	if (tli_has_nothing_inside(value))
		return settle(walk, value, leaf_of(walk->all, value),
			NOTHING_ABOVE, 0);
	return go_inside(walk, value);
}

static int enter(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct walk *walk = (struct walk *)visitor;
	bool matters = walk->is_key && !is_inside_object(walk);

	if (matters && !tli_is_hashable(value->kind)) {
		walk->key.culprit = value;
		return TLI_VALUE_TYPE;
	}
	if (value->kind != TLI_OBJECT)
		return look_at(walk, value);
	walk->key.has_objects = true;
	if (walk->all->objects == TLI_OBJECTS_BY_IDENTITY)
		return fold(walk, tli_node_fingerprint(walk->all->seed, value),
			NOTHING_ABOVE, 0);
	return look_at(walk, value);
}

static int leave(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct walk *walk = (struct walk *)visitor;
	struct frame *frame = &walk->frames[--walk->depth];
	struct {
		struct tli_fingerprint sum;
		uint64_t count, making;
	} whole = {frame->sum, frame->seen, 0};

	if (value->kind == TLI_OBJECT)
		whole.making = tli_object_of(value)->making;
	return settle(walk, value,
		tli_tagged_hash(walk->all->seed, tli_family(value->kind),
			&whole, sizeof(whole)),
		frame->lowest, frame->highest);
}

static int find_out(struct tli_fingerprints *all, const struct tli_value *value,
	bool is_key, struct tli_key *key_out)
{
	struct walk walk = {
		.visitor = {.enter = enter, .leave = leave},
		.all = all,
		.is_key = is_key,
		.capacity = NEAR_FRAMES,
	};
	int result;

	walk.frames = walk.near;
	result = tli_walk(&walk.visitor, value, TLI_VALUE_DEPTH_MAX);
	if (walk.frames != walk.near)
		free(walk.frames);
	*key_out = walk.key;
	return result;
}

int tli_fingerprint_of(struct tli_fingerprints *all,
	const struct tli_value *value, struct tli_fingerprint *fingerprint_out)
{
	struct tli_key key;
	int result = find_out(all, value, false, &key);

	*fingerprint_out = key.fingerprint;
	return result;
}

int tli_key_of(struct tli_fingerprints *all, const struct tli_value *value,
	struct tli_key *key_out)
{
	if (tli_has_items(value) || tli_is_long(value) ||
		!tli_is_hashable(value->kind))
		return find_out(all, value, true, key_out);
	*key_out = (struct tli_key){.fingerprint = leaf_of(all, value)};
	return TLI_VALUE_OK;
}

int tli_fingerprint(const struct tli_value *value, const uint64_t seed[2],
	struct tli_fingerprint *fingerprint_out)
{
	struct tli_fingerprints all;
	struct tli_arena arena;
	int result;

	tli_arena_init(&arena, SIZE_MAX);
	tli_fingerprints_init(&all, &arena, seed, TLI_OBJECTS_BY_STRUCTURE);
	result = tli_fingerprint_of(&all, value, fingerprint_out);
	tli_arena_fini(&arena);
	return result;
}

int tli_fingerprint_error(struct tli_value_error *error, int code,
	const struct tli_value *culprit)
{
	if (code == TLI_VALUE_TYPE)
		return tli_value_error_set(error, code, "unhashable type: '%s'",
			tli_kind_name(culprit->kind));
	if (code == TLI_VALUE_NOMEM)
		return tli_value_error_set(error, code, "out of memory");
	return tli_value_error_set(error, code,
		"it is too deep, or inside itself in too many ways");
}
