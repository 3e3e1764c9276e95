/* SPDX-License-Identifier: MIT */
/* Client(): from an address to an authenticated connection. */
#include "../system/socket.h"
#include "connection.h"

#include <unistd.h>

/* Makes a connection and takes it as far as it goes without blocking. */
static int start(const struct tli_settings *settings,
	const struct tli_endpoint *endpoint, int64_t deadline_ms,
	int64_t total_ms, tieline_connection **connection_out,
	struct tli_error *error)
{
	tieline_connection *connection;
	int fd = tli_socket_new(endpoint);

	if (fd < 0)
		return tli_error_system(error, TIELINE_ECONNECT, "socket", -fd);
	connection = tli_connection_new(
		fd, endpoint, settings->max_message_bytes, error);
	if (!connection) {
		close(fd);
		return error->code;
	}
	connection->opening =
		tli_opening_client(settings, endpoint, deadline_ms, total_ms);
	if (!connection->opening) {
		tieline_connection_close(connection);
		return tli_error_set(error, TIELINE_ENOMEM,
			"no memory to open a connection");
	}
	if (tli_connection_step(connection) < 0) {
		*error = connection->output.error;
		tieline_connection_close(connection);
		return error->code;
	}
	*connection_out = connection;
	return 0;
}

/* Waits until it is open. On failure it is closed, and *error says why. */
static int finish(tieline_connection *connection, struct tli_error *error)
{
	int result = tieline_flush(connection, TIELINE_FOREVER);

	if (result < 0) {
		*error = connection->handle.error;
		tieline_connection_close(connection);
	}
	return result;
}

static int connect_any(const struct tli_settings *settings,
	const struct tli_endpoint *endpoints, size_t count,
	tieline_connection **connection_out, struct tli_error *error)
{
	int64_t total_ms = tli_deadline_in(settings->connect_timeout_ms);
	tieline_connection *connection;
	int result = TIELINE_ECONNECT;

	/* A peer that was reached has had its say: no other is asked. */
	for (size_t i = 0; i < count && result == TIELINE_ECONNECT; i++) {
		/* A silent address leaves its share of the time to others. */
		int share = tli_time_left_ms(total_ms) / (int)(count - i);

		result = start(settings, &endpoints[i], tli_deadline_in(share),
			total_ms, &connection, error);
		if (result == 0)
			result = finish(connection, error);
	}
	if (result == 0)
		*connection_out = connection;
	return result;
}

/* Checks address and options; the settings are to be freed on success. */
static int prepare(const char *address, enum tli_lookup lookup,
	const tieline_options *options, struct tli_settings *settings,
	struct tli_endpoint *endpoints, size_t *count, struct tli_error *error)
{
	struct tli_address parsed;
	int result = tli_endpoint_parse(address, &parsed, error);

	if (result == 0)
		result = tli_endpoint_lookup(
			&parsed, lookup, endpoints, count, error);
	if (result == 0)
		result = tli_settings_init(
			settings, options, TLI_WITH_KEY, error);
	return result;
}

int tieline_client(const char *address, const tieline_options *options,
	tieline_connection **connection_out)
{
	struct tli_error *error = tli_thread_error();
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX];
	struct tli_settings settings;
	size_t count;
	int result = prepare(address, TLI_LOOKUP_CONNECT, options, &settings,
		endpoints, &count, error);

	if (result < 0)
		return result;
	result =
		connect_any(&settings, endpoints, count, connection_out, error);
	tli_settings_fini(&settings);
	return result;
}

int tieline_client_start(const char *address, const tieline_options *options,
	tieline_connection **connection_out)
{
	struct tli_error *error = tli_thread_error();
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX];
	struct tli_settings settings;
	int64_t total_ms;
	size_t count;
	int result = prepare(address, TLI_LOOKUP_NUMERIC, options, &settings,
		endpoints, &count, error);

	if (result < 0)
		return result;
	total_ms = tli_deadline_in(settings.connect_timeout_ms);
	result = start(&settings, &endpoints[0], total_ms, total_ms,
		connection_out, error);
	tli_settings_fini(&settings);
	return result;
}
