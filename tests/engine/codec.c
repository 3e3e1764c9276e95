/* SPDX-License-Identifier: MIT */
#include "codec.h"

#include "../../proto/wire.h"

#include <stddef.h>
#include <string.h>

#define NUMBER_BYTES 8u

/* All but the items. */
static const struct {
	size_t offset, size;
} fields[] = {
#define FIELD(name)                                                            \
	{                                                                      \
		offsetof(struct op, name), sizeof(((struct op *)0)->name)      \
	}
	FIELD(code),
	FIELD(format),
	FIELD(expired),
	FIELD(unleased),
	FIELD(untold),
	FIELD(is_python),
	FIELD(object),
	FIELD(owner),
	FIELD(identity),
	FIELD(forbidden),
	FIELD(forbidden_beside),
	FIELD(forbidden_links),
	FIELD(lease_ms),
	FIELD(delay_ms),
	FIELD(ttl_ms),
	FIELD(priority),
	FIELD(token),
	FIELD(count),
	FIELD(ticket),
	FIELD(timeout_ms),
	FIELD(status),
	FIELD(attempts),
	FIELD(needed),
	FIELD(is_beside),
	FIELD(created),
	FIELD(deliveries),
	FIELD(lost_messages),
	FIELD(lost_bytes),
	FIELD(granted),
	FIELD(dropped),
	FIELD(dropped_owner),
	FIELD(wait_object),
	FIELD(wait_class),
#undef FIELD
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* ---- fields ----------------------------------------------------------- */

static bool put_fields(struct tli_buf *buf, const struct op *op)
{
	uint8_t bytes[FIELDS * NUMBER_BYTES] = {0};

	for (size_t i = 0; i < FIELDS; i++)
		memcpy(bytes + i * NUMBER_BYTES,
			(const char *)op + fields[i].offset, fields[i].size);
	return tli_buf_append(buf, bytes, sizeof(bytes)) == TLI_BUF_OK;
}

static void take_fields(struct op *op, const uint8_t *bytes)
{
	for (size_t i = 0; i < FIELDS; i++)
		memcpy((char *)op + fields[i].offset, bytes + i * NUMBER_BYTES,
			fields[i].size);
}

/* ---- items: a byte that says whether there is one, and its record ------ */

static bool put_item(struct tli_buf *buf, const struct tli_item *item)
{
	uint8_t head[1 + TLI_RECORD_BYTES] = {item != NULL};
	struct tli_record record;

	if (!item)
		return tli_buf_append(buf, head, 1) == TLI_BUF_OK;
	record = tli_record_of(item);
	tli_record_put(head + 1, &record);
	return tli_buf_append(buf, head, sizeof(head)) == TLI_BUF_OK &&
		tli_buf_append(buf, item->bytes, tli_item_len(item)) ==
		TLI_BUF_OK;
}

/* Returns how long it is, 0 on failure. */
static size_t take_item(
	struct tli_item **item_out, const uint8_t *bytes, size_t len)
{
	struct tli_record record;
	const char *why;
	size_t record_len;

	*item_out = NULL;
	if (len == 0 || !bytes[0])
		return len > 0;
	record_len = tli_record_take(&record, bytes + 1, len - 1, &why);
	if (record_len == 0)
		return 0;
	*item_out = tli_item_new(&record);
	return *item_out ? 1 + record_len : 0;
}

bool codec_put_op(struct tli_buf *buf, const struct op *op)
{
	return put_fields(buf, op) && put_item(buf, op->item) &&
		put_item(buf, op->result);
}

bool codec_take_op(struct op *op, const uint8_t *bytes, size_t len)
{
	struct tli_item *item, *result;
	size_t at = FIELDS * NUMBER_BYTES, item_len, result_len;

	if (len < at)
		return false;
	item_len = take_item(&item, bytes + at, len - at);
	if (item_len == 0)
		return false;
	at += item_len;
	result_len = take_item(&result, bytes + at, len - at);
	if (result_len == 0 || at + result_len != len) {
		tli_item_unref(item);
		tli_item_unref(result);
		return false;
	}
	take_fields(op, bytes);
	op->item = item;
	op->result = result;
	return true;
}
