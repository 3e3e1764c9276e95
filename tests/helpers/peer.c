/* SPDX-License-Identifier: MIT */
/*
 * A program for tests to talk to, in either role, which says on standard
 * output what became of each connection, with the code's name:
 *
 *     listening at ADDRESS
 *     refused CODE PEER TEXT
 *     accepted PEER
 *     message LEN
 *     ended CODE TEXT
 */
#include <tieline/tieline.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define CLIENTS_MAX 64u

static const char usage[] =
	"peer [OPTION]... COMMAND ADDRESS\n"
	"commands:\n"
	"  serve      listen, and echo to whoever comes, until killed\n"
	"  echo       connect, and echo what comes until the end\n"
	"  receive    connect, and report what comes until the end\n"
	"options:\n"
	"  --authkey-file FILE, --authkey TEXT, --no-authkey\n"
	"  --connect-timeout-ms N, --handshake-timeout-ms N\n"
	"  --max-message-bytes N, --backlog N, --max-handshakes N\n"
	"  --legacy-auth local|off|any, --legacy-digest md5|sha256\n"
	"  --peer-uid N\n";

static void say(const char *word, int code, const char *text)
{
	printf("%s %s %s\n", word, tieline_code_name(code), text);
	fflush(stdout);
}

static void on_refused(
	void *arg, int code, const char *peer, const char *message)
{
	(void)arg;
	printf("refused %s %s %s\n", tieline_code_name(code), peer, message);
	fflush(stdout);
}

static void report(size_t len)
{
	printf("message %zu\n", len);
	fflush(stdout);
}

/* Receives one message and handles it. Returns 0, or how it ended. */
static int take_one(tieline_connection *connection, bool echo, int timeout_ms)
{
	void *data;
	size_t len;
	int result = tieline_recv_bytes(connection, timeout_ms, &data, &len);

	if (result < 0)
		return result;
	if (echo)
		result = tieline_send_bytes(
			connection, data, len, TIELINE_FOREVER);
	else
		report(len);
	tieline_free(data);
	return result;
}

static void end(tieline_connection *connection, int code)
{
	say("ended", code,
		tieline_handle_error(tieline_connection_handle(connection)));
	tieline_connection_close(connection);
}

static int talk(const char *address, const tieline_options *options, bool echo)
{
	tieline_connection *connection;
	int result = tieline_client(address, options, &connection);

	if (result < 0) {
		say("ended", result, tieline_handle_error(NULL));
		return 0;
	}
	printf("connected %s\n", tieline_connection_peer(connection));
	fflush(stdout);
	while (result == 0)
		result = take_one(connection, echo, TIELINE_FOREVER);
	end(connection, result);
	return 0;
}

static int serve(const char *address, const tieline_options *options)
{
	tieline_connection *clients[CLIENTS_MAX];
	tieline_handle *handles[CLIENTS_MAX + 1];
	int ready[CLIENTS_MAX + 1];
	tieline_listener *listener;
	size_t count = 0;
	int result = tieline_listener_open(address, options, &listener);

	if (result < 0) {
		say("ended", result, tieline_handle_error(NULL));
		return 0;
	}
	printf("listening at %s\n", tieline_listener_address(listener));
	fflush(stdout);
	handles[0] = tieline_listener_handle(listener);
	for (;;) {
		if (tieline_wait(handles, count + 1, TIELINE_FOREVER, ready) <
			0)
			return 1;
		for (size_t i = count; i-- > 0;) {
			if (!ready[i + 1])
				continue;
			result = take_one(clients[i], true, 0);
			if (result == 0 || result == TIELINE_ETIMEDOUT)
				continue;
			end(clients[i], result);
			count--;
			clients[i] = clients[count];
			handles[i + 1] = handles[count + 1];
		}
		if (!ready[0])
			continue;
		result = tieline_listener_accept(listener, 0, &clients[count]);
		if (result < 0) {
			say("accept", result, tieline_handle_error(handles[0]));
			continue;
		}
		printf("accepted %s\n",
			tieline_listener_last_accepted(listener));
		fflush(stdout);
		handles[count + 1] = tieline_connection_handle(clients[count]);
		count++;
	}
}

static tieline_legacy_auth legacy_auth_of(const char *text)
{
	if (strcmp(text, "off") == 0)
		return TIELINE_LEGACY_AUTH_OFF;
	return strcmp(text, "any") == 0 ? TIELINE_LEGACY_AUTH_ANY
					: TIELINE_LEGACY_AUTH_LOCAL;
}

static void set_option(tieline_options *options, int option, const char *text)
{
	unsigned long long number = text ? strtoull(text, NULL, 10) : 0;

	switch (option) {
	case 'f':
		options->authkey_file = text;
		break;
	case 'k':
		options->authkey = text;
		options->authkey_len = strlen(text);
		break;
	case 'n':
		options->no_authkey = true;
		break;
	case 'c':
		options->connect_timeout_ms = (uint32_t)number;
		break;
	case 'h':
		options->handshake_timeout_ms = (uint32_t)number;
		break;
	case 'm':
		options->max_message_bytes = number;
		break;
	case 'b':
		options->backlog = (uint32_t)number;
		break;
	case 'x':
		options->max_handshakes = (uint32_t)number;
		break;
	case 'l':
		options->legacy_auth = legacy_auth_of(text);
		break;
	case 'd':
		if (strcmp(text, "sha256") == 0)
			options->legacy_digest = TIELINE_LEGACY_DIGEST_SHA256;
		break;
	case 'u':
		options->check_peer_uid = true;
		options->peer_uid = (uint32_t)number;
		break;
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{"authkey-file", required_argument, NULL, 'f'},
		{"authkey", required_argument, NULL, 'k'},
		{"no-authkey", no_argument, NULL, 'n'},
		{"connect-timeout-ms", required_argument, NULL, 'c'},
		{"handshake-timeout-ms", required_argument, NULL, 'h'},
		{"max-message-bytes", required_argument, NULL, 'm'},
		{"backlog", required_argument, NULL, 'b'},
		{"max-handshakes", required_argument, NULL, 'x'},
		{"legacy-auth", required_argument, NULL, 'l'},
		{"legacy-digest", required_argument, NULL, 'd'},
		{"peer-uid", required_argument, NULL, 'u'},
		{NULL, 0, NULL, 0},
	};
	tieline_options options = tieline_options_default();
	const char *command, *address;
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		set_option(&options, option, optarg);
	if (argc - optind != 2)
		set_option(&options, '?', NULL);
	command = argv[optind];
	address = argv[optind + 1];
	options.on_refused = on_refused;
	if (strcmp(command, "serve") == 0)
		return serve(address, &options);
	return talk(address, &options, strcmp(command, "echo") == 0);
}
