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
#include <tieline/values.h>

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
	"  pipe       connect as one end of a pipe, and echo what comes\n"
	"options:\n"
	"  --authkey-file FILE, --authkey TEXT, --no-authkey\n"
	"  --connect-timeout-ms N, --handshake-timeout-ms N\n"
	"  --max-message-bytes N, --backlog N, --max-handshakes N\n"
	"  --legacy-auth local|off|any, --legacy-digest md5|sha256\n"
	"  --peer-uid N, --exclusive\n"
	"  --pickle-protocol N: what is echoed is read as a value, and "
	"pickled\n"
	"    anew\n"
	"  --ca-file FILE, --crl-file FILE, --certificate-file FILE,\n"
	"  --private-key-file FILE, --server-name NAME\n"
	"  --verify full|chain|none\n"
	"  --client-certificates none|optional|required\n"
	"  --allow-tls12, --allow-unbound, --bind-to-certificate\n";

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

/* What is done with a message; returns 0, or how it ended. */
typedef int (*activity)(tieline_connection *connection, int timeout_ms);

static int receive(tieline_connection *connection, int timeout_ms)
{
	void *data;
	size_t len;
	int result = tieline_recv_bytes(connection, timeout_ms, &data, &len);

	if (result < 0)
		return result;
	report(len);
	tieline_free(data);
	return result;
}

static int echo_bytes(tieline_connection *connection, int timeout_ms)
{
	void *data;
	size_t len;
	int result = tieline_recv_bytes(connection, timeout_ms, &data, &len);

	if (result < 0)
		return result;
	result = tieline_send_bytes(connection, data, len, TIELINE_FOREVER);
	tieline_free(data);
	return result;
}

static int echo_value(tieline_connection *connection, int timeout_ms)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *value;
	int result = tieline_recv_value(connection, timeout_ms, values, &value);

	if (result == 0)
		result = tieline_send_value(connection, value, TIELINE_FOREVER);
	tieline_values_free(values);
	return result;
}

static activity echo_for(const tieline_options *options)
{
	return options->pickle_protocol ? echo_value : echo_bytes;
}

static void end(tieline_connection *connection, int code)
{
	say("ended", code,
		tieline_handle_error(tieline_connection_handle(connection)));
	tieline_connection_close(connection);
}

/* Makes a connection: tieline_client() or its like. */
typedef int (*connect_function)(
	const char *, const tieline_options *, tieline_connection **);

static int talk(connect_function connect, const char *address,
	const tieline_options *options, activity act)
{
	tieline_connection *connection;
	int result = connect(address, options, &connection);

	if (result < 0) {
		say("ended", result, tieline_handle_error(NULL));
		return 0;
	}
	printf("connected %s\n", tieline_connection_peer(connection));
	fflush(stdout);
	while (result == 0)
		result = act(connection, TIELINE_FOREVER);
	end(connection, result);
	return 0;
}

/* Whom to wait for: the listener, and behind it the clients. */
struct server {
	tieline_listener *listener;
	activity act;
	tieline_connection *clients[CLIENTS_MAX];
	tieline_handle *handles[CLIENTS_MAX + 1];
	int ready[CLIENTS_MAX + 1];
	size_t count;
};

static void serve_client(struct server *server, size_t i)
{
	int result = server->act(server->clients[i], 0);

	if (result == 0 || result == TIELINE_ETIMEDOUT)
		return;
	end(server->clients[i], result);
	server->count--;
	server->clients[i] = server->clients[server->count];
	server->handles[i + 1] = server->handles[server->count + 1];
}

static void take_client(struct server *server)
{
	tieline_connection *client;
	int result = tieline_listener_accept(server->listener, 0, &client);

	if (result < 0) {
		say("accept", result, tieline_handle_error(server->handles[0]));
		return;
	}
	printf("accepted %s\n",
		tieline_listener_last_accepted(server->listener));
	fflush(stdout);
	server->clients[server->count++] = client;
	server->handles[server->count] = tieline_connection_handle(client);
}

static int serve(const char *address, const tieline_options *options)
{
	struct server server = {.act = echo_for(options)};
	int result = tieline_listener_open(address, options, &server.listener);

	if (result < 0) {
		say("ended", result, tieline_handle_error(NULL));
		return 0;
	}
	printf("listening at %s\n", tieline_listener_address(server.listener));
	fflush(stdout);
	server.handles[0] = tieline_listener_handle(server.listener);
	while (result >= 0) {
		tieline_handle_want(server.handles[0],
			server.count < CLIENTS_MAX ? TIELINE_READ : 0);
		result = tieline_wait(server.handles, server.count + 1,
			TIELINE_FOREVER, server.ready);
		for (size_t i = server.count; result >= 0 && i-- > 0;)
			if (server.ready[i + 1])
				serve_client(&server, i);
		if (result >= 0 && server.ready[0])
			take_client(&server);
	}
	return 1;
}

