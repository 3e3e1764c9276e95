/* SPDX-License-Identifier: MIT */
#include "client.h"

#include "../system/socket.h"

#include <unistd.h>

/* Whom to connect to, and how. */
struct target {
	struct tli_settings settings;
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX];
	size_t count;
	bool named; /* by a broker, with the request */
	struct tli_request request;
};

tieline_connection *tli_client_new(const struct tli_settings *settings,
	const struct tli_endpoint *endpoint, const struct tli_request *request,
	int64_t deadline_ms, int64_t total_ms, struct tli_error *error)
{
	tieline_connection *connection;
	int fd = tli_socket_new(endpoint);

	if (fd < 0) {
		tli_error_system(error, TIELINE_ECONNECT, "socket", -fd);
		return NULL;
	}
	connection = tli_connection_new(fd, endpoint, settings, error);
	if (!connection) {
		close(fd);
		return NULL;
	}
	connection->opening = tli_opening_client(
		settings, endpoint, request, deadline_ms, total_ms);
	if (!connection->opening) {
		tieline_connection_close(connection);
		tli_error_set(error, TIELINE_ENOMEM,
			"no memory to open a connection");
		return NULL;
	}
	return connection;
}

/* Makes a connection and takes it as far as it goes without blocking. */
static int start(const struct target *target, size_t i, int64_t deadline_ms,
	int64_t total_ms, tieline_connection **connection_out,
	struct tli_error *error)
{
	tieline_connection *connection = tli_client_new(&target->settings,
		&target->endpoints[i], target->named ? &target->request : NULL,
		deadline_ms, total_ms, error);

	if (!connection)
		return error->code;
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

static int connect_any(const struct target *target,
	tieline_connection **connection_out, struct tli_error *error)
{
	int64_t total_ms = tli_deadline_in(target->settings.connect_timeout_ms);
	tieline_connection *connection;
	int result = TIELINE_ECONNECT;

	/* A peer that was reached has had its say: no other is asked. */
	for (size_t i = 0; i < target->count && result == TIELINE_ECONNECT;
		i++) {
		/* A silent address leaves its share of the time to others. */
		int share =
			tli_time_left_ms(total_ms) / (int)(target->count - i);

		result = start(target, i, tli_deadline_in(share), total_ms,
			&connection, error);
		if (result == 0)
			result = finish(connection, error);
	}
	if (result == 0)
		*connection_out = connection;
	return result;
}

/* What to ask the broker for, if the address has a name. */
static void name_target(struct target *target,
	const struct tli_address *address, enum tli_verb verb)
{
	target->named = address->name[0] != '\0';
	target->request = (struct tli_request){.verb = verb};
	strcpy(target->request.name, address->name);
}

/* Checks address and options; the settings are to be freed on success. */
static int prepare(struct target *target, const char *text,
	enum tli_lookup lookup, enum tli_verb verb,
	const tieline_options *options, struct tli_error *error)
{
	struct tli_address address;
	int result = tli_endpoint_parse(text, &address, error);

	if (result < 0)
		return result;
	name_target(target, &address, verb);
	if (verb == TLI_VERB_PIPE && !target->named)
		return tli_error_set(error, TIELINE_EADDRESS,
			"a pipe needs a #name behind the broker's address");
	result = tli_endpoint_lookup(
		&address, lookup, target->endpoints, &target->count, error);
	if (result == 0)
		result = tli_settings_init(&target->settings, options,
			&(struct tli_use){&address, TLI_AUTH_CLIENT}, error);
	return result;
}

static int open_client(const char *address, enum tli_verb verb,
	const tieline_options *options, tieline_connection **connection_out)
{
	struct tli_error *error = tli_thread_error();
	struct target target;
	int result = prepare(
		&target, address, TLI_LOOKUP_CONNECT, verb, options, error);

	if (result < 0)
		return result;
	result = connect_any(&target, connection_out, error);
	tli_settings_fini(&target.settings);
	return result;
}

int tieline_client(const char *address, const tieline_options *options,
	tieline_connection **connection_out)
{
	return open_client(address, TLI_VERB_DIAL, options, connection_out);
}

int tieline_pipe_client(const char *address, const tieline_options *options,
	tieline_connection **connection_out)
{
	return open_client(address, TLI_VERB_PIPE, options, connection_out);
}

int tieline_client_start(const char *address, const tieline_options *options,
	tieline_connection **connection_out)
{
	struct tli_error *error = tli_thread_error();
	struct target target;
	int64_t total_ms;
	int result = prepare(&target, address, TLI_LOOKUP_NUMERIC,
		TLI_VERB_DIAL, options, error);

	if (result < 0)
		return result;
	total_ms = tli_deadline_in(target.settings.connect_timeout_ms);
	result = start(&target, 0, total_ms, total_ms, connection_out, error);
	tli_settings_fini(&target.settings);
	return result;
}
