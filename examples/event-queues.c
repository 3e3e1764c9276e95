/* SPDX-License-Identifier: MIT */
/* Two queues in a libevent loop: one session, no thread, a callback for each
 * item as it comes. */
#include "broker.h"

#include <tieline/adapters/libevent.h>
#include <tieline/queue.h>

#include <signal.h>
#include <stdio.h>

#define USAGE                                                                  \
	"event-queues QUEUE QUEUE\n"                                           \
	"Prints what comes in both queues, until it is interrupted.\n"

/* Returning TIELINE_ACK takes it off the queue. */
static tieline_verdict on_item(void *name, tieline_item *item)
{
	printf("%s: %.*s\n", (const char *)name, (int)item->len,
		(const char *)item->data);
	fflush(stdout);
	return TIELINE_ACK;
}

static void consume(tieline_session *session, char *name)
{
	tieline_consumer_options options = tieline_consumer_options_default();
	tieline_consumer *consumer;
	tieline_queue *queue;

	options.on_item = on_item;
	options.arg = name;
	must(session, tieline_queue_open(session, name, NULL, &queue));
	must(session, tieline_queue_consume(queue, &options, &consumer));
}

/* All that comes has a callback of its own: here there is only the end. */
static void on_ready(tieline_handle *handle, int ready, void *base)
{
	(void)ready;
	fprintf(stderr, "event-queues: %s\n", tieline_handle_error(handle));
	event_base_loopbreak(base);
}

static void on_interrupt(evutil_socket_t signal, short events, void *base)
{
	(void)signal;
	(void)events;
	event_base_loopbreak(base);
}

int main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct event *interrupt =
		evsignal_new(base, SIGINT, on_interrupt, base);
	tieline_session *session;
	tieline_libevent *place;

	if (argc != 3 || !interrupt)
		say_usage(USAGE);
	session = join_broker(argv[0]);
	consume(session, argv[1]);
	consume(session, argv[2]);
	place = tieline_libevent_add(
		base, tieline_session_handle(session), on_ready, base);
	event_add(interrupt, NULL);
	event_base_dispatch(base);
	tieline_libevent_remove(place);
	tieline_session_close(session);
	event_free(interrupt);
	event_base_free(base);
	return EXIT_DONE;
}
