/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PIECE_BYTES (16u << 10) /* what one record takes */
#define FILL_WORTH  4096u       /* the least that filling is to bring */

bool tli_channel_secure(struct tli_channel *channel,
	struct tli_tls_context *context, const char *server_name)
{
	channel->tls = tli_tls_new(context, server_name);
	return channel->tls != NULL;
}

bool tli_channel_has_input(const struct tli_channel *channel)
{
	return channel->tls && !channel->stuck &&
		tli_tls_may_read(channel->tls);
}

size_t tli_channel_held_bytes(const struct tli_channel *channel)
{
	return channel->tls ? tli_buf_len(tli_tls_output(channel->tls)) : 0;
}

int tli_channel_lost(const struct tli_channel *channel, int error_number,
	struct tli_error *error)
{
	char why[TLI_TLS_TEXT];

	if (!channel->tls || error_number != EPROTO)
		return tli_error_lost(error, error_number);
	tli_tls_explain(channel->tls, why);
	return tli_error_set(error, TIELINE_ETLS, "the peer %s", why);
}

void tli_channel_close(struct tli_channel *channel)
{
	close(channel->fd);
	tli_tls_free(channel->tls);
	*channel = tli_channel_plain(-1);
}

/* ---- Out -------------------------------------------------------------- */

/* A socket that is non-blocking itself does not block here either. */
int tli_channel_flush(struct tli_channel *channel, enum tli_socket_mode mode)
{
	struct tli_buf *held =
		channel->tls ? tli_tls_output(channel->tls) : NULL;

	while (held && tli_buf_len(held) > 0) {
		struct iovec part = {tli_buf_head(held), tli_buf_len(held)};
		ssize_t put = tli_socket_write(channel->fd, &part, 1, mode);

		if (put <= 0)
			return (int)put;
		tli_buf_consume(held, (size_t)put);
	}
	if (held)
		tli_buf_fini(held);
	channel->stuck = false;
	if (channel->ending)
		tli_socket_end(channel->fd);
	channel->ending = false;
	return 1;
}

void tli_channel_end(struct tli_channel *channel)
{
	if (!channel->tls) {
		tli_socket_end(channel->fd);
		return;
	}
	tli_tls_end(channel->tls);
	channel->ending = true;
	(void)tli_channel_flush(channel, TLI_SOCKET_TRY);
}

/* How far several parts have been taken. */
struct cursor {
	const struct iovec *parts;
	size_t count;
	size_t offset; /* in the first */
};

static void advance(struct cursor *cursor, size_t len)
{
	cursor->offset += len;
	while (cursor->count > 0 && cursor->offset >= cursor->parts->iov_len) {
		cursor->offset -= cursor->parts->iov_len;
		cursor->parts++;
		cursor->count--;
	}
}

/* What is next, for one record: small parts are put together, so that a header
 * costs no record of its own. */
static struct iovec next_piece(struct cursor cursor, uint8_t *together)
{
	struct iovec first = *cursor.parts;
	size_t len = 0;

	first.iov_base = (char *)first.iov_base + cursor.offset;
	first.iov_len -= cursor.offset;
	if (cursor.count == 1 || first.iov_len >= PIECE_BYTES)
		return first;
	while (cursor.count > 0 && len < PIECE_BYTES) {
		size_t here = cursor.parts->iov_len - cursor.offset;

		if (here > PIECE_BYTES - len)
			here = PIECE_BYTES - len;
		memcpy(together + len,
			(char *)cursor.parts->iov_base + cursor.offset, here);
		len += here;
		advance(&cursor, here);
	}
	return (struct iovec){together, len};
}

static ssize_t write_secure(struct tli_channel *channel, struct iovec *parts,
	size_t count, enum tli_socket_mode mode)
{
	struct cursor cursor = {parts, count, 0};
	uint8_t together[PIECE_BYTES];
	size_t total = 0;
	int flushed = tli_channel_flush(channel, mode);

	advance(&cursor, 0);
	while (flushed > 0 && cursor.count > 0) {
		struct iovec piece = next_piece(cursor, together);
		ssize_t put = tli_tls_write(
			channel->tls, piece.iov_base, piece.iov_len);

		if (put < 0)
			return -EPROTO;
		if (put == 0)
			break;
		total += (size_t)put;
		advance(&cursor, (size_t)put);
		/* A write is worth its system call. */
		if (cursor.count == 0 ||
			tli_channel_held_bytes(channel) >= TLI_TLS_OUTPUT_MAX)
			flushed = tli_channel_flush(channel, mode);
	}
	return flushed < 0 ? flushed : (ssize_t)total;
}

