/* SPDX-License-Identifier: MIT */
#include "buf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST_CAPACITY 64u

void tli_buf_init(struct tli_buf *buf, size_t max_bytes)
{
	*buf = (struct tli_buf){.max_bytes = max_bytes};
}

void tli_buf_lend(struct tli_buf *buf, void *storage, size_t capacity)
{
	assert(!buf->data);
	buf->data = storage;
	buf->capacity = capacity < buf->max_bytes ? capacity : buf->max_bytes;
	buf->lent = true;
}

void tli_buf_fini(struct tli_buf *buf)
{
	if (!buf->lent)
		free(buf->data);
	tli_buf_init(buf, buf->max_bytes);
}

static void move_to_start(struct tli_buf *buf)
{
	size_t len = tli_buf_len(buf);

	if (buf->start == 0)
		return;
	memmove(buf->data, tli_buf_head(buf), len);
	buf->start = 0;
	buf->end = len;
}

/* Doubling keeps appends cheap; what is asked for and the limit bound it. */
static size_t capacity_for(const struct tli_buf *buf, size_t needed)
{
	size_t doubled = buf->capacity > buf->max_bytes / 2 ? buf->max_bytes
							    : buf->capacity * 2;

	if (doubled < SMALLEST_CAPACITY && SMALLEST_CAPACITY <= buf->max_bytes)
		doubled = SMALLEST_CAPACITY;
	return doubled > needed ? doubled : needed;
}

int tli_buf_reserve(struct tli_buf *buf, size_t len)
{
	size_t held = tli_buf_len(buf);
	size_t capacity;
	uint8_t *data;

	if (len <= tli_buf_room(buf))
		return TLI_BUF_OK;
	if (len > buf->max_bytes - held)
		return TLI_BUF_FULL;
	move_to_start(buf);
	if (len <= tli_buf_room(buf))
		return TLI_BUF_OK;
	if (buf->lent)
		return TLI_BUF_FULL;
	capacity = capacity_for(buf, held + len);
	data = realloc(buf->data, capacity);
	if (!data)
		return TLI_BUF_NOMEM;
	buf->data = data;
	buf->capacity = capacity;
	return TLI_BUF_OK;
}

void tli_buf_commit(struct tli_buf *buf, size_t len)
{
	assert(len <= tli_buf_room(buf));
	buf->end += len;
}

int tli_buf_append(struct tli_buf *buf, const void *bytes, size_t len)
{
	int result = tli_buf_reserve(buf, len);

	if (result != TLI_BUF_OK || len == 0)
		return result;
	memcpy(tli_buf_tail(buf), bytes, len);
	tli_buf_commit(buf, len);
	return TLI_BUF_OK;
}

void tli_buf_consume(struct tli_buf *buf, size_t len)
{
	assert(len <= tli_buf_len(buf));
	buf->start += len;
	if (buf->start == buf->end)
		buf->start = buf->end = 0;
}

uint8_t *tli_buf_steal(struct tli_buf *buf)
{
	uint8_t *data;

	assert(!buf->lent);
	move_to_start(buf);
	data = buf->data;
	tli_buf_init(buf, buf->max_bytes);
	return data;
}
