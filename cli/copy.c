/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include "breaking.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define WINDOW_BYTES (64u << 10)
#define SHORT_HEADER 4

/* The directions. */
enum { FROM_BROKER, TO_BROKER };

/* ---- Where messages end ----------------------------------------------- */

static uint64_t word(const uint8_t *bytes, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* The escape to the long form: docs/protocol.md, section 1. */
static bool is_long(const struct boundary *boundary)
{
	return boundary->header_len >= SHORT_HEADER &&
		word(boundary->header, SHORT_HEADER) == UINT32_MAX;
}

static void end_header(struct boundary *boundary)
{
	size_t needed = is_long(boundary) ? COPY_HEADER_MAX : SHORT_HEADER;

	if (boundary->header_len < needed)
		return;
	boundary->body_left = is_long(boundary)
		? word(boundary->header + SHORT_HEADER,
			  COPY_HEADER_MAX - SHORT_HEADER)
		: word(boundary->header, SHORT_HEADER);
	boundary->header_len = 0;
}

/* Goes on by what has passed. */
static void pass(struct boundary *boundary, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		size_t here = 1;

		if (boundary->body_left > 0) {
			here = boundary->body_left < len
				? (size_t)boundary->body_left
				: len;
			boundary->body_left -= here;
		} else {
			boundary->header[boundary->header_len++] = *bytes;
			end_header(boundary);
		}
		bytes += here;
		len -= here;
	}
}

/* Whether the next byte would be the first of a message. */
static bool is_at_boundary(const struct boundary *boundary)
{
	return boundary->header_len == 0 && boundary->body_left == 0;
}

/* ---- Copying ----------------------------------------------------------- */

void copy_init(struct copy *copy, int broker_fd, int program_fd)
{
	*copy = (struct copy){
		.directions =
			{
				{.from = broker_fd, .to = program_fd},
				{.from = program_fd, .to = broker_fd},
			},
	};
	fcntl(broker_fd, F_SETFL, O_NONBLOCK);
	fcntl(program_fd, F_SETFL, O_NONBLOCK);
}

static bool holds(const struct copy_direction *direction)
{
	return direction->window != NULL;
}

static bool reads(const struct copy_direction *direction)
{
	return !direction->read_all && !holds(direction);
}

int copy_prepare(const struct copy *copy, struct pollfd entries[2])
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
	return copy->break_by_ms ? BREAK_POLL_MS : -1;
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

/* A broker keeps the connection open until both sides have ended: a Unix socket
 * whose other end is closed before has lost its broker. */
static bool has_lost_broker(const struct copy *copy)
{
	struct pollfd entry = {.fd = copy->directions[FROM_BROKER].from};

	return !copy->directions[TO_BROKER].over && poll(&entry, 1, 0) == 1 &&
		(entry.revents & POLLHUP);
}

static void read_some(struct copy *copy, int which)
{
	struct copy_direction *direction = &copy->directions[which];
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
	if (got == 0)
		direction->source_broken =
			which == FROM_BROKER && has_lost_broker(copy);
	else
		direction->source_broken = !is_temporary(errno);
	direction->read_all = got == 0 || direction->source_broken;
}

static void write_some(struct copy_direction *direction)
{
	const uint8_t *next = direction->window + direction->start;
	ssize_t put = send(direction->to, next,
		direction->end - direction->start, MSG_NOSIGNAL);

	if (put >= 0) {
		pass(&direction->boundary, next, (size_t)put);
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

static bool is_over(const struct copy *copy)
{
	return copy->directions[0].over && copy->directions[1].over;
}

/* Whether the socket that the direction leads to is to see a break. */
static bool breaks(const struct copy *copy, int which)
{
	return !is_over(copy) || copy->directions[which].source_broken ||
		copy->directions[1 - which].target_gone;
}

static bool has_to_wait(const struct copy *copy, int which)
{
	return breaks(copy, which) &&
		break_has_to_wait(copy->directions[which].to);
}

/* Whether what is over has to stay for a moment. */
static bool lingers(struct copy *copy)
{
	if (!has_to_wait(copy, 0) && !has_to_wait(copy, 1))
		return false;
	if (copy->break_by_ms == 0)
		copy->break_by_ms = deadline_in(BREAK_WITHIN_MS);
	return deadline_in(0) < copy->break_by_ms;
}

bool copy_process(struct copy *copy, const struct pollfd entries[2])
{
	struct copy_direction *directions = copy->directions;

	for (int i = 0; i < 2; i++) {
		if (entries[i].revents && reads(&directions[i]))
			read_some(copy, i);
		if (holds(&directions[i]))
			write_some(&directions[i]);
	}
	for (int i = 0; i < 2; i++)
		end_direction(&directions[i], &directions[1 - i]);
	return !is_over(copy) || lingers(copy);
}

void copy_close(struct copy *copy)
{
	for (int i = 0; i < 2; i++) {
		struct copy_direction *direction = &copy->directions[i];

		drop_window(direction);
		if (breaks(copy, i))
			break_socket(direction->to,
				is_at_boundary(&direction->boundary));
		else
			close(direction->to);
	}
}
