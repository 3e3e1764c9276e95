/* SPDX-License-Identifier: MIT */
/*
 * A growable byte buffer with a hard limit: append at the tail, consume at the
 * head. It never holds more than max_bytes, and it grows by what the caller is
 * about to put into it, never by what a peer says is to come.
 */
#ifndef TLI_BUF_H
#define TLI_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tli_buf_result {
	TLI_BUF_OK = 0,
	TLI_BUF_FULL = -1,  /* it would hold more than max_bytes */
	TLI_BUF_NOMEM = -2, /* the allocator refused */
};

/* Bytes [start, end) of data are held; a buffer at rest owns no storage. */
struct tli_buf {
	uint8_t *data;
	size_t start;
	size_t end;
	size_t capacity;
	size_t max_bytes;
	bool lent; /* the storage is somebody else's */
};

/* Makes an empty buffer. Allocates nothing. */
void tli_buf_init(struct tli_buf *buf, size_t max_bytes);

/*
 * Lets an empty buffer use storage that stays the caller's, and no more than
 * that, until tli_buf_fini().
 */
void tli_buf_lend(struct tli_buf *buf, void *storage, size_t capacity);

/* Frees the storage; the buffer is empty and can be used again. */
void tli_buf_fini(struct tli_buf *buf);

static inline size_t tli_buf_len(const struct tli_buf *buf)
{
	return buf->end - buf->start;
}

/* The first held byte, NULL if there never was any; valid until the next call
 * that changes the buffer. */
static inline uint8_t *tli_buf_head(const struct tli_buf *buf)
{
	return buf->data ? buf->data + buf->start : NULL;
}

/* The room behind the held bytes, which tli_buf_reserve() made. */
static inline uint8_t *tli_buf_tail(const struct tli_buf *buf)
{
	return buf->data ? buf->data + buf->end : NULL;
}

static inline size_t tli_buf_room(const struct tli_buf *buf)
{
	return buf->capacity - buf->end;
}

/*
 * Makes room for at least len more bytes at the tail. On TLI_BUF_FULL and
 * TLI_BUF_NOMEM the same bytes are held, if not in the same place.
 */
int tli_buf_reserve(struct tli_buf *buf, size_t len);

/* Counts len bytes, written into the room at the tail, as held. */
void tli_buf_commit(struct tli_buf *buf, size_t len);

/* Copies len bytes behind the held ones: all of them, or none on failure. */
int tli_buf_append(struct tli_buf *buf, const void *bytes, size_t len);

/* Drops the first len held bytes. */
void tli_buf_consume(struct tli_buf *buf, size_t len);

/*
 * Hands the storage, which must be its own, to the caller, who frees it with
 * free(); the held bytes are at its very start. The buffer is empty afterwards.
 */
uint8_t *tli_buf_steal(struct tli_buf *buf);

#endif
