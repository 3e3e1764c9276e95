/* SPDX-License-Identifier: MIT */
/*
 * What the other side of a session sends: frames, and the items in their
 * payloads, and the input as items alone. What is taken can be put again, as
 * the same bytes; what is cut anywhere is not taken; what is wrong has a
 * reason.
 */
#include "fuzz.h"

#include "../../proto/item.h"
#include "../../proto/session.h"
#include "../../proto/utf8.h"
#include "../unit/alloc.h"

#include <string.h>

#define ALL_FLAGS                                                              \
	(TLI_FLAG_REPLY | TLI_FLAG_MORE | TLI_FLAG_QUIET | TLI_FLAG_UNLEASED)
#define PAIRS_MAX 4

static void is_plain(const char *text)
{
	require(text && *text);
	for (; *text; text++)
		require(*text >= ' ' && *text <= '~');
}

/* An exact copy, so that reading behind it is noticed. */
static uint8_t *copy_of(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len + !len);

	require(copy);
	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

/* ---- Items ------------------------------------------------------------ */

static void same_records(
	const struct tli_record *one, const struct tli_record *other)
{
	require(one->body_len == other->body_len);
	require(one->headers_len == other->headers_len);
	require(one->subject_len == other->subject_len);
	require(one->format == other->format);
	require(one->attempts == other->attempts);
	require(one->ttl_ms == other->ttl_ms);
	require(one->lease == other->lease);
}

/* The first pairs; all of them together are the headers. */
static size_t read_pairs(const struct tli_item *item,
	struct tli_header pairs[PAIRS_MAX], size_t *bytes_out)
{
	const uint8_t *headers = item->bytes + item->subject_len;
	struct tli_header pair;
	size_t count = 0, at = 0, sum = 0;

	*bytes_out = 0;
	while (tli_header_next(&pair, headers, item->headers_len, &at)) {
		sum += 3u + pair.key_len + pair.value_len;
		require(sum == at);
		if (count == PAIRS_MAX)
			continue;
		pairs[count++] = pair;
		*bytes_out = sum;
	}
	require(at == item->headers_len);
	return count;
}

/* It gets its own headers once more, unless they are too many. */
static void add_headers(const struct tli_item *item)
{
	struct tli_header pairs[PAIRS_MAX];
	size_t more_len, before = item->subject_len + item->headers_len;
	size_t count = read_pairs(item, pairs, &more_len);
	struct tli_item *more = tli_item_with_headers(item, pairs, count);

	if (item->headers_len + more_len > TLI_ITEM_HEADERS_MAX) {
		require(!more);
		return;
	}
	require(more && more->headers_len == item->headers_len + more_len);
	require(memcmp(more->bytes, item->bytes, before) == 0);
	require(memcmp(more->bytes + before, item->bytes + item->subject_len,
			more_len) == 0);
	require(more->body_len == item->body_len);
	require(memcmp(tli_item_body(more), tli_item_body(item),
			item->body_len) == 0);
	tli_item_unref(more);
}

static void check_item(const struct tli_record *record, size_t used)
{
	struct tli_item *item = tli_item_new(record), *body;
	struct tli_record again;

	require(item && TLI_RECORD_BYTES + tli_item_len(item) == used);
	again = tli_record_of(item);
	again.attempts = record->attempts;
	again.ttl_ms = record->ttl_ms;
	again.lease = record->lease;
	same_records(record, &again);
	require(memcmp(again.bytes, record->bytes, tli_item_len(item)) == 0);
	add_headers(item);
	body = tli_item_of(item->format, tli_item_body(item), item->body_len);
	require(body && tli_item_len(body) == item->body_len);
	require(tli_item_ref(item) == item && item->references == 2);
	tli_item_unref(item);
	tli_item_unref(item);
	tli_item_unref(body);
}

/* Memory is short: there is none. */
static void check_shortage(const struct tli_record *record)
{
	const struct tli_item empty = {.references = 1};

	alloc_fail_from(1, true);
	require(!tli_item_new(record));
	require(!tli_item_of(TLI_FORMAT_BYTES, NULL, 0));
	require(!tli_item_with_headers(&empty, NULL, 0));
	alloc_reset();
}

