/* SPDX-License-Identifier: MIT */
/* Calls without arguments whose results are numbers. */
#include "call.h"
#include "session.h"
#include "values.h"

static int unexpected(tieline_object *object)
{
	return tli_error_set(&object->session->handle.error, TIELINE_EPROTOCOL,
		"the broker returned something else than it should");
}

/* Calls a method that returns an int. */
static int call_int(
	tieline_object *object, int64_t *integer_out, const char *method)
{
	tieline_value *value = NULL;
	struct tli_call_result result = {
		tieline_values_new(NULL), &value, NULL};
	int code = result.values ? tli_call(object, 0, &result, method, NULL)
				 : tli_session_blame(object->session);

	if (code == 0 && tieline_value_get_int(value, integer_out) < 0)
		code = unexpected(object);
	tieline_values_free(result.values);
	return code;
}

int tli_call_bool(tieline_object *object, const char *method)
{
	int64_t integer;
	int code = call_int(object, &integer, method);

	return code < 0 ? code : integer != 0;
}

int tli_call_count(
	tieline_object *object, uint64_t *count_out, const char *method)
{
	int64_t integer;
	int code = call_int(object, &integer, method);

	if (code == 0 && integer < 0)
		code = unexpected(object);
	if (code == 0)
		*count_out = (uint64_t)integer;
	return code;
}

int tli_call_none(tieline_object *object, const char *method)
{
	struct tli_call_result nothing = {NULL, NULL, NULL};

	return tli_call(object, 0, &nothing, method, NULL);
}
