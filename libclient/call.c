/* SPDX-License-Identifier: MIT */
/* Methods of objects, called by name. */
#include "call.h"

#include "answer.h"
#include "session.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

void tli_call_release(struct tli_exchange *exchange)
{
	static const char text[] = "[\"release\",[]]";
	const struct tli_session_frame note = {
		.op = TLI_OP_CALL,
		.flags = TLI_FLAG_QUIET,
		.format = TLI_FORMAT_JSON,
		.handle = exchange->asked.handle,
		.payload = (const uint8_t *)text,
		.payload_len = sizeof(text) - 1,
	};

	tli_link_note(exchange->session, &note);
}

/* It was acquired when nobody waited for that any more. */
static void release(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	(void)payload;
	(void)len;
	if (exchange->reply.status == TLI_STATUS_OK && exchange->reply.argument)
		tli_call_release(exchange);
}

static const struct tli_exchange_kind calling = {.take_back = release};

/* The tuple of a call. NULL with this thread's error set. */
static tieline_value *make_call(tieline_values *values, const char *method,
	const tieline_value *args, const tieline_value *kwargs)
{
	tieline_value *parts[] = {
		tieline_value_str(values, method),
		(tieline_value *)args,
		(tieline_value *)kwargs,
	};

	return tieline_value_tuple(values, parts, kwargs ? 3 : 2);
}

/* NULL with the session's error set. */
static struct tli_exchange *make_exchange(
	tieline_object *object, const tieline_value *call)
{
	const struct tli_session_frame frame = {
		.op = TLI_OP_CALL,
		.format = TLI_FORMAT_PICKLE,
	};
	tieline_session *session = object->session;
	struct tli_exchange *exchange;
	void *data;
	size_t len;

	if (tieline_value_pickle(call, session->link.settings.pickle_protocol,
		    &data, &len) < 0) {
		tli_session_blame(session);
		return NULL;
	}
	exchange = tli_exchange_new(session, object, &frame, len);
	if (exchange) {
		exchange->kind = &calling;
		tli_exchange_fill(exchange, data, len);
	}
	free(data);
	return exchange;
}

struct tli_exchange *tli_call_new(tieline_object *object, const char *method,
	const tieline_value *args, const tieline_value *kwargs)
{
	tieline_values *values;
	struct tli_exchange *exchange;

	if (tli_session_check(object->session) < 0)
		return NULL;
	values = tieline_values_new(NULL);
	if (!args)
		args = tieline_value_tuple(values, NULL, 0);
	exchange =
		make_exchange(object, make_call(values, method, args, kwargs));
	tieline_values_free(values);
	return exchange;
}

struct tli_exchange *tli_call_build(tieline_object *object, const char *method,
	const char *args, va_list *arguments, const char *hole)
{
	tieline_values *values;
	tieline_value *built;
	struct tli_exchange *exchange;

	if (tli_session_check(object->session) < 0)
		return NULL;
	values = tieline_values_new(NULL);
	built = args ? tli_value_build(values, args, arguments, hole)
		     : tieline_value_tuple(values, NULL, 0);
	exchange =
		make_exchange(object, make_call(values, method, built, NULL));
	tieline_values_free(values);
	return exchange;
}

int tli_call_run(tieline_object *object, struct tli_exchange *exchange,
	int timeout_ms, tieline_values *values, tieline_value **value_out)
{
	tieline_session *session = object->session;
	int code = tli_exchange_run(session, exchange, timeout_ms);

	if (code == 0 && value_out) {
		tieline_value *value = tli_answer_value(exchange, values);

		if (value)
			*value_out = value;
		else
			code = tli_session_blame(session);
	}
	tli_exchange_free(exchange);
	return code;
}

/* ---- public ----------------------------------------------------------- */

/* What the method was told about waiting is not known. */
static struct tli_exchange *bound(struct tli_exchange *exchange)
{
	if (exchange)
		exchange->is_bounded = true;
	return exchange;
}

int tieline_object_call(tieline_object *object, const char *method,
	const tieline_value *args, const tieline_value *kwargs, int timeout_ms,
	tieline_values *values, tieline_value **result_out)
{
	return tli_call_run(object,
		bound(tli_call_new(object, method, args, kwargs)), timeout_ms,
		values, result_out);
}

int tieline_object_call_built(tieline_object *object, int timeout_ms,
	tieline_values *values, tieline_value **result_out, const char *method,
	const char *args, ...)
{
	struct tli_exchange *exchange;
	va_list arguments;

	va_start(arguments, args);
	exchange =
		bound(tli_call_build(object, method, args, &arguments, "hole"));
	va_end(arguments);
	return tli_call_run(object, exchange, timeout_ms, values, result_out);
}

int tieline_object_call_start(tieline_object *object, const char *method,
	const tieline_value *args, const tieline_value *kwargs, int timeout_ms,
	tieline_completion done, void *arg, tieline_request *request_out)
{
	return tli_exchange_start(object->session,
		bound(tli_call_new(object, method, args, kwargs)), timeout_ms,
		done, arg, request_out);
}
