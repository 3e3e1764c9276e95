/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include "breaking.h"

#include <tieline/adapters/poll.h>

#include <stdlib.h>
#include <unistd.h>

#define WINDOW_BYTES (64u << 10)
#define SHORT_HEADER 4

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

static int other(int end)
{
	return COPY_ENDS - 1 - end;
}

static bool holds(const struct copy_direction *direction)
{
	return direction->window != NULL;
}

static bool reads(const struct copy_direction *direction)
{
	return !direction->read_all && !holds(direction);
}

/* Whether something is to go out: bytes, or their end. */
static bool writes(const struct copy_direction *direction)
{
	return !direction->over && (holds(direction) || direction->read_all);
}

static void drop_window(struct copy_direction *direction)
{
	free(direction->window);
	direction->window = NULL;
}

static bool is_temporary(int result)
{
	return result == TIELINE_ETIMEDOUT || result == TIELINE_ENOMEM;
}

static void read_some(struct copy *copy, int end)
{
	struct copy_direction *direction = &copy->directions[end];
	int result = TIELINE_ENOMEM;

	direction->start = 0;
	direction->window = malloc(WINDOW_BYTES);
	if (direction->window)
		result = tieline_read_some(copy->ends[end], direction->window,
			WINDOW_BYTES, &direction->end);
	if (result == TIELINE_OK)
		return;
	drop_window(direction);
	direction->read_all = !is_temporary(result);
	direction->source_broken =
		direction->read_all && result != TIELINE_EEOF;
}

static void write_some(
	struct copy_direction *direction, tieline_connection *target)
{
	const uint8_t *next = direction->window + direction->start;
	size_t put = 0;
	int result = tieline_write_some(
		target, next, direction->end - direction->start, &put);

	pass(&direction->boundary, next, put);
	direction->start += put;
	if (result < 0 && !is_temporary(result))
		direction->target_gone = direction->read_all = true;
	if (direction->target_gone || direction->start == direction->end)
		drop_window(direction);
}

/* Whether the end is out, or will never be. */
static bool sends_end(tieline_connection *target)
{
	return !is_temporary(tieline_send_end(target, 0)) &&
		!is_temporary(tieline_flush(target, 0));
}

/* When all that came has gone out, passes on how it ended. A source that is
 * broken takes nothing more either. */
static void end_direction(struct copy *copy, int end)
{
	struct copy_direction *direction = &copy->directions[end];
	struct copy_direction *opposite = &copy->directions[other(end)];

	if (direction->over || !direction->read_all || holds(direction))
		return;
	if (direction->source_broken) {
		drop_window(opposite);
		opposite->read_all = opposite->over = true;
	} else if (!direction->target_gone && !opposite->target_gone &&
		!sends_end(copy->ends[other(end)])) {
		return;
	}
	direction->over = true;
}

static void go_on(struct copy *copy, int end, bool may_read)
{
	struct copy_direction *direction = &copy->directions[end];

	if (may_read && reads(direction))
		read_some(copy, end);
	if (holds(direction))
		write_some(direction, copy->ends[other(end)]);
}

static void end_both(struct copy *copy)
{
	for (int end = 0; end < COPY_ENDS; end++)
		end_direction(copy, end);
}

void copy_start(struct copy *copy, tieline_connection *near_end,
	tieline_connection *far_end)
{
	*copy = (struct copy){.ends = {near_end, far_end}};
	for (int end = 0; end < COPY_ENDS; end++)
		go_on(copy, end, true);
	end_both(copy);
}

static void list_handles(struct copy *copy, tieline_handle *handles[COPY_ENDS])
{
	for (int end = 0; end < COPY_ENDS; end++)
		handles[end] = tieline_connection_handle(copy->ends[end]);
}

int copy_prepare(struct copy *copy, struct pollfd entries[COPY_ENDS])
{
	tieline_handle *handles[COPY_ENDS];

	list_handles(copy, handles);
	for (int end = 0; end < COPY_ENDS; end++)
		tieline_handle_want(handles[end],
			(reads(&copy->directions[end]) ? TIELINE_READ : 0) |
				(writes(&copy->directions[other(end)])
						? TIELINE_WRITE
						: 0));
	return tieline_pollfd_prepare(handles, COPY_ENDS, entries);
}

static bool is_over(const struct copy *copy)
{
	return copy->directions[COPY_NEAR].over &&
		copy->directions[COPY_FAR].over;
}

static bool is_due(tieline_handle *handle, const struct pollfd *entry)
{
	return entry->revents ||
		tieline_ms_until(tieline_handle_deadline_ms(handle)) == 0;
}

/* Reading lets a handle go on too, and processing it first would read ahead,
 * into another place, what is then read. */
bool copy_process(struct copy *copy, const struct pollfd entries[COPY_ENDS])
{
	tieline_handle *handles[COPY_ENDS];

	list_handles(copy, handles);
	for (int end = 0; end < COPY_ENDS; end++) {
		bool due = is_due(handles[end], &entries[end]);

		if (due && !reads(&copy->directions[end]))
			(void)tieline_handle_process(handles[end]);
		go_on(copy, end, due);
	}
	end_both(copy);
	return !is_over(copy);
}

bool copy_is_broken(const struct copy *copy, int end)
{
	return copy->directions[end].source_broken ||
		copy->directions[other(end)].target_gone;
}

void copy_close(struct copy *copy, struct loop *loop)
{
	for (int end = 0; end < COPY_ENDS; end++) {
		const struct boundary *written =
			&copy->directions[other(end)].boundary;

		drop_window(&copy->directions[end]);
		if (!is_over(copy) || copy_is_broken(copy, other(end)))
			break_carrier(
				copy->ends[end], is_at_boundary(written), loop);
		else
			tieline_connection_close(copy->ends[end]);
	}
}