/* What each option sets, and how its text is read. */
enum kind { TEXT, KEY_TEXT, FLAG, U32, U64, CHOICE };

#define FIELD(kind, name) (kind), offsetof(tieline_options, name)

static const struct setting {
	const char *option;
	enum kind kind;
	size_t offset;
	const char *choices; /* in the order of the enum, each with a space */
} settings[] = {
	{"authkey-file", FIELD(TEXT, authkey_file), NULL},
	{"authkey", FIELD(KEY_TEXT, authkey), NULL},
	{"no-authkey", FIELD(FLAG, no_authkey), NULL},
	{"connect-timeout-ms", FIELD(U32, connect_timeout_ms), NULL},
	{"handshake-timeout-ms", FIELD(U32, handshake_timeout_ms), NULL},
	{"max-message-bytes", FIELD(U64, max_message_bytes), NULL},
	{"backlog", FIELD(U32, backlog), NULL},
	{"max-handshakes", FIELD(U32, max_handshakes), NULL},
	{"legacy-auth", FIELD(CHOICE, legacy_auth), "local off any "},
	{"legacy-digest", FIELD(CHOICE, legacy_digest), "md5 sha256 "},
	{"peer-uid", FIELD(U32, peer_uid), NULL},
	{"exclusive", FIELD(FLAG, exclusive), NULL},
	{"pickle-protocol", FIELD(U32, pickle_protocol), NULL},
	{"ca-file", FIELD(TEXT, ca_file), NULL},
	{"crl-file", FIELD(TEXT, crl_file), NULL},
	{"certificate-file", FIELD(TEXT, certificate_file), NULL},
	{"private-key-file", FIELD(TEXT, private_key_file), NULL},
	{"server-name", FIELD(TEXT, server_name), NULL},
	{"verify", FIELD(CHOICE, verify), "full chain none "},
	{"client-certificates", FIELD(CHOICE, client_certificates),
		"none optional required "},
	{"allow-tls12", FIELD(FLAG, allow_tls12), NULL},
	{"allow-unbound", FIELD(FLAG, allow_unbound), NULL},
	{"bind-to-certificate", FIELD(FLAG, bind_to_certificate), NULL},
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

/* The text's place among the choices. */
static int choice_of(const char *choices, const char *text)
{
	size_t len = strlen(text);

	for (int i = 0; *choices; i++) {
		if (strncmp(choices, text, len) == 0 && choices[len] == ' ')
			return i;
		choices = strchr(choices, ' ') + 1;
	}
	fprintf(stderr, "peer: no such choice: %s\n", text);
	exit(2);
}

static void set_option(tieline_options *options, const struct setting *setting,
	const char *text)
{
	void *field = (char *)options + setting->offset;
	uint64_t number = text ? strtoull(text, NULL, 10) : 0;

	switch (setting->kind) {
	case KEY_TEXT:
		options->authkey_len = strlen(text);
		*(const void **)field = text;
		break;
	case TEXT:
		*(const char **)field = text;
		break;
	case FLAG:
		*(bool *)field = true;
		break;
	case U32:
		*(uint32_t *)field = (uint32_t)number;
		break;
	case U64:
		*(uint64_t *)field = number;
		break;
	case CHOICE:
		*(int *)field = choice_of(setting->choices, text);
		break;
	}
	if (field == &options->peer_uid)
		options->check_peer_uid = true;
}

static void read_options(int argc, char **argv, tieline_options *options)
{
	struct option known[SETTINGS + 1] = {{0}};
	int which;

	for (size_t i = 0; i < SETTINGS; i++)
		known[i] = (struct option){settings[i].option,
			settings[i].kind == FLAG ? no_argument
						 : required_argument,
			NULL, (int)i};
	while ((which = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (which == '?') {
			fputs(usage, stderr);
			exit(2);
		}
		set_option(options, &settings[which], optarg);
	}
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	const char *command;

	options.on_refused = on_refused;
	read_options(argc, argv, &options);
	if (argc - optind != 2) {
		fputs(usage, stderr);
		return 2;
	}
	command = argv[optind];
	if (strcmp(command, "serve") == 0)
		return serve(argv[optind + 1], &options);
	if (strcmp(command, "pipe") == 0)
		return talk(tieline_pipe_client, argv[optind + 1], &options,
			echo_for(&options));
	return talk(tieline_client, argv[optind + 1], &options,
		strcmp(command, "echo") == 0 ? echo_for(&options) : receive);
}
