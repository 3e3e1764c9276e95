/* SPDX-License-Identifier: MIT */
/*
 * The least that a relay can do: one thread, epoll, read and write, for one
 * pair of TCP connections at a time. What a relay with features is measured by.
 *
 *     minirelay LISTEN-PORT TARGET-PORT
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[256 << 10];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
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

static int listen_at(const char *port)
{
	struct sockaddr_in address = loopback(port);
	int fd = tcp_socket();

	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		listen(fd, 16) != 0)
		die("listen");
	return fd;
}

static int connect_to(const char *port)
{
	struct sockaddr_in address = loopback(port);
	int fd = tcp_socket();

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		die("connect");
	return fd;
}

static bool write_all(int fd, size_t len)
{
	size_t at = 0;

	while (at < len) {
		ssize_t put = write(fd, buffer + at, len - at);

		if (put <= 0)
			return false;
		at += (size_t)put;
	}
	return true;
}

static void relay(int epoll, const int fds[2])
{
	struct epoll_event events[2];

	for (;;) {
		int count = epoll_wait(epoll, events, 2, -1);

		for (int i = 0; i < count; i++) {
			uint32_t from = events[i].data.u32;
			ssize_t got = read(fds[from], buffer, sizeof(buffer));

			if (got <= 0 || !write_all(fds[!from], (size_t)got))
				return;
		}
	}
}

int main(int argc, char **argv)
{
	int listening = argc == 3 ? listen_at(argv[1]) : -1;
	int on = 1;

	if (listening < 0) {
		fprintf(stderr, "usage: minirelay LISTEN-PORT TARGET-PORT\n");
		return 2;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		int epoll = epoll_create1(EPOLL_CLOEXEC);
		int fds[2] = {accept(listening, NULL, NULL)};

		if (epoll < 0 || fds[0] < 0)
			die("accept");
		setsockopt(fds[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		fds[1] = connect_to(argv[2]);
		for (uint32_t i = 0; i < 2; i++)
			epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i],
				&(struct epoll_event){
					.events = EPOLLIN, .data.u32 = i});
		relay(epoll, fds);
		close(fds[0]);
		close(fds[1]);
		close(epoll);
	}
}
