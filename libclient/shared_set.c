/* SPDX-License-Identifier: MIT */
/* Shared sets. */
#include "call.h"
#include "typed.h"

#include <tieline/shared.h>

TLI_TYPED(tieline_set)
TLI_TYPED_OPEN(tieline_set, "set")

int tieline_set_add(tieline_set *set, const tieline_value *item)
{
	return tli_call_none(TLI_OBJECT(set), "add", "(%v,)", item);
}

int tieline_set_discard(tieline_set *set, const tieline_value *item)
{
	return tli_call_none(TLI_OBJECT(set), "discard", "(%v,)", item);
}

int tieline_set_contains(tieline_set *set, const tieline_value *item)
{
	return tli_call_bool(TLI_OBJECT(set), "__contains__", "(%v,)", item);
}

int tieline_set_len(tieline_set *set, uint64_t *count_out)
{
	return tli_call_count(TLI_OBJECT(set), count_out, "__len__");
}

int tieline_set_copy(
	tieline_set *set, tieline_values *values, tieline_value **copy_out)
{
	return tli_call_value(TLI_OBJECT(set), values, copy_out, "copy", NULL);
}
