/* SPDX-License-Identifier: MIT */
#include "call.h"

#include "../../../proto/utf8.h"

#include "topic/watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define RAISED_TEXT_MAX 400u
#define RAISED_NODES    2u
#define RAISED_BYTES    65536u /* a block of values */

enum outcome call_return(struct call *call, struct tli_value *result)
{
	if (!result)
		return call_raise_values(call, &call->values->error);
	call->result = result;
	return CALL_DONE;
}

enum outcome call_return_none(struct call *call)
{
	call->result = NULL;
	return CALL_DONE;
}

enum outcome call_return_bool(struct call *call, bool truth)
{
	return call_return(call, tli_bool(call->values, truth));
}

enum outcome call_return_int(struct call *call, int64_t integer)
{
	return call_return(call, tli_int(call->values, integer));
}

static enum outcome raise_arguments(struct call *call, enum tli_status status,
	struct tli_value *const *arguments, size_t count)
{
	/* JSON has no tuples. */
	enum tli_kind kind =
		call->op->format == TLI_FORMAT_JSON ? TLI_LIST : TLI_TUPLE;

	call->op->status = (uint8_t)status;
	call->result = tli_items(call->values, kind, arguments, count);
	return CALL_DONE;
}

enum outcome call_raise_value(
	struct call *call, enum tli_status status, struct tli_value *argument)
{
	return raise_arguments(call, status, &argument, 1);
}

/* There is always room for it, even if that there was none is what it says. */
static enum outcome raise_text(
	struct call *call, enum tli_status status, const char *text)
{
	struct tli_values *values = call->values;
	const uint32_t max_nodes = values->limits.max_nodes;
	const size_t max_bytes = values->arena.max_bytes;

	values->limits.max_nodes += RAISED_NODES;
	values->arena.max_bytes += RAISED_BYTES;
	call_raise_value(call, status, tli_text(values, text));
	values->limits.max_nodes = max_nodes;
	values->arena.max_bytes = max_bytes;
	return CALL_DONE;
}

enum outcome call_raise(
	struct call *call, enum tli_status status, const char *format, ...)
{
	char text[RAISED_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* What is quoted may be cut in the middle of a character. */
	tli_utf8_mend(text);
	return raise_text(call, status, text);
}

/* What Python raises without saying more. */
static bool is_silent(enum tli_status status)
{
	return status == TLI_STATUS_EMPTY || status == TLI_STATUS_FULL ||
		status == TLI_STATUS_SHUT_DOWN ||
		status == TLI_STATUS_BROKEN_BARRIER ||
		status == TLI_STATUS_STOP_ITERATION;
}

enum outcome call_raise_status(struct call *call, enum tli_status status)
{
	if (call->op->is_python && is_silent(status))
		return raise_arguments(call, status, NULL, 0);
	return call_raise(
		call, status, "%s", tli_status_info((unsigned)status)->text);
}

enum outcome call_raise_memory(struct call *call)
{
	call->op->status = TLI_STATUS_NO_MEMORY;
	call->result = NULL;
	return CALL_DONE;
}

enum outcome call_raise_values(
	struct call *call, const struct tli_value_error *error)
{
	static const enum tli_status statuses[] = {
		[-TLI_VALUE_NOMEM] = TLI_STATUS_NO_MEMORY,
		[-TLI_VALUE_LIMIT] = TLI_STATUS_LIMIT,
		[-TLI_VALUE_TYPE] = TLI_STATUS_TYPE_ERROR,
		[-TLI_VALUE_SYNTAX] = TLI_STATUS_VALUE_ERROR,
		[-TLI_VALUE_BROKEN] = TLI_STATUS_VALUE_ERROR,
	};

	if (error->code >= 0 || error->code == TLI_VALUE_NOMEM)
		return call_raise_memory(call);
	return call_raise(call, statuses[-error->code], "%s", error->text);
}

bool call_has_failed(const struct call *call)
{
	return call->op->status != TLI_STATUS_OK;
}

bool call_may_wait(const struct call *call, int64_t timeout_ms)
{
	return !call->op->expired && timeout_ms != 0;
}

enum outcome call_wait_on(struct call *call, struct object *object,
	enum wait_class class, int64_t timeout_ms)
{
	call->op->timeout_ms = timeout_ms;
	call->op->wait_object = object->id;
	call->op->wait_class = (uint8_t) class;
	return CALL_WAITS;
}

enum outcome call_wait(struct call *call, struct object *object,
	enum wait_class class, int64_t timeout_ms, enum tli_status status)
{
	if (!call_may_wait(call, timeout_ms))
		return call_raise_status(call, status);
	return call_wait_on(call, object, class, timeout_ms);
}

void call_changed(struct call *call, struct tli_value *key)
{
	call->object->version++;
	if (call->object->watchers)
		watch_tell(call, key);
}
