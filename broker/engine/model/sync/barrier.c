/* SPDX-License-Identifier: MIT */
/*
 * Barrier: where parties wait for each other. The places that wait are those of
 * the present generation, each with its index; one that was let through, or
 * broken, is settled at once, so that the next can begin.
 */
#include "../kinds.h"
#include "places.h"

enum { LET_THROUGH = PLACE_WAITS + 1, BROKEN };

struct barrier {
	struct object object;
	uint64_t parties;
	int64_t timeout_ms; /* of who says none */
	bool is_broken;
	struct places places;
};

static struct barrier *self(const struct call *call)
{
	return (struct barrier *)call->object;
}

static void settle_all(struct barrier *barrier, uint8_t outcome)
{
	struct place *place;

	while ((place = places_first(&barrier->places)) != NULL)
		places_settle(&barrier->places, place, outcome);
	object_wake(&barrier->object, WAIT_SIGNAL);
}

static void break_it(struct barrier *barrier)
{
	barrier->is_broken = true;
	settle_all(barrier, BROKEN);
}

static enum outcome raise_broken(struct call *call)
{
	return call_raise_status(call, TLI_STATUS_BROKEN_BARRIER);
}

/* A negative time is over, as in Python. */
static bool read_timeout(
	struct call *call, const struct tli_value *value, int64_t *timeout_ms)
{
	if (!call_seconds(call, value, timeout_ms))
		return false;
	if (*timeout_ms < OP_FOREVER)
		*timeout_ms = 0;
	return true;
}

static enum outcome arrive(struct call *call, int64_t timeout_ms)
{
	struct barrier *barrier = self(call);
	uint64_t index = barrier->places.waiting_count;

	if (barrier->is_broken)
		return raise_broken(call);
	if (index + 1 == barrier->parties) {
		if (call_settle(call, tli_int(call->values, (int64_t)index)))
			settle_all(barrier, LET_THROUGH);
		return CALL_DONE;
	}
	if (!call_may_wait(call, timeout_ms)) {
		break_it(barrier);
		return raise_broken(call);
	}
	if (!places_add(call, &barrier->places, index))
		return CALL_DONE;
	return call_wait_on(call, &barrier->object, WAIT_SIGNAL, timeout_ms);
}

/* It has a place. */
static enum outcome stay(struct call *call, struct place *place)
{
	struct barrier *barrier = self(call);
	bool is_through = place->outcome == LET_THROUGH;
	int64_t index = (int64_t)place->number;

	if (place->outcome == PLACE_WAITS) {
		if (call_may_wait(call, call->op->timeout_ms))
			return call_wait_on(call, &barrier->object, WAIT_SIGNAL,
				call->op->timeout_ms);
		break_it(barrier);
	}
	places_remove(&barrier->places, place);
	return is_through ? call_return_int(call, index) : raise_broken(call);
}

static enum outcome wait(struct call *call)
{
	struct barrier *barrier = self(call);
	struct place *place = places_find(&barrier->places, call->op->ticket);
	const struct tli_value *timeout = call->args[0];
	int64_t timeout_ms = barrier->timeout_ms;

	if (place)
		return stay(call, place);
	if (timeout && timeout->kind != TLI_NONE &&
		!read_timeout(call, timeout, &timeout_ms))
		return CALL_DONE;
	return arrive(call, timeout_ms);
}

/* Who waited is gone: the others would wait in vain. */
static enum outcome take_back(struct call *call)
{
	struct barrier *barrier = self(call);
	struct place *place = places_find(&barrier->places, call->op->token);

	if (!place)
		return CALL_DONE;
	if (place->outcome == PLACE_WAITS)
		break_it(barrier);
	places_remove(&barrier->places, place);
	return CALL_DONE;
}

static enum outcome abort_it(struct call *call)
{
	break_it(self(call));
	return call_return_none(call);
}

static enum outcome reset(struct call *call)
{
	settle_all(self(call), BROKEN);
	self(call)->is_broken = false;
	return call_return_none(call);
}

static enum outcome parties(struct call *call)
{
	return call_return_int(call, (int64_t)self(call)->parties);
}

static enum outcome n_waiting(struct call *call)
{
	return call_return_int(call, (int64_t)self(call)->places.waiting_count);
}

static enum outcome broken(struct call *call)
{
	return call_return_bool(call, self(call)->is_broken);
}

/* Python's attributes, for its proxies. */
static const struct method attributes[] = {
	{"parties", "", parties, NEEDS_CALL},
	{"n_waiting", "", n_waiting, NEEDS_CALL},
	{"broken", "", broken, NEEDS_CALL},
	{.name = NULL},
};

static enum outcome getattribute(struct call *call)
{
	const char *name;
	size_t len;

	if (!call_text(call, call->args[0], "name", SIZE_MAX, &name, &len))
		return CALL_DONE;
	for (const struct method *it = attributes; it->name; it++)
		if (tli_is_text(call->args[0], it->name))
			return it->run(call);
	return call_raise(call, TLI_STATUS_ATTRIBUTE_ERROR,
		"'Barrier' object has no attribute '%.100s'", name);
}

static void stat(struct call *call)
{
	const struct barrier *barrier = self(call);

	stat_put_int(call, "parties", barrier->parties);
	stat_put_int(call, "waiting", barrier->places.waiting_count);
	stat_put(call, "broken", tli_bool(call->values, barrier->is_broken));
}

static enum outcome create(struct call *call)
{
	struct barrier *barrier = self(call);
	int64_t count;

	places_init(&barrier->places);
	if (call->args[1] && call->args[1]->kind != TLI_NONE)
		return call_raise(call, TLI_STATUS_TYPE_ERROR,
			"a barrier has no action: it is code, which the broker "
			"never runs");
	if (!call_int(call, call->args[0], "parties", INT64_MIN, INT64_MAX, 0,
		    &count) ||
		!read_timeout(call, call->args[2], &barrier->timeout_ms))
		return CALL_DONE;
	if (count < 1)
		return call_raise(
			call, TLI_STATUS_VALUE_ERROR, "parties must be > 0");
	barrier->parties = (uint64_t)count;
	return CALL_DONE;
}

static void fini(struct model *model, struct object *object)
{
	(void)model;
	places_fini(&((struct barrier *)object)->places);
}

static const struct method methods[] = {
	{"wait", "timeout=None", wait, NEEDS_CALL},
	{"abort", "", abort_it, NEEDS_CALL},
	{"reset", "", reset, NEEDS_CALL},
	{"parties", "", parties, NEEDS_CALL},
	{"n_waiting", "", n_waiting, NEEDS_CALL},
	{"broken", "", broken, NEEDS_CALL},
	{"__getattribute__", "name", getattribute, NEEDS_CALL},
	{.name = NULL},
};

static const struct operation operations[] = {
	{OP_RETURN, take_back},
	{.code = 0},
};

const struct kind barrier_kind = {
	.name = "Barrier",
	.size = sizeof(struct barrier),
	.options = "parties action=None timeout=None",
	.create = create,
	.fini = fini,
	.methods = methods,
	.operations = operations,
	.stat = stat,
};
