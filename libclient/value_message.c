/* SPDX-License-Identifier: MIT */
/* Messages that are pickles: Connection.send() and recv(). */
#include "connection.h"

#include "../proto/pickle/opcodes.h"
#include "../proto/pickle/pickle.h"
#include "../proto/pickle/unpickle.h"
#include "value_build.h"

#include <stdlib.h>

/* Makes this thread's error the connection's. */
static int blame(tieline_connection *connection, int code)
{
	connection->handle.error = *tli_thread_error();
	connection->handle.error.code = code;
	return code;
}

int tieline_send_value(tieline_connection *connection,
	const tieline_value *value, int timeout_ms)
{
	void *data;
	size_t len;
	int result = tieline_value_pickle(
		value, connection->pickle_protocol, &data, &len);

	if (result < 0)
		return blame(connection, result);
	result = tieline_send_bytes(connection, data, len, timeout_ms);
	free(data);
	return result;
}

int tieline_send_built(
	tieline_connection *connection, int timeout_ms, const char *format, ...)
{
	tieline_values *values = tieline_values_new(NULL);
	va_list arguments;
	int result;

	if (!values)
		return blame(connection, tli_thread_error()->code);
	va_start(arguments, format);
	result = tieline_send_value(connection,
		tli_value_build(values, format, &arguments, "hole"),
		timeout_ms);
	va_end(arguments);
	tieline_values_free(values);
	return result;
}

/* Reads the message where it is. Long bytes in a large one stay there, in the
 * values' keeping. */
static struct tli_value *unpickle(
	struct tli_values *values, struct tli_input *input)
{
	bool is_large = tli_input_is_large(input);
	size_t len = tli_input_message_bytes(input);
	struct tli_value *node;
	void *data;

	if (!tli_input_look(input, &data)) {
		tli_value_error_set(
			&values->error, TLI_VALUE_NOMEM, "out of memory");
		return NULL;
	}
	node = tli_unpickle(values, data, len,
		is_large ? TLI_UNPICKLE_BORROW : TLI_UNPICKLE_COPY, NULL);
	if (node && is_large && !tli_arena_adopt(&values->arena, data, len))
		return tli_values_shortage(values);
	return node;
}

/* The message is gone, unless there may be memory for it another time. */
static void finish(
	struct tli_values *values, struct tli_input *input, bool is_read)
{
	if (is_read && tli_input_is_large(input))
		tli_input_take(input); /* the values have it */
	else if (is_read || values->error.code != TLI_VALUE_NOMEM)
		tli_input_drop(input);
}

static bool starts_as_pickle(struct tli_input *input)
{
	void *data;

	return tli_input_message_bytes(input) > 0 &&
		tli_input_look(input, &data) &&
		*(uint8_t *)data == TLI_OP_PROTO;
}

/* What Python's send() sends starts with an opcode that no text does. */
static int blame_pickle(tieline_connection *connection,
	const struct tli_value_error *error, bool looks_like_one)
{
	int code = tli_values_failed(error);

	if (code != TIELINE_ESYNTAX || looks_like_one)
		return blame(connection, code);
	return tli_error_set(&connection->handle.error, code,
		"%s; it does not start as an object does: was it sent with "
		"send_bytes()?",
		error->text);
}

static int read_message(tieline_connection *connection, tieline_values *values,
	tieline_value **value_out)
{
	bool looks_like_one = starts_as_pickle(&connection->input);
	struct tli_value *node = unpickle(&values->tree, &connection->input);

	finish(&values->tree, &connection->input, node);
	if (!node)
		return blame_pickle(
			connection, &values->tree.error, looks_like_one);
	tli_value_begin();
	*value_out = tli_public(node);
	return TIELINE_OK;
}

int tieline_recv_value(tieline_connection *connection, int timeout_ms,
	tieline_values *values, tieline_value **value_out)
{
	int result;

	if (!values)
		return blame(connection, tli_value_missing());
	result = tli_message_await(connection, timeout_ms);
	if (result == TIELINE_OK)
		result = read_message(connection, values, value_out);
	return tli_handle_settle(&connection->handle, result);
}
