/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static tieline_connection *of(tieline_handle *handle)
{
	return (tieline_connection *)handle;
}

/* Both directions end with the opening that failed. */
static void fail_opening(
	tieline_connection *connection, const struct tli_error *error)
{
	/* Over TLS that is no end, but a break. */
	tli_socket_end(connection->channel.fd);
	tli_opening_free(connection->opening);
	connection->opening = NULL;
	connection->failed = true;
	connection->input.error = *error;
	connection->output.error = *error;
}

int tli_connection_step(tieline_connection *connection)
{
	struct tli_error error;
	int result;

	if (!connection->opening)
		return connection->failed ? connection->output.error.code : 1;
	result = tli_opening_step(connection->opening, &connection->channel,
		&connection->input, &error);
	if (result < 0) {
		fail_opening(connection, &error);
	} else if (result > 0) {
		connection->relayed = connection->opening->meeting != NULL;
		if (connection->relayed)
			strcpy(connection->peer,
				connection->opening->meeting->partner);
		tli_opening_free(connection->opening);
		connection->opening = NULL;
	}
	return result;
}

/* A broker passes an end on, and keeps the connection open until we have ended
 * too: one that is closed altogether has lost its broker. Over TCP that is a
 * reset, which needs no second look. */
static void tell_loss_from_end(tieline_connection *connection)
{
	struct tli_error *error = &connection->input.error;

	if (connection->relayed && connection->writable &&
		error->code == TIELINE_EEOF &&
		tli_socket_is_over(connection->channel.fd))
		tli_error_set(error, TIELINE_ELOST,
			"the connection is lost: the broker has closed it");
}

bool tli_connection_has_output(const tieline_connection *connection)
{
	return tli_output_is_pending(&connection->output, &connection->channel);
}

static void process(tieline_handle *handle)
{
	tieline_connection *connection = of(handle);
	bool has_output;

	if (connection->opening && tli_connection_step(connection) <= 0)
		return;
	tli_output_flush(&connection->output, &connection->channel);
	has_output = tli_connection_has_output(connection);
	if (!(handle->want & TIELINE_READ) || !connection->readable)
		return;
	tli_input_read(&connection->input, &connection->channel,
		connection->patient && !has_output ? TLI_SOCKET_BLOCK
						   : TLI_SOCKET_TRY);
	tell_loss_from_end(connection);
}

size_t tli_connection_read_bytes(
	tieline_connection *connection, void *bytes, size_t size)
{
	size_t got = tli_input_read_bytes(
		&connection->input, &connection->channel, bytes, size);

	tell_loss_from_end(connection);
	return got;
}

static int ready(tieline_handle *handle)
{
	tieline_connection *connection = of(handle);
	int events = 0;

	if (connection->opening)
		return 0;
	if (!connection->readable || tli_input_is_ready(&connection->input))
		events |= TIELINE_READ;
	if (connection->output.error.code ||
		!tli_connection_has_output(connection))
		events |= TIELINE_WRITE;
	return events;
}

/* TLS reads nothing while its answers find no room; once they never will,
 * reading tells so. */
static bool is_stuck(const tieline_connection *connection)
{
	return connection->channel.stuck && !connection->output.error.code;
}

struct tli_interest tli_connection_interest(tieline_handle *handle)
{
	tieline_connection *connection = of(handle);
	struct tli_interest interest = {connection->channel.fd, 0, TLI_NEVER};

	if (connection->opening)
		return tli_opening_interest(
			connection->opening, &connection->channel);
	if ((handle->want & TIELINE_READ) && connection->readable &&
		!is_stuck(connection) &&
		!tli_input_is_ready(&connection->input)) {
		interest.events |= POLLIN;
		if (tli_channel_has_input(&connection->channel))
			interest.deadline_ms = 0;
	}
	if (tli_connection_has_output(connection) &&
		!connection->output.error.code)
		interest.events |= POLLOUT;
	return interest;
}

static int watch(tieline_handle *handle)
{
	/* poll(2) and epoll(7) have the same bits for these two. */
	return tli_poller_watch(&handle->poller, of(handle)->channel.fd,
		&of(handle)->watched,
		(uint32_t)tli_connection_interest(handle).events, handle);
}

static const struct tli_handle_class connection_class = {
	.process = process,
	.ready = ready,
	.interest = tli_connection_interest,
	.watch = watch,
};

tieline_connection *tli_connection_new(int fd, const struct tli_endpoint *peer,
	const struct tli_settings *settings, struct tli_error *error)
{
	tieline_connection *connection = calloc(1, sizeof(*connection));

	if (!connection) {
		tli_error_set(
			error, TIELINE_ENOMEM, "no memory for a connection");
		return NULL;
	}
	if (tli_handle_init(&connection->handle, &connection_class, error) <
		0) {
		free(connection);
		return NULL;
	}
	connection->channel = tli_channel_plain(fd);
	connection->readable = connection->writable = true;
	connection->max_message_bytes = settings->max_message_bytes;
	connection->pickle_protocol = settings->pickle_protocol;
	tli_input_init(&connection->input, settings->max_message_bytes);
	tli_output_init(&connection->output, settings->max_message_bytes);
	tli_settings_format(settings, peer, connection->peer);
	return connection;
}

