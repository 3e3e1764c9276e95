/* SPDX-License-Identifier: MIT */
/* A callback after a time, from the event loop. */
#ifndef BROKER_TIMER_H
#define BROKER_TIMER_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include <stdbool.h>
#include <stdint.h>

struct timer {
	struct event event;
	void (*expired)(void *owner);
	void *owner;
};

void timer_init(struct timer *timer, struct event_base *base,
	void (*expired)(void *owner), void *owner);

/* Starts, or starts anew. False for lack of memory. */
bool timer_start(struct timer *timer, int64_t timeout_ms);

/* Stops if it runs; it must have been initialised. */
void timer_stop(struct timer *timer);

#endif
