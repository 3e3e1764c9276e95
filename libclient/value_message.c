/* SPDX-License-Identifier: MIT */
/* Messages that are pickles: Connection.send() and recv(). */
#include "connection.h"

#include "../proto/pickle/pickle.h"
#include "../proto/pickle/unpickle.h"
#include "value_build.h"

#include <stdlib.h>

/* Shorter messages are copied out of the pickle, which is gone then. */
#define KEPT_BYTES_MIN 4096u

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
		tli_value_build(values, format, &arguments), timeout_ms);
	va_end(arguments);
	tieline_values_free(values);
	return result;
}

/* Reads a message that is ours. Long bytes in it stay where they are: then it
 * is the values' from now on. */
static struct tli_value *unpickle(
	struct tli_values *values, void *data, size_t len)
{
	bool is_kept = len >= KEPT_BYTES_MIN &&
		tli_arena_adopt(&values->arena, data, len);
	struct tli_value *node = tli_unpickle(values, data, len,
		is_kept ? TLI_UNPICKLE_BORROW : TLI_UNPICKLE_COPY, NULL);

	if (!is_kept)
		free(data);
	return node;
}

int tieline_recv_value(tieline_connection *connection, int timeout_ms,
	tieline_values *values, tieline_value **value_out)
{
	void *data;
	size_t len;
	int result = tieline_recv_bytes(connection, timeout_ms, &data, &len);
	struct tli_value *node;

	if (result < 0)
		return result;
	node = unpickle(&values->tree, data, len);
	if (!node)
		return blame(
			connection, tli_values_failed(&values->tree.error));
	*value_out = tli_public(node);
	return TIELINE_OK;
}
