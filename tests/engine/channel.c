/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include "../../proto/wire.h"
#include "codec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_BYTES 24u /* the length of all, the type, the tag, the number */
#define READ_BYTES 65536u
#define MAX_BYTES  (SIZE_MAX / 2)

static void check(bool is_right, const char *what)
{
	if (is_right)
		return;
	perror(what);
	abort();
}

void channel_init(struct channel *channel, int fd)
{
	channel->fd = fd;
	tli_buf_init(&channel->in, MAX_BYTES);
	tli_buf_init(&channel->out, MAX_BYTES);
}

void channel_fini(struct channel *channel)
{
	close(channel->fd);
	tli_buf_fini(&channel->in);
	tli_buf_fini(&channel->out);
}

void message_put(struct tli_buf *buf, enum message_type type, uint64_t tag,
	int64_t number, const struct op *op)
{
	uint8_t head[HEAD_BYTES];
	size_t before = tli_buf_len(buf);

	tli_store_be32(head + 4, type);
	tli_store_be64(head + 8, tag);
	tli_store_be64(head + 16, (uint64_t)number);
	check(tli_buf_append(buf, head, sizeof(head)) == TLI_BUF_OK &&
			(!op || codec_put_op(buf, op)),
		"late engine: a message");
	tli_store_be32(tli_buf_head(buf) + before,
		(uint32_t)(tli_buf_len(buf) - before));
}

bool channel_read(struct channel *channel)
{
	struct tli_buf *in = &channel->in;
	ssize_t got;

	for (;;) {
		check(tli_buf_reserve(in, READ_BYTES) == TLI_BUF_OK,
			"late engine: memory");
		got = recv(channel->fd, tli_buf_tail(in), tli_buf_room(in),
			MSG_DONTWAIT);
		if (got == 0)
			return false;
		if (got < 0)
			break;
		tli_buf_commit(in, (size_t)got);
	}
	return errno == EAGAIN || errno == EINTR;
}

bool channel_take(struct channel *channel, struct message *message_out)
{
	const uint8_t *head = tli_buf_head(&channel->in);
	size_t len = tli_buf_len(&channel->in);

	if (len < HEAD_BYTES || len < tli_load_be32(head))
		return false;
	*message_out = (struct message){
		.type = (enum message_type)tli_load_be32(head + 4),
		.tag = tli_load_be64(head + 8),
		.number = (int64_t)tli_load_be64(head + 16),
		.op = head + HEAD_BYTES,
		.op_len = tli_load_be32(head) - HEAD_BYTES,
	};
	return true;
}

void channel_drop(struct channel *channel, const struct message *message)
{
	tli_buf_consume(&channel->in, HEAD_BYTES + message->op_len);
}

void channel_write(struct channel *channel, bool waits)
{
	struct tli_buf *out = &channel->out;

	while (tli_buf_len(out) > 0) {
		ssize_t sent =
			send(channel->fd, tli_buf_head(out), tli_buf_len(out),
				MSG_NOSIGNAL | (waits ? 0 : MSG_DONTWAIT));

		/* The end is seen when reading. */
		if (sent < 0 && errno != EINTR)
			break;
		if (sent > 0)
			tli_buf_consume(out, (size_t)sent);
	}
}
