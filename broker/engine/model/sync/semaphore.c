/* SPDX-License-Identifier: MIT */
/*
 * Semaphores: permits that are taken and given. Unless it is opened otherwise,
 * a permit that was taken is its taker's, and comes back when that one goes;
 * but those that managers' clients make are nobody's, as Python's are.
 * Those that managers' clients make have no owners, as in Python.
 */
#include "../kinds.h"
#include "permits.h"

struct semaphore {
	struct object object;
	int64_t value; /* permits that can be taken */
	int64_t max;   /* of value */
	bool is_owned;
	struct permits permits; /* if it is owned: those that are taken */
};

static struct semaphore *self(const struct call *call)
{
	return (struct semaphore *)call->object;
}

static enum outcome take(struct call *call, int64_t timeout_ms)
{
	struct semaphore *semaphore = self(call);

	if (semaphore->value == 0) {
		if (call_may_wait(call, timeout_ms))
			return call_wait_on(call, &semaphore->object, WAIT_TURN,
				timeout_ms);
		return call_return_bool(call, false);
	}
	if (!call_settle(call, tli_bool(call->values, true)))
		return CALL_DONE;
	if (!semaphore->is_owned || permits_grant(call, &semaphore->permits))
		semaphore->value--;
	return CALL_DONE;
}

static enum outcome acquire(struct call *call)
{
	bool is_blocking = call_truth(call->args[0], true);
	bool has_timeout = call->args[1] && call->args[1]->kind != TLI_NONE;
	int64_t timeout_ms;

	if (!is_blocking && has_timeout)
		return call_raise(call, TLI_STATUS_VALUE_ERROR,
			"can't specify timeout for non-blocking acquire");
	if (!call_seconds(call, call->args[1], &timeout_ms))
		return CALL_DONE;
	if (!is_blocking || timeout_ms < OP_FOREVER)
		timeout_ms = 0;
	return take(call, timeout_ms);
}

static enum outcome enter(struct call *call)
{
	return take(call, OP_FOREVER);
}

static void give(struct semaphore *semaphore, int64_t count)
{
	semaphore->value += count;
	object_wake(&semaphore->object, WAIT_TURN);
}

static enum outcome refuse_release(
	struct call *call, const struct semaphore *semaphore)
{
	if (semaphore->max == INT64_MAX)
		return call_raise(
			call, TLI_STATUS_OVERFLOW_ERROR, "too many permits");
	return call_raise(call, TLI_STATUS_VALUE_ERROR,
		"Semaphore released too many times");
}

static enum outcome give_back(struct call *call, int64_t count)
{
	struct semaphore *semaphore = self(call);

	if (count > semaphore->max - semaphore->value)
		return refuse_release(call, semaphore);
	if (semaphore->is_owned)
		permits_spend(call, &semaphore->permits, (uint64_t)count);
	give(semaphore, count);
	return call_return_none(call);
}

static enum outcome release(struct call *call)
{
	int64_t n;

	if (!call_int(call, call->args[0], "n", INT64_MIN, INT64_MAX, 1, &n))
		return CALL_DONE;
	if (n < 1)
		return call_raise(
			call, TLI_STATUS_VALUE_ERROR, "n must be one or more");
	return give_back(call, n);
}

static enum outcome leave(struct call *call)
{
	return give_back(call, 1);
}

/* Who had a permit is gone. Others may have given one in its place. */
static enum outcome take_back(struct call *call)
{
	struct semaphore *semaphore = self(call);

	if (permits_take_back(call, &semaphore->permits) &&
		semaphore->value < semaphore->max)
		give(semaphore, 1);
	return CALL_DONE;
}

static enum outcome holders(struct call *call)
{
	return call_return(call, permits_value(call, &self(call)->permits));
}

static void stat(struct call *call)
{
	const struct semaphore *semaphore = self(call);

	stat_put_int(call, "permits", (uint64_t)semaphore->value);
	stat_put(call, "owned", tli_bool(call->values, semaphore->is_owned));
	stat_put(call, "holders", permits_value(call, &semaphore->permits));
}

static enum outcome create_with_max(struct call *call, bool is_bounded)
{
	struct semaphore *semaphore = self(call);

	if (!call_int(call, call->args[0], "value", INT64_MIN, INT64_MAX, 1,
		    &semaphore->value))
		return CALL_DONE;
	if (semaphore->value < 0)
		return call_raise(call, TLI_STATUS_VALUE_ERROR,
			"semaphore initial value must be >= 0");
	semaphore->is_owned = call_truth(call->args[1], !call->op->is_python);
	semaphore->max = is_bounded ? semaphore->value : INT64_MAX;
	return CALL_DONE;
}

static enum outcome create(struct call *call)
{
	return create_with_max(call, false);
}

static enum outcome create_bounded(struct call *call)
{
	return create_with_max(call, true);
}

static void fini(struct model *model, struct object *object)
{
	(void)model;
	permits_fini(&((struct semaphore *)object)->permits);
}

static const struct method methods[] = {
	{"acquire", "blocking=True timeout=None", acquire, NEEDS_CALL},
	{"release", "n=1", release, NEEDS_CALL},
	{"__enter__", "", enter, NEEDS_CALL},
	{"__exit__", "*", leave, NEEDS_CALL},
	{"holders", "", holders, NEEDS_CALL},
	{.name = NULL},
};

static const struct operation operations[] = {
	{OP_RETURN, take_back},
	{.code = 0},
};

const struct kind semaphore_kind = {
	.name = "Semaphore",
	.size = sizeof(struct semaphore),
	.options = "value=1 * owned=True",
	.create = create,
	.fini = fini,
	.methods = methods,
	.operations = operations,
	.stat = stat,
};

const struct kind bounded_semaphore_kind = {
	.name = "BoundedSemaphore",
	.family = "Semaphore",
	.size = sizeof(struct semaphore),
	.options = "value=1 * owned=True",
	.create = create_bounded,
	.fini = fini,
	.methods = methods,
	.operations = operations,
	.stat = stat,
};
