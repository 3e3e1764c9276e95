/* SPDX-License-Identifier: MIT */
/*
 * Event: a flag to wait for. Who waits when it is set has seen it, even if it
 * is cleared before they are tried again: their tickets are older than the
 * token of the setting.
 */
#include "../call.h"
#include "../kinds.h"

struct event {
	struct object object;
	bool is_set;
	uint64_t set_token; /* of the last setting */
};

static struct event *self(const struct call *call)
{
	return (struct event *)call->object;
}

static enum outcome is_set(struct call *call)
{
	return call_return_bool(call, self(call)->is_set);
}

static enum outcome set(struct call *call)
{
	struct event *event = self(call);

	event->is_set = true;
	event->set_token = model_next_token(call->model);
	object_wake(&event->object, WAIT_SIGNAL);
	return call_return_none(call);
}

static enum outcome clear(struct call *call)
{
	self(call)->is_set = false;
	return call_return_none(call);
}

static bool has_seen_it(const struct event *event, uint64_t ticket)
{
	return event->is_set || (ticket > 0 && ticket < event->set_token);
}

static enum outcome wait(struct call *call)
{
	struct event *event = self(call);
	int64_t timeout_ms;

	if (has_seen_it(event, call->op->ticket))
		return call_return_bool(call, true);
	if (!call_seconds(call, call->args[0], &timeout_ms))
		return CALL_DONE;
	if (!call_may_wait(call, timeout_ms) || timeout_ms < OP_FOREVER)
		return call_return_bool(call, false);
	if (call->op->ticket == 0)
		call->op->ticket = model_next_token(call->model);
	return call_wait_on(call, &event->object, WAIT_SIGNAL, timeout_ms);
}

static void stat(struct call *call)
{
	stat_put(call, "set", tli_bool(call->values, self(call)->is_set));
}

static const struct method methods[] = {
	{"is_set", "", is_set, NEEDS_CALL},
	{"isSet", "", is_set, NEEDS_CALL},
	{"set", "", set, NEEDS_CALL},
	{"clear", "", clear, NEEDS_CALL},
	{"wait", "timeout=None", wait, NEEDS_CALL},
	{.name = NULL},
};

const struct kind event_kind = {
	.name = "Event",
	.size = sizeof(struct event),
	.options = "",
	.methods = methods,
	.stat = stat,
};
