/* SPDX-License-Identifier: MIT */
/*
 * Condition: to wait, with a lock held, for a notification. Who waits has a
 * place, and no lock; what becomes of the place is settled by a notification or
 * the end of its time, and told when the caller has got the lock again, as
 * often acquired as before. The lock is an object of its own: another one, or
 * an anonymous RLock.
 */
#include "../../../../proto/address.h"
#include "../../../../proto/value/token.h"
#include "../kinds.h"
#include "../links.h"
#include "../permit.h"
#include "lock.h"
#include "places.h"

enum { NOTIFIED = PLACE_WAITS + 1, EXPIRED };

struct condition {
	struct object object;
	struct lock *lock; /* a reference */
	struct places places;
};

static struct condition *self(const struct call *call)
{
	return (struct condition *)call->object;
}

static bool notify_one(struct condition *condition)
{
	struct place *first = places_first(&condition->places);

	if (!first)
		return false;
	places_settle(&condition->places, first, NOTIFIED);
	object_wake(&condition->object, WAIT_SIGNAL);
	return true;
}

/* False with the error raised. */
static bool check_held(struct call *call, const char *what)
{
	if (lock_is_callers(call, self(call)->lock))
		return true;
	call_raise(call, TLI_STATUS_RUNTIME_ERROR,
		"cannot %s on un-acquired lock", what);
	return false;
}

/* ---- waiting ---------------------------------------------------------- */

/* It is settled: all that is missing is the lock, for however long. */
static enum outcome resume(struct call *call, struct place *place)
{
	struct lock *lock = self(call)->lock;
	bool is_notified = place->outcome == NOTIFIED;

	if (lock->depth > 0)
		return call_wait_on(call, &lock->object, WAIT_TURN, OP_FOREVER);
	if (!call_settle(call, tli_bool(call->values, is_notified)))
		return CALL_DONE;
	lock_take(call, lock, place->number);
	places_remove(&self(call)->places, place);
	return CALL_DONE;
}

/* It has a place. */
static enum outcome stay(struct call *call, struct place *place)
{
	struct condition *condition = self(call);
	int64_t timeout_ms = call->op->timeout_ms;

	if (place->outcome == PLACE_WAITS && call_may_wait(call, timeout_ms))
		return call_wait_on(
			call, &condition->object, WAIT_SIGNAL, timeout_ms);
	if (place->outcome == PLACE_WAITS)
		places_settle(&condition->places, place, EXPIRED);
	return resume(call, place);
}

/*
 * Even who does not want to wait gives up the lock and gets in line for it, so
 * that others have their turn.
 */
static enum outcome begin(struct call *call, int64_t timeout_ms)
{
	struct condition *condition = self(call);
	struct lock *lock = condition->lock;
	struct place *place = places_add(call, &condition->places, lock->depth);

	if (!place)
		return CALL_DONE;
	lock_free(call, lock);
	if (timeout_ms >= OP_FOREVER && timeout_ms != 0)
		return call_wait_on(
			call, &condition->object, WAIT_SIGNAL, timeout_ms);
	places_settle(&condition->places, place, EXPIRED);
	return call_wait_on(call, &lock->object, WAIT_TURN, OP_FOREVER);
}

static enum outcome wait(struct call *call)
{
	struct place *place =
		places_find(&self(call)->places, call->op->ticket);
	int64_t timeout_ms;

	if (place)
		return stay(call, place);
	if (!check_held(call, "wait") ||
		!call_seconds(call, call->args[0], &timeout_ms))
		return CALL_DONE;
	return begin(call, timeout_ms);
}

/* Who waited is gone. A notification that it had is the next one's. */
static enum outcome take_back(struct call *call)
{
	struct condition *condition = self(call);
	struct place *place = places_find(&condition->places, call->op->token);
	bool was_notified;

	if (!place)
		return CALL_DONE;
	was_notified = place->outcome == NOTIFIED;
	places_remove(&condition->places, place);
	if (was_notified)
		(void)notify_one(condition);
	return CALL_DONE;
}

/* ---- methods ---------------------------------------------------------- */

static enum outcome notify(struct call *call)
{
	int64_t n;

	if (!check_held(call, "notify") ||
		!call_int(
			call, call->args[0], "n", INT64_MIN, INT64_MAX, 1, &n))
		return CALL_DONE;
	while (n > 0 && notify_one(self(call)))
		n--;
	return call_return_none(call);
}

