/* SPDX-License-Identifier: MIT */
#include "holders.h"

#include "../system/clock.h"
#include "../system/process.h"
#include "../system/socket.h"

#include "broker.h"
#include "references.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Processes without a reference that stay known: who takes and gives back
 * references in turn is not opened anew for each. */
#define IDLE_MAX 64u

/* The numbers of their owners are above those of connections, and such that
 * JSON has them. */
#define HOLDER_IDS (UINT64_C(1) << 52)

/* References that are dropped in one turn of the loop. */
#define DROPS_A_RUN 512u

TAILQ_HEAD(holder_list, holder);

struct holder {
	struct owner owner;
	struct holders *holders; /* NULL when these are no more */
	struct stream process;   /* fd -1: unknown, or it has ended */
	int pid;                 /* 0 = unknown */
	uint32_t uid;
	uint32_t uses;                    /* and one while the owner is there */
	int64_t ended_ms;                 /* NEVER_MS while it runs */
	struct reference_list references; /* used longest ago first */
	struct holder_list *list;         /* that it is in */
	TAILQ_ENTRY(holder) link;
	UT_hash_handle hh; /* of those that run, by pid */
};

struct holders {
	struct broker *broker;
	struct holder *unknown;
	struct holder *by_pid;
	struct holder_list idle; /* without a reference or a use */
	struct holder_list busy;
	struct holder_list ended; /* which have references, by time */
	uint32_t idle_count;
	uint64_t last_id; /* above HOLDER_IDS */
	struct references references;
	struct timer timer;
	int64_t timer_ms; /* when it is over; NEVER_MS = it is not started */
	struct log_limit unwatched;
};

static int64_t look_at_clock(struct holders *holders)
{
	objects_tick(&holders->broker->objects);
	return holders->broker->objects.now_ms;
}

/* ---- Which list a holder is in ---------------------------------------- */

static bool is_idle(const struct holder *holder)
{
	return holder->uses == 1 && TAILQ_EMPTY(&holder->references);
}

static struct holder_list *list_of(const struct holder *holder)
{
	struct holders *holders = holder->holders;

	if (is_idle(holder) && holder != holders->unknown)
		return &holders->idle;
	return holder->ended_ms == NEVER_MS ? &holders->busy : &holders->ended;
}

static void leave_list(struct holder *holder)
{
	if (holder->list == &holder->holders->idle)
		holder->holders->idle_count--;
	if (holder->list)
		TAILQ_REMOVE(holder->list, holder, link);
	holder->list = NULL;
}

/* Behind the others, but those first that no process will come back to. */
static void enter_list(struct holder *holder, struct holder_list *list)
{
	struct holders *holders = holder->holders;

	holder->list = list;
	if (list == &holders->idle)
		holders->idle_count++;
	if (list == &holders->idle && holder->ended_ms != NEVER_MS)
		TAILQ_INSERT_HEAD(list, holder, link);
	else
		TAILQ_INSERT_TAIL(list, holder, link);
}

static void sort_in(struct holder *holder)
{
	struct holder_list *list = list_of(holder);

	if (holder->list == list)
		return;
	leave_list(holder);
	enter_list(holder, list);
}

/* ---- Life ------------------------------------------------------------- */

static void on_gone(struct owner *owner)
{
	holder_unref((struct holder *)(void *)owner);
}

/* NULL for lack of memory. */
static struct holder *make_holder(struct holders *holders)
{
	struct holder *holder = calloc(1, sizeof(*holder));
	struct broker *broker = holders->broker;

	if (!holder)
		return NULL;
	if (!owner_init(&holder->owner, broker->objects.waiters,
		    HOLDER_IDS + ++holders->last_id, 0, on_gone)) {
		free(holder);
		return NULL;
	}
	holder->owner.max_grants = UINT32_MAX;
	holder->holders = holders;
	holder->process.fd = -1;
	holder->uses = 1;
	holder->ended_ms = NEVER_MS;
	TAILQ_INIT(&holder->references);
	enter_list(holder, list_of(holder));
	return holder;
}

/* Its process has ended, or is not of interest any more. */
static void forget_process(struct holder *holder)
{
	if (holder->process.fd < 0)
		return;
	stream_close(&holder->process);
	HASH_DEL(holder->holders->by_pid, holder);
}

static void forget_references(struct holder *holder)
{
	struct reference *reference;

	while ((reference = TAILQ_FIRST(&holder->references))) {
		TAILQ_REMOVE(&holder->references, reference, of_holder);
		references_remove(&holder->holders->references, reference);
	}
}

/* All that it was granted goes back. */
static void end_holder(struct holder *holder)
{
	forget_process(holder);
	forget_references(holder);
	leave_list(holder);
	holder->holders = NULL;
	owner_end(&holder->owner);
}

