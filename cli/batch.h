/* SPDX-License-Identifier: MIT */
/* Texts as items of a queue or a topic, of the format that the options say, as
 * many as are worth a round trip. */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "verbs.h"

#include <tieline/session.h>

#define BATCH_ITEMS 512

struct batch {
	const struct call *call;
	const char *source;  /* "line": where texts come from */
	const char *subject; /* of messages */
	tieline_value *(*make)(
		struct batch *batch, const char *text, size_t len, char *why);
	tieline_format format;
	tieline_values *kept;     /* what the items are made of */
	tieline_values *scratch;  /* one value */
	unsigned long long texts; /* so far */
	bool has_refused;
	tieline_item items[BATCH_ITEMS];
	size_t count;
	size_t bytes;
};

/* False for lack of memory. */
bool batch_open(struct batch *batch, const struct call *call,
	const char *source, const char *subject);

/* Adds an item. What is none is told on standard error, and passed over. */
void batch_add(struct batch *batch, const char *text, size_t len);

/* Whether it has to be sent and cleared before more is added. */
bool batch_is_full(const struct batch *batch);
void batch_clear(struct batch *batch);

/* One that was not opened, and is zeroed, is fine. */
void batch_close(struct batch *batch);

#endif
