/* SPDX-License-Identifier: MIT */
/*
 * Items: what queues and topics carry. An item never changes and is shared by
 * counting references, so that a queue, its consumers and their outputs hold it
 * once. A record is an item as a payload has it:
 *
 *      0  u32  length of the body
 *      4  u16  length of the headers
 *      6  u8   length of the subject
 *      7  u8   format, an enum tli_format
 *      8  u32  delivered: how often, this time included; put: a delay in ms
 *     12  u32  put: time to live in ms, 0 = no limit
 *     16  u64  delivered: the lease, 0 = none; put: the priority, signed
 *     24       the subject, the headers, the body
 *
 * All numbers are big-endian. The headers are pairs of texts, each with a
 * length in front: u8 of the key, u16 of the value.
 */
#ifndef TLI_ITEM_H
#define TLI_ITEM_H

#include "ops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLI_RECORD_BYTES     24u
#define TLI_ITEM_HEADERS_MAX 1024u /* bytes of headers */

#define TLI_ITEM_BODY_MAX (UINT32_C(1) << 30)

/* What an item's value refers to elsewhere: told when the item is freed. */
struct tli_item_links {
	void (*release)(struct tli_item_links *links);
};

struct tli_item {
	struct tli_item_links *links; /* NULL = none */
	uint32_t references;
	uint32_t body_len;
	uint16_t headers_len;
	uint8_t subject_len;
	uint8_t format;
	uint8_t bytes[]; /* the subject, the headers, the body */
};

/* What stands in front of an item in a payload. */
struct tli_record {
	uint32_t body_len;
	uint16_t headers_len;
	uint8_t subject_len;
	uint8_t format;
	union {
		uint32_t attempts;
		uint32_t delay_ms;
	};
	uint32_t ttl_ms;
	union {
		uint64_t lease;
		int64_t priority;
	};
	const uint8_t *bytes; /* the subject, the headers, the body */
};

/* An item of a record's bytes, copied, with one reference. NULL for lack of
 * memory. */
struct tli_item *tli_item_new(const struct tli_record *record);

/* An item of that format with this body, which the caller may still write, and
 * no headers. NULL for lack of memory. */
struct tli_item *tli_item_of(
	enum tli_format format, const void *body, size_t body_len);

/* NULL is fine. */
struct tli_item *tli_item_ref(struct tli_item *item);
void tli_item_unref(struct tli_item *item);

/* Its length without what stands in front: what limits count. */
static inline size_t tli_item_len(const struct tli_item *item)
{
	return (size_t)item->subject_len + item->headers_len + item->body_len;
}

static inline const uint8_t *tli_item_body(const struct tli_item *item)
{
	return item->bytes + item->subject_len + item->headers_len;
}

/* What stands in front of that item, but for attempts, times and lease. */
struct tli_record tli_record_of(const struct tli_item *item);

static inline size_t tli_record_len(const struct tli_record *record)
{
	return TLI_RECORD_BYTES + (size_t)record->subject_len +
		record->headers_len + record->body_len;
}

/* Writes what stands in front. */
void tli_record_put(
	uint8_t bytes[TLI_RECORD_BYTES], const struct tli_record *record);

/*
 * Takes the first record of a payload. Returns its whole length, or 0 with a
 * reason if the payload ends inside it or it makes no sense: an unknown format,
 * headers that are none or longer than TLI_ITEM_HEADERS_MAX, text or subject or
 * headers that are no UTF-8. *why is a text that lives forever.
 */
size_t tli_record_take(struct tli_record *record_out, const uint8_t *payload,
	size_t len, const char **why);

/* Goes through headers: the pair at *at, which is moved on; false at the end.
 * The texts have no NUL behind them. */
struct tli_header {
	const char *key, *value;
	uint8_t key_len;
	uint16_t value_len;
};
bool tli_header_next(struct tli_header *header_out, const uint8_t *headers,
	size_t len, size_t *at);

/* The same item, but for its links, with more headers behind its own. NULL for
 * lack of memory, or if that is more than TLI_ITEM_HEADERS_MAX. */
struct tli_item *tli_item_with_headers(const struct tli_item *item,
	const struct tli_header *headers, size_t count);

#endif
