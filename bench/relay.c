/* SPDX-License-Identifier: MIT */
/*
 * One exchange through a relay, timed: two processes with plain read and write,
 * so that what differs is the relay alone.
 *
 *     relay meet URL KEY-FILE PID WHAT LENGTH COUNT
 *     relay pass LISTEN-PORT DIAL-PORT PID WHAT LENGTH COUNT
 *
 * With `meet` both ends go to a broker and meet by name; with `pass` the far
 * end listens at one port and the near end dials the other, which a relay, or
 * nothing if they are the same, leads to it. WHAT is ping (COUNT round trips of
 * messages of LENGTH bytes) or stream (COUNT messages one way, many to a
 * write). Prints the seconds it took, and those of CPU time that the process
 * PID, the relay, used; 0 for no relay.
 */
#include <tieline/tieline.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (2u << 20)
#define BATCH_BYTES  (64u << 10)

static uint8_t buffer[BUFFER_BYTES];
static size_t message_bytes; /* with its header */
static size_t count;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void check(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s: %s\n", what, tieline_code_name(result),
		tieline_handle_error(NULL));
	exit(1);
}

/* ---- Both ends, connected --------------------------------------------- */

static void read_all(int fd, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t got = read(fd, buffer + at, len - at);

		if (got <= 0)
			exit(1);
		at += (size_t)got;
	}
}

static void write_all(int fd, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t put = write(fd, buffer + at, len - at);

		if (put <= 0)
			die("write");
		at += (size_t)put;
	}
}

static void put_header(uint8_t *at, size_t body_bytes)
{
	uint32_t length = htonl((uint32_t)body_bytes);

	memcpy(at, &length, sizeof(length));
}

/* Asks the broker, and returns the bare socket once it has said yes. */
static int meet(const char *url, const char *key_file, const char *verb)
{
	tieline_options options = tieline_options_default();
	tieline_connection *connection;
	uint32_t length;
	int fd;

	options.authkey_file = key_file;
	check(tieline_client(url, &options, &connection), "client");
	check(tieline_connection_detach(connection, &fd), "detach");
	length = (uint32_t)snprintf(
		(char *)buffer + 4, 64, "{\"%s\":\"bench\"}", verb);
	put_header(buffer, length);
	write_all(fd, 4 + length);
	read_all(fd, 4);
	memcpy(&length, buffer, 4);
	read_all(fd, ntohl(length));
	return fd;
}

static struct sockaddr_in loopback(const char *port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd;
}

static int listen_at(const char *port)
{
	struct sockaddr_in address = loopback(port);
	int fd = tcp_socket();

	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(fd, 1) != 0)
		die("listen");
	return fd;
}

static int accept_one(int listening)
{
	int fd = accept(listening, NULL, NULL);
	int on = 1;

	if (fd < 0)
		die("accept");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	close(listening);
	return fd;
}

static int dial(const char *port)
{
	struct sockaddr_in address = loopback(port);
	int fd = tcp_socket();

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		die("connect");
	return fd;
}

/* ---- What they do ----------------------------------------------------- */

static void ping(int fd)
{
	put_header(buffer, message_bytes - 4);
	for (size_t i = 0; i < count; i++) {
		write_all(fd, message_bytes);
		read_all(fd, message_bytes);
	}
}

static void answer_ping(int fd)
{
	for (size_t i = 0; i < count; i++) {
		read_all(fd, message_bytes);
		write_all(fd, message_bytes);
	}
}

static size_t batch(void)
{
	size_t fit = BATCH_BYTES / message_bytes;

	return fit ? fit : 1;
}

static void stream(int fd)
{
	size_t most = batch();

	for (size_t i = 0; i < most; i++)
		put_header(buffer + i * message_bytes, message_bytes - 4);
	for (size_t left = count; left > 0;) {
		size_t now = left < most ? left : most;

		write_all(fd, now * message_bytes);
		left -= now;
	}
	read_all(fd, 4);
}

static void answer_stream(int fd)
{
	static const uint8_t empty_message[4];
	size_t left = count * message_bytes;

	while (left > 0) {
		ssize_t got = read(fd, buffer, BUFFER_BYTES);

		if (got <= 0)
			exit(1);
		left -= (size_t)got;
	}
	if (write(fd, empty_message, 4) != 4)
		exit(1);
}

static const struct {
	const char *name;
	void (*near_end)(int fd);
	void (*far_end)(int fd);
} exchanges[] = {
	{"ping", ping, answer_ping},
	{"stream", stream, answer_stream},
};

/* ---- Timing ----------------------------------------------------------- */

static double seconds(clockid_t clock)
{
	struct timespec now = {0};

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds(int pid)
{
	clockid_t clock;

	if (pid == 0 || clock_getcpuclockid(pid, &clock) != 0)
		return 0;
	return seconds(clock);
}

static int find(const char *name)
{
	for (int i = 0; i < 2; i++)
		if (strcmp(exchanges[i].name, name) == 0)
			return i;
	fprintf(stderr, "neither ping nor stream: %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	double start, cpu;
	int which, far, fd, listening = -1, pid;
	bool meets;

	if (argc != 8)
		return 2;
	meets = strcmp(argv[1], "meet") == 0;
	pid = atoi(argv[4]);
	which = find(argv[5]);
	message_bytes = (size_t)atoi(argv[6]) + 4;
	count = (size_t)atoi(argv[7]);
	if (!meets)
		listening = listen_at(argv[2]);
	far = fork();
	if (far == 0) {
		fd = meets ? meet(argv[2], argv[3], "accept")
			   : accept_one(listening);
		exchanges[which].far_end(fd);
		return 0;
	}
	if (listening >= 0)
		close(listening);
	fd = meets ? meet(argv[2], argv[3], "dial") : dial(argv[3]);
	cpu = cpu_seconds(pid);
	start = seconds(CLOCK_MONOTONIC);
	exchanges[which].near_end(fd);
	printf("%.9f %.9f\n", seconds(CLOCK_MONOTONIC) - start,
		cpu_seconds(pid) - cpu);
	close(fd);
	waitpid(far, NULL, 0);
	return 0;
}
