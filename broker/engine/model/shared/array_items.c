/* SPDX-License-Identifier: MIT */
#include "array_items.h"

#include "content.h"

#include <stdlib.h>
#include <string.h>

struct tli_value *array_span_value(struct call *call, const struct span *span)
{
	const struct array *array = array_of(call);
	size_t len = span->count * array->item_bytes;
	uint8_t *bytes;

	if (len == 0)
		return tli_array(call->values, array->typecode, NULL, 0);
	bytes = tli_arena_take(&call->values->arena, len);
	if (!bytes)
		return tli_values_shortage(call->values);
	for (size_t i = 0; i < span->count; i++)
		memcpy(bytes + i * array->item_bytes,
			array_item_at(array, span_place(span, i)),
			array->item_bytes);
	return tli_array(call->values, array->typecode, bytes, len);
}

void array_put_span(const struct array *array, const struct span *span,
	const struct tli_value *values)
{
	const uint8_t *data = tli_bytes_of(values)->data;

	for (size_t i = 0; i < span->count; i++)
		memcpy(array_item_at(array, span_place(span, i)),
			data + i * array->item_bytes, array->item_bytes);
}

/* Has memory for so many items; what is less than before never fails. */
static bool resize(struct array *array, size_t count)
{
	uint8_t *items;

	if (count == 0) {
		free(array->items);
		array->items = NULL;
		return true;
	}
	items = realloc(array->items, count * array->item_bytes);
	if (items)
		array->items = items;
	return items || count <= array->count;
}

static struct usage usage_of(const struct array *array, size_t count)
{
	return (struct usage){
		.items = count, .bytes = count * array->item_bytes};
}

bool array_splice(struct call *call, size_t at, size_t gone, size_t count)
{
	struct array *array = array_of(call);
	struct usage comes = usage_of(array, count);
	struct usage goes = usage_of(array, gone);
	size_t total = array->count - gone + count;
	size_t behind = array->count - at - gone;

	if (!content_exchange(call, &comes, &goes))
		return false;
	if (count > gone && !resize(array, total)) {
		(void)content_exchange(call, &goes, &comes);
		call_raise_memory(call);
		return false;
	}
	if (behind > 0)
		memmove(array_item_at(array, at + count),
			array_item_at(array, at + gone),
			behind * array->item_bytes);
	if (count < gone)
		(void)resize(array, total);
	array->count = total;
	return true;
}
