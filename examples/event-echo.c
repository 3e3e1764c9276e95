/* SPDX-License-Identifier: MIT */
/* The libevent adapter at work: an echo server for many clients. */
#include "common.h"

#include <tieline/adapters/libevent.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#define USAGE "event-echo ADDRESS --authkey-file FILE\n"

struct client {
	LIST_ENTRY(client) link;
	tieline_connection *connection;
	tieline_libevent *place;
};

struct server {
	struct event_base *base;
	tieline_listener *listener;
	LIST_HEAD(, client) clients;
};

static void close_client(struct client *client)
{
	LIST_REMOVE(client, link);
	tieline_libevent_remove(client->place);
	tieline_connection_close(client->connection);
	free(client);
}

/* One message a call: the loop calls again while there is more. A client that
 * does not read its reply is not read from. */
static void on_client(tieline_handle *handle, int ready, void *arg)
{
	struct client *client = arg;
	tieline_connection *connection = client->connection;
	void *data;
	size_t len;
	int result;

	if (ready & TIELINE_WRITE)
		tieline_handle_want(handle, TIELINE_READ);
	result = tieline_recv_bytes(connection, 0, &data, &len);
	if (result == TIELINE_OK) {
		result = tieline_send_bytes(connection, data, len, 0);
		tieline_free(data);
	}
	if (result == TIELINE_OK && tieline_flush(connection, 0) < 0)
		tieline_handle_want(handle, TIELINE_WRITE);
	if (result < 0 && result != TIELINE_ETIMEDOUT)
		close_client(client);
}

static void on_listener(tieline_handle *handle, int ready, void *arg)
{
	struct server *server = arg;
	tieline_connection *connection;
	struct client *client;

	(void)ready;
	if (tieline_listener_accept(server->listener, 0, &connection) < 0) {
		fprintf(stderr, "event-echo: %s\n",
			tieline_handle_error(handle));
		return;
	}
	client = calloc(1, sizeof(*client));
	if (!client) {
		tieline_connection_close(connection);
		return;
	}
	LIST_INSERT_HEAD(&server->clients, client, link);
	client->connection = connection;
	client->place = tieline_libevent_add(server->base,
		tieline_connection_handle(connection), on_client, client);
	if (!client->place)
		close_client(client);
}

static void on_signal(evutil_socket_t signal, short events, void *arg)
{
	(void)signal;
	(void)events;
	event_base_loopbreak(arg);
}

/* Returns the exit status. */
static int run(struct server *server)
{
	struct event *interrupt =
		evsignal_new(server->base, SIGINT, on_signal, server->base);
	tieline_libevent *place = tieline_libevent_add(server->base,
		tieline_listener_handle(server->listener), on_listener, server);
	int result = EXIT_OTHER;

	if (interrupt && place && event_add(interrupt, NULL) == 0) {
		printf("listening at %s\n",
			tieline_listener_address(server->listener));
		fflush(stdout);
		event_base_dispatch(server->base);
		result = EXIT_DONE;
	}
	while (!LIST_EMPTY(&server->clients))
		close_client(LIST_FIRST(&server->clients));
	tieline_libevent_remove(place);
	if (interrupt)
		event_free(interrupt);
	return result;
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	struct server server = {.base = event_base_new()};
	int result;

	if (!server.base)
		return EXIT_OTHER;
	read_arguments(argc, argv, &options, NULL, 1, USAGE);
	result = tieline_listener_open(argv[0], &options, &server.listener);
	if (result < 0) {
		result = complain("event-echo", argv[0], result, NULL);
	} else {
		result = run(&server);
		tieline_listener_close(server.listener);
	}
	event_base_free(server.base);
	return result;
}
