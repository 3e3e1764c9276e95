/* SPDX-License-Identifier: MIT */
/* A program's items, checked and put into a request. */
#include "item.h"

#include "../proto/utf8.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>

#define PAIR_BYTES  3u /* in front of a header's texts */
#define KEY_MAX     255u
#define SUBJECT_MAX 255u

/* Their length as a record has them; NULL, or what is wrong with them. */
static const char *measure_headers(const tieline_item *item, size_t *len_out)
{
	size_t total = 0;

	for (size_t i = 0; i < item->header_count; i++) {
		const tieline_header *header = &item->headers[i];
		size_t key_len, value_len;

		if (!header->key || !header->value)
			return "a header's key or value is NULL";
		key_len = strlen(header->key);
		value_len = strlen(header->value);
		if (key_len == 0 || key_len > KEY_MAX)
			return "a header's key has 1 to 255 bytes";
		if (!tli_is_utf8(header->key, key_len) ||
			!tli_is_utf8(header->value, value_len))
			return "a header is no UTF-8";
		total += PAIR_BYTES + key_len + value_len;
		if (total > TLI_ITEM_HEADERS_MAX)
			return "the headers have more than 1024 bytes, with 3 "
			       "for each pair";
	}
	*len_out = total;
	return NULL;
}

static const char *fault(const tieline_item *item)
{
	if (!item->data && item->len > 0)
		return "its data is NULL";
	if (!item->headers && item->header_count > 0)
		return "its headers are NULL";
	if (item->len > TLI_ITEM_BODY_MAX)
		return "it has more than 1 GiB";
	if ((unsigned)item->format >= TLI_FORMATS)
		return "its format is none of TIELINE_FORMAT_...";
	if (item->format == TIELINE_FORMAT_TEXT &&
		!tli_is_utf8(item->data, item->len))
		return "its text is no UTF-8";
	if (item->subject && strlen(item->subject) > SUBJECT_MAX)
		return "its subject has more than 255 bytes";
	if (item->subject && !tli_is_utf8(item->subject, strlen(item->subject)))
		return "its subject is no UTF-8";
	return NULL;
}

/* Checks an item, which may be another version's; NULL, or what is wrong with
 * it. */
static const char *read_item(
	tieline_item *item, const tieline_item *given, size_t *headers_len)
{
	const char *why;

	memset(item, 0, sizeof(*item));
	if (!tli_options_copy(item, sizeof(*item), given))
		return "its size is wrong: start from tieline_item_bytes() or "
		       "tieline_item_text()";
	why = fault(item);
	return why ? why : measure_headers(item, headers_len);
}

static const tieline_item *item_at(const tieline_item items[], size_t i)
{
	return (const tieline_item *)(const void *)((const char *)items +
		i * items->size);
}

/* What is to be put, checked. */
struct parcel {
	tieline_item item;
	struct tli_record record;
};

static const char *pack(
	struct parcel *parcel, const tieline_item *given, const char *subject)
{
	tieline_item *item = &parcel->item;
	size_t headers_len;
	const char *why = read_item(item, given, &headers_len);

	if (why)
		return why;
	if (subject)
		item->subject = subject;
	parcel->record = (struct tli_record){
		.body_len = (uint32_t)item->len,
		.headers_len = (uint16_t)headers_len,
		.subject_len =
			(uint8_t)(item->subject ? strlen(item->subject) : 0),
		.format = (uint8_t)item->format,
		.delay_ms = item->delay_ms,
		.ttl_ms = item->ttl_ms,
		.priority = item->priority,
	};
	return NULL;
}

static void fill_headers(
	struct tli_exchange *exchange, const tieline_item *item)
{
	for (size_t i = 0; i < item->header_count; i++) {
		const tieline_header *header = &item->headers[i];
		size_t key_len = strlen(header->key);
		size_t value_len = strlen(header->value);
		const uint8_t front = (uint8_t)key_len;
		const uint8_t middle[] = {
			(uint8_t)(value_len >> 8), (uint8_t)value_len};

		tli_exchange_fill(exchange, &front, sizeof(front));
		tli_exchange_fill(exchange, header->key, key_len);
		tli_exchange_fill(exchange, middle, sizeof(middle));
		tli_exchange_fill(exchange, header->value, value_len);
	}
}

static void fill(struct tli_exchange *exchange, const struct parcel *parcel)
{
	uint8_t front[TLI_RECORD_BYTES];

	tli_record_put(front, &parcel->record);
	tli_exchange_fill(exchange, front, sizeof(front));
	tli_exchange_fill(
		exchange, parcel->item.subject, parcel->record.subject_len);
	fill_headers(exchange, &parcel->item);
	tli_exchange_fill(exchange, parcel->item.data, parcel->item.len);
}

static int refuse(tieline_session *session, size_t i, const char *why)
{
	return tli_error_set(&session->handle.error, TIELINE_EINVAL,
		"item %zu cannot be sent: %s", i, why);
}

/* How long they are as a payload. False with the session's error set. */
static bool measure(tieline_session *session, const tieline_item items[],
	size_t count, const char *subject, size_t *len_out)
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		struct parcel parcel;
		const char *why = pack(&parcel, item_at(items, i), subject);

		if (why) {
			refuse(session, i, why);
			return false;
		}
		len += tli_record_len(&parcel.record);
	}
	*len_out = len;
	return true;
}

struct tli_exchange *tli_items_exchange(tieline_object *object,
	const struct tli_session_frame *asked, const tieline_item items[],
	size_t count, const char *subject)
{
	tieline_session *session = object->session;
	struct tli_exchange *exchange;
	size_t len;

	if (tli_session_check(session) < 0)
		return NULL;
	if (!items || count == 0) {
		tli_error_set(&session->handle.error, TIELINE_EINVAL,
			"there are no items to send");
		return NULL;
	}
	if (subject &&
		(strlen(subject) > SUBJECT_MAX ||
			!tli_is_utf8(subject, strlen(subject)))) {
		tli_error_set(&session->handle.error, TIELINE_EINVAL,
			"a subject has at most 255 bytes of UTF-8");
		return NULL;
	}
	if (!measure(session, items, count, subject, &len))
		return NULL;
	exchange = tli_exchange_new(session, object, asked, len);
	for (size_t i = 0; exchange && i < count; i++) {
		struct parcel parcel;

		(void)pack(&parcel, item_at(items, i), subject);
		fill(exchange, &parcel);
	}
	return exchange;
}
