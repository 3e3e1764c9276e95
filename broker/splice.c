/* SPDX-License-Identifier: MIT */
#include "splice.h"

#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FLAGS (SPLICE_F_MOVE | SPLICE_F_NONBLOCK)

static void set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && !(flags & O_NONBLOCK))
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

bool splice_open(struct splice *splice, int from, int to, size_t size)
{
	int got;

	if (pipe2(splice->fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	splice->open = true;
	splice->held_bytes = 0;
	/* A smaller one does too. */
	fcntl(splice->fds[1], F_SETPIPE_SZ, (int)size);
	got = fcntl(splice->fds[1], F_GETPIPE_SZ);
	splice->size = got > 0 ? (size_t)got : 0;
	set_nonblocking(from);
	set_nonblocking(to);
	return true;
}

void splice_close(struct splice *splice)
{
	if (!splice->open)
		return;
	close(splice->fds[0]);
	close(splice->fds[1]);
	*splice = (struct splice){.open = false};
}

/* Returns what splice(2) does, or -errno. */
static ssize_t move(int from, int to, size_t len)
{
	ssize_t moved;

	do
		moved = splice(from, NULL, to, NULL, len, FLAGS);
	while (moved < 0 && errno == EINTR);
	return moved < 0 ? -errno : moved;
}

ssize_t splice_fill(struct splice *splice, int from, size_t max_bytes)
{
	ssize_t got = move(from, splice->fds[1],
		max_bytes < splice->size ? max_bytes : splice->size);

	if (got == -EAGAIN)
		return STREAM_AGAIN;
	if (got == 0)
		return STREAM_END;
	if (got < 0)
		return STREAM_BROKEN;
	splice->held_bytes = (size_t)got;
	return got;
}

ssize_t splice_take_back(struct splice *splice, void *bytes, size_t size)
{
	ssize_t got = read(splice->fds[0], bytes, size);

	if (got <= 0)
		return STREAM_BROKEN;
	splice->held_bytes -= (size_t)got;
	return got;
}

int splice_drain(struct splice *splice, int to)
{
	while (splice->held_bytes > 0) {
		ssize_t put = move(splice->fds[0], to, splice->held_bytes);

		if (put == -EAGAIN)
			return 0;
		if (put <= 0)
			return STREAM_BROKEN;
		splice->held_bytes -= (size_t)put;
	}
	return 1;
}
