/* SPDX-License-Identifier: MIT */
/* Shared namespaces. */
#include "call.h"
#include "typed.h"

#include <tieline/shared.h>

TLI_TYPED(tieline_namespace)
TLI_TYPED_OPEN(tieline_namespace, "Namespace")

int tieline_namespace_get(tieline_namespace *space, const char *name,
	tieline_values *values, tieline_value **value_out)
{
	return tli_call_value(TLI_OBJECT(space), values, value_out,
		"__getattribute__", "(%s,)", name);
}

int tieline_namespace_set(
	tieline_namespace *space, const char *name, const tieline_value *value)
{
	return tli_call_none(
		TLI_OBJECT(space), "__setattr__", "(%s, %v)", name, value);
}

int tieline_namespace_delete(tieline_namespace *space, const char *name)
{
	return tli_call_none(TLI_OBJECT(space), "__delattr__", "(%s,)", name);
}
