/* SPDX-License-Identifier: MIT */
/* Sending and receiving: waiting wrapped around input and output. */
#include "connection.h"

#include <stdlib.h>

static int wrong_way(tieline_connection *connection, const char *which)
{
	return tli_error_set(&connection->handle.error, TIELINE_EDIRECTION,
		"the connection is %s", which);
}

int tli_connection_stuck(
	tieline_connection *connection, const struct tli_error *error)
{
	connection->handle.error = *error;
	return error->code;
}

int tli_connection_may_receive(tieline_connection *connection)
{
	int result = tli_handle_check(&connection->handle);

	if (result == 0 && !connection->readable)
		return wrong_way(connection, "write-only");
	return result;
}

int tli_connection_may_send(tieline_connection *connection)
{
	int result = tli_handle_check(&connection->handle);

	if (result == 0 && !connection->writable)
		return wrong_way(connection, "read-only");
	return result;
}

/* Waits until a message is there. Returns 0, or the code. */
static int await_message(tieline_connection *connection, int timeout_ms)
{
	struct tli_input *input = &connection->input;
	tieline_handle *handle = &connection->handle;
	int result;

	connection->patient = timeout_ms < 0;
	result = tli_handle_await(
		handle, TIELINE_READ, tli_deadline_in(timeout_ms));
	connection->patient = false;
	if (result < 0)
		return result;
	if (result == 0)
		return tli_handle_timed_out(
			handle, "no whole message came in time");
	if (tli_input_has_message(input))
		return 0;
	if (tli_input_shortage(input))
		return tli_error_set(&handle->error, TIELINE_ENOMEM,
			"no memory to receive a message");
	return tli_connection_stuck(connection, &input->error);
}

/* Whether messages are received here at all. */
static int check_receiving(tieline_connection *connection)
{
	int result = tli_connection_may_receive(connection);

	if (result == 0 && connection->input.as_bytes)
		return tli_error_set(&connection->handle.error, TIELINE_EINVAL,
			"what comes is read with tieline_read_some(), which "
			"leaves no messages");
	return result;
}

int tli_message_await(tieline_connection *connection, int timeout_ms)
{
	int result = check_receiving(connection);

	return result < 0 ? result : await_message(connection, timeout_ms);
}

static int take(
	tieline_connection *connection, void **data_out, size_t *len_out)
{
	size_t len = tli_input_message_bytes(&connection->input);
	void *data = tli_input_take(&connection->input);

	if (!data)
		return tli_error_set(&connection->handle.error, TIELINE_ENOMEM,
			"no memory for a message of %zu bytes", len);
	*data_out = data;
	*len_out = len;
	return 0;
}

int tieline_recv_bytes(tieline_connection *connection, int timeout_ms,
	void **data_out, size_t *len_out)
{
	int result = tli_message_await(connection, timeout_ms);

	if (result == 0)
		result = take(connection, data_out, len_out);
	return tli_handle_settle(&connection->handle, result);
}

static int take_into(tieline_connection *connection, void *buffer, size_t size,
	size_t *len_out)
{
	size_t len = tli_input_message_bytes(&connection->input);

	*len_out = len;
	if (len > size)
		return tli_error_set(&connection->handle.error,
			TIELINE_EBUFFERTOOSHORT,
			"the message has %zu bytes, and the buffer %zu", len,
			size);
	tli_input_take_into(&connection->input, buffer);
	return 0;
}

int tieline_recv_bytes_into(tieline_connection *connection, void *buffer,
	size_t size, int timeout_ms, size_t *len_out)
{
	int result = check_receiving(connection);

	if (result < 0)
		return result;
	/* Only a call that does not give up can have half a message there. */
	if (timeout_ms < 0)
		tli_input_lend(&connection->input, buffer, size);
	result = await_message(connection, timeout_ms);
	if (result == 0)
		result = take_into(connection, buffer, size, len_out);
	tli_input_unlend(&connection->input);
	return tli_handle_settle(&connection->handle, result);
}

int tieline_poll(tieline_connection *connection, int timeout_ms)
{
	int result = tli_connection_may_receive(connection);

	if (result < 0)
		return result;
	result = tli_handle_await(
		&connection->handle, TIELINE_READ, tli_deadline_in(timeout_ms));
	return tli_handle_settle(&connection->handle, result);
}

void tieline_free(void *data)
{
	free(data);
}

int tli_connection_await_room(
	tieline_connection *connection, int64_t deadline_ms)
{
	tieline_handle *handle = &connection->handle;
	int result = tli_handle_await(handle, TIELINE_WRITE, deadline_ms);

	if (result < 0)
		return result;
	if (connection->output.error.code)
		return tli_connection_stuck(
			connection, &connection->output.error);
	if (result == 0)
		return tli_handle_timed_out(handle,
			connection->opening ? "the connection is not open yet"
					    : "the peer does not read");
	return 0;
}

static int send_message(tieline_connection *connection, const void *data,
	size_t len, int timeout_ms)
{
	struct tli_output *output = &connection->output;
	int64_t deadline_ms = tli_deadline_in(timeout_ms);
	int result = tli_connection_await_room(connection, deadline_ms);

	if (result < 0)
		return result;
	result = tli_output_send(output, &connection->channel, data, len,
		timeout_ms < 0 ? TLI_SOCKET_BLOCK : TLI_SOCKET_TRY);
	if (output->error.code)
		return tli_connection_stuck(connection, &output->error);
	if (result < 0)
		return tli_error_set(&connection->handle.error, result,
			"no memory to keep a message of %zu bytes", len);
	if (!tli_connection_has_output(connection) || timeout_ms == 0)
		return 0;
	/* The message is taken: what is not sent in time goes out later. */
	result = tli_connection_await_room(connection, deadline_ms);
	return result == TIELINE_ETIMEDOUT ? 0 : result;
}

int tieline_send_bytes(tieline_connection *connection, const void *data,
	size_t len, int timeout_ms)
{
	int result = tli_connection_may_send(connection);

	if (result < 0)
		return result;
	if (len > connection->max_message_bytes)
		return tli_error_set(&connection->handle.error,
			TIELINE_EMSGSIZE,
			"the message has %zu bytes, and max_message_bytes is "
			"%zu",
			len, connection->max_message_bytes);
	result = send_message(connection, data, len, timeout_ms);
	return tli_handle_settle(&connection->handle, result);
}

int tieline_flush(tieline_connection *connection, int timeout_ms)
{
	int result = tli_handle_check(&connection->handle);

	if (result < 0)
		return result;
	result = tli_connection_await_room(
		connection, tli_deadline_in(timeout_ms));
	return tli_handle_settle(&connection->handle, result);
}

int tieline_send_end(tieline_connection *connection, int timeout_ms)
{
	int64_t deadline_ms = tli_deadline_in(timeout_ms);
	int result = tli_connection_may_send(connection);

	if (result < 0)
		return result;
	result = tli_connection_await_room(connection, deadline_ms);
	if (result < 0)
		return tli_handle_settle(&connection->handle, result);
	tli_channel_end(&connection->channel);
	connection->writable = false;
	/* Over TLS it takes room. */
	if (tli_connection_has_output(connection) && timeout_ms != 0)
		result = tli_connection_await_room(connection, deadline_ms);
	return tli_handle_settle(&connection->handle,
		result == TIELINE_ETIMEDOUT ? TIELINE_OK : result);
}
