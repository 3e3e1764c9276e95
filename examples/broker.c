/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include <stdio.h>
#include <stdlib.h>

#define PLACE_MAX 4096

/* The variable's value; without it, what the library says is the default. */
static const char *place(const char *variable,
	int (*find)(char *text, size_t size), char text[PLACE_MAX])
{
	const char *value = getenv(variable);

	if (value)
		return value;
	return find(text, PLACE_MAX) < 0 ? "" : text;
}

tieline_session *join_broker(const char *program)
{
	tieline_options options = tieline_options_default();
	char address[PLACE_MAX], file[PLACE_MAX];
	tieline_session *session;
	const char *broker =
		place("TIELINE_URL", tieline_default_broker, address);
	int result;

	options.authkey_file = place(
		"TIELINE_AUTHKEY_FILE", tieline_default_authkey_file, file);
	result = tieline_session_open(broker, &options, NULL, &session);
	if (result < 0)
		exit(complain(program, broker, result, NULL));
	return session;
}

int must(tieline_session *session, int result)
{
	const tieline_handle *handle =
		session ? tieline_session_handle(session) : NULL;

	if (result >= 0)
		return result;
	fprintf(stderr, "%s\n", tieline_handle_error(handle));
	tieline_session_close(session);
	exit(exit_status(result));
}

void say_usage(const char *usage)
{
	fprintf(stderr, "usage: %s", usage);
	exit(EXIT_USAGE);
}
