/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "../proto/frame.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <poll.h>

void tli_output_init(struct tli_output *output, size_t max_message_bytes)
{
	*output = (struct tli_output){.error = {.code = 0}};
	tli_buf_init(&output->kept, max_message_bytes + TLI_FRAME_HEADER_MAX);
}

void tli_output_fini(struct tli_output *output)
{
	tli_buf_fini(&output->kept);
}

bool tli_output_is_pending(const struct tli_output *output)
{
	return tli_buf_len(&output->kept) > 0;
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
static int write_parts(struct tli_output *output, int fd, struct iovec *parts,
	size_t count, enum tli_socket_mode mode)
{
	while (parts[0].iov_len + parts[count - 1].iov_len > 0) {
		ssize_t put = tli_socket_write(fd, parts, count, mode);

		if (put < 0)
			return tli_error_lost(&output->error, (int)-put);
		if (put == TLI_SOCKET_AGAIN && mode == TLI_SOCKET_TRY)
			return 0;
		if (put == TLI_SOCKET_AGAIN)
			wait_for_room(fd);
		advance(parts, count, (size_t)put);
	}
	return 0;
}

int tli_output_send(struct tli_output *output, int fd, const void *data,
	size_t len, enum tli_socket_mode mode)
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
	result = write_parts(output, fd, parts, 2, mode);
	for (size_t i = 0; result == 0 && i < 2; i++)
		(void)tli_buf_append(
			&output->kept, parts[i].iov_base, parts[i].iov_len);
	if (!tli_output_is_pending(output))
		tli_buf_fini(&output->kept);
	return result;
}

void tli_output_flush(struct tli_output *output, int fd)
{
	struct iovec part;
	size_t len = tli_buf_len(&output->kept);

	if (len == 0 || output->error.code)
		return;
	part = (struct iovec){tli_buf_head(&output->kept), len};
	if (write_parts(output, fd, &part, 1, TLI_SOCKET_TRY) < 0)
		return;
	tli_buf_consume(&output->kept, len - part.iov_len);
	if (!tli_output_is_pending(output))
		tli_buf_fini(&output->kept);
}
