/* SPDX-License-Identifier: MIT */
/* Sends each message as a Python str and prints the reply. */
#include "common.h"

#include <tieline/values.h>

#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                  \
	"echo-client ADDRESS --authkey-file FILE MESSAGE...\n"                 \
	"Sends each MESSAGE to an echo server, in C or Python, and prints "    \
	"the\n"                                                                \
	"replies. ADDRESS is tcp://HOST:PORT or unix:/PATH.\n"
#define REPLY_TIMEOUT_MS 10000

/* A str as it is, all else as Python would print it. */
static int print_reply(const tieline_value *reply)
{
	size_t len;
	const char *text = tieline_value_get_str(reply, &len);
	char *repr = NULL;
	int result = text ? 0 : tieline_value_repr(reply, 0, &repr, &len);

	if (result == 0) {
		fwrite(text ? text : repr, 1, len, stdout);
		putchar('\n');
	}
	tieline_free(repr);
	return result;
}

/* Returns 0, or the code. */
static int exchange(tieline_connection *connection, tieline_values *values,
	const char *message)
{
	tieline_value *reply;
	int result = tieline_send_value(connection,
		tieline_value_str(values, message), REPLY_TIMEOUT_MS);

	if (result == 0)
		result = tieline_recv_value(
			connection, REPLY_TIMEOUT_MS, values, &reply);
	if (result == 0)
		result = print_reply(reply);
	tieline_values_clear(values);
	return result;
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	tieline_connection *connection;
	tieline_values *values;
	int count = read_arguments(argc, argv, &options, NULL, 2, USAGE);
	int result = tieline_client(argv[0], &options, &connection);

	if (result < 0)
		return complain("echo-client", argv[0], result, NULL);
	values = tieline_values_new(NULL);
	if (!values)
		exit(complain("echo-client", "values", TIELINE_ENOMEM, NULL));
	for (int i = 1; i < count && result == 0; i++)
		result = exchange(connection, values, argv[i]);
	if (result < 0)
		complain("echo-client", argv[0], result,
			tieline_connection_handle(connection));
	tieline_values_free(values);
	tieline_connection_close(connection);
	/* Past the handshake, what makes no sense is no matter of keys. */
	return result == TIELINE_EPROTOCOL ? EXIT_LOST : exit_status(result);
}
