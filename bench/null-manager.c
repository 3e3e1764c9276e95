/* SPDX-License-Identifier: MIT */
/*
 * The least that a server of Python's managers can do: it authenticates, and
 * answers whatever is asked with what a call returns that returns None. What
 * stock clients can reach at most.
 *
 *     null-manager ADDRESS KEY-FILE
 */
#include <tieline/tieline.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/* pickle.dumps(("#RETURN", None)), and the length in front. */
static const char none[] = "\0\0\0\x19\x80\x04\x95\x0e\0\0\0\0\0\0\0"
			   "\x8c\x07#RETURN\x94N\x86\x94.";

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, tieline_handle_error(NULL));
	exit(1);
}

static void watch(int epoll, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		die("epoll_ctl");
}

/* A listener wants its deadlines kept too, but no peer here is late. */
static void accept_all(tieline_listener *listener, int epoll)
{
	tieline_connection *connection;
	int fd;

	while (tieline_listener_accept(listener, 0, &connection) == 0) {
		if (tieline_connection_detach(connection, &fd) < 0)
			die("detach");
		watch(epoll, fd);
	}
}

/* Stock clients write a short request at once, and wait for the answer. */
static void answer(int fd)
{
	char request[4096];
	ssize_t got = read(fd, request, sizeof(request));
	uint32_t len;

	if (got <= 0) {
		close(fd);
		return;
	}
	memcpy(&len, request, sizeof(len));
	if ((size_t)got != sizeof(len) + ntohl(len) ||
		write(fd, none, sizeof(none) - 1) != sizeof(none) - 1)
		die("not one request at a time");
}

static void serve(tieline_listener *listener)
{
	int accepting =
		tieline_handle_fileno(tieline_listener_handle(listener));
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event events[64];

	watch(epoll, accepting);
	for (;;) {
		int count = epoll_wait(epoll, events, 64, -1);

		for (int i = 0; i < count; i++)
			if (events[i].data.fd == accepting)
				accept_all(listener, epoll);
			else
				answer(events[i].data.fd);
	}
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	tieline_listener *listener;

	if (argc != 3) {
		fprintf(stderr, "usage: null-manager ADDRESS KEY-FILE\n");
		return 2;
	}
	options.authkey_file = argv[2];
	if (tieline_listener_open(argv[1], &options, &listener) < 0)
		die(argv[1]);
	printf("%s\n", tieline_listener_address(listener));
	fflush(stdout);
	serve(listener);
}
