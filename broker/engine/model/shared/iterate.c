/* SPDX-License-Identifier: MIT */
#include "iterate.h"

#include "../../../../proto/utf8.h"
#include "../../../../proto/value/array.h"
#include "content.h"

/* Appends them to a list, until that fails. */
typedef void fill_fn(struct tli_value *list, const struct tli_value *value);

static struct tli_values *values_of(const struct tli_value *list)
{
	return tli_items_of(list)->values;
}

static void fill_keys(struct tli_value *list, const struct tli_value *dict)
{
	const struct tli_items *node = tli_items_of(dict);

	for (uint32_t i = 0; i < node->count; i += 2)
		if (!tli_append(list, node->items[i]))
			return;
}

static void fill_characters(
	struct tli_value *list, const struct tli_value *text)
{
	const struct tli_bytes *node = tli_bytes_of(text);

	for (size_t i = 0, len; i < node->len; i += len) {
		tli_utf8_read(node->data + i, &len);
		if (!tli_append(list,
			    tli_str(values_of(list),
				    (const char *)node->data + i, len)))
			return;
	}
}

static void fill_bytes(struct tli_value *list, const struct tli_value *bytes)
{
	const struct tli_bytes *node = tli_bytes_of(bytes);

	for (size_t i = 0; i < node->len; i++)
		if (!tli_append(list, tli_int(values_of(list), node->data[i])))
			return;
}

static void fill_array(struct tli_value *list, const struct tli_value *array)
{
	size_t count = tli_array_count(array);

	for (size_t i = 0; i < count; i++)
		if (!tli_append(
			    list, tli_array_item(values_of(list), array, i)))
			return;
}

/* False if a part is larger than any item that there can be. */
static bool take_parts(const struct tli_value *range, int64_t parts_out[3])
{
	for (uint32_t i = 0; i < 3; i++) {
		const struct tli_value *part = tli_items_of(range)->items[i];

		if (part->kind == TLI_BIGINT)
			return false;
		parts_out[i] = tli_int_of(part)->integer;
	}
	return true;
}

static void fill_range(struct tli_value *list, const struct tli_value *range)
{
	struct tli_values *values = values_of(list);
	uint64_t room = values->limits.max_nodes - values->nodes, count;
	int64_t parts[3];

	if (!take_parts(range, parts) ||
		(count = tli_range_count(parts[0], parts[1], parts[2])) >
			room) {
		tli_append(list, tli_values_too_many(values));
		return;
	}
	for (uint64_t i = 0; i < count; i++) {
		uint64_t item = (uint64_t)parts[0] + i * (uint64_t)parts[2];

		if (!tli_append(list, tli_int(values, (int64_t)item)))
			return;
	}
}

static fill_fn *const fills[TLI_KINDS] = {
	[TLI_STR] = fill_characters,
	[TLI_BYTES] = fill_bytes,
	[TLI_BYTEARRAY] = fill_bytes,
	[TLI_ARRAY] = fill_array,
	[TLI_DICT] = fill_keys,
	[TLI_RANGE] = fill_range,
};

static bool is_list_of_items(const struct tli_value *value)
{
	return tli_is_sequence(value) || value->kind == TLI_SET ||
		value->kind == TLI_FROZENSET;
}

bool can_iterate(const struct tli_value *value)
{
	return is_list_of_items(value) || fills[value->kind];
}

const struct tli_items *iterate(
	struct call *call, const struct tli_value *value)
{
	struct tli_value *list;

	if (is_list_of_items(value))
		return tli_items_of(value);
	if (!fills[value->kind]) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"'%s' object is not iterable",
			tli_kind_name(value->kind));
		return NULL;
	}
	list = tli_container(call->values, TLI_LIST);
	if (list)
		fills[value->kind](list, value);
	list = content_made(call, list);
	return list ? tli_items_of(list) : NULL;
}
