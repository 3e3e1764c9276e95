/* SPDX-License-Identifier: MIT */
#include "handle.h"

#include "forked.h"

#include <errno.h>

int tli_handle_init(tieline_handle *handle,
	const struct tli_handle_class *class, struct tli_error *error)
{
	*handle = (tieline_handle){
		.class = class,
		.fork_generation = tli_fork_generation(),
		.want = TIELINE_READ,
		.poller = TLI_POLLER_CLOSED,
	};
	if (handle->fork_generation == 0)
		return tli_error_set(
			error, TIELINE_ENOMEM, "no memory to watch for forks");
	return 0;
}

void tli_handle_fini(tieline_handle *handle)
{
	tli_poller_close(&handle->poller);
}

bool tli_handle_is_foreign(const tieline_handle *handle)
{
	return handle->fork_generation != tli_fork_generation();
}

int tli_handle_check(tieline_handle *handle)
{
	if (!tli_handle_is_foreign(handle))
		return 0;
	return tli_error_set(&handle->error, TIELINE_EFORKED,
		"the handle was made before a fork, by the parent: detach the "
		"connection there and adopt it here");
}

int tli_handle_wanted(tieline_handle *handle)
{
	return handle->class->ready(handle) & handle->want;
}

struct pollfd tli_interest_pollfd(struct tli_interest interest)
{
	return (struct pollfd){
		.fd = interest.events ? interest.fd : -1,
		.events = interest.events,
	};
}

/* Ready, or to be processed at once for what no descriptor shows. */
static bool is_due(tieline_handle *handle)
{
	return tli_handle_wanted(handle) ||
		handle->class->interest(handle).deadline_ms == 0;
}

int tli_handle_settle(tieline_handle *handle, int result)
{
	if (handle->poller.epoll_fd >= 0)
		handle->overdue = handle->class->watch(handle) != 0 ||
			tli_poller_signal(&handle->poller, is_due(handle)) != 0;
	return result;
}

int tli_handle_sleep(tieline_handle *handle, int64_t deadline_ms)
{
	struct tli_interest interest = handle->class->interest(handle);
	struct pollfd entry = tli_interest_pollfd(interest);
	int64_t until = tli_earlier(interest.deadline_ms, deadline_ms);

	if (poll(&entry, 1, tli_time_left_ms(until)) < 0 && errno != EINTR)
		return tli_error_system(
			&handle->error, TIELINE_ESYSTEM, "poll", errno);
	return 0;
}

static int go_on_until(tieline_handle *handle, int event, int64_t deadline_ms)
{
	const struct tli_handle_class *class = handle->class;

	for (;;) {
		bool over = tli_time_left_ms(deadline_ms) == 0;
		int result;

		class->process(handle);
		if (class->ready(handle) & event)
			return 1;
		if (over)
			return 0;
		result = tli_handle_sleep(handle, deadline_ms);
		if (result < 0)
			return result;
	}
}

int tli_handle_await(tieline_handle *handle, int event, int64_t deadline_ms)
{
	int want = handle->want;
	int result;

	handle->want = event;
	result = go_on_until(handle, event, deadline_ms);
	handle->want = want;
	return result;
}

int tli_handle_timed_out(tieline_handle *handle, const char *what)
{
	return tli_error_set(&handle->error, TIELINE_ETIMEDOUT, "%s", what);
}

int tieline_handle_want(tieline_handle *handle, int events)
{
	int result = tli_handle_check(handle);

	if (result < 0)
		return result;
	if (events & ~(TIELINE_READ | TIELINE_WRITE))
		return tli_error_set(&handle->error, TIELINE_EINVAL,
			"a handle can want TIELINE_READ and TIELINE_WRITE");
	handle->want = events;
	return tli_handle_settle(handle, 0);
}

int tieline_handle_fileno(tieline_handle *handle)
{
	int result = tli_handle_check(handle);

	if (result < 0)
		return result;
	if (handle->poller.epoll_fd < 0)
		result = tli_poller_open(&handle->poller);
	if (result < 0)
		return tli_error_system(&handle->error, TIELINE_ESYSTEM,
			"epoll_create1", -result);
	return tli_handle_settle(handle, handle->poller.epoll_fd);
}

short tieline_handle_events(const tieline_handle *handle)
{
	(void)handle;
	return POLLIN;
}

int64_t tieline_handle_deadline_ms(tieline_handle *handle)
{
	int64_t deadline_ms = handle->class->interest(handle).deadline_ms;

	if (handle->overdue)
		return 0;
	return deadline_ms == TLI_NEVER ? -1 : deadline_ms;
}

int tieline_handle_process(tieline_handle *handle)
{
	int result = tli_handle_check(handle);

	if (result < 0)
		return result;
	handle->class->process(handle);
	return tli_handle_settle(handle, tli_handle_wanted(handle));
}

const char *tieline_handle_error(const tieline_handle *handle)
{
	return handle ? handle->error.text : tli_thread_error()->text;
}

int tieline_handle_error_code(const tieline_handle *handle)
{
	return handle ? handle->error.code : tli_thread_error()->code;
}
