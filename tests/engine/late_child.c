/* SPDX-License-Identifier: MIT */
#include "../../broker/engine/model/model.h"
#include "channel.h"
#include "codec.h"
#include "late_engine.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define HELD_MAX    64u /* then nothing more is held back */
#define HELD_MS_MAX 2u

/* What is held back: a message each. */
struct child {
	struct channel channel;
	struct model *model;
	struct tli_buf held[HELD_MAX];
	size_t held_count;
	int64_t deadline_ms; /* as was told */
	uint64_t dice;
};

static uint32_t roll(struct child *child, uint32_t sides)
{
	child->dice = child->dice * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (uint32_t)(child->dice >> 33) % sides;
}

/* ---- Holding back ----------------------------------------------------- */

/* One of those held, whichever, goes. */
static void let_go(struct child *child)
{
	struct tli_buf *held =
		&child->held[roll(child, (uint32_t)child->held_count)];

	if (tli_buf_append(&child->channel.out, tli_buf_head(held),
		    tli_buf_len(held)) != TLI_BUF_OK)
		abort();
	tli_buf_fini(held);
	*held = child->held[--child->held_count];
}

static void let_some_go(struct child *child)
{
	while (child->held_count > 0 && roll(child, 3) > 0)
		let_go(child);
}

static void hold(struct child *child, enum message_type type, uint64_t tag,
	int64_t number, const struct op *op)
{
	struct tli_buf *held;

	if (child->held_count == HELD_MAX)
		let_go(child);
	held = &child->held[child->held_count++];
	tli_buf_init(held, SIZE_MAX / 2);
	message_put(held, type, tag, number, op);
}

static void woken(void *owner, uint64_t object, unsigned classes)
{
	hold(owner, WOKEN, object, classes, NULL);
}

/* ---- What is asked ---------------------------------------------------- */

static void try(struct child *child, const struct message *message)
{
	struct op op;
	enum outcome outcome;

	if (!codec_take_op(&op, message->op, message->op_len))
		abort();
	outcome = model_try(child->model, &op, message->number);
	hold(child, COMPLETED, message->tag,
		outcome == CALL_DONE ? ENGINE_DONE : ENGINE_WAITS, &op);
	tli_item_unref(op.item);
	tli_item_unref(op.result);
}

static void tell_deadline(struct child *child, bool always)
{
	int64_t deadline_ms = model_deadline_ms(child->model);

	if (deadline_ms == child->deadline_ms && !always)
		return;
	child->deadline_ms = deadline_ms;
	message_put(&child->channel.out, DEADLINE, 0, deadline_ms, NULL);
}

static void handle(struct child *child, const struct message *message)
{
	if (message->type == SUBMIT)
		try(child, message);
	else
		model_elapse(child->model, message->number);
	tell_deadline(child, message->type == ELAPSE);
}

static void wait_for_parent(struct child *child)
{
	struct pollfd pollfd = {.fd = child->channel.fd, .events = POLLIN};
	int timeout_ms = -1;

	if (tli_buf_len(&child->channel.out) > 0)
		pollfd.events |= POLLOUT;
	if (child->held_count > 0)
		timeout_ms = (int)roll(child, HELD_MS_MAX + 1);
	poll(&pollfd, 1, timeout_ms);
}

static void end(struct child *child)
{
	while (child->held_count > 0)
		let_go(child);
	model_free(child->model);
	channel_fini(&child->channel);
	free(child);
	_exit(0);
}

void late_child(int fd, const struct engine_config *config, uint64_t seed)
{
	struct child *child = calloc(1, sizeof(*child));
	struct engine_listener listener = {.woken = woken, .owner = child};
	struct message message;

	if (!child)
		_exit(1);
	child->dice = seed;
	child->deadline_ms = INT64_MAX;
	child->model = model_new(config, &listener);
	if (!child->model)
		_exit(1);
	channel_init(&child->channel, fd);
	for (;;) {
		if (!channel_read(&child->channel))
			end(child);
		while (channel_take(&child->channel, &message)) {
			handle(child, &message);
			channel_drop(&child->channel, &message);
		}
		let_some_go(child);
		channel_write(&child->channel, false);
		wait_for_parent(child);
	}
}
