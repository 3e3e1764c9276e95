/* SPDX-License-Identifier: MIT */
#include "poller.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

int tli_poller_open(struct tli_poller *poller)
{
	*poller = TLI_POLLER_CLOSED;
	poller->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return poller->epoll_fd < 0 ? -errno : 0;
}

void tli_poller_close(struct tli_poller *poller)
{
	if (poller->signal_fd >= 0)
		close(poller->signal_fd);
	if (poller->epoll_fd >= 0)
		close(poller->epoll_fd);
	*poller = TLI_POLLER_CLOSED;
}

static int operation(uint32_t before, uint32_t after)
{
	if (before == 0)
		return EPOLL_CTL_ADD;
	return after == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
}

int tli_poller_watch(struct tli_poller *poller, int fd, uint32_t *watched,
	uint32_t events, void *owner)
{
	struct epoll_event event = {.events = events, .data.ptr = owner};

	if (events == *watched)
		return 0;
	if (epoll_ctl(poller->epoll_fd, operation(*watched, events), fd,
		    &event) != 0)
		return -errno;
	*watched = events;
	return 0;
}

int tli_poller_signal(struct tli_poller *poller, bool on)
{
	/* The signal's value stays 1: watching it or not is what changes. */
	uint32_t watched = poller->signalled ? EPOLLIN : 0;
	int result;

	if (on && poller->signal_fd < 0)
		poller->signal_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	if (on && poller->signal_fd < 0)
		return -errno;
	result = tli_poller_watch(
		poller, poller->signal_fd, &watched, on ? EPOLLIN : 0, poller);
	poller->signalled = watched != 0;
	return result;
}

int tli_poller_take(
	struct tli_poller *poller, struct epoll_event *events, int max)
{
	int count = epoll_wait(poller->epoll_fd, events, max, 0);
	int kept = 0;

	for (int i = 0; i < count; i++)
		if (events[i].data.ptr != poller)
			events[kept++] = events[i];
	return kept;
}
