/* SPDX-License-Identifier: MIT */
#include "feed.h"

#include "input.h"
#include "lines.h"
#include "progress.h"
#include "status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT "standard input"

struct feeding {
	struct batch batch;
	feed_send *send;
	void *arg;
};

static int send_batch(struct feeding *feeding)
{
	struct batch *batch = &feeding->batch;
	int status;

	if (batch->count == 0)
		return STATUS_DONE;
	status = feeding->send(feeding->arg, batch);
	if (status == STATUS_DONE)
		progress_add(batch->count);
	batch_clear(batch);
	return status;
}

static int add(struct feeding *feeding, const void *text, size_t len)
{
	batch_add(&feeding->batch, text, len);
	return batch_is_full(&feeding->batch) ? send_batch(feeding)
					      : STATUS_DONE;
}

static int feed_words(struct feeding *feeding, char *const words[])
{
	int status = STATUS_DONE;

	for (; *words && status == STATUS_DONE; words++)
		status = add(feeding, *words, strlen(*words));
	return status == STATUS_DONE ? send_batch(feeding) : status;
}

/* All lines that are there. */
static int take_lines(struct feeding *feeding, struct source *source)
{
	int status = STATUS_DONE;
	const void *data;
	size_t len;

	while (status == STATUS_DONE && source_next(source, &data, &len)) {
		status = add(feeding, data, len);
		source_drop(source);
	}
	return status == STATUS_DONE ? send_batch(feeding) : status;
}

static int feed_lines(struct feeding *feeding)
{
	struct source source = {.fd = dup(STDIN_FILENO)};
	int status = STATUS_DONE;

	while (status == STATUS_DONE && !source_is_over(&source)) {
		int result = source_read(&source);

		status = result < 0
			? complain(STATUS_OTHER, INPUT, "%s", strerror(-result))
			: take_lines(feeding, &source);
	}
	source_close(&source);
	return status;
}

static int feed_all(struct feeding *feeding)
{
	struct bytes bytes = {.data = NULL};
	int status = input_read_all(stdin, INPUT, &bytes);

	if (status == STATUS_DONE)
		status = add(feeding, bytes_head(&bytes), bytes_len(&bytes));
	if (status == STATUS_DONE)
		status = send_batch(feeding);
	bytes_free(&bytes);
	return status;
}

static int run(struct feeding *feeding, char *const words[])
{
	int status;

	if (*words)
		return feed_words(feeding, words);
	if (feeding->batch.call->settings.raw)
		return feed_all(feeding);
	progress_begin("items", STDIN_FILENO);
	status = feed_lines(feeding);
	progress_end();
	return status;
}

int feed(const struct call *call, char *const words[], const char *subject,
	feed_send *send, void *arg)
{
	struct feeding *feeding = calloc(1, sizeof(*feeding));
	int status;

	if (!feeding)
		return complain_of_memory(call->words[0]);
	feeding->send = send;
	feeding->arg = arg;
	status = batch_open(&feeding->batch, call, *words ? "item" : "line",
			 subject)
		? run(feeding, words)
		: complain_of_memory(call->words[0]);
	if (status == STATUS_DONE && feeding->batch.has_refused)
		status = STATUS_OTHER;
	batch_close(&feeding->batch);
	free(feeding);
	return status;
}
