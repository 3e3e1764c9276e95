/* SPDX-License-Identifier: MIT */
/* The wire's bytes behind the handshake, for those who carry them on. */
#include "connection.h"

static int not_now(tieline_connection *connection)
{
	return tli_handle_timed_out(&connection->handle,
		connection->opening ? "the connection is not open yet"
				    : "no bytes have come");
}

/* Why nothing was read. */
static int explain_nothing(tieline_connection *connection)
{
	struct tli_input *input = &connection->input;

	if (input->error.code)
		return tli_connection_stuck(connection, &input->error);
	if (tli_input_shortage(input))
		return tli_error_set(&connection->handle.error, TIELINE_ENOMEM,
			"no memory to receive bytes");
	return not_now(connection);
}

static int read_some(tieline_connection *connection, void *bytes, size_t size,
	size_t *got_out)
{
	struct tli_error *error = &connection->handle.error;
	size_t got = 0;

	if (size == 0)
		return tli_error_set(
			error, TIELINE_EINVAL, "there is no room for a byte");
	if (!tli_input_set_bytes(&connection->input))
		return tli_error_set(error, TIELINE_EPENDING,
			"a message was begun to be received: receive it first");
	/* It goes on as far as that goes, but for reading. */
	if (tli_handle_await(&connection->handle, 0, 0) < 0)
		return error->code;
	if (!connection->opening)
		got = tli_connection_read_bytes(connection, bytes, size);
	if (got == 0)
		return explain_nothing(connection);
	*got_out = got;
	return 0;
}

int tieline_read_some(tieline_connection *connection, void *bytes, size_t size,
	size_t *got_out)
{
	int result = tli_connection_may_receive(connection);

	if (result == 0)
		result = read_some(connection, bytes, size, got_out);
	return tli_handle_settle(&connection->handle, result);
}

static int write_some(tieline_connection *connection, const void *bytes,
	size_t len, size_t *put_out)
{
	struct tli_output *output = &connection->output;
	int result = tli_connection_await_room(connection, 0);
	size_t put;

	if (result < 0)
		return result;
	result = tli_output_put(output, &connection->channel, bytes, len, &put);
	if (output->error.code)
		return tli_connection_stuck(connection, &output->error);
	if (result < 0)
		return tli_error_set(&connection->handle.error, result,
			"no memory to keep bytes");
	*put_out = put;
	return 0;
}

int tieline_write_some(tieline_connection *connection, const void *bytes,
	size_t len, size_t *put_out)
{
	int result = tli_connection_may_send(connection);

	if (result == 0)
		result = write_some(connection, bytes, len, put_out);
	return tli_handle_settle(&connection->handle, result);
}
