/* SPDX-License-Identifier: MIT */
#include "item.h"

#include "utf8.h"
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define KEY_LENGTH_BYTES   1u
#define VALUE_LENGTH_BYTES 2u

static size_t bytes_len(const struct tli_record *record)
{
	return (size_t)record->subject_len + record->headers_len +
		record->body_len;
}

struct tli_item *tli_item_new(const struct tli_record *record)
{
	struct tli_item *item = malloc(sizeof(*item) + bytes_len(record));

	if (!item)
		return NULL;
	item->links = NULL;
	item->references = 1;
	item->body_len = record->body_len;
	item->headers_len = record->headers_len;
	item->subject_len = record->subject_len;
	item->format = record->format;
	memcpy(item->bytes, record->bytes, bytes_len(record));
	return item;
}

struct tli_item *tli_item_of(
	enum tli_format format, const void *body, size_t body_len)
{
	struct tli_record record = {
		.body_len = (uint32_t)body_len,
		.format = (uint8_t)format,
		.bytes = body ? body : "",
	};

	return body_len > TLI_ITEM_BODY_MAX ? NULL : tli_item_new(&record);
}

struct tli_item *tli_item_ref(struct tli_item *item)
{
	if (item)
		item->references++;
	return item;
}

void tli_item_unref(struct tli_item *item)
{
	if (!item || --item->references > 0)
		return;
	if (item->links)
		item->links->release(item->links);
	free(item);
}

struct tli_record tli_record_of(const struct tli_item *item)
{
	return (struct tli_record){
		.body_len = item->body_len,
		.headers_len = item->headers_len,
		.subject_len = item->subject_len,
		.format = item->format,
		.bytes = item->bytes,
	};
}

void tli_record_put(
	uint8_t bytes[TLI_RECORD_BYTES], const struct tli_record *record)
{
	tli_store_be32(bytes, record->body_len);
	bytes[4] = (uint8_t)(record->headers_len >> 8);
	bytes[5] = (uint8_t)record->headers_len;
	bytes[6] = record->subject_len;
	bytes[7] = record->format;
	tli_store_be32(bytes + 8, record->attempts);
	tli_store_be32(bytes + 12, record->ttl_ms);
	tli_store_be64(bytes + 16, record->lease);
}

bool tli_header_next(struct tli_header *header_out, const uint8_t *headers,
	size_t len, size_t *at)
{
	const uint8_t *next = headers + *at;
	size_t left = len - *at;
	size_t key_len, value_len;

	if (left < KEY_LENGTH_BYTES)
		return false;
	key_len = next[0];
	if (left < KEY_LENGTH_BYTES + key_len + VALUE_LENGTH_BYTES)
		return false;
	next += KEY_LENGTH_BYTES + key_len;
	value_len = (size_t)(next[0] << 8 | next[1]);
	left -= KEY_LENGTH_BYTES + key_len + VALUE_LENGTH_BYTES;
	if (left < value_len)
		return false;
	*header_out = (struct tli_header){
		.key = (const char *)next - key_len,
		.value = (const char *)next + VALUE_LENGTH_BYTES,
		.key_len = (uint8_t)key_len,
		.value_len = (uint16_t)value_len,
	};
	*at = len - left + value_len;
	return true;
}

static uint8_t *put_header(uint8_t *next, const struct tli_header *header)
{
	*next++ = header->key_len;
	memcpy(next, header->key, header->key_len);
	next += header->key_len;
	*next++ = (uint8_t)(header->value_len >> 8);
	*next++ = (uint8_t)header->value_len;
	memcpy(next, header->value, header->value_len);
	return next + header->value_len;
}

struct tli_item *tli_item_with_headers(const struct tli_item *item,
	const struct tli_header *headers, size_t count)
{
	size_t before = (size_t)item->subject_len + item->headers_len;
	size_t headers_len = item->headers_len;
	struct tli_item *more;
	uint8_t *next;

	for (size_t i = 0; i < count; i++)
		headers_len += KEY_LENGTH_BYTES + headers[i].key_len +
			VALUE_LENGTH_BYTES + headers[i].value_len;
	if (headers_len > TLI_ITEM_HEADERS_MAX)
		return NULL;
	more = malloc(sizeof(*more) + item->subject_len + headers_len +
		item->body_len);
	if (!more)
		return NULL;
	*more = *item;
	more->links = NULL;
	more->references = 1;
	more->headers_len = (uint16_t)headers_len;
	memcpy(more->bytes, item->bytes, before);
	next = more->bytes + before;
	for (size_t i = 0; i < count; i++)
		next = put_header(next, &headers[i]);
	memcpy(next, item->bytes + before, item->body_len);
	return more;
}

static bool headers_are_right(const uint8_t *headers, size_t len)
{
	struct tli_header header;
	size_t at = 0;

	while (at < len)
		if (!tli_header_next(&header, headers, len, &at) ||
			!tli_is_utf8(header.key, header.key_len) ||
			!tli_is_utf8(header.value, header.value_len))
			return false;
	return true;
}

/* What is wrong with a record whose bytes are all there; NULL if nothing is. */
static const char *fault(const struct tli_record *record)
{
	const uint8_t *headers = record->bytes + record->subject_len;

	if (record->format >= TLI_FORMATS)
		return "an item has a format that there is not";
	if (record->headers_len > TLI_ITEM_HEADERS_MAX)
		return "an item has more than 1024 bytes of headers";
	if (!tli_is_utf8(record->bytes, record->subject_len))
		return "a subject is no UTF-8";
	if (!headers_are_right(headers, record->headers_len))
		return "an item's headers are not pairs of UTF-8 texts";
	if (record->format == TLI_FORMAT_TEXT &&
		!tli_is_utf8(headers + record->headers_len, record->body_len))
		return "an item said to be text is no UTF-8";
	return NULL;
}

size_t tli_record_take(struct tli_record *record_out, const uint8_t *payload,
	size_t len, const char **why)
{
	*why = "the payload ends inside an item";
	if (len < TLI_RECORD_BYTES)
		return 0;
	*record_out = (struct tli_record){
		.body_len = tli_load_be32(payload),
		.headers_len = (uint16_t)(payload[4] << 8 | payload[5]),
		.subject_len = payload[6],
		.format = payload[7],
		.attempts = tli_load_be32(payload + 8),
		.ttl_ms = tli_load_be32(payload + 12),
		.lease = tli_load_be64(payload + 16),
		.bytes = payload + TLI_RECORD_BYTES,
	};
	if (bytes_len(record_out) > len - TLI_RECORD_BYTES)
		return 0;
	*why = fault(record_out);
	return *why ? 0 : tli_record_len(record_out);
}
