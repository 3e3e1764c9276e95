/* SPDX-License-Identifier: MIT */
/* The verb put. */
#include "feed.h"
#include "queue.h"
#include "status.h"

struct putting {
	struct queue queue;
	const struct call *call;
	unsigned long long count; /* in the queue by now */
};

static int put(void *arg, const struct batch *batch)
{
	struct putting *putting = arg;
	size_t count;
	int result = tieline_queue_put_many(putting->queue.queue, batch->items,
		batch->count, putting->call->settings.timeout_ms, &count);
	int status;

	putting->count += count;
	if (result >= 0)
		return STATUS_DONE;
	status = queue_complain(&putting->queue, putting->call, result);
	if (putting->count > 0)
		complain(status, putting->call->words[0],
			"items put before that: %llu", putting->count);
	return status;
}

int verb_put(const struct call *call)
{
	struct putting putting = {.call = call};
	int status = queue_begin(
		&putting.queue, call, TIELINE_OPEN_OR_CREATE, SESSION_ENDS);

	if (status == STATUS_DONE)
		status = feed(call, call->words + 1, NULL, put, &putting);
	queue_end(&putting.queue);
	return status;
}
