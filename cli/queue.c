/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include "status.h"

#include <string.h>

static const struct {
	const char *name;
	tieline_queue_kind kind;
} kinds[] = {
	{"Queue", TIELINE_QUEUE_FIFO},
	{"LifoQueue", TIELINE_QUEUE_LIFO},
	{"PriorityQueue", TIELINE_QUEUE_PRIORITY},
	{"SimpleQueue", TIELINE_QUEUE_SIMPLE},
};

static int find_kind(const char *name, tieline_queue_kind *kind_out)
{
	*kind_out = TIELINE_QUEUE_ANY;
	if (!name)
		return STATUS_DONE;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		*kind_out = kinds[i].kind;
		return STATUS_DONE;
	}
	return complain(STATUS_USAGE, name,
		"no kind of queue: it has to be Queue, LifoQueue, "
		"PriorityQueue or SimpleQueue");
}

int queue_complain(const struct queue *queue, const struct call *call, int code)
{
	return session_complain(&queue->session, call->words[0], code);
}

int queue_begin(struct queue *queue, const struct call *call,
	tieline_creation creation, enum session_loss loss)
{
	tieline_object_options options = tieline_object_options_default();
	const struct settings *settings = &call->settings;
	int status = find_kind(settings->kind, &options.queue_kind);
	int result;

	queue->session.session = NULL;
	if (status == STATUS_DONE)
		status = session_begin(
			&queue->session, call, call->words[0], loss);
	if (status != STATUS_DONE)
		return status;
	options.creation = creation;
	options.maxsize = settings->maxsize;
	options.max_attempts = settings->max_attempts;
	options.dead_letter = settings->dead_letter;
	result = tieline_queue_open(queue->session.session, call->words[0],
		&options, &queue->queue);
	return result < 0 ? queue_complain(queue, call, result) : STATUS_DONE;
}

void queue_end(struct queue *queue)
{
	session_end(&queue->session);
}
