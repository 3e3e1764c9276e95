/* SPDX-License-Identifier: MIT */
/* Shared dicts. */
#include "call.h"
#include "session.h"
#include "typed.h"

#include <tieline/shared.h>

TLI_TYPED(tieline_dict)
TLI_TYPED_OPEN(tieline_dict, "dict")

int tieline_dict_set(
	tieline_dict *dict, const tieline_value *key, const tieline_value *item)
{
	return tli_call_none(
		TLI_OBJECT(dict), "__setitem__", "(%v, %v)", key, item);
}

int tieline_dict_set_text(
	tieline_dict *dict, const char *key, const tieline_value *item)
{
	return tli_call_none(
		TLI_OBJECT(dict), "__setitem__", "(%s, %v)", key, item);
}

int tieline_dict_get(tieline_dict *dict, const tieline_value *key,
	tieline_values *values, tieline_value **item_out)
{
	return tli_call_value(TLI_OBJECT(dict), values, item_out, "__getitem__",
		"(%v,)", key);
}

int tieline_dict_get_text(tieline_dict *dict, const char *key,
	tieline_values *values, tieline_value **item_out)
{
	return tli_call_value(TLI_OBJECT(dict), values, item_out, "__getitem__",
		"(%s,)", key);
}

int tieline_dict_pop(tieline_dict *dict, const tieline_value *key,
	tieline_values *values, tieline_value **item_out)
{
	return tli_call_value(
		TLI_OBJECT(dict), values, item_out, "pop", "(%v,)", key);
}

int tieline_dict_pop_text(tieline_dict *dict, const char *key,
	tieline_values *values, tieline_value **item_out)
{
	return tli_call_value(
		TLI_OBJECT(dict), values, item_out, "pop", "(%s,)", key);
}

int tieline_dict_contains(tieline_dict *dict, const tieline_value *key)
{
	return tli_call_bool(TLI_OBJECT(dict), "__contains__", "(%v,)", key);
}

int tieline_dict_update(tieline_dict *dict, const tieline_value *other)
{
	return tli_call_none(TLI_OBJECT(dict), "update", "(%v,)", other);
}

int tieline_dict_len(tieline_dict *dict, uint64_t *count_out)
{
	return tli_call_count(TLI_OBJECT(dict), count_out, "__len__");
}

int tieline_dict_clear(tieline_dict *dict)
{
	return tli_call_none(TLI_OBJECT(dict), "clear", NULL);
}

int tieline_dict_copy(
	tieline_dict *dict, tieline_values *values, tieline_value **copy_out)
{
	return tli_call_value(TLI_OBJECT(dict), values, copy_out, "copy", NULL);
}

/* ---- versions --------------------------------------------------------- */

int tieline_dict_get_versioned(tieline_dict *dict, const tieline_value *key,
	tieline_values *values, tieline_value **item_out, uint64_t *version_out)
{
	tieline_session *session = TLI_OBJECT(dict)->session;
	tieline_value *pair;
	int64_t version;
	int result = tli_call_value(
		TLI_OBJECT(dict), values, &pair, "get_versioned", "(%v,)", key);

	if (result < 0)
		return result;
	if (tieline_value_get_int(tieline_value_item(pair, 1), &version) < 0)
		return tli_call_unexpected(session);
	*item_out = version ? tieline_value_item(pair, 0) : NULL;
	*version_out = (uint64_t)version;
	return 0;
}

int tieline_dict_compare_and_set(tieline_dict *dict, const tieline_value *key,
	uint64_t version, const tieline_value *item)
{
	return tli_call_bool(TLI_OBJECT(dict), "compare_and_set",
		"(%v, %llu, %v)", key, (unsigned long long)version, item);
}
