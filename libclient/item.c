/* SPDX-License-Identifier: MIT */
/* Items that the library gives. */
#include "item.h"

#include "values.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t *headers_of(const struct tli_record *record)
{
	return record->bytes + record->subject_len;
}

static size_t count_headers(const struct tli_record *record)
{
	struct tli_header header;
	size_t count = 0;
	size_t at = 0;

	while (tli_header_next(
		&header, headers_of(record), record->headers_len, &at))
		count++;
	return count;
}

/* Copies a text, with a NUL behind it, to *next, which is moved on. */
static const char *copy(char **next, const void *text, size_t len)
{
	char *start = *next;

	memcpy(start, text, len);
	start[len] = '\0';
	*next = start + len + 1;
	return start;
}

static void copy_headers(
	struct tli_got *got, char **next, const struct tli_record *record)
{
	struct tli_header header;
	size_t at = 0;

	for (size_t i = 0; tli_header_next(
		     &header, headers_of(record), record->headers_len, &at);
		i++)
		got->headers[i] =
			(tieline_header){copy(next, header.key, header.key_len),
				copy(next, header.value, header.value_len)};
}

/* With one reference. NULL for lack of memory. */
static struct tli_got *make(const struct tli_record *record)
{
	size_t count = count_headers(record);
	/* Their bytes, and NULs behind each text, the subject, the body. */
	size_t len = (size_t)record->subject_len + record->headers_len +
		record->body_len + 2;
	struct tli_got *got =
		malloc(sizeof(*got) + count * sizeof(got->headers[0]) + len);
	char *next;

	if (!got)
		return NULL;
	next = (char *)&got->headers[count];
	got->references = 1;
	got->item = (tieline_item){
		.size = sizeof(got->item),
		.len = record->body_len,
		.format = (tieline_format)record->format,
		.headers = got->headers,
		.header_count = count,
		.attempts = record->attempts,
		.redelivered = record->attempts > 1,
		.lease = record->lease,
	};
	copy_headers(got, &next, record);
	got->item.subject = copy(&next, record->bytes, record->subject_len);
	got->item.data = copy(&next, headers_of(record) + record->headers_len,
		record->body_len);
	return got;
}

static int out_of_memory(struct tli_error *error)
{
	return tli_error_set(error, TIELINE_ENOMEM, "no memory for an item");
}

int tli_items_take(const uint8_t *payload, size_t len,
	bool (*take)(void *arg, struct tli_got *got), void *arg,
	struct tli_error *error)
{
	while (len > 0) {
		struct tli_record record;
		struct tli_got *got;
		const char *why;
		size_t used = tli_record_take(&record, payload, len, &why);

		if (used == 0)
			return tli_error_set(error, TIELINE_EPROTOCOL,
				"the broker sent what makes no sense: %s", why);
		got = make(&record);
		if (!got || !take(arg, got))
			return out_of_memory(error);
		payload += used;
		len -= used;
	}
	return 0;
}

int tieline_item_pickle(
	const tieline_value *value, int protocol, tieline_item **item_out)
{
	struct tli_record record = {.format = TLI_FORMAT_PICKLE};
	struct tli_got *got;
	void *data;
	size_t len;
	int result = tieline_value_pickle(value, protocol, &data, &len);

	if (result < 0)
		return result;
	if (len > TLI_ITEM_BODY_MAX) {
		free(data);
		return tli_error_set(tli_thread_error(), TIELINE_ELIMIT,
			"the pickle has %zu bytes, and an item at most %u", len,
			TLI_ITEM_BODY_MAX);
	}
	record.bytes = data;
	record.body_len = (uint32_t)len;
	got = make(&record);
	free(data);
	if (!got)
		return out_of_memory(tli_thread_error());
	*item_out = &got->item;
	return 0;
}

tieline_value *tieline_item_value(
	const tieline_item *item, tieline_values *values)
{
	switch (item->format) {
	case TIELINE_FORMAT_PICKLE:
		return tieline_value_unpickle(values, item->data, item->len);
	case TIELINE_FORMAT_JSON:
		return tieline_value_from_json(
			values, item->data, item->len, TIELINE_JSON_WRAPPED);
	case TIELINE_FORMAT_TEXT:
		return tieline_value_str_len(values, item->data, item->len);
	default:
		return tieline_value_bytes(values, item->data, item->len);
	}
}

const char *tieline_item_header(const tieline_item *item, const char *key)
{
	for (size_t i = 0; i < item->header_count; i++)
		if (strcmp(item->headers[i].key, key) == 0)
			return item->headers[i].value;
	return NULL;
}

tieline_item *tieline_item_keep(tieline_item *item)
{
	tli_got_of(item)->references++;
	return item;
}

void tieline_item_free(tieline_item *item)
{
	struct tli_got *got;

	if (!item)
		return;
	got = tli_got_of(item);
	if (--got->references == 0)
		free(got);
}
