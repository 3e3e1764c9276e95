/* SPDX-License-Identifier: MIT */
#include "token.h"

#include "walk.h"

#define STATE_ITEMS 3u

/* As pickle has an instance of a class that only says what its state is. */
static bool is_token(const struct tli_object *object)
{
	const struct tli_items *node = &object->items;

	return object->making == TLI_NEWOBJ &&
		node->count == TLI_OBJECT_STEPS + 1 &&
		object->steps[0] == TLI_STEP_BUILD &&
		tli_is_global(node->items[TLI_OBJECT_CALLABLE],
			"multiprocessing.managers", "Token");
}

struct tli_value *tli_token_state(const struct tli_value *value)
{
	struct tli_value *state;

	if (value->kind != TLI_OBJECT || !is_token(tli_object_of(value)))
		return NULL;
	state = tli_items_of(value)->items[TLI_OBJECT_STEPS];
	return state->kind == TLI_TUPLE &&
			tli_items_of(state)->count == STATE_ITEMS
		? state
		: NULL;
}

struct tli_value *tli_proxy_token(const struct tli_value *value)
{
	const struct tli_value *args;

	if (value->kind != TLI_OBJECT ||
		!tli_is_global(tli_items_of(value)->items[TLI_OBJECT_CALLABLE],
			"multiprocessing.managers", "RebuildProxy"))
		return NULL;
	args = tli_items_of(value)->items[TLI_OBJECT_ARGS];
	return tli_items_of(args)->count > 1
		? tli_token_state(tli_items_of(args)->items[1])
		: NULL;
}

/* ---- All in a tree ---------------------------------------------------- */

struct search {
	struct tli_visitor visitor;
	struct tli_marks met;
	const struct tli_value *root;
	bool (*each)(void *arg, struct tli_value *state);
	void *arg;
};

/* Notes that a node was met, if it can be once more: 1 if it was before. */
static int note(struct search *search, const struct tli_value *value)
{
	if (!(value->flags & TLI_SHARED) && value != search->root)
		return 0;
	if (tli_is_marked(&search->met, value))
		return 1;
	return tli_mark(&search->met, value) ? 0 : TLI_VALUE_NOMEM;
}

static int enter(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct search *search = (struct search *)visitor;
	struct tli_value *state;
	int met;

	if (!tli_has_items(value) || value->kind == TLI_GLOBAL)
		return TLI_WALK_PAST;
	met = note(search, value);
	if (met != 0)
		return met < 0 ? met : TLI_WALK_PAST;
	state = tli_token_state(value);
	if (!state)
		return TLI_WALK_INSIDE;
	return search->each(search->arg, state) ? TLI_WALK_PAST
						: TLI_VALUE_BROKEN;
}

static int leave(struct tli_visitor *visitor, const struct tli_value *value)
{
	(void)visitor;
	(void)value;
	return 0;
}

bool tli_tokens_visit(const struct tli_value *tree,
	bool (*each)(void *arg, struct tli_value *state), void *arg)
{
	struct search search = {
		.visitor = {.enter = enter, .leave = leave},
		.root = tree,
		.each = each,
		.arg = arg,
	};
	int result;

	if (!tli_has_items(tree) || tli_items_of(tree)->values->objects == 0)
		return true;
	tli_marks_init(&search.met);
	result = tli_walk(&search.visitor, tree, TLI_VALUE_DEPTH_MAX);
	tli_marks_fini(&search.met);
	return result == TLI_VALUE_OK;
}
