/* SPDX-License-Identifier: MIT */
/* The queue that a verb is about, in a session of its own. */
#ifndef CLI_QUEUE_H
#define CLI_QUEUE_H

#include "session.h"

#include <tieline/queue.h>

/* Not to be moved once it is open. */
struct queue {
	struct session session;
	tieline_queue *queue;
};

/* Opens the queue that the first word names, or makes one as the options say.
 * Returns STATUS_DONE, or another status when it has complained. */
int queue_begin(struct queue *queue, const struct call *call,
	tieline_creation creation, enum session_loss loss);

/* Says that the last call failed with that code; returns its status. */
int queue_complain(
	const struct queue *queue, const struct call *call, int code);

/* One that could not be begun is fine. */
void queue_end(struct queue *queue);

#endif
