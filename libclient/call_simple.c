/* SPDX-License-Identifier: MIT */
/* Calls for what is returned: nothing, a value, a number. */
#include "call.h"

#include "session.h"
#include "values.h"

#define ARGUMENT "argument"

int tli_call_none(
	tieline_object *object, const char *method, const char *args, ...)
{
	struct tli_exchange *exchange;
	va_list arguments;

	va_start(arguments, args);
	exchange = tli_call_build(object, method, args, &arguments, ARGUMENT);
	va_end(arguments);
	return tli_exchange_finish(object->session, exchange, 0);
}

int tli_call_value(tieline_object *object, tieline_values *values,
	tieline_value **value_out, const char *method, const char *args, ...)
{
	struct tli_exchange *exchange;
	va_list arguments;

	va_start(arguments, args);
	exchange = tli_call_build(object, method, args, &arguments, ARGUMENT);
	va_end(arguments);
	return tli_call_run(object, exchange, 0, values, value_out);
}

/* ---- numbers ---------------------------------------------------------- */

int tli_call_unexpected(tieline_session *session)
{
	return tli_error_set(&session->handle.error, TIELINE_EPROTOCOL,
		"the broker returned something else than it should");
}

int tli_call_run_int(tieline_object *object, struct tli_exchange *exchange,
	int timeout_ms, int64_t *integer_out)
{
	tieline_session *session = object->session;
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *value;
	int code;

	if (!values) {
		tli_exchange_free(exchange);
		return tli_session_blame(session);
	}
	code = tli_call_run(object, exchange, timeout_ms, values, &value);
	if (code == 0 && tieline_value_get_int(value, integer_out) < 0)
		code = tli_call_unexpected(session);
	tieline_values_free(values);
	return code;
}

int tli_call_bool(
	tieline_object *object, const char *method, const char *args, ...)
{
	struct tli_exchange *exchange;
	va_list arguments;
	int64_t integer;
	int code;

	va_start(arguments, args);
	exchange = tli_call_build(object, method, args, &arguments, ARGUMENT);
	va_end(arguments);
	code = tli_call_run_int(object, exchange, 0, &integer);
	return code < 0 ? code : integer != 0;
}

int tli_call_count(
	tieline_object *object, uint64_t *count_out, const char *method)
{
	tieline_session *session = object->session;
	struct tli_exchange *exchange =
		tli_call_new(object, method, NULL, NULL);
	int64_t integer;
	int code = tli_call_run_int(object, exchange, 0, &integer);

	if (code == 0 && integer < 0)
		code = tli_call_unexpected(session);
	if (code == 0)
		*count_out = (uint64_t)integer;
	return code;
}
