/* SPDX-License-Identifier: MIT */
#include "work.h"

#include "child.h"
#include "clock.h"
#include "loop.h"
#include "printer.h"
#include "progress.h"
#include "queue.h"
#include "status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tieline/adapters/poll.h>

#define JOBS_MAX        128u /* at a time */
#define NACK_DELAY_MS   1000 /* so that what always fails does not spin */
#define FLUSH_MS        10000
#define TOUCHES_A_LEASE 3

/* A command that runs, and its item. */
struct job {
	struct child child;
	uint64_t lease;
	int64_t touch_ms; /* a deadline */
	TAILQ_ENTRY(job) link;
};

struct work {
	struct party party;
	const struct call *call;
	struct queue queue;
	struct printer printer;
	int lease_ms;
	unsigned jobs_max;
	TAILQ_HEAD(, job) jobs;
	unsigned running;
	unsigned left; /* items to be got; 0 = no limit, while not is_over */
	bool asks;     /* some are on their way */
	bool is_over;  /* no more are asked for */
	bool has_failed;
	int status;
};

/* ---- what becomes of items ------------------------------------------- */

static void on_settled(void *arg, const tieline_result *result)
{
	struct work *work = arg;

	if (result->code >= 0)
		return;
	work->has_failed = true;
	complain(STATUS_OTHER, work->call->words[0],
		"what became of an item is not known to the broker, and it may "
		"come again: %s",
		result->message);
}

static uint32_t delay_ms(const struct work *work)
{
	int delay_ms = work->call->settings.delay_ms;

	return delay_ms < 0 ? NACK_DELAY_MS : (uint32_t)delay_ms;
}

static void settle(struct work *work, uint64_t lease, bool is_done)
{
	tieline_queue *queue = work->queue.queue;
	int result = is_done
		? tieline_queue_ack_start(queue, lease, on_settled, work, NULL)
		: tieline_queue_nack_start(
			  queue, lease, delay_ms(work), on_settled, work, NULL);

	if (!is_done)
		work->has_failed = true;
	if (result < 0) {
		work->has_failed = true;
		queue_complain(&work->queue, work->call, result);
	}
}

/* ---- jobs ------------------------------------------------------------ */

/* A file in memory with the item, to be read from its start; NULL when it has
 * complained. */
static FILE *write_item(struct work *work, const tieline_item *item)
{
	int fd = memfd_create("item", MFD_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file) {
		complain(STATUS_OTHER, work->call->words[0], "%s",
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!printer_print(&work->printer, item, file)) {
		fclose(file);
		return NULL;
	}
	if (fflush(file) == 0 && lseek(fd, 0, SEEK_SET) == 0)
		return file;
	complain(STATUS_OTHER, work->call->words[0], "%s", strerror(errno));
	fclose(file);
	return NULL;
}

static void set_number(const char *name, unsigned long long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", number);
	setenv(name, text, 1);
}

static bool spawn(struct work *work, struct job *job, const tieline_item *item)
{
	FILE *file = write_item(work, item);
	int result;

	if (!file)
		return false;
	setenv("TIELINE_QUEUE", work->call->words[0], 1);
	set_number("TIELINE_ATTEMPTS", item->attempts);
	set_number("TIELINE_LEASE", item->lease);
	result = child_start_with(
		&job->child.pid, work->call->settings.exec, fileno(file));
	fclose(file);
	if (result < 0)
		complain(STATUS_OTHER, work->call->settings.exec,
			"cannot run the command: %s", strerror(-result));
	return result >= 0;
}

static int64_t next_touch_ms(const struct work *work)
{
	return work->lease_ms > 0
		? deadline_in(work->lease_ms / TOUCHES_A_LEASE)
		: NEVER;
}

static void start_job(struct work *work, const tieline_item *item)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		complain_of_memory(work->call->words[0]);
	if (!job || !spawn(work, job, item)) {
		free(job);
		settle(work, item->lease, false);
		return;
	}
	job->lease = item->lease;
	job->touch_ms = next_touch_ms(work);
	TAILQ_INSERT_TAIL(&work->jobs, job, link);
	work->running++;
}

static void on_child(void *arg, pid_t pid, int wait_status)
{
	struct work *work = arg;
	struct job *job;

	TAILQ_FOREACH (job, &work->jobs, link)
		if (job->child.pid == pid)
			break;
	if (!job)
		return;
	settle(work, job->lease,
		child_has_succeeded(wait_status, work->call->words[0]));
	progress_add(1);
	TAILQ_REMOVE(&work->jobs, job, link);
	work->running--;
	free(job);
}

static void touch(struct work *work, struct job *job)
{
	int result = tieline_queue_touch_start(
		work->queue.queue, job->lease, 0, NULL, NULL, NULL);

	/* Whether it came too late is told when the item is settled. */
	if (result < 0)
		queue_complain(&work->queue, work->call, result);
	job->touch_ms = next_touch_ms(work);
}

