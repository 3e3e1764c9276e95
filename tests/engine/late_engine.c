/* SPDX-License-Identifier: MIT */
#include "late_engine.h"

#include "channel.h"
#include "codec.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_FD     3
#define DEFAULT_SEED 1u

struct late {
	struct engine engine;
	struct channel channel;
	pid_t child;
	int64_t deadline_ms; /* as the child has told */
};

static struct late *late_of(const struct engine *engine)
{
	return (struct late *)engine;
}

/* ---- What is asked ---------------------------------------------------- */

static enum engine_result submit(
	struct engine *engine, struct op *op, int64_t now_ms)
{
	message_put(&late_of(engine)->channel.out, SUBMIT,
		(uint64_t)(uintptr_t)op, now_ms, op);
	return ENGINE_PENDING;
}

static void flush(struct engine *engine)
{
	channel_write(&late_of(engine)->channel, true);
}

static int64_t deadline_ms(const struct engine *engine)
{
	return late_of(engine)->deadline_ms;
}

/* The child tells of the next deadline. */
static void elapse(struct engine *engine, int64_t now_ms)
{
	struct late *late = late_of(engine);

	late->deadline_ms = INT64_MAX;
	message_put(&late->channel.out, ELAPSE, 0, now_ms, NULL);
}

/* ---- What is answered ------------------------------------------------- */

static void complete(struct late *late, const struct message *message)
{
	const struct engine_listener *listener = &late->engine.listener;
	struct op *op = (struct op *)(uintptr_t)message->tag;
	struct tli_item *asked = op->item;

	if (!codec_take_op(op, message->op, message->op_len))
		abort();
	/* It comes back as a copy. */
	tli_item_unref(op->item);
	op->item = asked;
	listener->completed(
		listener->owner, op, (enum engine_result)message->number);
}

static void handle(struct late *late, const struct message *message)
{
	const struct engine_listener *listener = &late->engine.listener;

	if (message->type == COMPLETED)
		complete(late, message);
	else if (message->type == WOKEN)
		listener->woken(listener->owner, message->tag,
			(unsigned)message->number);
	else
		late->deadline_ms = message->number;
}

static int fileno_of(const struct engine *engine)
{
	return late_of(engine)->channel.fd;
}

static void process(struct engine *engine)
{
	struct late *late = late_of(engine);
	struct message message;

	if (!channel_read(&late->channel)) {
		fprintf(stderr, "late engine: the child is gone\n");
		abort();
	}
	while (channel_take(&late->channel, &message)) {
		handle(late, &message);
		channel_drop(&late->channel, &message);
	}
}

/* ---- Life ------------------------------------------------------------- */

static void free_late(struct engine *engine)
{
	struct late *late = late_of(engine);

	channel_fini(&late->channel);
	waitpid(late->child, NULL, 0);
	free(late);
}

static const struct engine_class late_class = {
	.submit = submit,
	.flush = flush,
	.deadline_ms = deadline_ms,
	.elapse = elapse,
	.fileno = fileno_of,
	.process = process,
	.free = free_late,
};

/* It has nothing of its parent but the socket, and ends with it: not earlier,
 * whoever interrupts them. */
static _Noreturn void be_child(
	int fd, const struct engine_config *config, uint64_t seed)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (dup2(fd, CHILD_FD) < 0)
		_exit(1);
	close_range(CHILD_FD + 1, ~0u, 0);
	late_child(CHILD_FD, config, seed);
}

struct engine *late_engine_new(const struct engine_config *config,
	const struct engine_listener *listener, uint64_t seed)
{
	struct late *late = calloc(1, sizeof(*late));
	int fds[2];

	if (!late)
		return NULL;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
		free(late);
		return NULL;
	}
	late->child = fork();
	if (late->child == 0)
		be_child(fds[1], config, seed);
	close(fds[1]);
	late->engine.class = &late_class;
	late->engine.listener = *listener;
	late->deadline_ms = INT64_MAX;
	channel_init(&late->channel, fds[0]);
	if (late->child > 0)
		return &late->engine;
	channel_fini(&late->channel);
	free(late);
	return NULL;
}

struct engine *engine_open(const struct engine_config *config,
	const struct engine_listener *listener)
{
	const char *seed = getenv("TIELINE_LATE_SEED");

	return late_engine_new(config, listener,
		seed ? strtoull(seed, NULL, 10) : DEFAULT_SEED);
}
