/* SPDX-License-Identifier: MIT */
/*
 * Sends every message back to where it came from. Many addresses and clients
 * at once, in one thread: tieline_wait() tells whose turn it is.
 */
#include "common.h"

#include <tieline/values.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define USAGE                                                                  \
	"echo-server ADDRESS... --authkey-file FILE [--quiet]\n"               \
	"Sends every message back to the program that sent it, C or Python, "  \
	"and\n"                                                                \
	"prints it as Python would: the object, or the bytes if it is none. "  \
	"With\n"                                                               \
	"--quiet it does not.\n"                                               \
	"ADDRESS is tcp://HOST:PORT (port 0 = any free one, no host = all) "   \
	"or\n"                                                                 \
	"unix:/PATH. Ends with Ctrl-C.\n"

#define MESSAGES_A_TURN 16  /* then it is the others' turn */
#define PRINTED_BYTES   200 /* of a message */

/* Whom to wait for: a listener, or a connection. */
struct party {
	tieline_listener *listener;
	tieline_connection *connection;
};

/* The parties, with their handles and readiness in arrays beside them. */
struct server {
	struct party *parties;
	tieline_handle **handles;
	int *ready;
	size_t count;
	size_t room;
	tieline_values *printed; /* one at a time; NULL = none is printed */
};

/* The other end is a connection, whose end the signal handler makes. */
static int wake_fd = -1;

static void on_signal(int signal)
{
	(void)signal;
	shutdown(wake_fd, SHUT_WR);
}

static void *grow(void *array, size_t count, size_t size)
{
	array = realloc(array, count * size);
	if (!array) {
		fprintf(stderr, "echo-server: out of memory\n");
		exit(EXIT_OTHER);
	}
	return array;
}

static void add(struct server *server, struct party party)
{
	size_t room = server->count + 1;

	if (room > server->room) {
		server->room = room = 2 * room;
		server->parties =
			grow(server->parties, room, sizeof(*server->parties));
		server->handles =
			grow(server->handles, room, sizeof(*server->handles));
		server->ready =
			grow(server->ready, room, sizeof(*server->ready));
	}
	server->parties[server->count] = party;
	server->handles[server->count] = party.listener
		? tieline_listener_handle(party.listener)
		: tieline_connection_handle(party.connection);
	server->ready[server->count] = 0;
	server->count++;
}

/* The last one takes the place of the one that goes. */
static void drop(struct server *server, size_t i)
{
	tieline_connection_close(server->parties[i].connection);
	server->count--;
	server->parties[i] = server->parties[server->count];
	server->handles[i] = server->handles[server->count];
	server->ready[i] = server->ready[server->count];
}

static void take_clients(struct server *server, tieline_listener *listener)
{
	struct party party = {NULL, NULL};
	int result;

	while ((result = tieline_listener_accept(
			listener, 0, &party.connection)) == TIELINE_OK)
		add(server, party);
	if (result != TIELINE_ETIMEDOUT)
		complain("echo-server", tieline_listener_address(listener),
			result, tieline_listener_handle(listener));
}

/* How much of the text is printed: whole characters. */
static size_t printed_len(const char *text, size_t len)
{
	if (len <= PRINTED_BYTES)
		return len;
	len = PRINTED_BYTES;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* False if there is none, or its text is too long to be made. */
static bool print_value(const tieline_value *value)
{
	char *text;
	size_t len, printed;

	if (tieline_value_repr(value, 0, &text, &len) < 0)
		return false;
	printed = printed_len(text, len);
	printf("%.*s%s\n", (int)printed, text, printed < len ? "..." : "");
	tieline_free(text);
	return true;
}

static void print_message(tieline_values *values, const void *data, size_t len)
{
	size_t some = len < PRINTED_BYTES ? len : PRINTED_BYTES;

	if (!print_value(tieline_value_unpickle(values, data, len)))
		print_value(tieline_value_bytes(values, data, some));
	tieline_values_clear(values);
}

/* Returns 0, or why the client is done. */
static int echo_one(tieline_connection *connection, tieline_values *printed)
{
	void *data;
	size_t len;
	int result = tieline_recv_bytes(connection, 0, &data, &len);

	if (result < 0)
		return result;
	if (printed)
		print_message(printed, data, len);
	result = tieline_send_bytes(connection, data, len, 0);
	tieline_free(data);
	return result;
}

/* A client that does not read is not read from: it wants to write until what
 * it was sent is gone. Returns 0, or why the client is done. */
static int serve_client(tieline_connection *connection, tieline_values *printed)
{
	int result = tieline_flush(connection, 0);

	for (int i = 0; i < MESSAGES_A_TURN && result == 0; i++) {
		result = echo_one(connection, printed);
		if (result == TIELINE_ETIMEDOUT)
			return tieline_handle_want(
				tieline_connection_handle(connection),
				TIELINE_READ);
		if (result == 0)
			result = tieline_flush(connection, 0);
	}
	if (result == TIELINE_ETIMEDOUT)
		return tieline_handle_want(
			tieline_connection_handle(connection), TIELINE_WRITE);
	return result;
}

static void serve_client_at(struct server *server, size_t i)
{
	tieline_connection *connection = server->parties[i].connection;
	int result = serve_client(connection, server->printed);

	if (result == 0)
		return;
	if (result != TIELINE_EEOF)
		complain("echo-server", tieline_connection_peer(connection),
			result, tieline_connection_handle(connection));
	drop(server, i);
}

/* The first party is the signal handler's connection. */
static int serve(struct server *server)
{
	for (;;) {
		int result = tieline_wait(server->handles, server->count,
			TIELINE_FOREVER, server->ready);

		if (result < 0 || server->ready[0])
			return result < 0 ? result : 0;
		/* Backwards, so that a drop does not skip anybody. */
		for (size_t i = server->count; i-- > 1;) {
			if (!server->ready[i])
				continue;
			if (server->parties[i].listener)
				take_clients(
					server, server->parties[i].listener);
			else
				serve_client_at(server, i);
		}
	}
}

static void listen_at(struct server *server, const char *address,
	const tieline_options *options)
{
	struct party party = {NULL, NULL};
	int result = tieline_listener_open(address, options, &party.listener);

	if (result < 0)
		exit(complain("echo-server", address, result, NULL));
	printf("listening at %s\n", tieline_listener_address(party.listener));
	add(server, party);
}

static void watch_signals(struct server *server)
{
	struct sigaction action = {.sa_handler = on_signal};
	struct party party = {NULL, NULL};
	int fds[2], result;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
		perror("echo-server: socketpair");
		exit(EXIT_OTHER);
	}
	result = tieline_connection_adopt(fds[0], NULL, &party.connection);
	if (result < 0)
		exit(complain("echo-server", "signals", result, NULL));
	wake_fd = fds[1];
	add(server, party);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void close_all(struct server *server)
{
	for (size_t i = 0; i < server->count; i++) {
		tieline_listener_close(server->parties[i].listener);
		tieline_connection_close(server->parties[i].connection);
	}
	free(server->parties);
	free(server->handles);
	free(server->ready);
	tieline_values_free(server->printed);
	close(wake_fd);
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	struct server server = {.count = 0};
	bool quiet = false;
	int count = read_arguments(argc, argv, &options, &quiet, 1, USAGE);
	int result;

	if (!quiet && !(server.printed = tieline_values_new(NULL)))
		return complain("echo-server", "values", TIELINE_ENOMEM, NULL);
	setlinebuf(stdout);
	watch_signals(&server);
	for (int i = 0; i < count; i++)
		listen_at(&server, argv[i], &options);
	result = serve(&server);
	close_all(&server);
	return exit_status(result);
}
