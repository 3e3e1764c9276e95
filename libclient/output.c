/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "../proto/frame.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <poll.h>

#define KEPT_BYTES (4u << 10) /* of bytes that are no message */

void tli_output_init(struct tli_output *output, size_t max_message_bytes)
{
	*output = (struct tli_output){.error = {.code = 0}};
	tli_buf_init(&output->kept, max_message_bytes + TLI_FRAME_HEADER_MAX);
}

void tli_output_fini(struct tli_output *output)
{
	tli_buf_fini(&output->kept);
}

bool tli_output_is_pending(
	const struct tli_output *output, const struct tli_channel *channel)
{
	return tli_buf_len(&output->kept) > 0 ||
		tli_channel_held_bytes(channel) > 0;
}

/* At rest a connection holds no buffer. */
static void release_if_empty(struct tli_output *output)
{
	if (tli_buf_len(&output->kept) == 0)
		tli_buf_fini(&output->kept);
}

/* Drops what was written from the front of the parts. */
static void advance(struct iovec *parts, size_t count, size_t written)
{
	for (size_t i = 0; i < count; i++) {
		size_t here =
			written < parts[i].iov_len ? written : parts[i].iov_len;

		parts[i].iov_base = (char *)parts[i].iov_base + here;
		parts[i].iov_len -= here;
		written -= here;
	}
}

/* A socket that is non-blocking itself needs this to be waited for. */
static void wait_for_room(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLOUT};

	poll(&entry, 1, -1);
}

/* Writes all, or with TLI_SOCKET_TRY what there is room for. */
static int write_parts(struct tli_output *output, struct tli_channel *channel,
	struct iovec *parts, size_t count, enum tli_socket_mode mode)
{
	while (parts[0].iov_len + parts[count - 1].iov_len > 0) {
		ssize_t put = tli_channel_write(channel, parts, count, mode);

		if (put < 0)
			return tli_channel_lost(
				channel, (int)-put, &output->error);
		if (put == TLI_SOCKET_AGAIN && mode == TLI_SOCKET_TRY)
			return 0;
		if (put == TLI_SOCKET_AGAIN)
			wait_for_room(channel->fd);
		advance(parts, count, (size_t)put);
	}
	return 0;
}

int tli_output_send(struct tli_output *output, struct tli_channel *channel,
	const void *data, size_t len, enum tli_socket_mode mode)
{
	uint8_t header[TLI_FRAME_HEADER_MAX];
	struct iovec parts[2] = {
		{header, tli_frame_put_header(header, len)},
		{(void *)data, len},
	};
	int result;

	/* A message begun must be ended: the memory for its rest comes first.
	 */
	if (mode == TLI_SOCKET_TRY &&
		tli_buf_reserve(&output->kept, parts[0].iov_len + len) !=
			TLI_BUF_OK)
		return TIELINE_ENOMEM;
	result = write_parts(output, channel, parts, 2, mode);
	for (size_t i = 0; result == 0 && i < 2; i++)
		(void)tli_buf_append(
			&output->kept, parts[i].iov_base, parts[i].iov_len);
	release_if_empty(output);
	return result;
}

int tli_output_put(struct tli_output *output, struct tli_channel *channel,
	const void *bytes, size_t len, size_t *put)
{
	struct iovec part = {(void *)bytes, len};
	size_t keep = output->kept.max_bytes < KEPT_BYTES
		? output->kept.max_bytes
		: KEPT_BYTES;
	int result;

	if (tli_buf_reserve(&output->kept, keep) != TLI_BUF_OK)
		return TIELINE_ENOMEM;
	result = write_parts(output, channel, &part, 1, TLI_SOCKET_TRY);
	if (keep > part.iov_len)
		keep = part.iov_len;
	if (result == 0)
		(void)tli_buf_append(&output->kept, part.iov_base, keep);
	*put = len - part.iov_len + keep;
	release_if_empty(output);
	return result;
}

/* Writes what TLS holds. */
static void flush_channel(
	struct tli_output *output, struct tli_channel *channel)
{
	int result = tli_channel_flush(channel, TLI_SOCKET_TRY);

	if (result < 0)
		tli_channel_lost(channel, -result, &output->error);
}

void tli_output_flush(struct tli_output *output, struct tli_channel *channel)
{
	struct iovec part;
	size_t len = tli_buf_len(&output->kept);

	if (output->error.code || !tli_output_is_pending(output, channel))
		return;
	flush_channel(output, channel);
	if (len == 0 || output->error.code)
		return;
	part = (struct iovec){tli_buf_head(&output->kept), len};
	if (write_parts(output, channel, &part, 1, TLI_SOCKET_TRY) < 0)
		return;
	tli_buf_consume(&output->kept, len - part.iov_len);
	release_if_empty(output);
}
