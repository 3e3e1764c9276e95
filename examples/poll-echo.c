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

/* Places in the arrays; standard input comes behind those in use. */
enum { LISTENER, CLIENT, PLACES };

/* Sends one message back. Nothing blocks: a client that does not read its reply
 * is not read from. Returns 0, or why the client is done. */
static int echo(tieline_connection *client)
{
	tieline_handle *handle = tieline_connection_handle(client);
	void *data;
	size_t len;
	int result = tieline_flush(client, 0);

	if (result == TIELINE_OK)
		result = tieline_recv_bytes(client, 0, &data, &len);
	else if (result == TIELINE_ETIMEDOUT)
		return 0;
	if (result == TIELINE_OK) {
		result = tieline_send_bytes(client, data, len, 0);
		tieline_free(data);
	}
	if (result < 0 && result != TIELINE_ETIMEDOUT)
		return result;
	return tieline_handle_want(handle,
		tieline_flush(client, 0) == TIELINE_OK ? TIELINE_READ
						       : TIELINE_WRITE);
}

/* Takes a client if there is none, or serves the one that there is. */
static tieline_connection *go_on(tieline_listener *listener,
	tieline_connection *client, const int ready[PLACES])
{
	if (!client && ready[LISTENER] &&
		tieline_listener_accept(listener, 0, &client) < 0)
		return NULL;
	if (client && ready[CLIENT] && echo(client) < 0) {
		tieline_connection_close(client);
		return NULL;
	}
	return client;
}

static int serve(tieline_listener *listener)
{
	tieline_handle *handles[PLACES] = {tieline_listener_handle(listener)};
	tieline_connection *client = NULL;

	for (;;) {
		size_t count = client ? PLACES : CLIENT;
		struct pollfd entries[PLACES + 1];
		int ready[PLACES] = {0};
		int timeout_ms;

		/* While there is a client, others wait. */
		tieline_handle_want(
			handles[LISTENER], client ? 0 : TIELINE_READ);
		if (client)
			handles[CLIENT] = tieline_connection_handle(client);
		timeout_ms = tieline_pollfd_prepare(handles, count, entries);
		entries[count] = (struct pollfd){STDIN_FILENO, POLLIN, 0};
		if (poll(entries, count + 1, timeout_ms) < 0)
			return EXIT_OTHER;
		if (entries[count].revents)
			break;
		tieline_pollfd_process(handles, count, entries, ready);
		client = go_on(listener, client, ready);
	}
	tieline_connection_close(client);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	tieline_listener *listener;
	int result;

	read_arguments(argc, argv, &options, NULL, 1, USAGE);
	result = tieline_listener_open(argv[0], &options, &listener);
	if (result < 0)
		return complain("poll-echo", argv[0], result, NULL);
	printf("listening at %s\n", tieline_listener_address(listener));
	fflush(stdout);
	result = serve(listener);
	tieline_listener_close(listener);
	return result;
}
