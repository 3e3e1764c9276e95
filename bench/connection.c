/* SPDX-License-Identifier: MIT */
/*
 * One contestant of bench/run.py, over TCP on loopback:
 *
 *     connection KIND serve                     prints its address; serves
 *     connection KIND ping ADDRESS LEN COUNT    round trips
 *     connection KIND stream ADDRESS LEN COUNT  one way, then one reply
 *     connection KIND connect ADDRESS 0 COUNT   fresh connections
 *
 * KIND is "tieline", on the public header only, or "raw": the same messages
 * with read(2) and write(2), no handshake and no safety, which is the limit.
 * Clients print how many seconds it took.
 */
#include <tieline/tieline.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define KEY            "the key of the benchmarks"
#define SIZE_MAX_BYTES (16u << 20)

/* The first byte of a message says what to do with it. */
enum { ECHO, SWALLOW };

/* What a contestant does. Only receiving may find that the peer has ended, and
 * then returns 0. */
struct kind {
	const char *name;
	void *(*listen)(void); /* prints the address */
	void *(*accept)(void *listener);
	void *(*dial)(const char *address);
	void (*send)(void *connection, const void *data, size_t len);
	size_t (*receive)(void *connection, void *buffer);
	void (*close)(void *connection);
};

static char buffer[SIZE_MAX_BYTES];

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, tieline_handle_error(NULL));
	exit(1);
}

static tieline_options with_key(void)
{
	tieline_options options = tieline_options_default();

	options.authkey = KEY;
	options.authkey_len = sizeof(KEY) - 1;
	return options;
}

static void *tieline_kind_listen(void)
{
	tieline_options options = with_key();
	tieline_listener *listener;

	if (tieline_listener_open(NULL, &options, &listener) < 0)
		die("listen");
	printf("%s\n", tieline_listener_address(listener));
	return listener;
}

static void *tieline_kind_accept(void *listener)
{
	tieline_connection *connection;

	if (tieline_listener_accept(listener, TIELINE_FOREVER, &connection) < 0)
		die("accept");
	return connection;
}

static void *tieline_kind_dial(const char *address)
{
	tieline_options options = with_key();
	tieline_connection *connection;

	if (tieline_client(address, &options, &connection) < 0)
		die(address);
	return connection;
}

static void tieline_kind_send(void *to, const void *data, size_t len)
{
	if (tieline_send_bytes(to, data, len, TIELINE_FOREVER) < 0)
		die("send");
}

static size_t tieline_kind_receive(void *from, void *into)
{
	size_t len;

	if (tieline_recv_bytes_into(
		    from, into, SIZE_MAX_BYTES, TIELINE_FOREVER, &len) < 0)
		return 0;
	return len;
}

static void tieline_kind_close(void *connection)
{
	tieline_connection_close(connection);
}

/* A raw connection is a pointer to its descriptor. */
static void *raw_of(int fd)
{
	int *raw = malloc(sizeof(*raw));
	int on = 1;

	if (fd < 0 || !raw)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	*raw = fd;
	return raw;
}

static void *raw_listen(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (void *)&address, len) != 0 || listen(fd, 128) != 0 ||
		getsockname(fd, (void *)&address, &len) != 0)
		die("listen");
	printf("tcp://127.0.0.1:%u\n", ntohs(address.sin_port));
	return raw_of(fd);
}

static void *raw_accept(void *listener)
{
	return raw_of(accept(*(int *)listener, NULL, NULL));
}

static void *raw_dial(const char *text)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	unsigned port;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (sscanf(text, "tcp://127.0.0.1:%u", &port) != 1)
		die(text);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)port);
	if (connect(fd, (void *)&address, sizeof(address)) != 0)
		die(text);
	return raw_of(fd);
}

static void raw_send(void *to, const void *data, size_t len)
{
	uint32_t header = htonl((uint32_t)len);
	struct iovec parts[2] = {{&header, 4}, {(void *)data, len}};
	ssize_t put = writev(*(int *)to, parts, 2);
	size_t done = put < 4 ? 0 : (size_t)put - 4;

	while (put > 0 && done < len) {
		put = write(*(int *)to, (const char *)data + done, len - done);
		done += put > 0 ? (size_t)put : 0;
	}
	if (put <= 0)
		die("write");
}

static bool read_all(int fd, void *into, size_t len)
{
	return len == 0 || recv(fd, into, len, MSG_WAITALL) == (ssize_t)len;
}

static size_t raw_receive(void *from, void *into)
{
	uint32_t header;

	if (!read_all(*(int *)from, &header, 4) ||
		!read_all(*(int *)from, into, ntohl(header)))
		return 0;
	return ntohl(header);
}

static void raw_close(void *connection)
{
	close(*(int *)connection);
	free(connection);
}

static const struct kind kinds[] = {
	{"tieline", tieline_kind_listen, tieline_kind_accept, tieline_kind_dial,
		tieline_kind_send, tieline_kind_receive, tieline_kind_close},
	{"raw", raw_listen, raw_accept, raw_dial, raw_send, raw_receive,
		raw_close},
};

static void serve(const struct kind *kind)
{
	void *listener = kind->listen();

	fflush(stdout);
	for (;;) {
		void *connection = kind->accept(listener);
		size_t len;

		while ((len = kind->receive(connection, buffer)) > 0)
			if (buffer[0] == ECHO)
				kind->send(connection, buffer, len);
		kind->close(connection);
	}
}

/* A server that dies half-way must not look fast. */
static void await_reply(const struct kind *kind, void *connection)
{
	if (kind->receive(connection, buffer) == 0)
		die("the server has ended");
}

static void ping(
	const struct kind *kind, const char *address, size_t len, long count)
{
	void *connection = kind->dial(address);

	for (long i = 0; i < count; i++) {
		kind->send(connection, buffer, len);
		await_reply(kind, connection);
	}
	kind->close(connection);
}

static void stream(
	const struct kind *kind, const char *address, size_t len, long count)
{
	void *connection = kind->dial(address);

	buffer[0] = SWALLOW;
	for (long i = 0; i < count; i++)
		kind->send(connection, buffer, len);
	buffer[0] = ECHO;
	kind->send(connection, buffer, 1);
	await_reply(kind, connection);
	kind->close(connection);
}

static void connect_often(
	const struct kind *kind, const char *address, size_t len, long count)
{
	(void)len;
	for (long i = 0; i < count; i++)
		kind->close(kind->dial(address));
}

static const struct {
	const char *name;
	void (*run)(const struct kind *, const char *, size_t, long);
} measures[] = {{"ping", ping}, {"stream", stream}, {"connect", connect_often}};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	const struct kind *kind =
		argc > 1 && strcmp(argv[1], "raw") == 0 ? &kinds[1] : &kinds[0];

	if (argc == 3)
		serve(kind);
	for (size_t i = 0; argc == 6 && i < 3; i++) {
		double start = now_s();

		if (strcmp(argv[2], measures[i].name) != 0)
			continue;
		measures[i].run(kind, argv[3], strtoul(argv[4], NULL, 10),
			atol(argv[5]));
		printf("%.9f\n", now_s() - start);
		return 0;
	}
	return 2;
}
