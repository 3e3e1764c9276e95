/* SPDX-License-Identifier: MIT */
/* Shared lists. */
#include "call.h"
#include "typed.h"

#include <tieline/shared.h>

TLI_TYPED(tieline_list)
TLI_TYPED_OPEN(tieline_list, "list")

int tieline_list_append(tieline_list *list, const tieline_value *item)
{
	return tli_call_none(TLI_OBJECT(list), "append", "(%v,)", item);
}

int tieline_list_insert(
	tieline_list *list, int64_t index, const tieline_value *item)
{
	return tli_call_none(TLI_OBJECT(list), "insert", "(%lld, %v)",
		(long long)index, item);
}

int tieline_list_extend(tieline_list *list, const tieline_value *items)
{
	return tli_call_none(TLI_OBJECT(list), "extend", "(%v,)", items);
}

int tieline_list_get(tieline_list *list, int64_t index, tieline_values *values,
	tieline_value **item_out)
{
	return tli_call_value(TLI_OBJECT(list), values, item_out, "__getitem__",
		"(%lld,)", (long long)index);
}

int tieline_list_set(
	tieline_list *list, int64_t index, const tieline_value *item)
{
	return tli_call_none(TLI_OBJECT(list), "__setitem__", "(%lld, %v)",
		(long long)index, item);
}

int tieline_list_pop(tieline_list *list, int64_t index, tieline_values *values,
	tieline_value **item_out)
{
	return tli_call_value(TLI_OBJECT(list), values, item_out, "pop",
		"(%lld,)", (long long)index);
}

int tieline_list_remove(tieline_list *list, const tieline_value *item)
{
	return tli_call_none(TLI_OBJECT(list), "remove", "(%v,)", item);
}

int tieline_list_len(tieline_list *list, uint64_t *count_out)
{
	return tli_call_count(TLI_OBJECT(list), count_out, "__len__");
}

int tieline_list_contains(tieline_list *list, const tieline_value *item)
{
	return tli_call_bool(TLI_OBJECT(list), "__contains__", "(%v,)", item);
}

int tieline_list_copy(
	tieline_list *list, tieline_values *values, tieline_value **copy_out)
{
	return tli_call_value(TLI_OBJECT(list), values, copy_out, "copy", NULL);
}
