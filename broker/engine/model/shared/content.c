/* SPDX-License-Identifier: MIT */
#include "content.h"

#include "../../../../proto/value/repr.h"

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

void content_deleted(struct model *model, struct object *object)
{
	object->kind->fini(model, object);
	object_discharge(object, object->usage.items, object->usage.bytes);
}

bool content_is_given(const struct call *call, const struct tli_value *items)
{
	return items && (items->kind != TLI_NONE || call->op->is_python);
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

void text_start(struct text *text, struct call *call)
{
	text->call = call;
	tli_buf_init(&text->buf, call->values->limits.max_bytes);
}

static void refuse_text(struct text *text, bool is_for_memory)
{
	if (is_for_memory)
		call_raise_memory(text->call);
	else
		call_raise(text->call, TLI_STATUS_LIMIT,
			"the text has more than %zu bytes",
			text->buf.max_bytes);
}

void text_add(struct text *text, const void *bytes, size_t len)
{
	int result;

	if (call_has_failed(text->call))
		return;
	result = tli_buf_append(&text->buf, bytes, len);
	if (result != TLI_BUF_OK)
		refuse_text(text, result == TLI_BUF_NOMEM);
}

void text_add_repr(struct text *text, const struct tli_value *value)
{
	int result;

	if (call_has_failed(text->call))
		return;
	result = tli_repr(value, &text->buf);
	if (result != TLI_VALUE_OK)
		refuse_text(text, result == TLI_VALUE_NOMEM);
}

struct tli_value *text_end(struct text *text)
{
	struct tli_values *values = text->call->values;
	struct tli_value *whole = NULL;

	if (!call_has_failed(text->call))
		whole = content_made(text->call,
			tli_str(values, (const char *)tli_buf_head(&text->buf),
				tli_buf_len(&text->buf)));
	tli_buf_fini(&text->buf);
	return whole;
}

enum outcome content_return_repr(
	struct call *call, const struct tli_value *value)
{
	struct tli_value *whole;
	struct text text;

	if (!value)
		return CALL_DONE;
	text_start(&text, call);
	text_add_repr(&text, value);
	whole = text_end(&text);
	return whole ? call_return(call, whole) : CALL_DONE;
}

enum outcome content_return_instance(
	struct call *call, const char *class, struct tli_value *state)
{
	struct tli_values *values = call->values;
	struct tli_value *instance;

	if (!state)
		return CALL_DONE;
	instance = tli_object(values, TLI_NEWOBJ,
		tli_global(values, "multiprocessing.managers", class),
		tli_items(values, TLI_TUPLE, NULL, 0), NULL);
	if (instance && !tli_object_step(instance, TLI_STEP_BUILD, state))
		instance = NULL;
	return call_return(call, instance);
}

enum outcome content_return_versioned(
	struct call *call, struct tli_value *value, uint64_t version)
{
	struct tli_value *pair[2] = {
		value, tli_int(call->values, (int64_t)version)};

	if (call_has_failed(call))
		return CALL_DONE;
	return call_return(call, tli_items(call->values, TLI_TUPLE, pair, 2));
}
