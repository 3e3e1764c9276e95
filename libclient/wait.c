/* SPDX-License-Identifier: MIT */
/* tieline_wait(): many handles, one poll(2). */
#include "handle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ON_STACK 64u

static int check_all(tieline_handle *const handles[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (tli_handle_check(handles[i]) < 0) {
			*tli_thread_error() = handles[i]->error;
			return handles[i]->error.code;
		}
	return 0;
}

/* How many are ready for what they want. */
static int count_ready(
	tieline_handle *const handles[], size_t count, int ready_out[])
{
	int ready = 0;

	for (size_t i = 0; i < count; i++) {
		ready_out[i] = tli_handle_wanted(handles[i]);
		ready += ready_out[i] != 0;
	}
	return ready;
}

/* Fills in what to poll; returns the earliest deadline. */
static int64_t gather(
	tieline_handle *const handles[], size_t count, struct pollfd *polled)
{
	int64_t earliest = TLI_NEVER;

	for (size_t i = 0; i < count; i++) {
		struct tli_interest interest =
			handles[i]->class->interest(handles[i]);

		polled[i] = tli_interest_pollfd(interest);
		earliest = tli_earlier(earliest, interest.deadline_ms);
	}
	return earliest;
}

/* Lets those go on that can, or have to. */
static void process_some(tieline_handle *const handles[], size_t count,
	const struct pollfd *polled, int64_t now_ms)
{
	for (size_t i = 0; i < count; i++) {
		tieline_handle *handle = handles[i];

		if (!polled[i].revents &&
			handle->class->interest(handle).deadline_ms > now_ms)
			continue;
		handle->class->process(handle);
		(void)tli_handle_settle(handle, 0);
	}
}

static int wait_with(tieline_handle *const handles[], size_t count,
	int64_t deadline_ms, int ready_out[], struct pollfd *polled)
{
	for (;;) {
		int ready = count_ready(handles, count, ready_out);
		int64_t until = tli_earlier(
			deadline_ms, gather(handles, count, polled));
		bool over = tli_time_left_ms(deadline_ms) == 0;
		/* Some are ready: the others are looked at all the same. */
		int left = ready ? 0 : tli_time_left_ms(until);

		if (poll(polled, count, left) < 0) {
			if (errno != EINTR)
				return tli_error_system(tli_thread_error(),
					TIELINE_ESYSTEM, "poll", errno);
			memset(polled, 0, count * sizeof(*polled));
		}
		process_some(handles, count, polled, tli_now_ms());
		ready = count_ready(handles, count, ready_out);
		if (ready || over)
			return ready;
	}
}

int tieline_wait(tieline_handle *const handles[], size_t count, int timeout_ms,
	int ready_out[])
{
	struct pollfd on_stack[ON_STACK];
	struct pollfd *polled = on_stack;
	int result = check_all(handles, count);

	if (result < 0)
		return result;
	if (count > ON_STACK)
		polled = calloc(count, sizeof(*polled));
	if (!polled)
		return tli_error_set(tli_thread_error(), TIELINE_ENOMEM,
			"no memory to wait for %zu handles", count);
	result = wait_with(
		handles, count, tli_deadline_in(timeout_ms), ready_out, polled);
	if (polled != on_stack)
		free(polled);
	return result;
}
