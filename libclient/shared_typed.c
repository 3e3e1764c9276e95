/* SPDX-License-Identifier: MIT */
/* Shared Values and Arrays. */
#include "call.h"
#include "typed.h"

#include <tieline/shared.h>

TLI_TYPED(tieline_shared_value)
TLI_TYPED(tieline_array)

static int open_typed(tieline_session *session, const char *name,
	const char *kind, const tieline_object_options *options,
	tieline_object **object_out, const char *more, char typecode,
	const tieline_value *content)
{
	const char text[] = {typecode, '\0'};

	return tli_typed_open(
		session, name, kind, options, object_out, more, text, content);
}

/* ---- Value ------------------------------------------------------------ */

int tieline_shared_value_open(tieline_session *session, const char *name,
	char typecode, const tieline_value *value,
	const tieline_object_options *options, tieline_shared_value **value_out)
{
	return open_typed(session, name, "Value", options,
		(tieline_object **)value_out,
		value ? "{'typecode': %s, 'value': %v}"
		      : "{'typecode': %s, 'value': 0}",
		typecode, value);
}

int tieline_shared_value_get(tieline_shared_value *shared,
	tieline_values *values, tieline_value **value_out)
{
	return tli_call_value(
		TLI_OBJECT(shared), values, value_out, "get", NULL);
}

int tieline_shared_value_set(
	tieline_shared_value *shared, const tieline_value *value)
{
	return tli_call_none(TLI_OBJECT(shared), "set", "(%v,)", value);
}

/* ---- Array ------------------------------------------------------------ */

int tieline_array_open(tieline_session *session, const char *name,
	char typecode, const tieline_value *sequence,
	const tieline_object_options *options, tieline_array **array_out)
{
	return open_typed(session, name, "Array", options,
		(tieline_object **)array_out,
		"{'typecode': %s, 'sequence': %v}", typecode, sequence);
}

int tieline_array_get(tieline_array *array, int64_t index,
	tieline_values *values, tieline_value **item_out)
{
	return tli_call_value(TLI_OBJECT(array), values, item_out,
		"__getitem__", "(%lld,)", (long long)index);
}

int tieline_array_set(
	tieline_array *array, int64_t index, const tieline_value *item)
{
	return tli_call_none(TLI_OBJECT(array), "__setitem__", "(%lld, %v)",
		(long long)index, item);
}

int tieline_array_len(tieline_array *array, uint64_t *count_out)
{
	return tli_call_count(TLI_OBJECT(array), count_out, "__len__");
}

int tieline_array_copy(
	tieline_array *array, tieline_values *values, tieline_value **copy_out)
{
	return tli_call_value(
		TLI_OBJECT(array), values, copy_out, "__iter__", NULL);
}
