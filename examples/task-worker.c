/* SPDX-License-Identifier: MIT */
/* task_worker.py in C: it shares the queues with stock clients of a remote
 * manager, which know them as get_task_queue() and get_result_queue(). */
#include "broker.h"

#include <tieline/queue.h>

#include <stdlib.h>

#define USAGE                                                                  \
	"task-worker COUNT\n"                                                  \
	"Takes COUNT numbers from the queue get_task_queue, and puts their\n"  \
	"squares into get_result_queue, as task_worker.py does.\n"

static void do_task(tieline_session *session, tieline_queue *tasks,
	tieline_queue *results, tieline_values *values)
{
	tieline_value *task;
	int64_t number;

	must(session,
		tieline_queue_get_value(tasks, TIELINE_FOREVER, values, &task));
	must(NULL, tieline_value_get_int(task, &number));
	must(session,
		tieline_queue_put_value(results,
			tieline_value_build(values, "(%lld, %lld, %s)",
				(long long)number, (long long)(number * number),
				"the worker in C"),
			TIELINE_FOREVER));
	tieline_values_clear(values);
}

int main(int argc, char **argv)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_queue *tasks, *results;
	tieline_session *session;

	if (argc != 2 || !values)
		say_usage(USAGE);
	session = join_broker(argv[0]);
	must(session,
		tieline_queue_open(session, "get_task_queue", NULL, &tasks));
	must(session,
		tieline_queue_open(
			session, "get_result_queue", NULL, &results));
	for (long count = strtol(argv[1], NULL, 10); count > 0; count--)
		do_task(session, tasks, results, values);
	tieline_session_close(session);
	tieline_values_free(values);
	return EXIT_DONE;
}
