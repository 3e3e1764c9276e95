/* SPDX-License-Identifier: MIT */
/* The items of a shared array, packed. */
#ifndef MODEL_ARRAY_ITEMS_H
#define MODEL_ARRAY_ITEMS_H

#include "../../../../proto/value/array.h"
#include "../call.h"
#include "slices.h"

struct array {
	struct object object;
	size_t count;
	size_t item_bytes;
	char typecode;
	uint8_t *items; /* packed; NULL if there are none */
};

static inline struct array *array_of(const struct call *call)
{
	return (struct array *)call->object;
}

static inline uint8_t *array_item_at(const struct array *array, size_t i)
{
	return array->items + i * array->item_bytes;
}

/* What is in the span, as an array.array; NULL with the error in the values.
 */
struct tli_value *array_span_value(struct call *call, const struct span *span);

/* Gives the places in the span these values, an array.array of as many. */
void array_put_span(const struct array *array, const struct span *span,
	const struct tli_value *values);

/* Makes so many places, whose items are to be set, of those that `gone` items
 * have, from `at` on. False with the error raised: then nothing has changed. */
bool array_splice(struct call *call, size_t at, size_t gone, size_t count);

#endif
