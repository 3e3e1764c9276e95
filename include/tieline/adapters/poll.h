/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Tieline handles in a program's own poll(2) loop, beside its other
 * descriptors. Header only; examples/poll-echo.c shows it at work.
 *
 *     for (;;) {
 *         int timeout_ms = tieline_pollfd_prepare(handles, count, entries);
 *         poll(entries, count + others, timeout_ms);
 *         tieline_pollfd_process(handles, count, entries, ready);
 *         ... act on ready[] and on the other entries ...
 *     }
 */
#ifndef TIELINE_ADAPTERS_POLL_H
#define TIELINE_ADAPTERS_POLL_H

#include <tieline/tieline.h>

#include <limits.h>
#include <poll.h>
#include <time.h>

#define TIELINE_POLLFD_RETRY_MS 100

/** The milliseconds from now to a deadline of tieline_handle_deadline_ms():
 *  -1 for never, 0 if it is over. */
static inline int tieline_ms_until(int64_t deadline_ms)
{
	struct timespec now;
	int64_t left;

	if (deadline_ms < 0)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	left = deadline_ms -
		((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/**
 * Fill in one entry for each handle.
 *
 * @param entries  room for count; revents are cleared. A handle that cannot
 *                 have a descriptor gets fd -1, and is asked again after
 *                 TIELINE_POLLFD_RETRY_MS; its tieline_handle_error() says why.
 * @returns the timeout for poll(2): -1 for none.
 */
static inline int tieline_pollfd_prepare(
	tieline_handle *const handles[], size_t count, struct pollfd entries[])
{
	int timeout_ms = -1;

	for (size_t i = 0; i < count; i++) {
		int left_ms;

		entries[i].fd = tieline_handle_fileno(handles[i]);
		entries[i].events = tieline_handle_events(handles[i]);
		entries[i].revents = 0;
		left_ms = tieline_ms_until(
			tieline_handle_deadline_ms(handles[i]));
		if (entries[i].fd < 0) {
			entries[i].fd = -1;
			if (left_ms < 0 || left_ms > TIELINE_POLLFD_RETRY_MS)
				left_ms = TIELINE_POLLFD_RETRY_MS;
		}
		if (left_ms >= 0 && (timeout_ms < 0 || left_ms < timeout_ms))
			timeout_ms = left_ms;
	}
	return timeout_ms;
}

/**
 * Let the handles go on whose turn it is.
 *
 * @param entries    as tieline_pollfd_prepare() and poll(2) left them.
 * @param ready_out  what each handle is ready for, 0 for those that are not.
 * @returns how many are ready.
 */
static inline int tieline_pollfd_process(tieline_handle *const handles[],
	size_t count, const struct pollfd entries[], int ready_out[])
{
	int ready = 0;

	for (size_t i = 0; i < count; i++) {
		ready_out[i] = 0;
		if (!entries[i].revents &&
			tieline_ms_until(
				tieline_handle_deadline_ms(handles[i])) != 0)
			continue;
		ready_out[i] = tieline_handle_process(handles[i]);
		if (ready_out[i] < 0)
			ready_out[i] = 0;
		ready += ready_out[i] != 0;
	}
	return ready;
}

#endif
