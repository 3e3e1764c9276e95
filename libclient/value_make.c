/* SPDX-License-Identifier: MIT */
/* Values made by a program, one by one. */
#include "values.h"

#include "../proto/value/array.h"
#include "../proto/value/mapping.h"

#include <string.h>

tieline_value *tieline_value_none(tieline_values *values)
{
	return TLI_MADE(values, tli_none(&values->tree));
}

tieline_value *tieline_value_bool(tieline_values *values, bool truth)
{
	return TLI_MADE(values, tli_bool(&values->tree, truth));
}

tieline_value *tieline_value_int(tieline_values *values, int64_t integer)
{
	return TLI_MADE(values, tli_int(&values->tree, integer));
}

tieline_value *tieline_value_uint(tieline_values *values, uint64_t integer)
{
	uint8_t bytes[9]; /* with one of 0 for the sign */

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(integer >> 8 * i);
	bytes[8] = 0;
	return TLI_MADE(values,
		tli_int_from_bytes(&values->tree, bytes, sizeof(bytes)));
}

tieline_value *tieline_value_float(tieline_values *values, double number)
{
	return TLI_MADE(values, tli_float(&values->tree, number));
}

tieline_value *tieline_value_complex(
	tieline_values *values, double real, double imag)
{
	return TLI_MADE(values, tli_complex(&values->tree, real, imag));
}

tieline_value *tieline_value_str(tieline_values *values, const char *text)
{
	if (!text)
		return tli_value_unmade();
	return tieline_value_str_len(values, text, strlen(text));
}

tieline_value *tieline_value_str_len(
	tieline_values *values, const char *text, size_t len)
{
	return TLI_MADE(values, tli_str(&values->tree, text, len));
}

tieline_value *tieline_value_bytes(
	tieline_values *values, const void *data, size_t len)
{
	return TLI_MADE(values, tli_bytes(&values->tree, TLI_BYTES, data, len));
}

tieline_value *tieline_value_bytearray(
	tieline_values *values, const void *data, size_t len)
{
	return TLI_MADE(
		values, tli_bytes(&values->tree, TLI_BYTEARRAY, data, len));
}

tieline_value *tieline_value_array(
	tieline_values *values, char typecode, const void *data, size_t len)
{
	size_t item_bytes = tli_array_item_bytes(typecode);
	struct tli_error *error = tli_thread_error();

	if (item_bytes == 0 || len % item_bytes != 0) {
		tli_error_set(error, TIELINE_EINVAL,
			item_bytes ? "%zu bytes are no whole items"
				   : "there is no such typecode",
			len);
		return tli_value_not_made();
	}
	if (!tli_array_fits(typecode, data, len)) {
		tli_error_set(error, TIELINE_ESYNTAX,
			"a character is beyond U+10FFFF");
		return tli_value_not_made();
	}
	return TLI_MADE(values, tli_array(&values->tree, typecode, data, len));
}

static tieline_value *make_empty(tieline_values *values, enum tli_kind kind)
{
	return TLI_MADE(values, tli_container(&values->tree, kind));
}

tieline_value *tieline_value_list(tieline_values *values)
{
	return make_empty(values, TLI_LIST);
}

tieline_value *tieline_value_dict(tieline_values *values)
{
	return make_empty(values, TLI_DICT);
}

tieline_value *tieline_value_set(tieline_values *values)
{
	return make_empty(values, TLI_SET);
}

/* Makes a container with items in it. */
static tieline_value *make_filled(tieline_values *values, enum tli_kind kind,
	bool (*put)(struct tli_value *container, struct tli_value *item),
	tieline_value *const items[], size_t count)
{
	struct tli_value *container;

	if (!values)
		return tli_value_unmade();
	container = tli_container(&values->tree, kind);
	for (size_t i = 0; container && i < count; i++) {
		if (!items[i])
			return tli_value_unmade();
		if (!put(container, tli_values_own(&values->tree, items[i])))
			container = NULL;
	}
	return tli_values_made(values, container);
}

