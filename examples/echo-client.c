/* SPDX-License-Identifier: MIT */
/* Sends each message as a Python str and prints the reply. */
#include "common.h"
#include "pickle.h"

#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                  \
	"echo-client ADDRESS --authkey-file FILE MESSAGE...\n"                 \
	"Sends each MESSAGE to an echo server, in C or Python, and prints "    \
	"the\n"                                                                \
	"replies. ADDRESS is tcp://HOST:PORT or unix:/PATH.\n"
#define REPLY_TIMEOUT_MS 10000

static void print_reply(const void *data, size_t len)
{
	const char *text;
	size_t text_len;

	if (unpickle_str(data, len, &text, &text_len))
		printf("%.*s\n", (int)text_len, text);
	else
		printf("(%zu bytes that are not a str)\n", len);
}

/* Returns 0, or the code. */
static int exchange(tieline_connection *connection, const char *message)
{
	size_t len;
	void *data = pickle_str(message, &len);
	int result;

	if (!data) {
		fprintf(stderr, "echo-client: a message is not UTF-8\n");
		exit(EXIT_USAGE);
	}
	result = tieline_send_bytes(connection, data, len, REPLY_TIMEOUT_MS);
	free(data);
	if (result < 0)
		return result;
	result = tieline_recv_bytes(connection, REPLY_TIMEOUT_MS, &data, &len);
	if (result < 0)
		return result;
	print_reply(data, len);
	tieline_free(data);
	return 0;
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	tieline_connection *connection;
	int count = read_arguments(argc, argv, &options, 2, USAGE);
	int result = tieline_client(argv[0], &options, &connection);

	if (result < 0)
		return complain("echo-client", argv[0], result, NULL);
	for (int i = 1; i < count && result == 0; i++)
		result = exchange(connection, argv[i]);
	if (result < 0)
		complain("echo-client", argv[0], result,
			tieline_connection_handle(connection));
	tieline_connection_close(connection);
	/* Past the handshake, what makes no sense is no matter of keys. */
	return result == TIELINE_EPROTOCOL ? EXIT_LOST : exit_status(result);
}
