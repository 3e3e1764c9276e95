/* SPDX-License-Identifier: MIT */
#include "levels.h"

#include "walk.h"

struct settling {
	struct tli_visitor visitor;
	struct tli_marks met;
	uint32_t max_depth;
};

/* The trees are the caller's own: only the walk takes them for constant. */
static void set_depth(const struct tli_value *value, uint32_t depth)
{
	((struct tli_value *)value)->depth = (uint16_t)depth;
}

static int enter(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct settling *settling = (struct settling *)visitor;

	if (!tli_has_items(value) || tli_is_marked(&settling->met, value))
		return TLI_WALK_PAST;
	if (!tli_mark(&settling->met, value))
		return TLI_VALUE_NOMEM;
	set_depth(value, 0);
	return TLI_WALK_INSIDE;
}

static int leave(struct tli_visitor *visitor, const struct tli_value *value)
{
	const struct settling *settling = (const struct settling *)visitor;
	const struct tli_items *node = tli_items_of(value);
	uint32_t depth = 0;

	for (uint32_t i = 0; i < node->count; i++)
		if (node->items[i]->depth > depth)
			depth = node->items[i]->depth;
	set_depth(value, depth + 1);
	return depth < settling->max_depth ? TLI_VALUE_OK : TLI_VALUE_LIMIT;
}

bool tli_settle_levels(struct tli_value *root)
{
	struct settling settling = {
		.visitor = {.enter = enter, .leave = leave},
	};
	struct tli_values *values;
	int result;

	if (!tli_has_items(root))
		return true;
	values = tli_items_of(root)->values;
	settling.max_depth = values->limits.max_depth;
	tli_marks_init(&settling.met);
	result = tli_walk(&settling.visitor, root, settling.max_depth);
	tli_marks_fini(&settling.met);
	if (result < 0)
		tli_walk_error(&values->error, result, settling.max_depth);
	return result == TLI_VALUE_OK;
}
