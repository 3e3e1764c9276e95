/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define WINDOW_BYTES (64u << 10)

void copy_init(struct copy *copy, int one_fd, int other_fd)
{
	*copy = (struct copy){.directions = {
				      {.from = one_fd, .to = other_fd},
				      {.from = other_fd, .to = one_fd},
			      }};
	fcntl(one_fd, F_SETFL, O_NONBLOCK);
	fcntl(other_fd, F_SETFL, O_NONBLOCK);
}

static bool holds(const struct copy_direction *direction)
{
	return direction->window != NULL;
}

static bool reads(const struct copy_direction *direction)
{
	return !direction->read_all && !holds(direction);
}

void copy_prepare(const struct copy *copy, struct pollfd entries[2])
{
	for (int i = 0; i < 2; i++) {
		const struct copy_direction *away = &copy->directions[i];
		short events = 0;

		if (reads(away))
			events |= POLLIN;
		if (holds(&copy->directions[1 - i]))
			events |= POLLOUT;
		/* Without events, a hangup would come all the same. */
		entries[i] =
			(struct pollfd){events ? away->from : -1, events, 0};
	}
}

static bool is_temporary(int error_number)
{
	return error_number == EAGAIN || error_number == EINTR;
}

static void drop_window(struct copy_direction *direction)
{
	free(direction->window);
	direction->window = NULL;
}

static void read_some(struct copy_direction *direction)
{
	ssize_t got = -1;

	direction->window = malloc(WINDOW_BYTES);
	if (direction->window)
		got = recv(direction->from, direction->window, WINDOW_BYTES, 0);
	if (got > 0) {
		direction->start = 0;
		direction->end = (size_t)got;
		return;
	}
	drop_window(direction);
	direction->source_broken = got < 0 && !is_temporary(errno);
	direction->read_all = got == 0 || direction->source_broken;
}

static void write_some(struct copy_direction *direction)
{
	const uint8_t *next = direction->window + direction->start;
	ssize_t put = send(direction->to, next,
		direction->end - direction->start, MSG_NOSIGNAL);

	if (put >= 0) {
		boundary_pass(&direction->boundary, next, (size_t)put);
		direction->start += (size_t)put;
	} else if (!is_temporary(errno)) {
		direction->target_gone = true;
		direction->read_all = true;
	}
	if (direction->target_gone || direction->start == direction->end)
		drop_window(direction);
}

/* When all that came has gone out, passes on how it ended. A source that is
 * broken takes nothing more either. */
static void end_direction(
	struct copy_direction *direction, struct copy_direction *opposite)
{
	if (direction->over || !direction->read_all || holds(direction))
		return;
	direction->over = true;
	if (direction->source_broken) {
		drop_window(opposite);
		opposite->read_all = opposite->over = true;
	} else if (!direction->target_gone && !opposite->target_gone) {
		shutdown(direction->to, SHUT_WR);
	}
}

bool copy_process(struct copy *copy, const struct pollfd entries[2])
{
	struct copy_direction *directions = copy->directions;

	for (int i = 0; i < 2; i++) {
		if (entries[i].revents && reads(&directions[i]))
			read_some(&directions[i]);
		if (holds(&directions[i]))
			write_some(&directions[i]);
	}
	for (int i = 0; i < 2; i++)
		end_direction(&directions[i], &directions[1 - i]);
	return !directions[0].over || !directions[1].over;
}

static bool is_unix(int fd)
{
	int domain = 0;
	socklen_t len = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
		domain == AF_UNIX;
}

/* Unix sockets have no reset: there, an end inside a message is a break. */
static void make_break(const struct copy_direction *towards)
{
	static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
	static const uint8_t header_start = 0;

	if (!is_unix(towards->to))
		setsockopt(towards->to, SOL_SOCKET, SO_LINGER, &reset,
			sizeof(reset));
	else if (boundary_is_reached(&towards->boundary))
		(void)!send(towards->to, &header_start, 1, MSG_NOSIGNAL);
}

void copy_close(struct copy *copy)
{
	struct copy_direction *directions = copy->directions;
	bool over = directions[0].over && directions[1].over;

	for (int i = 0; i < 2; i++) {
		if (!over || directions[i].source_broken ||
			directions[1 - i].target_gone)
			make_break(&directions[i]);
		drop_window(&directions[i]);
	}
	close(directions[0].from);
	close(directions[0].to);
}
