/* SPDX-License-Identifier: MIT */
/* The verbs that take items of a queue: get, consume, peek, purge. */
#include "getting.h"
#include "status.h"
#include "work.h"

#include <inttypes.h>
#include <stdlib.h>

#define LEASE_MS       30000
#define PEEK_ITEMS_MAX 1000u

static unsigned count_of(const struct call *call)
{
	return call->settings.count ? call->settings.count : 1;
}

int verb_get(const struct call *call)
{
	struct getting getting = {
		.call = call,
		.count = count_of(call),
		.lease_ms = TIELINE_NO_LEASE,
	};

	return getting_run(&getting);
}

int verb_consume(const struct call *call)
{
	const struct settings *settings = &call->settings;
	int lease_ms = settings->lease_ms < 0 ? LEASE_MS : settings->lease_ms;
	bool is_leased = settings->ack || settings->lease_ms >= 0;
	struct getting getting = {
		.call = call,
		.is_consumer = true,
		.count = settings->count,
		.lease_ms = is_leased ? lease_ms : TIELINE_NO_LEASE,
	};

	return settings->exec ? work_run(call, lease_ms)
			      : getting_run(&getting);
}

/* ---- peek ------------------------------------------------------------ */

static int print_some(
	struct printer *printer, tieline_item *const items[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		printer_print(printer, items[i], stdout);
		tieline_item_free(items[i]);
	}
	return printer->has_refused ? STATUS_OTHER : STATUS_DONE;
}

static int peek(const struct queue *queue, const struct call *call)
{
	size_t count = count_of(call);
	tieline_item **items;
	struct printer printer;
	int result, status;

	if (count > PEEK_ITEMS_MAX)
		return complain(STATUS_USAGE, call->words[0],
			"%u items can be looked at", PEEK_ITEMS_MAX);
	items = calloc(count, sizeof(items[0]));
	if (!printer_open(&printer, call) || !items)
		return complain_of_memory(call->words[0]);
	result = tieline_queue_peek(queue->queue, count, items, &count);
	status = result < 0 ? queue_complain(queue, call, result)
			    : print_some(&printer, items, count);
	printer_close(&printer);
	free(items);
	return status;
}

int verb_peek(const struct call *call)
{
	struct queue queue;
	int status = queue_begin(&queue, call, TIELINE_OPEN_ONLY, SESSION_ENDS);

	if (status == STATUS_DONE)
		status = peek(&queue, call);
	queue_end(&queue);
	return status;
}

/* ---- purge ----------------------------------------------------------- */

int verb_purge(const struct call *call)
{
	struct queue queue;
	int status = queue_begin(&queue, call, TIELINE_OPEN_ONLY, SESSION_ENDS);
	uint64_t count;
	int result;

	if (status == STATUS_DONE) {
		result = tieline_queue_purge(queue.queue, &count);
		status = result < 0 ? queue_complain(&queue, call, result)
				    : STATUS_DONE;
	}
	if (status == STATUS_DONE)
		printf("%" PRIu64 "\n", count);
	queue_end(&queue);
	return status;
}
