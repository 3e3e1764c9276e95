/* SPDX-License-Identifier: MIT */
#include "content.h"

#include "../../../proto/value/repr.h"

static uint64_t excess(uint64_t one, uint64_t other)
{
	return one > other ? one - other : 0;
}

bool content_exchange(
	struct call *call, const struct usage *comes, const struct usage *goes)
{
	if (!object_charge(call, call->object,
		    excess(comes->items, goes->items),
		    excess(comes->bytes, goes->bytes)))
		return false;
	object_discharge(call->object, excess(goes->items, comes->items),
		excess(goes->bytes, comes->bytes));
	return true;
}

void content_changed_at(struct call *call, size_t index)
{
	call_changed(call, tli_int(call->values, (int64_t)index));
}

struct tli_value *content_made(struct call *call, struct tli_value *value)
{
	if (!value || value->flags & TLI_BROKEN) {
		call_raise_values(call, &call->values->error);
		return NULL;
	}
	return value;
}

struct tli_value *content_reversed(struct tli_value *list)
{
	const struct tli_items *node = tli_items_of(list);

	for (uint32_t i = 0; i < node->count / 2; i++) {
		struct tli_value **other = &node->items[node->count - 1 - i];
		struct tli_value *value = node->items[i];

		node->items[i] = *other;
		*other = value;
	}
	return list;
}

struct tli_value *content_repr(struct call *call, const struct tli_value *value)
{
	struct tli_value *text = NULL;
	struct tli_buf buf;
	int result;

	tli_buf_init(&buf, call->values->limits.max_bytes);
	result = tli_repr(value, &buf);
	if (result == TLI_VALUE_OK)
		text = content_made(call,
			tli_str(call->values, (const char *)tli_buf_head(&buf),
				tli_buf_len(&buf)));
	else if (result == TLI_VALUE_NOMEM)
		call_raise_memory(call);
	else
		call_raise(call, TLI_STATUS_LIMIT, "the text is too long");
	tli_buf_fini(&buf);
	return text;
}

enum outcome content_return_repr(
	struct call *call, const struct tli_value *value)
{
	struct tli_value *text = value ? content_repr(call, value) : NULL;

	return text ? call_return(call, text) : CALL_DONE;
}
