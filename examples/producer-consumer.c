/* SPDX-License-Identifier: MIT */
/* The tutorials' producer and consumer, as two programs: a queue between them,
 * of Python's objects, and a None that says that nothing more comes. */
#include "broker.h"

#include <tieline/queue.h>

#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                  \
	"producer-consumer producer COUNT\n"                                   \
	"       producer-consumer consumer\n"
#define QUEUE_SIZE 5 /* a producer that is faster waits */

static void produce(tieline_session *session, tieline_queue *queue,
	tieline_values *values, int64_t count)
{
	for (int64_t i = 0; i < count; i++) {
		must(session,
			tieline_queue_put_value(queue,
				tieline_value_int(values, i), TIELINE_FOREVER));
		printf("produced %lld\n", (long long)i);
	}
	must(session,
		tieline_queue_put_value(
			queue, tieline_value_none(values), TIELINE_FOREVER));
}

static void consume(
	tieline_session *session, tieline_queue *queue, tieline_values *values)
{
	tieline_value *value;
	char *text;

	for (;;) {
		must(session,
			tieline_queue_get_value(
				queue, TIELINE_FOREVER, values, &value));
		if (tieline_value_kind(value) == TIELINE_NONE)
			return;
		must(NULL, tieline_value_repr(value, 0, &text, NULL));
		printf("consumed %s\n", text);
		tieline_free(text);
		tieline_values_clear(values);
	}
}

int main(int argc, char **argv)
{
	tieline_object_options options = tieline_object_options_default();
	tieline_values *values = tieline_values_new(NULL);
	tieline_session *session;
	tieline_queue *queue;

	if (argc < 2 || !values)
		say_usage(USAGE);
	options.maxsize = QUEUE_SIZE;
	session = join_broker(argv[0]);
	must(session, tieline_queue_open(session, "items", &options, &queue));
	if (argc == 3 && strcmp(argv[1], "producer") == 0)
		produce(session, queue, values, atoll(argv[2]));
	else if (argc == 2 && strcmp(argv[1], "consumer") == 0)
		consume(session, queue, values);
	else
		say_usage(USAGE);
	tieline_session_close(session);
	tieline_values_free(values);
	return EXIT_DONE;
}
