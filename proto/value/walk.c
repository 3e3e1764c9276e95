/* SPDX-License-Identifier: MIT */
#include "walk.h"

#include <stdlib.h>
#include <string.h>

#define NEAR_FRAMES 32u /* deep enough for most, and needs no memory */

/* A node, and which of its items comes next. */
struct frame {
	const struct tli_items *node;
	uint32_t next;
	int state;
};

struct stack {
	struct frame near[NEAR_FRAMES];
	struct frame *frames;
	uint32_t depth;
	uint32_t capacity;
	uint32_t max_depth;
};

static int grow(struct stack *stack)
{
	uint32_t capacity = 2 * stack->capacity;
	struct frame *frames = malloc(capacity * sizeof(*frames));

	if (!frames)
		return TLI_VALUE_NOMEM;
	memcpy(frames, stack->frames, stack->depth * sizeof(*frames));
	if (stack->frames != stack->near)
		free(stack->frames);
	stack->frames = frames;
	stack->capacity = capacity;
	return 0;
}

static int push(struct stack *stack, const struct tli_items *node, int state)
{
	if (stack->depth == stack->max_depth)
		return TLI_VALUE_LIMIT;
	if (stack->depth == stack->capacity && grow(stack) < 0)
		return TLI_VALUE_NOMEM;
	stack->frames[stack->depth++] = (struct frame){node, 0, state};
	return 0;
}

static const struct tli_value *innermost(const struct stack *stack)
{
	return stack->depth > 0 ? &stack->frames[stack->depth - 1].node->value
				: NULL;
}

static int visit(struct stack *stack, struct tli_visitor *visitor,
	const struct tli_value *value)
{
	int result;

	visitor->parent = innermost(stack);
	result = visitor->enter(visitor, value);
	if (result <= 0 || !tli_has_items(value))
		return result;
	return push(stack, tli_items_of(value), result);
}

/* Goes on with the innermost node: to its next item, or out of it. */
static int advance(struct stack *stack, struct tli_visitor *visitor)
{
	struct frame *frame = &stack->frames[stack->depth - 1];
	const struct tli_items *node = frame->node;
	uint32_t i = frame->next;
	int result = 0;

	visitor->state = frame->state;
	if (i == node->count) {
		stack->depth--;
		visitor->parent = innermost(stack);
		return visitor->leave(visitor, &node->value);
	}
	if (visitor->next)
		result = visitor->next(visitor, &node->value, i);
	frame->state = visitor->state;
	frame->next += result > 0 ? (uint32_t)result : 1;
	return result != 0 ? result : visit(stack, visitor, node->items[i]);
}

int tli_walk(struct tli_visitor *visitor, const struct tli_value *root,
	uint32_t max_depth)
{
	struct stack stack = {.capacity = NEAR_FRAMES, .max_depth = max_depth};
	int result;

	stack.frames = stack.near;
	result = visit(&stack, visitor, root);
	while (result >= 0 && stack.depth > 0)
		result = advance(&stack, visitor);
	if (stack.frames != stack.near)
		free(stack.frames);
	return result < 0 ? result : TLI_VALUE_OK;
}

int tli_walk_error(struct tli_value_error *error, int code, uint32_t max_depth)
{
	if (code == TLI_VALUE_NOMEM)
		return tli_value_error_set(error, code, "out of memory");
	return tli_value_error_set(
		error, code, "it is more than %u levels deep", max_depth);
}

void tli_marks_init(struct tli_marks *marks)
{
	*marks = (struct tli_marks){.bits = NULL};
}

void tli_marks_fini(struct tli_marks *marks)
{
	free(marks->bits);
}

static uint8_t bit_of(const struct tli_value *value)
{
	return (uint8_t)(1u << (value->id & 7));
}

bool tli_mark(struct tli_marks *marks, const struct tli_value *value)
{
	if (!marks->bits) {
		const struct tli_values *values = tli_items_of(value)->values;

		marks->bits = calloc(values->ids / 8 + 1u, 1);
		if (!marks->bits)
			return false;
	}
	marks->bits[value->id / 8] |= bit_of(value);
	return true;
}

void tli_unmark(struct tli_marks *marks, const struct tli_value *value)
{
	marks->bits[value->id / 8] &= (uint8_t)~bit_of(value);
}

bool tli_is_marked(const struct tli_marks *marks, const struct tli_value *value)
{
	return marks->bits && (marks->bits[value->id / 8] & bit_of(value));
}