static enum outcome notify_all(struct call *call)
{
	if (!check_held(call, "notify"))
		return CALL_DONE;
	while (notify_one(self(call)))
		;
	return call_return_none(call);
}

static enum outcome acquire(struct call *call)
{
	return lock_acquire(call, self(call)->lock);
}

static enum outcome enter(struct call *call)
{
	return lock_enter(call, self(call)->lock);
}

static enum outcome release(struct call *call)
{
	return lock_release(call, self(call)->lock);
}

static enum outcome locked(struct call *call)
{
	return lock_locked(call, self(call)->lock);
}

static void stat(struct call *call)
{
	const struct condition *condition = self(call);

	stat_put_int(call, "lock", condition->lock->object.id);
	lock_stat(call, condition->lock);
	stat_put_int(call, "waiting", condition->places.waiting_count);
}

/* ---- life ------------------------------------------------------------- */

/* Each returns NULL with the error raised. */

static struct object *find_by_name(
	struct call *call, const struct tli_value *name)
{
	struct object *object;
	const char *text;
	size_t len;

	if (!call_text(call, name, "lock", OBJECT_NAME_MAX, &text, &len))
		return NULL;
	if (!tli_name_check(text) &&
		!call_permits_beside(call, NEEDS_CALL, NULL, text))
		return NULL;
	object = model_find_name(call->model, text, len);
	if (!object)
		call_raise(call, TLI_STATUS_NO_OBJECT, "there is no lock '%s'",
			text);
	return object;
}

/* That of a proxy, by its token's state. */
static struct object *find_by_token(
	struct call *call, const struct tli_value *token)
{
	struct object *object = links_target(call->model, token);

	if (!object)
		call_raise(call, TLI_STATUS_NO_OBJECT,
			"the lock is no object of this broker, or not any "
			"more");
	else if (!call_permits_beside(call, NEEDS_CALL, object, NULL))
		return NULL;
	return object;
}

/* The lock that an argument names, or is a proxy of. */
static struct lock *find_lock(struct call *call, const struct tli_value *value)
{
	const struct tli_value *token = tli_proxy_token(value);
	struct object *object =
		token ? find_by_token(call, token) : find_by_name(call, value);
	struct lock *lock = object ? lock_of(object) : NULL;

	if (lock)
		object_ref(object);
	else if (object)
		call_raise(call, TLI_STATUS_WRONG_KIND,
			"a condition's lock is of kind Lock or RLock, not %s",
			object->kind->name);
	return lock;
}

static struct lock *make_lock(struct call *call)
{
	struct object *object = model_create(call, &rlock_kind, NULL, NULL);

	return object ? lock_of(object) : NULL;
}

static enum outcome create(struct call *call)
{
	const struct tli_value *lock = call->args[0];
	struct condition *condition = self(call);

	places_init(&condition->places);
	if (lock && lock->kind != TLI_NONE)
		condition->lock = find_lock(call, lock);
	else
		condition->lock = make_lock(call);
	return CALL_DONE;
}

static void fini(struct model *model, struct object *object)
{
	struct condition *condition = (struct condition *)object;

	(void)model;
	places_fini(&condition->places);
	if (condition->lock)
		object_unref(&condition->lock->object);
}

static const struct method methods[] = {
	{"acquire", "blocking=True timeout=-1", acquire, NEEDS_CALL},
	{"release", "", release, NEEDS_CALL},
	{"locked", "", locked, NEEDS_CALL},
	{"__enter__", "", enter, NEEDS_CALL},
	{"__exit__", "*", release, NEEDS_CALL},
	{"wait", "timeout=None", wait, NEEDS_CALL},
	{"notify", "n=1", notify, NEEDS_CALL},
	{"notify_all", "", notify_all, NEEDS_CALL},
	{"notifyAll", "", notify_all, NEEDS_CALL},
	{.name = NULL},
};

static const struct operation operations[] = {
	{OP_RETURN, take_back},
	{.code = 0},
};

const struct kind condition_kind = {
	.name = "Condition",
	.size = sizeof(struct condition),
	.options = "lock=None",
	.create = create,
	.fini = fini,
	.methods = methods,
	.operations = operations,
	.stat = stat,
};