static void end_all(struct holder_list *list)
{
	struct holder *holder;

	while ((holder = TAILQ_FIRST(list)))
		end_holder(holder);
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
	holders->unknown = make_holder(holders);
	if (holders->unknown) {
		sort_in(holders->unknown);
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

void holder_ref(struct holder *holder)
{
	holder->uses++;
	sort_in(holder);
}

void holder_unref(struct holder *holder)
{
	holder->uses--;
	if (holder->uses == 0)
		free(holder);
	else if (holder->holders)
		sort_in(holder);
}

struct owner *holder_owner(struct holder *holder)
{
	return &holder->owner;
}

/* ---- Processes -------------------------------------------------------- */

/* What it leaves behind may still be another's: it has handed a proxy over that
 * is not counted yet. */
static void note_end(struct holder *holder)
{
	forget_process(holder);
	holder->ended_ms = look_at_clock(holder->holders);
	leave_list(holder);
	enter_list(holder, list_of(holder));
}

static void on_process(evutil_socket_t fd, short event, void *owner)
{
	(void)fd;
	(void)event;
	note_end(owner);
}

/* Who is known by that number and runs; NULL if nobody is. */
static struct holder *find_process(struct holders *holders, int pid)
{
	struct holder *found;

	HASH_FIND(hh, holders->by_pid, &pid, sizeof(pid), found);
	if (!found || !tli_process_has_ended(found->process.fd))
		return found;
	note_end(found);
	return NULL;
}

/* False for lack of memory. Closes the descriptor when it is not needed. */
static bool watch(struct holder *holder, int fd)
{
	struct holders *holders = holder->holders;

	stream_init(&holder->process, holders->broker->base, fd, false,
		on_process, holder);
	HASH_ADD(hh, holders->by_pid, pid, sizeof(holder->pid), holder);
	if (holder->hh.tbl && stream_watch(&holder->process, true, false))
		return true;
	if (holder->hh.tbl)
		HASH_DEL(holders->by_pid, holder);
	stream_close(&holder->process);
	return false;
}

/* fd is -ESRCH of one that has ended. NULL for lack of memory. */
static struct holder *add_process(
	struct holders *holders, const struct peer *peer, int pid, int fd)
{
	struct holder *holder = make_holder(holders);

	if (!holder) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	holder->pid = pid;
	holder->uid = peer->uid;
	if (fd < 0)
		note_end(holder);
	else if (!watch(holder, fd)) {
		end_holder(holder);
		return NULL;
	}
	return holder;
}

/* A peer of another process namespace has the number 0 here. */
struct holder *holder_of(struct holders *holders, struct peer *peer)
{
	int pid =
		peer->stream.is_tcp ? 0 : tli_socket_peer_pid(peer->stream.fd);
	struct holder *found = pid ? find_process(holders, pid) : NULL;
	int fd;

	if (found || pid == 0)
		return found ? found : holders->unknown;
	fd = tli_process_of_peer(peer->stream.fd, pid);
	if (fd >= 0 || fd == -ESRCH)
		return add_process(holders, peer, pid, fd);
	log_rarely(&holders->broker->log, &holders->unwatched,
		CONFIG_LOG_WARNING,
		"process %d cannot be watched (%s): its references stay when "
		"it ends",
		pid, strerror(-fd));
	return holders->unknown;
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
	sort_in(holder);
	(void)owner_return(
		&holder->owner, token, holders->broker->objects.now_ms);
}

bool holder_add(struct holder *holder, uint64_t object)
{
	struct reference *reference = find_reference(holder, object);

	if (!reference)
		return false;
	reference_increase(reference);
	use(reference, look_at_clock(holder->holders));
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
	added->since_ms = added->used_ms = look_at_clock(holders);
	TAILQ_INSERT_TAIL(&holder->references, added, of_holder);
	sort_in(holder);
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

bool holders_drop(
	struct holders *holders, struct holder *holder, uint64_t object)
{
	const struct referent *referent =
		references_find_object(&holders->references, object);
	struct reference *reference;

	if (!referent)
		return false;
	reference = find_reference(holder, object);
	if (!reference)
		reference = find_reference(holders->unknown, object);
	if (!reference)
		reference = TAILQ_FIRST(&referent->references);
	if (reference_decrease(reference))
		drop(reference);
	return true;
}

void holders_use(struct holders *holders, uint64_t object)
{
	struct reference *reference = find_reference(holders->unknown, object);

	if (reference)
		use(reference, look_at_clock(holders));
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

/* When the first process's grace is over. */
static int64_t grace_ms(const struct holders *holders)
{
	const struct holder *first = TAILQ_FIRST(&holders->ended);

	return first
		? first->ended_ms + holders->broker->config.reference_grace_ms
		: NEVER_MS;
}

/* When the unknown holder's first reference has not been used for long enough.
 */
static int64_t unused_ms(const struct holders *holders)
{
	uint64_t ttl_ms = holders->broker->config.reference_ttl_ms;
	const struct reference *first =
		TAILQ_FIRST(&holders->unknown->references);

	return first && ttl_ms > 0 ? first->used_ms + (int64_t)ttl_ms
				   : NEVER_MS;
}

static int64_t next_ms(const struct holders *holders)
{
	const struct holder *idle = TAILQ_FIRST(&holders->idle);

	if (holders->idle_count > IDLE_MAX ||
		(idle && idle->ended_ms != NEVER_MS))
		return 0;
	return tli_earlier(grace_ms(holders), unused_ms(holders));
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

	if (!TAILQ_EMPTY(&holder->references)) {
		drop(TAILQ_FIRST(&holder->references));
		return;
	}
	leave_list(holder);
	holder->ended_ms = now_ms;
	enter_list(holder, &holders->ended);
}

static void end_idle(struct holders *holders)
{
	struct holder *first;

	while ((first = TAILQ_FIRST(&holders->idle)) &&
		(first->ended_ms != NEVER_MS || holders->idle_count > IDLE_MAX))
		end_holder(first);
}

void holders_run(struct holders *holders)
{
	int64_t now_ms = holders->broker->objects.now_ms - 1;

	for (unsigned i = 0; i < DROPS_A_RUN; i++) {
		if (grace_ms(holders) <= now_ms)
			drop_left_behind(holders, now_ms);
		else if (unused_ms(holders) <= now_ms)
			drop(TAILQ_FIRST(&holders->unknown->references));
		else
			break;
	}
	end_idle(holders);
}