static void is_right(const struct tli_record *record)
{
	const uint8_t *headers = record->bytes + record->subject_len;
	const uint8_t *body = headers + record->headers_len;

	require(record->format < TLI_FORMATS);
	require(record->headers_len <= TLI_ITEM_HEADERS_MAX);
	require(tli_is_utf8(record->bytes, record->subject_len));
	if (record->format == TLI_FORMAT_TEXT)
		require(tli_is_utf8(body, record->body_len));
}

/* What stands in front is the same bytes again; the end is no part of it. */
static void check_record(
	const struct tli_record *record, const uint8_t *payload, size_t used)
{
	uint8_t head[TLI_RECORD_BYTES];
	uint8_t *cut = copy_of(payload, used - 1);
	struct tli_record ignored;
	const char *why;

	require(used == tli_record_len(record));
	tli_record_put(head, record);
	require(memcmp(head, payload, sizeof(head)) == 0);
	require(tli_record_take(&ignored, cut, used - 1, &why) == 0);
	is_plain(why);
	free(cut);
}

static void check_records(const uint8_t *payload, size_t len)
{
	struct tli_record record;
	const char *why;
	size_t used;

	for (; len > 0; payload += used, len -= used) {
		used = tli_record_take(&record, payload, len, &why);
		if (used == 0) {
			is_plain(why);
			return;
		}
		require(used <= len);
		is_right(&record);
		check_record(&record, payload, used);
		check_item(&record, used);
		check_shortage(&record);
	}
}

/* ---- Frames ----------------------------------------------------------- */

static int take(struct tli_session_frame *frame, const uint8_t *bytes,
	size_t len, size_t *used)
{
	const char *why = NULL;
	int result;

	*used = 0;
	result = tli_session_take(frame, bytes, len, used, &why);
	if (result < 0)
		is_plain(why);
	require((*used > 0) ==
		(result == TLI_SESSION_FRAME || result == TLI_SESSION_UNKNOWN));
	return result;
}

/* Wherever it is cut, more is wanted. */
static void check_cut(const uint8_t *bytes, size_t len)
{
	uint8_t *cut = copy_of(bytes, len);
	struct tli_session_frame frame;
	size_t used;

	require(take(&frame, cut, len, &used) == TLI_SESSION_MORE);
	free(cut);
}

static void check_cuts(const uint8_t *bytes, size_t used)
{
	for (size_t len = 0; len < TLI_SESSION_WIRE_BYTES; len++)
		check_cut(bytes, len);
	check_cut(bytes, used - 1);
}

static bool is_known(const struct tli_session_frame *frame)
{
	return tli_op_info(frame->op)->word &&
		(frame->flags & ~ALL_FLAGS) == 0 &&
		tli_status_info(frame->status)->name &&
		frame->status < TLI_STATUSES && tli_format_word(frame->format);
}

static void check_frame(const struct tli_session_frame *frame,
	const uint8_t *bytes, size_t used, int result)
{
	uint8_t head[TLI_SESSION_WIRE_BYTES];

	require(is_known(frame) == (result == TLI_SESSION_FRAME));
	require(frame->payload == bytes + TLI_SESSION_WIRE_BYTES);
	require(used == TLI_SESSION_WIRE_BYTES + frame->payload_len);
	require(frame->payload_len <= TLI_SESSION_PAYLOAD_MAX);
	tli_session_put(head, frame);
	require(memcmp(head, bytes, sizeof(head)) == 0);
	check_cuts(bytes, used);
	check_records(frame->payload, frame->payload_len);
}

static void check_frames(const uint8_t *bytes, size_t len)
{
	struct tli_session_frame frame;
	size_t used;
	int result;

	while ((result = take(&frame, bytes, len, &used)) ==
			TLI_SESSION_FRAME ||
		result == TLI_SESSION_UNKNOWN) {
		require(used <= len);
		check_frame(&frame, bytes, used, result);
		bytes += used;
		len -= used;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_frames(data, size);
	check_records(data, size);
	return 0;
}
