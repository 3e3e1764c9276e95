/* SPDX-License-Identifier: MIT */
#include "holder.h"

#include "../system/clock.h"

#include <stdlib.h>

/* Processes without a reference that stay known: who takes and gives back
 * references in turn is not opened anew for each. */
#define IDLE_MAX 64u

/* References that are dropped in one turn of the loop. */
#define DROPS_A_RUN 512u

/* ---- Life ------------------------------------------------------------- */

static void end_all(struct holder_list *list)
{
	struct holder *holder;

	while ((holder = TAILQ_FIRST(list)))
		holder_end(holder);
}

/* That it is time is all: holders_run() follows. */
static void on_timer(void *owner)
{
	struct holders *holders = owner;

	holders->timer_ms = NEVER_MS;
}

struct holders *holders_new(struct broker *broker)
{
	struct holders *holders = calloc(1, sizeof(*holders));

	if (!holders)
		return NULL;
	holders->broker = broker;
	TAILQ_INIT(&holders->idle);
	TAILQ_INIT(&holders->busy);
	TAILQ_INIT(&holders->ended);
	timer_init(&holders->timer, broker->base, on_timer, holders);
	holders->timer_ms = NEVER_MS;
	holders->unknown = holder_new(holders);
	if (holders->unknown) {
		holder_sort_in(holders->unknown);
		return holders;
	}
	free(holders);
	return NULL;
}

void holders_free(struct holders *holders)
{
	if (!holders)
		return;
	timer_stop(&holders->timer);
	end_all(&holders->idle);
	end_all(&holders->ended);
	end_all(&holders->busy);
	free(holders);
}

/* ---- References ------------------------------------------------------- */

static struct reference *find_reference(
	const struct holder *holder, uint64_t object)
{
	return references_find(
		&holder->holders->references, holder->owner.id, object);
}

static void use(struct reference *reference, int64_t now_ms)
{
	struct reference_list *list = &reference->holder->references;

	reference->used_ms = now_ms;
	TAILQ_REMOVE(list, reference, of_holder);
	TAILQ_INSERT_TAIL(list, reference, of_holder);
}

/* With all of its counts. */
static void drop(struct reference *reference)
{
	struct holder *holder = reference->holder;
	struct holders *holders = holder->holders;
	uint64_t token = reference->token;

	TAILQ_REMOVE(&holder->references, reference, of_holder);
	references_remove(&holders->references, reference);
	holder_sort_in(holder);
	(void)owner_return(
		&holder->owner, token, holders->broker->objects.now_ms);
}

bool holder_add(struct holder *holder, uint64_t object)
{
	struct reference *reference = find_reference(holder, object);

	if (!reference)
		return false;
	reference_increase(reference);
	use(reference, holders_tick(holder->holders));
	return true;
}

/* False for lack of memory, or of room. */
static bool add_first(struct holder *holder, uint64_t object, uint64_t token,
	const char *typeid)
{
	struct holders *holders = holder->holders;
	struct reference *added;

	if (holders_are_full(holders))
		return false;
	added = references_add(
		&holders->references, holder->owner.id, object, typeid);
	if (!added)
		return false;
	added->holder = holder;
	added->token = token;
	added->since_ms = added->used_ms = holders_tick(holders);
	TAILQ_INSERT_TAIL(&holder->references, added, of_holder);
	holder_sort_in(holder);
	return true;
}

bool holder_grant(struct holder *holder, uint64_t object, uint64_t token,
	const char *typeid)
{
	bool has_one = holder_add(holder, object);

	if (!has_one && add_first(holder, object, token, typeid))
		return true;
	(void)owner_return(
		&holder->owner, token, holder->holders->broker->objects.now_ms);
	return has_one;
}

/* What the process had as long as it ran; NULL for one that runs. */
static struct reference *find_left_behind(
	const struct referent *referent, const struct holder *holder)
{
	struct reference *reference;

	if (holder->ended_ms == NEVER_MS)
		return NULL;
	TAILQ_FOREACH (reference, &referent->references, of_object)
		if (reference->holder->pid == holder->pid)
			break;
	return reference;
}

/* Whose reference it is that the holder gives back; NULL if that went with the
 * process. */
static struct reference *find_to_drop(const struct holders *holders,
	const struct referent *referent, const struct holder *holder)
{
	struct reference *reference = find_reference(holder, referent->object);

	if (!reference)
		reference = find_left_behind(referent, holder);
	if (reference || holder->ended_ms != NEVER_MS)
		return reference;
	reference = find_reference(holders->unknown, referent->object);
	return reference ? reference : TAILQ_FIRST(&referent->references);
}

bool holders_drop(
	struct holders *holders, struct holder *holder, uint64_t object)
{
	const struct referent *referent =
		references_find_object(&holders->references, object);
	struct reference *reference;

	if (!referent)
		return false;
	reference = find_to_drop(holders, referent, holder);
	if (reference && reference_decrease(reference))
		drop(reference);
	return true;
}

void holders_forget(struct holders *holders, uint64_t object)
{
	const struct referent *referent;

	while ((referent =
			references_find_object(&holders->references, object)))
		drop(TAILQ_FIRST(&referent->references));
}

