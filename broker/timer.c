/* SPDX-License-Identifier: MIT */
#include "timer.h"

static void on_event(evutil_socket_t fd, short event, void *arg)
{
	struct timer *timer = arg;

	(void)fd;
	(void)event;
	timer->expired(timer->owner);
}

void timer_init(struct timer *timer, struct event_base *base,
	void (*expired)(void *owner), void *owner)
{
	timer->expired = expired;
	timer->owner = owner;
	evtimer_assign(&timer->event, base, on_event, timer);
}

bool timer_start(struct timer *timer, int64_t timeout_ms)
{
	struct timeval timeout = {.tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000};

	return evtimer_add(&timer->event, &timeout) == 0;
}

void timer_stop(struct timer *timer)
{
	evtimer_del(&timer->event);
}