ssize_t tli_channel_write(struct tli_channel *channel, struct iovec *parts,
	size_t count, enum tli_socket_mode mode)
{
	return channel->tls ? write_secure(channel, parts, count, mode)
			    : tli_socket_write(channel->fd, parts, count, mode);
}

/* ---- In --------------------------------------------------------------- */

/*
 * Feeds TLS. Returns what tli_socket_read() does; *emptied says whether the
 * socket has no more. That the socket ends is news for later: what came before
 * it is decrypted first.
 */
static ssize_t fill(
	struct tli_channel *channel, enum tli_socket_mode mode, bool *emptied)
{
	struct tli_buf *input = tli_tls_input(channel->tls);
	struct iovec part;
	ssize_t got;

	*emptied = true;
	/* What it has and does not take waits for output to go. */
	if (tli_buf_len(input) > 0 || channel->cut)
		return channel->cut;
	if (tli_buf_reserve(input, input->max_bytes) != TLI_BUF_OK)
		return channel->cut = -ENOMEM;
	part = (struct iovec){tli_buf_tail(input), input->max_bytes};
	got = tli_socket_read(channel->fd, &part, 1, mode);
	if (got > 0) {
		tli_buf_commit(input, (size_t)got);
		*emptied = (size_t)got < part.iov_len;
		return got;
	}
	tli_buf_fini(input);
	if (got < 0)
		channel->cut = got == TLI_SOCKET_END ? -ECONNRESET : (int)got;
	return channel->cut;
}

int tli_channel_shake_hands(struct tli_channel *channel)
{
	bool emptied = false;

	if (!channel->tls)
		return 1;
	for (;;) {
		int result = tli_tls_handshake(channel->tls);
		int flushed = tli_channel_flush(channel, TLI_SOCKET_TRY);
		ssize_t got;

		if (result == TLI_TLS_FAILED)
			return -EPROTO;
		if (flushed < 0 || result == 1)
			return flushed < 0 ? flushed : 1;
		if (emptied)
			return 0;
		got = fill(channel, TLI_SOCKET_TRY, &emptied);
		if (got <= 0)
			return (int)got;
	}
}

/* Fills one part as far as that goes. Returns how much that is, or why it is
 * nothing. A peer that sends records with nothing in them keeps nobody busy:
 * the socket shows the rest. */
static ssize_t read_part(struct tli_channel *channel, struct iovec part,
	enum tli_socket_mode mode, bool *emptied)
{
	size_t done = 0;
	size_t worth = 0;

	while (done < part.iov_len) {
		ssize_t got = tli_tls_read(channel->tls,
			(char *)part.iov_base + done, part.iov_len - done);

		if (got > 0) {
			done += (size_t)got;
			continue;
		}
		if (got == TLI_TLS_AGAIN && !*emptied && done >= worth &&
			fill(channel, done > 0 ? TLI_SOCKET_TRY : mode,
				emptied) > 0) {
			worth += FILL_WORTH;
			continue;
		}
		channel->stuck = got == TLI_TLS_AGAIN &&
			tli_buf_len(tli_tls_input(channel->tls)) > 0;
		if (done > 0)
			break;
		if (got == TLI_TLS_END)
			return TLI_SOCKET_END;
		return got == TLI_TLS_AGAIN ? channel->cut : -EPROTO;
	}
	return (ssize_t)done;
}

static ssize_t read_secure(struct tli_channel *channel, struct iovec *parts,
	size_t count, enum tli_socket_mode mode)
{
	/* An answer to the peer's TLS may stand out. */
	int flushed = tli_channel_flush(channel, TLI_SOCKET_TRY);
	bool emptied = false;
	ssize_t total = 0;

	for (size_t i = 0; i < count; i++) {
		ssize_t got = read_part(channel, parts[i],
			total > 0 ? TLI_SOCKET_TRY : mode, &emptied);

		/* What waits for output to go waits no more if it can't. */
		if (got == TLI_SOCKET_AGAIN && channel->stuck && flushed < 0)
			got = flushed;
		if (got <= 0 && parts[i].iov_len > 0)
			return total > 0 ? total : got;
		total += got;
		if ((size_t)got < parts[i].iov_len)
			break;
	}
	return total;
}

ssize_t tli_channel_read(struct tli_channel *channel, struct iovec *parts,
	size_t count, enum tli_socket_mode mode)
{
	return channel->tls ? read_secure(channel, parts, count, mode)
			    : tli_socket_read(channel->fd, parts, count, mode);
}
