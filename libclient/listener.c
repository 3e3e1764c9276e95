/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include "../system/socket.h"

#include <stdlib.h>

#define ANY_PORT "tcp://127.0.0.1:0"

int tli_listener_init(tieline_listener *listener,
	const struct tli_listener_kind *kind, const tieline_options *options,
	const struct tli_use *use, struct tli_error *error)
{
	int result = tli_handle_init(&listener->handle, &kind->handle, error);

	listener->kind = kind;
	TAILQ_INIT(&listener->openings);
	TAILQ_INIT(&listener->waiting);
	if (result == 0)
		result = tli_settings_init(
			&listener->settings, options, use, error);
	if (result < 0)
		return result;
	result = tli_poller_open(&listener->handle.poller);
	if (result < 0)
		return tli_error_system(
			error, TIELINE_ESYSTEM, "epoll", -result);
	return 0;
}

int tli_listener_events(
	tieline_listener *listener, void *owners[TLI_LISTENER_BATCH])
{
	struct epoll_event events[TLI_LISTENER_BATCH];
	int count = tli_poller_take(
		&listener->handle.poller, events, TLI_LISTENER_BATCH);

	for (int i = 0; i < count; i++)
		owners[i] = events[i].data.ptr;
	return count;
}

static void end_opening(
	tieline_listener *listener, tieline_connection *connection)
{
	(void)tli_poller_watch(&listener->handle.poller, connection->channel.fd,
		&connection->watched, 0, connection);
	TAILQ_REMOVE(&listener->openings, connection, link);
	listener->opening_count--;
}

static void let_wait(tieline_listener *listener, tieline_connection *connection)
{
	end_opening(listener, connection);
	TAILQ_INSERT_TAIL(&listener->waiting, connection, link);
	listener->waiting_count++;
}

int tli_listener_step(tieline_listener *listener,
	tieline_connection *connection, struct tli_error *error)
{
	int result = tli_connection_step(connection);
	short events;

	if (result > 0)
		let_wait(listener, connection);
	if (result < 0)
		*error = connection->output.error;
	if (result != 0)
		return result;
	events = tli_connection_interest(&connection->handle).events;
	result = tli_poller_watch(&listener->handle.poller,
		connection->channel.fd, &connection->watched, (uint32_t)events,
		connection);
	if (result < 0)
		return tli_error_system(
			error, TIELINE_ESYSTEM, "epoll_ctl", -result);
	return 0;
}

void tli_listener_drop(
	tieline_listener *listener, tieline_connection *connection)
{
	end_opening(listener, connection);
	tli_socket_end(connection->channel.fd);
	tieline_connection_close(connection);
}

void tli_listener_tell(const tieline_listener *listener, int code,
	const char *peer, const char *message)
{
	const struct tli_settings *settings = &listener->settings;

	if (settings->on_refused)
		settings->on_refused(
			settings->on_refused_arg, code, peer, message);
}

int tli_listener_ready(tieline_handle *handle)
{
	const tieline_listener *listener = (const tieline_listener *)handle;

	return listener->waiting_count > 0 || listener->trouble.code
		? TIELINE_READ
		: 0;
}

int tieline_listener_open(const char *address, const tieline_options *options,
	tieline_listener **listener_out)
{
	struct tli_error *error = tli_thread_error();
	struct tli_address parsed;
	tieline_listener *listener;

	address = address ? address : ANY_PORT;
	if (tli_endpoint_parse(address, &parsed, error) < 0)
		return error->code;
	listener = parsed.name[0]
		? tli_parking_open(&parsed, options, error)
		: tli_direct_open(address, &parsed, options, error);
	if (!listener)
		return error->code;
	*listener_out = listener;
	return 0;
}

static tieline_connection *pop(tieline_listener *listener)
{
	tieline_connection *connection = TAILQ_FIRST(&listener->waiting);

	TAILQ_REMOVE(&listener->waiting, connection, link);
	listener->waiting_count--;
	strcpy(listener->last_accepted, connection->peer);
	return connection;
}

static int accept_within(tieline_listener *listener, int timeout_ms,
	tieline_connection **connection_out)
{
	tieline_handle *handle = &listener->handle;
	int result = tli_handle_await(
		handle, TIELINE_READ, tli_deadline_in(timeout_ms));

	if (result < 0)
		return result;
	if (result == 0)
		return tli_handle_timed_out(handle,
			listener->absence.code ? listener->absence.text
					       : "nobody connected and "
						 "authenticated in time");
	if (listener->waiting_count == 0) {
		handle->error = listener->trouble;
		listener->trouble.code = 0;
		return handle->error.code;
	}
	*connection_out = pop(listener);
	return 0;
}

int tieline_listener_accept(tieline_listener *listener, int timeout_ms,
	tieline_connection **connection_out)
{
	int result = tli_handle_check(&listener->handle);

	if (result < 0)
		return result;
	result = accept_within(listener, timeout_ms, connection_out);
	return tli_handle_settle(&listener->handle, result);
}

const char *tieline_listener_address(const tieline_listener *listener)
{
	return listener->address;
}

const char *tieline_listener_last_accepted(const tieline_listener *listener)
{
	return listener->last_accepted;
}

static void close_all(struct tli_connections *connections)
{
	tieline_connection *connection;

	while ((connection = TAILQ_FIRST(connections))) {
		TAILQ_REMOVE(connections, connection, link);
		tieline_connection_close(connection);
	}
}

void tieline_listener_close(tieline_listener *listener)
{
	if (!listener)
		return;
	listener->kind->close(listener);
	close_all(&listener->openings);
	close_all(&listener->waiting);
	tli_handle_fini(&listener->handle);
	tli_settings_fini(&listener->settings);
	free(listener);
}

tieline_handle *tieline_listener_handle(tieline_listener *listener)
{
	return &listener->handle;
}