static void touch_those_due(struct work *work)
{
	struct job *job;

	TAILQ_FOREACH (job, &work->jobs, link)
		if (tieline_ms_until(job->touch_ms) == 0)
			touch(work, job);
}

/* ---- getting items --------------------------------------------------- */

static void stop(struct work *work, int code, const char *message)
{
	bool is_counting = work->call->settings.count > 0;

	/* What was on its way is in the queue again. */
	if (code == TIELINE_EOUTCOME || code == TIELINE_ENOTSENT)
		return;
	work->is_over = true;
	if (code != TIELINE_ESHUTDOWN &&
		(code != TIELINE_EEMPTY || is_counting))
		work->status = complain(status_of_open(code),
			work->call->words[0], "%s", message);
}

static void on_items(void *arg, const tieline_result *result)
{
	struct work *work = arg;

	work->asks = false;
	if (result->code < 0) {
		stop(work, result->code, result->message);
		return;
	}
	for (size_t i = 0; i < result->item_count; i++)
		start_job(work, result->items[i]);
	if (work->call->settings.count == 0)
		return;
	work->left -= (unsigned)result->item_count;
	work->is_over = work->left == 0;
}

static void ask(struct work *work)
{
	unsigned count = work->jobs_max - work->running;
	int result;

	if (work->asks || work->is_over || count == 0)
		return;
	if (work->call->settings.count > 0 && work->left < count)
		count = work->left;
	result = tieline_queue_get_start(work->queue.queue, count,
		work->lease_ms, work->call->settings.timeout_ms, on_items, work,
		NULL);
	work->asks = result >= 0;
	if (result < 0)
		stop(work, result,
			tieline_handle_error(tieline_session_handle(
				work->queue.session.session)));
}

/* ---- in the loop ----------------------------------------------------- */

static struct work *of(struct party *party)
{
	return (struct work *)party;
}

static int prepare(struct party *party, struct pollfd entries[PARTY_ENTRIES])
{
	struct work *work = of(party);
	tieline_handle *handle =
		tieline_session_handle(work->queue.session.session);
	int timeout_ms = tieline_pollfd_prepare(&handle, 1, entries);
	struct job *job;

	TAILQ_FOREACH (job, &work->jobs, link)
		timeout_ms =
			earlier(timeout_ms, tieline_ms_until(job->touch_ms));
	return timeout_ms;
}

static bool process(
	struct party *party, const struct pollfd entries[PARTY_ENTRIES])
{
	struct work *work = of(party);

	(void)entries;
	tieline_handle_process(
		tieline_session_handle(work->queue.session.session));
	touch_those_due(work);
	ask(work);
	return !work->is_over || work->asks || work->running > 0;
}

/* What still runs is asked to end; its item goes back with the connection. */
static void close_work(struct party *party)
{
	struct work *work = of(party);
	struct job *job;

	while ((job = TAILQ_FIRST(&work->jobs))) {
		TAILQ_REMOVE(&work->jobs, job, link);
		child_stop(&job->child);
		free(job);
	}
}

static const struct party_class work_class = {
	.prepare = prepare,
	.process = process,
	.close = close_work,
};

static int run(struct work *work)
{
	struct loop loop;
	int status = loop_open(&loop);

	if (status != STATUS_DONE)
		return status;
	loop.on_child = on_child;
	loop.arg = work;
	progress_begin("items", STDOUT_FILENO);
	ask(work);
	loop_add(&loop, &work->party);
	status = loop_run(&loop);
	loop_close(&loop);
	progress_end();
	if (tieline_session_flush(work->queue.session.session,
		    status == STATUS_DONE ? FLUSH_MS : 0) < 0)
		work->has_failed = true;
	if (status == STATUS_DONE)
		status = work->status;
	return status == STATUS_DONE && work->has_failed ? STATUS_OTHER
							 : status;
}

int work_run(const struct call *call, int lease_ms)
{
	unsigned jobs_max = call->settings.jobs ? call->settings.jobs : 1;
	struct work work = {
		.party = {.class = &work_class},
		.call = call,
		.lease_ms = lease_ms,
		.jobs_max = jobs_max,
		.left = call->settings.count,
		.jobs = TAILQ_HEAD_INITIALIZER(work.jobs),
	};
	int status;

	if (jobs_max > JOBS_MAX)
		return complain(STATUS_USAGE, call->words[0],
			"--jobs can be %u at most", JOBS_MAX);
	status = queue_begin(
		&work.queue, call, TIELINE_OPEN_OR_CREATE, SESSION_COMES_BACK);

	if (status == STATUS_DONE)
		status = printer_open(&work.printer, call)
			? run(&work)
			: complain_of_memory(call->words[0]);
	queue_end(&work.queue);
	printer_close(&work.printer);
	return status;
}
