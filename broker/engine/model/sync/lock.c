/* SPDX-License-Identifier: MIT */
#include "lock.h"

#include "../kinds.h"

/* Python's -1 second: without a limit. */
#define UNLIMITED_MS (-1000)

struct lock *lock_of(struct object *object)
{
	bool is_lock =
		object->kind == &lock_kind || object->kind == &rlock_kind;

	return is_lock ? (struct lock *)object : NULL;
}

static bool is_recursive(const struct lock *lock)
{
	return lock->object.kind == &rlock_kind;
}

static bool is_holder(const struct call *call, const struct lock *lock)
{
	return lock->depth > 0 && lock->hold.owner == call->op->owner;
}

bool lock_is_callers(const struct call *call, const struct lock *lock)
{
	bool is_anyones = lock->hold.is_python && !is_recursive(lock);

	return is_holder(call, lock) || (call->op->is_python && is_anyones);
}

void lock_take(struct call *call, struct lock *lock, uint64_t depth)
{
	hold_begin(call, &lock->object, &lock->hold);
	lock->depth = depth;
}

static void set_free(struct lock *lock)
{
	lock->hold = (struct hold){.token = 0};
	lock->depth = 0;
	object_wake(&lock->object, WAIT_TURN);
}

void lock_free(struct call *call, struct lock *lock)
{
	call->op->dropped = lock->hold.token;
	call->op->dropped_owner = lock->hold.owner;
	set_free(lock);
}

static bool is_none(const struct tli_value *value)
{
	return value && value->kind == TLI_NONE;
}

/* How long it may wait, of the arguments. False with the error raised. */
static bool read_timeout(struct call *call, int64_t *timeout_ms)
{
	bool is_blocking = call_truth(call->args[0], true);

	if (call->op->is_python && is_none(call->args[1]))
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"'NoneType' object cannot be interpreted as an "
			"integer");
	if (call_has_failed(call) ||
		!call_seconds(call, call->args[1], timeout_ms))
		return false;
	if (*timeout_ms == UNLIMITED_MS)
		*timeout_ms = OP_FOREVER;
	if (!is_blocking && *timeout_ms != OP_FOREVER)
		call_raise(call, TLI_STATUS_VALUE_ERROR,
			"can't specify a timeout for a non-blocking call");
	else if (*timeout_ms < OP_FOREVER)
		call_raise(call, TLI_STATUS_VALUE_ERROR,
			"timeout value must be a non-negative number");
	if (!is_blocking)
		*timeout_ms = 0;
	return !call_has_failed(call);
}

static void take_again(struct call *call, struct lock *lock)
{
	lock->depth++;
	call->op->token = lock->hold.token;
}

static enum outcome take(struct call *call, struct lock *lock)
{
	if (!call_settle(call, tli_bool(call->values, true)))
		return CALL_DONE;
	if (lock->depth == 0)
		lock_take(call, lock, 1);
	else
		take_again(call, lock);
	return CALL_DONE;
}

static enum outcome acquire(
	struct call *call, struct lock *lock, int64_t timeout_ms)
{
	bool is_again = is_recursive(lock) && is_holder(call, lock);

	if (lock->depth == 0 || is_again)
		return take(call, lock);
	if (call_may_wait(call, timeout_ms))
		return call_wait_on(call, &lock->object, WAIT_TURN, timeout_ms);
	return call_return_bool(call, false);
}

enum outcome lock_acquire(struct call *call, struct lock *lock)
{
	int64_t timeout_ms;

	if (!read_timeout(call, &timeout_ms))
		return CALL_DONE;
	return acquire(call, lock, timeout_ms);
}

enum outcome lock_enter(struct call *call, struct lock *lock)
{
	return acquire(call, lock, OP_FOREVER);
}

static enum outcome refuse_release(struct call *call, const struct lock *lock)
{
	enum tli_status status = lock->depth == 0 ? TLI_STATUS_RUNTIME_ERROR
						  : TLI_STATUS_NOT_OWNER;

	if (is_recursive(lock))
		return call_raise(
			call, status, "cannot release un-acquired lock");
	if (lock->depth == 0)
		return call_raise(call, status, "release unlocked lock");
	return call_raise_status(call, status);
}

/* Whether it is that of an owner who is gone, which was free by then. */
static bool is_overdue(struct call *call, struct lock *lock)
{
	if (!lock->is_orphaned || !call->op->is_python || is_holder(call, lock))
		return false;
	lock->is_orphaned = false;
	return true;
}

enum outcome lock_release(struct call *call, struct lock *lock)
{
	if (is_overdue(call, lock))
		return call_return_none(call);
	if (!lock_is_callers(call, lock))
		return refuse_release(call, lock);
	if (lock->depth == 1)
		lock_free(call, lock);
	else
		lock->depth--;
	return call_return_none(call);
}

enum outcome lock_locked(struct call *call, struct lock *lock)
{
	return call_return_bool(call, lock->depth > 0);
}

/* ---- as objects ------------------------------------------------------- */

static struct lock *self(const struct call *call)
{
	return (struct lock *)call->object;
}

static enum outcome run_acquire(struct call *call)
{
	return lock_acquire(call, self(call));
}

static enum outcome run_enter(struct call *call)
{
	return lock_enter(call, self(call));
}

static enum outcome run_release(struct call *call)
{
	return lock_release(call, self(call));
}

static enum outcome run_locked(struct call *call)
{
	return lock_locked(call, self(call));
}

static enum outcome holders(struct call *call)
{
	struct lock *lock = self(call);
	struct tli_value *list = tli_container(call->values, TLI_LIST);

	if (lock->depth > 0 && !tli_append(list, hold_value(call, &lock->hold)))
		list = NULL;
	return call_return(call, list);
}

/* Who had it is gone. */
static enum outcome take_back(struct call *call)
{
	struct lock *lock = self(call);

	if (lock->depth == 0 || lock->hold.token != call->op->token)
		return CALL_DONE;
	if (lock->hold.is_python && !call->op->untold)
		lock->is_orphaned = true;
	set_free(lock);
	return CALL_DONE;
}

void lock_stat(struct call *call, const struct lock *lock)
{
	struct tli_value *holder = tli_none(call->values);

	if (lock->depth > 0)
		holder = hold_value(call, &lock->hold);
	stat_put(call, "holder", holder);
	stat_put_int(call, "depth", lock->depth);
}

static void stat(struct call *call)
{
	lock_stat(call, self(call));
}

static const struct method methods[] = {
	{"acquire", "blocking=True timeout=-1", run_acquire, NEEDS_CALL},
	{"release", "", run_release, NEEDS_CALL},
	{"locked", "", run_locked, NEEDS_CALL},
	{"__enter__", "", run_enter, NEEDS_CALL},
	{"__exit__", "*", run_release, NEEDS_CALL},
	{"holders", "", holders, NEEDS_CALL},
	{.name = NULL},
};

static const struct operation operations[] = {
	{OP_RETURN, take_back},
	{.code = 0},
};

const struct kind lock_kind = {
	.name = "Lock",
	.size = sizeof(struct lock),
	.options = "",
	.methods = methods,
	.operations = operations,
	.stat = stat,
};

const struct kind rlock_kind = {
	.name = "RLock",
	.family = "Lock",
	.size = sizeof(struct lock),
	.options = "",
	.methods = methods,
	.operations = operations,
	.stat = stat,
};