tieline_value *tieline_value_tuple(
	tieline_values *values, tieline_value *const items[], size_t count)
{
	return make_filled(values, TLI_TUPLE, tli_append, items, count);
}

tieline_value *tieline_value_frozenset(
	tieline_values *values, tieline_value *const items[], size_t count)
{
	return make_filled(values, TLI_FROZENSET, tli_set_add, items, count);
}

tieline_value *tieline_value_strs(
	tieline_values *values, const char *const texts[], size_t count)
{
	struct tli_value *list;

	if (!values)
		return tli_value_unmade();
	list = tli_container(&values->tree, TLI_LIST);
	for (size_t i = 0; list && i < count; i++) {
		if (!texts[i])
			return tli_value_unmade();
		if (!tli_append(list, tli_text(&values->tree, texts[i])))
			list = NULL;
	}
	return tli_values_made(values, list);
}

/* A container that is to be changed: 0, or the code. */
static int check_container(
	const struct tli_value *container, enum tli_kind kind)
{
	if (!container)
		return tli_value_missing();
	if (container->kind != kind)
		return tli_value_wrong_kind(tli_kind_name(kind), container);
	return TIELINE_OK;
}

/* What putting something into a container came to. */
static int put_result(struct tli_value *container, bool is_put)
{
	if (is_put)
		return TIELINE_OK;
	tli_values_failed(&tli_values_of(container)->tree.error);
	return tli_value_break(container);
}

/* Something that was to be put there is NULL. */
static int lacks(struct tli_value *container)
{
	tli_value_missing();
	return tli_value_break(container);
}

/* Puts an item into a container of that kind. */
static int put(tieline_value *container, enum tli_kind kind,
	bool (*put_in)(struct tli_value *container, struct tli_value *item),
	tieline_value *item)
{
	struct tli_value *node = tli_node(container);
	int result = check_container(node, kind);

	if (result < 0)
		return result;
	if (!item)
		return lacks(node);
	return put_result(node,
		put_in(node, tli_values_own(&tli_values_of(node)->tree, item)));
}

int tieline_value_append(tieline_value *list, tieline_value *item)
{
	return put(list, TLI_LIST, tli_append, item);
}

int tieline_value_add(tieline_value *set, tieline_value *item)
{
	return put(set, TLI_SET, tli_set_add, item);
}

int tieline_value_set_item(
	tieline_value *dict, tieline_value *key, tieline_value *item)
{
	struct tli_value *node = tli_node(dict);
	int result = check_container(node, TLI_DICT);

	if (result < 0)
		return result;
	if (!key || !item)
		return lacks(node);
	return put_result(node,
		tli_dict_set(node,
			tli_values_own(&tli_values_of(node)->tree, key),
			tli_values_own(&tli_values_of(node)->tree, item)));
}

int tieline_value_set_text(
	tieline_value *dict, const char *key, tieline_value *item)
{
	struct tli_value *node = tli_node(dict);
	int result = check_container(node, TLI_DICT);

	if (result < 0)
		return result;
	if (!item)
		return lacks(node);
	return tieline_value_set_item(
		dict, tieline_value_str(tli_values_of(node), key), item);
}

tieline_value *tieline_value_global(
	tieline_values *values, const char *module, const char *name)
{
	if (!module || !name)
		return tli_value_unmade();
	return TLI_MADE(values, tli_global(&values->tree, module, name));
}

tieline_value *tieline_value_call(
	tieline_values *values, tieline_value *callable, tieline_value *args)
{
	if (!callable || !args)
		return tli_value_unmade();
	return TLI_MADE(values,
		tli_object(&values->tree, TLI_REDUCE,
			tli_values_own(&values->tree, callable),
			tli_values_own(&values->tree, args), NULL));
}

tieline_value *tieline_value_copy(
	tieline_values *values, const tieline_value *value)
{
	if (!value)
		return tli_value_unmade();
	return TLI_MADE(
		values, tli_values_copy(&values->tree, tli_node(value)));
}
