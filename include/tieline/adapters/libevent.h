/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Tieline handles in a libevent 2 loop. Header only: the program links
 * libevent (event_core), libtieline does not. examples/event-echo.c shows it
 * at work.
 */
#ifndef TIELINE_ADAPTERS_LIBEVENT_H
#define TIELINE_ADAPTERS_LIBEVENT_H

#include <tieline/adapters/poll.h>

#include <event2/event.h>
#include <stdlib.h>

/**
 * Called from the loop while a handle is ready for something it wants, again
 * and again until that is taken or no longer wanted. It may call anything on
 * the handle, remove it from the loop and close it.
 *
 * @param ready  #TIELINE_READ, #TIELINE_WRITE.
 */
typedef void (*tieline_libevent_callback)(
	tieline_handle *handle, int ready, void *arg);

/** A handle's place in a loop. */
typedef struct tieline_libevent {
	tieline_handle *handle;
	tieline_libevent_callback callback;
	void *arg;
	struct event *readable;
	struct event *deadline;
	bool *removed; /* set while the callback runs */
} tieline_libevent;

/**
 * Bring the loop's timer in step with the handle's deadline. To be called after
 * calling something on the handle outside its callback.
 */
static inline void tieline_libevent_update(tieline_libevent *place)
{
	int left_ms =
		tieline_ms_until(tieline_handle_deadline_ms(place->handle));
	struct timeval left;

	if (left_ms < 0) {
		event_del(place->deadline);
		return;
	}
	left.tv_sec = left_ms / 1000;
	left.tv_usec = left_ms % 1000 * 1000;
	event_add(place->deadline, &left);
}

static inline void tieline_libevent_run(
	evutil_socket_t fd, short events, void *arg)
{
	tieline_libevent *place = (tieline_libevent *)arg;
	int ready = tieline_handle_process(place->handle);
	bool removed = false;

	(void)fd;
	(void)events;
	if (ready > 0) {
		place->removed = &removed;
		place->callback(place->handle, ready, place->arg);
		if (removed)
			return;
		place->removed = NULL;
	}
	tieline_libevent_update(place);
}

/** Take a handle out of its loop. To be called before closing it. NULL is
 *  fine. */
static inline void tieline_libevent_remove(tieline_libevent *place)
{
	if (!place)
		return;
	if (place->removed)
		*place->removed = true;
	if (place->readable)
		event_free(place->readable);
	if (place->deadline)
		event_free(place->deadline);
	free(place);
}

/**
 * Put a handle into a loop.
 *
 * @param base      the loop; must outlive the place.
 * @param handle    of a listener or a connection; stays the caller's.
 * @param callback  called when it is ready.
 * @param arg       handed to the callback.
 * @returns its place, to be given to tieline_libevent_remove(); NULL for lack
 *          of memory or descriptors.
 */
static inline tieline_libevent *tieline_libevent_add(struct event_base *base,
	tieline_handle *handle, tieline_libevent_callback callback, void *arg)
{
	tieline_libevent *place = (tieline_libevent *)calloc(1, sizeof(*place));
	int fd = tieline_handle_fileno(handle);

	if (!place || fd < 0) {
		free(place);
		return NULL;
	}
	place->handle = handle;
	place->callback = callback;
	place->arg = arg;
	place->readable = event_new(
		base, fd, EV_READ | EV_PERSIST, tieline_libevent_run, place);
	place->deadline = event_new(base, -1, 0, tieline_libevent_run, place);
	if (!place->readable || !place->deadline ||
		event_add(place->readable, NULL) != 0) {
		tieline_libevent_remove(place);
		return NULL;
	}
	tieline_libevent_update(place);
	return place;
}

#endif
