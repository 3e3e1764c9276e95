/* SPDX-License-Identifier: MIT */
/*
 * The poll(2) adapter at work: an echo server for one client at a time, which
 * also watches a descriptor of its own, standard input, and ends with it.
 */
#include "common.h"

#include <tieline/adapters/poll.h>

#include <stdio.h>
#include <unistd.h>

#define USAGE "poll-echo ADDRESS --authkey-file FILE\n"

enum { LISTENER, CLIENT };

/* Returns 0, or why the client is done. */
static int echo(tieline_connection *client)
{
	void *data;
	size_t len;
	int result = tieline_recv_bytes(client, 0, &data, &len);

	if (result == TIELINE_OK) {
		result = tieline_send_bytes(client, data, len, TIELINE_FOREVER);
		tieline_free(data);
	}
	return result == TIELINE_ETIMEDOUT ? 0 : result;
}

static int serve(tieline_listener *listener)
{
	tieline_handle *handles[2] = {tieline_listener_handle(listener)};
	tieline_connection *client = NULL;
	struct pollfd entries[3];
	int ready[2];

	for (;;) {
		size_t count = client ? 2 : 1;
		int timeout_ms = tieline_poll_prepare(handles, count, entries);

		entries[count] = (struct pollfd){STDIN_FILENO, POLLIN, 0};
		if (poll(entries, count + 1, timeout_ms) < 0)
			return EXIT_OTHER;
		if (entries[count].revents)
			break;
		tieline_poll_process(handles, count, entries, ready);
		if (client && ready[CLIENT] && echo(client) < 0) {
			tieline_connection_close(client);
			client = NULL;
			tieline_handle_want(handles[LISTENER], TIELINE_READ);
		}
		if (!client && ready[LISTENER] &&
			tieline_listener_accept(listener, 0, &client) == 0) {
			handles[CLIENT] = tieline_connection_handle(client);
			tieline_handle_want(handles[LISTENER], 0);
		}
	}
	tieline_connection_close(client);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	tieline_listener *listener;
	int result;

	read_arguments(argc, argv, &options, 1, USAGE);
	result = tieline_listener_open(argv[0], &options, &listener);
	if (result < 0)
		return complain("poll-echo", argv[0], result, NULL);
	printf("listening at %s\n", tieline_listener_address(listener));
	fflush(stdout);
	result = serve(listener);
	tieline_listener_close(listener);
	return result;
}
