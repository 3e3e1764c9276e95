/* SPDX-License-Identifier: MIT */
/* Requests to the broker about itself, and its replies: docs/protocol.md,
 * section 9.6. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "broker.h"
#include "json.h"

/* Not to be moved once it is open. */
struct ask {
	struct broker broker;
	tieline_connection *connection;
	int timeout_ms; /* for each reply */
};

/* Each returns STATUS_DONE, or another status when it has complained. */

/* Connects to the broker. */
int ask_open(struct ask *ask, const struct call *call);

/* Sends a request, which it frees, and stores the reply, to be freed with
 * json_free(). A refusal is complained of. NULL stands for a request that there
 * was no memory for. */
int ask(struct ask *ask, json *request, json **reply_out);

/* Stores the next frame, however long it takes to come. */
int ask_next(struct ask *ask, json **event_out);

void ask_close(struct ask *ask);

#endif
