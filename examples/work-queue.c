/* SPDX-License-Identifier: MIT */
/* A work queue: jobs are acknowledged when they are done, so that one whose
 * worker crashes is done by another. */
#include "broker.h"

#include <tieline/queue.h>

#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                  \
	"work-queue submit JOB...\n"                                           \
	"       work-queue work [JOB]\n"                                       \
	"submit puts jobs into the queue \"work\"; work does them until\n"     \
	"none is left. A worker that is given a JOB crashes on it.\n"
#define LEASE_MS 30000

static void submit(tieline_session *session, tieline_queue *queue, char **jobs)
{
	for (; *jobs; jobs++)
		must(session,
			tieline_queue_put_text(queue, *jobs, TIELINE_FOREVER));
}

/* The crash comes before the acknowledgement: the job goes back. */
static void do_job(const tieline_item *job, const char *bad_job)
{
	printf("%s, attempt %u\n", (const char *)job->data, job->attempts);
	fflush(stdout);
	if (bad_job && strcmp(job->data, bad_job) == 0)
		abort();
}

static void work(
	tieline_session *session, tieline_queue *queue, const char *bad_job)
{
	tieline_item *job;
	int result;

	while ((result = tieline_queue_lease(queue, LEASE_MS, 0, &job)) == 0) {
		do_job(job, bad_job);
		must(session, tieline_queue_ack(queue, job->lease));
		tieline_item_free(job);
	}
	if (result != TIELINE_EEMPTY)
		must(session, result);
}

int main(int argc, char **argv)
{
	tieline_session *session;
	tieline_queue *queue;

	if (argc < 2)
		say_usage(USAGE);
	session = join_broker(argv[0]);
	must(session, tieline_queue_open(session, "work", NULL, &queue));
	if (strcmp(argv[1], "submit") == 0)
		submit(session, queue, argv + 2);
	else if (strcmp(argv[1], "work") == 0)
		work(session, queue, argv[2]);
	else
		say_usage(USAGE);
	tieline_session_close(session);
	return EXIT_DONE;
}
