/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include "literal.h"
#include "status.h"

#include <stdio.h>

#define BATCH_BYTES (1u << 20)

/* Each keeps what an item is made of, a str or bytes; NULL with why not. */

static void say_why(char *why)
{
	snprintf(why, LITERAL_WHY_MAX, "%s", tieline_handle_error(NULL));
}

static tieline_value *make_text(
	struct batch *batch, const char *text, size_t len, char *why)
{
	tieline_value *kept = tieline_value_str_len(batch->kept, text, len);

	if (!kept)
		say_why(why);
	return kept;
}

static tieline_value *make_bytes(
	struct batch *batch, const char *text, size_t len, char *why)
{
	tieline_value *kept = tieline_value_bytes(batch->kept, text, len);

	if (!kept)
		say_why(why);
	return kept;
}

static tieline_value *make_json(
	struct batch *batch, const char *text, size_t len, char *why)
{
	tieline_values_clear(batch->scratch);
	if (tieline_value_from_json(
		    batch->scratch, text, len, TIELINE_JSON_PLAIN))
		return make_text(batch, text, len, why);
	say_why(why);
	return NULL;
}

static tieline_value *make_pickle(
	struct batch *batch, const char *text, size_t len, char *why)
{
	tieline_value *value = literal_read(
		batch->scratch, text, len, TIELINE_JSON_PLAIN, why);
	tieline_value *kept;
	void *pickle;
	size_t pickle_len;

	if (!value)
		return NULL;
	if (tieline_value_pickle(value, 0, &pickle, &pickle_len) < 0) {
		say_why(why);
		return NULL;
	}
	kept = make_bytes(batch, pickle, pickle_len, why);
	tieline_free(pickle);
	return kept;
}

static void choose_format(struct batch *batch, const struct settings *settings)
{
	batch->format = TIELINE_FORMAT_TEXT;
	batch->make = make_text;
	if (settings->raw) {
		batch->format = TIELINE_FORMAT_BYTES;
		batch->make = make_bytes;
	} else if (settings->value) {
		batch->format = TIELINE_FORMAT_PICKLE;
		batch->make = make_pickle;
	} else if (settings->json) {
		batch->format = TIELINE_FORMAT_JSON;
		batch->make = make_json;
	}
}

bool batch_open(struct batch *batch, const struct call *call,
	const char *source, const char *subject)
{
	batch->call = call;
	batch->source = source;
	batch->subject = subject;
	batch->count = batch->bytes = 0;
	batch->texts = 0;
	batch->has_refused = false;
	choose_format(batch, &call->settings);
	batch->kept = tieline_values_new(NULL);
	batch->scratch = tieline_values_new(NULL);
	return batch->kept && batch->scratch;
}

/* Between values there may be lines that say nothing. */
static bool is_passed_over(
	const struct batch *batch, const char *text, size_t len)
{
	return (batch->make == make_pickle || batch->make == make_json) &&
		literal_is_blank(text, len);
}

static tieline_item item_of(
	const struct batch *batch, const tieline_value *kept)
{
	const struct settings *settings = &batch->call->settings;
	size_t len;
	const void *data = tieline_value_get_str(kept, &len);
	tieline_item item;

	if (!data)
		data = tieline_value_get_bytes(kept, &len);
	item = tieline_item_bytes(data, len);
	item.format = batch->format;
	item.headers = settings->headers.list;
	item.header_count = settings->headers.count;
	item.subject = batch->subject;
	item.delay_ms =
		settings->delay_ms > 0 ? (uint32_t)settings->delay_ms : 0;
	item.ttl_ms = (uint32_t)settings->ttl_ms;
	item.priority = settings->priority;
	return item;
}

void batch_add(struct batch *batch, const char *text, size_t len)
{
	char why[LITERAL_WHY_MAX];
	tieline_value *kept;

	batch->texts++;
	if (is_passed_over(batch, text, len))
		return;
	kept = batch->make(batch, text, len, why);
	if (!kept) {
		batch->has_refused = true;
		complain(STATUS_OTHER, batch->call->words[0],
			"%s %llu is passed over: %s", batch->source,
			batch->texts, why);
		return;
	}
	batch->items[batch->count++] = item_of(batch, kept);
	batch->bytes += len;
}

bool batch_is_full(const struct batch *batch)
{
	return batch->count == BATCH_ITEMS || batch->bytes >= BATCH_BYTES;
}

void batch_clear(struct batch *batch)
{
	tieline_values_clear(batch->kept);
	batch->count = batch->bytes = 0;
}

void batch_close(struct batch *batch)
{
	tieline_values_free(batch->kept);
	tieline_values_free(batch->scratch);
}
