/* SPDX-License-Identifier: MIT */
#include "getting.h"

#include "progress.h"
#include "status.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define ITEMS_AT_A_TIME 64
#define FLUSH_MS        10000

int getting_flush_output(void)
{
	return fflush(stdout) == 0 ? STATUS_DONE
				   : complain(STATUS_OTHER, "standard output",
					     "%s", strerror(errno));
}

static void on_acknowledged(void *arg, const tieline_result *result)
{
	struct getting *getting = arg;

	if (result->code >= 0)
		return;
	getting->has_failed = true;
	complain(STATUS_OTHER, getting->call->words[0],
		"an item that was printed may come again: %s", result->message);
}

static int acknowledge(struct getting *getting, const tieline_item *item)
{
	int result = tieline_queue_ack_start(getting->queue.queue, item->lease,
		on_acknowledged, getting, NULL);

	return result < 0
		? queue_complain(&getting->queue, getting->call, result)
		: STATUS_DONE;
}

static int take(
	struct getting *getting, tieline_item *const items[], size_t count)
{
	int status;

	for (size_t i = 0; i < count; i++)
		printer_print(&getting->printer, items[i], stdout);
	status = getting_flush_output();
	for (size_t i = 0; i < count && status == STATUS_DONE &&
		getting->lease_ms != TIELINE_NO_LEASE;
		i++)
		status = acknowledge(getting, items[i]);
	progress_add(count);
	getting->left -= (unsigned)count;
	return status;
}

/* What getting some has failed with may be no failure. */
static int stop(struct getting *getting, int code)
{
	bool is_lost = code == TIELINE_EOUTCOME || code == TIELINE_ENOTSENT;

	/* What was on its way is in the queue again. */
	if (getting->is_consumer && is_lost)
		return STATUS_DONE;
	getting->is_over = true;
	if (getting->is_consumer &&
		(code == TIELINE_ESHUTDOWN ||
			(code == TIELINE_EEMPTY && getting->count == 0)))
		return STATUS_DONE;
	return queue_complain(&getting->queue, getting->call, code);
}

static int get_some(struct getting *getting)
{
	tieline_item *items[ITEMS_AT_A_TIME];
	size_t count = getting->left < ITEMS_AT_A_TIME && getting->count > 0
		? getting->left
		: ITEMS_AT_A_TIME;
	int result = tieline_queue_get_many(getting->queue.queue, count,
		getting->lease_ms, getting->call->settings.timeout_ms, items,
		&count);
	int status;

	if (result < 0)
		return stop(getting, result);
	status = take(getting, items, count);
	for (size_t i = 0; i < count; i++)
		tieline_item_free(items[i]);
	getting->is_over = getting->count > 0 && getting->left == 0;
	return status;
}

static int get_all(struct getting *getting)
{
	int status = STATUS_DONE, result;

	getting->left = getting->count;
	progress_begin("items", STDOUT_FILENO);
	while (status == STATUS_DONE && !getting->is_over)
		status = get_some(getting);
	progress_end();
	result =
		tieline_session_flush(getting->queue.session.session, FLUSH_MS);
	if (status == STATUS_DONE && result < 0)
		status = queue_complain(&getting->queue, getting->call, result);
	return status;
}

int getting_run(struct getting *getting)
{
	int status = queue_begin(&getting->queue, getting->call,
		TIELINE_OPEN_OR_CREATE,
		getting->is_consumer ? SESSION_COMES_BACK : SESSION_ENDS);

	if (status == STATUS_DONE)
		status = printer_open(&getting->printer, getting->call)
			? get_all(getting)
			: complain_of_memory(getting->call->words[0]);
	queue_end(&getting->queue);
	printer_close(&getting->printer);
	if (status == STATUS_DONE &&
		(getting->printer.has_refused || getting->has_failed))
		status = STATUS_OTHER;
	return status;
}
