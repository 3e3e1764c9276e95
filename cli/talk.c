/* SPDX-License-Identifier: MIT */
#include "talk.h"

#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A descriptor of our own, so that closing it leaves the standard ones in
 * their places. */
static int copy_of(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

/* Who reads our output sees its end when our copy is closed. */
static void let_go(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, fd);
	close(null);
}

int talk_open(struct talk *talk, const struct call *call, bool for_many)
{
	bool raw = call->settings.raw;

	*talk = (struct talk){
		.call = call,
		.for_many = for_many,
		.source = {.fd = copy_of(STDIN_FILENO), .raw = raw},
		.sink = {.fd = copy_of(STDOUT_FILENO), .raw = raw},
	};
	if (talk->source.fd < 0 || talk->sink.fd < 0)
		return complain(STATUS_OTHER, "standard input and output", "%s",
			strerror(errno));
	if (!for_many)
		let_go(STDOUT_FILENO);
	return codec_open(&talk->codec, call)
		? STATUS_DONE
		: complain_of_memory(call->words[0]);
}

static void on_end(struct bridge *bridge, int status)
{
	struct talk *talk = (struct talk *)bridge;

	talk->connected = false;
	talk->status = status;
}

void talk_start(
	struct talk *talk, tieline_connection *connection, struct loop *loop)
{
	const struct settings *settings = &talk->call->settings;

	talk->connected = true;
	talk->bridge = (struct bridge){
		.what = talk->call->words[0],
		.connection = connection,
		.source = &talk->source,
		.sink = &talk->sink,
		.codec = &talk->codec,
		.count_left = settings->count,
		.quit_after_ms = settings->quit_after_ms,
		/* What is yet to be typed, or is for the next one, is not
		 * waited for. */
		.ends_with_peer = talk->for_many || isatty(STDIN_FILENO),
		.ends_with_sink = true,
		.keeps_sink = talk->for_many,
		.on_end = on_end,
	};
	bridge_start(&talk->bridge, loop);
}

bool talk_has_failed(const struct talk *talk)
{
	return talk->bridge.source_error || talk->bridge.sink_error;
}

void talk_close(struct talk *talk)
{
	source_close(&talk->source);
	sink_close(&talk->sink);
	codec_close(&talk->codec);
}