struct tli_channel tli_connection_release(tieline_connection *connection)
{
	struct tli_channel channel = connection->channel;

	tli_opening_free(connection->opening);
	tli_input_fini(&connection->input);
	tli_output_fini(&connection->output);
	tli_handle_fini(&connection->handle);
	free(connection);
	return channel;
}

static void close_quietly(tieline_connection *connection)
{
	/* What is in a socket that others hold too is not ours to drop. */
	bool ours = !connection->shared &&
		!tli_handle_is_foreign(&connection->handle);
	struct tli_channel channel;

	if (ours && connection->readable)
		tli_socket_drain(connection->channel.fd);
	channel = tli_connection_release(connection);
	tli_channel_close(&channel);
}

void tieline_connection_close(tieline_connection *connection)
{
	if (!connection)
		return;
	/* Over TLS an end has to be told. */
	if (connection->channel.tls &&
		!tli_handle_is_foreign(&connection->handle))
		tli_channel_end(&connection->channel);
	close_quietly(connection);
}

void tieline_connection_break(tieline_connection *connection)
{
	if (!connection)
		return;
	/* TLS without that word is broken, and may arrive in full. */
	if (!connection->channel.tls &&
		!tli_handle_is_foreign(&connection->handle))
		tli_socket_set_abortive(connection->channel.fd, true);
	close_quietly(connection);
}

int tieline_connection_adopt(int fd, const tieline_options *options,
	tieline_connection **connection_out)
{
	struct tli_error *error = tli_thread_error();
	struct tli_settings settings;
	struct tli_endpoint peer;
	tieline_connection *connection;
	int result = tli_settings_init(&settings, options, NULL, error);

	if (result < 0)
		return result;
	result = tli_socket_peer(fd, &peer);
	if (result == -ENOTCONN)
		return tli_error_set(error, TIELINE_ELOST,
			"descriptor %d is not connected, or not any more", fd);
	if (result < 0)
		return tli_error_set(error, TIELINE_EINVAL,
			"descriptor %d is no stream socket", fd);
	connection = tli_connection_new(fd, &peer, &settings, error);
	if (!connection)
		return error->code;
	connection->shared = true;
	tli_socket_close_on_exec(fd);
	*connection_out = connection;
	return 0;
}

static int why_not_detach(tieline_connection *connection)
{
	struct tli_error *error = &connection->handle.error;

	if (connection->failed) {
		*error = connection->output.error;
		return error->code;
	}
	if (connection->opening)
		return tli_error_set(error, TIELINE_EPENDING,
			"the connection is not open yet");
	if (connection->channel.tls)
		return tli_error_set(error, TIELINE_EINVAL,
			"the socket of a TLS connection is of no use without "
			"it: tieline_read_some() and tieline_write_some() "
			"carry "
			"bytes");
	if (tli_connection_has_output(connection))
		return tli_error_set(error, TIELINE_EPENDING,
			"a message is not sent in full: flush first");
	if (tli_input_is_pending(&connection->input))
		return tli_error_set(error, TIELINE_EPENDING,
			"bytes are received that nobody took: receive first");
	return 0;
}

int tieline_connection_detach(tieline_connection *connection, int *fd_out)
{
	int result = tli_handle_check(&connection->handle);

	if (result == 0)
		result = why_not_detach(connection);
	if (result < 0)
		return result;
	*fd_out = tli_connection_release(connection).fd;
	return 0;
}

int tieline_pipe(bool duplex, const tieline_options *options,
	tieline_connection **first_out, tieline_connection **second_out)
{
	struct tli_error *error = tli_thread_error();
	tieline_connection *first, *second;
	int fds[2];
	int result = tli_socket_pair(fds);

	if (result < 0)
		return tli_error_system(
			error, TIELINE_ESYSTEM, "socketpair", -result);
	result = tieline_connection_adopt(fds[0], options, &first);
	if (result < 0)
		goto close_both;
	result = tieline_connection_adopt(fds[1], options, &second);
	if (result < 0)
		goto release_first;
	first->shared = second->shared = false;
	first->writable = second->readable = duplex;
	if (!duplex)
		second->handle.want = 0; /* it would be ready for ever */
	*first_out = first;
	*second_out = second;
	return 0;
release_first:
	tli_connection_release(first);
close_both:
	close(fds[0]);
	close(fds[1]);
	return result;
}

bool tieline_connection_readable(const tieline_connection *connection)
{
	return connection->readable;
}

bool tieline_connection_writable(const tieline_connection *connection)
{
	return connection->writable;
}

size_t tieline_connection_unsent_bytes(const tieline_connection *connection)
{
	return (size_t)tli_socket_unsent_bytes(connection->channel.fd);
}

const char *tieline_connection_peer(const tieline_connection *connection)
{
	return connection->peer;
}

tieline_handle *tieline_connection_handle(tieline_connection *connection)
{
	return &connection->handle;
}