void holders_use(struct holders *holders, uint64_t object)
{
	struct reference *reference = find_reference(holders->unknown, object);

	if (reference)
		use(reference, holders_tick(holders));
}

bool holders_are_full(const struct holders *holders)
{
	return references_count(&holders->references) >=
		holders->broker->config.max_references;
}

uint64_t holders_object_count(const struct holders *holders)
{
	return references_object_count(&holders->references);
}

void holders_each(struct holders *holders,
	void (*each)(void *arg, uint64_t object, const char *typeid,
		uint64_t references),
	void *arg)
{
	const struct referent *referent;

	references_sort_objects(&holders->references);
	for (referent = holders->references.objects; referent;
		referent = referent->hh.next)
		each(arg, referent->object, referent->typeid, referent->total);
}

/* ---- Time ------------------------------------------------------------- */

/* When the grace of a process that has ended is over. */
static int64_t grace_end_ms(const struct holder *holder)
{
	const struct broker *broker = holder->holders->broker;

	return holder->ended_ms == NEVER_MS
		? NEVER_MS
		: holder->ended_ms + broker->config.reference_grace_ms;
}

/* When a reference of the unknown holder was not used for long enough. */
static int64_t ttl_end_ms(const struct reference *reference)
{
	const struct broker *broker = reference->holder->holders->broker;

	return broker->config.reference_ttl_ms == 0
		? NEVER_MS
		: reference->used_ms + (int64_t)broker->config.reference_ttl_ms;
}

static int64_t first_grace_end_ms(const struct holders *holders)
{
	const struct holder *first = TAILQ_FIRST(&holders->ended);

	return first ? grace_end_ms(first) : NEVER_MS;
}

static int64_t first_ttl_end_ms(const struct holders *holders)
{
	const struct reference *first =
		TAILQ_FIRST(&holders->unknown->references);

	return first ? ttl_end_ms(first) : NEVER_MS;
}

static int64_t next_ms(const struct holders *holders)
{
	const struct holder *idle = TAILQ_FIRST(&holders->idle);

	if (holders->idle_count > IDLE_MAX ||
		(idle && idle->ended_ms != NEVER_MS))
		return 0;
	return tli_earlier(
		first_grace_end_ms(holders), first_ttl_end_ms(holders));
}

bool holders_may_wait(struct holders *holders)
{
	int64_t deadline_ms = next_ms(holders);
	int64_t now_ms;

	if (deadline_ms >= holders->timer_ms)
		return true;
	now_ms = tli_now_ms();
	if (deadline_ms <= now_ms ||
		!timer_start(&holders->timer, deadline_ms - now_ms))
		return false;
	holders->timer_ms = deadline_ms;
	return true;
}

/* One whose process ended long ago; another grace for one that is in use even
 * so. */
static void drop_left_behind(struct holders *holders, int64_t now_ms)
{
	struct holder *holder = TAILQ_FIRST(&holders->ended);

	if (TAILQ_EMPTY(&holder->references))
		holder_set_ended(holder, now_ms);
	else
		drop(TAILQ_FIRST(&holder->references));
}

/* Of the unknown holder. Who waits for the object uses it. */
static void drop_unused(struct holders *holders, int64_t now_ms)
{
	struct reference *first = TAILQ_FIRST(&holders->unknown->references);
	const struct waiters *waiters = holders->broker->objects.waiters;

	if (waiters_count_for(waiters, first->key.object) > 0)
		use(first, now_ms);
	else
		drop(first);
}

static void end_idle(struct holders *holders)
{
	struct holder *first;

	while ((first = TAILQ_FIRST(&holders->idle)) &&
		(first->ended_ms != NEVER_MS || holders->idle_count > IDLE_MAX))
		holder_end(first);
}

void holders_run(struct holders *holders)
{
	int64_t now_ms = holders->broker->objects.now_ms - 1;

	for (unsigned i = 0; i < DROPS_A_RUN; i++) {
		if (first_grace_end_ms(holders) <= now_ms)
			drop_left_behind(holders, now_ms);
		else if (first_ttl_end_ms(holders) <= now_ms)
			drop_unused(holders, now_ms);
		else
			break;
	}
	end_idle(holders);
}

/* ---- Listing ---------------------------------------------------------- */

bool owner_is_holder(const struct owner *owner)
{
	return owner->gone == holder_gone;
}

void holders_list(const struct holders *holders, uint64_t object,
	void (*each)(void *arg, const struct holding *holding), void *arg)
{
	const struct referent *referent =
		references_find_object(&holders->references, object);
	const struct reference *reference;

	if (!referent)
		return;
	TAILQ_FOREACH (reference, &referent->references, of_object) {
		const struct holder *holder = reference->holder;

		each(arg,
			&(struct holding){
				.pid = holder->pid,
				.uid = holder->uid,
				.has_ended = holder->ended_ms != NEVER_MS,
				.count = reference->count,
				.since_ms = reference->since_ms,
				.until_ms = holder == holders->unknown
					? ttl_end_ms(reference)
					: grace_end_ms(holder),
			});
	}
}
