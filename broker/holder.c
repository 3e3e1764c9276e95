/* SPDX-License-Identifier: MIT */
#include "holder.h"

#include "../system/process.h"
#include "../system/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The numbers of their owners are above those of connections, and such that
 * JSON has them. */
#define HOLDER_IDS (UINT64_C(1) << 52)

int64_t holders_tick(struct holders *holders)
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

void holder_sort_in(struct holder *holder)
{
	struct holder_list *list = list_of(holder);

	if (holder->list == list)
		return;
	leave_list(holder);
	enter_list(holder, list);
}

/* ---- Life ------------------------------------------------------------- */

void holder_gone(struct owner *owner)
{
	holder_unref((struct holder *)(void *)owner);
}

struct holder *holder_new(struct holders *holders)
{
	struct holder *holder = calloc(1, sizeof(*holder));
	struct broker *broker = holders->broker;

	if (!holder)
		return NULL;
	if (!owner_init(&holder->owner, broker->objects.waiters,
		    HOLDER_IDS + ++holders->last_id, 0, holder_gone)) {
		free(holder);
		return NULL;
	}
	holder->owner.max_grants = UINT32_MAX;
	holder->holders = holders;
	holder->process.channel.fd = -1;
	holder->uses = 1;
	holder->ended_ms = NEVER_MS;
	TAILQ_INIT(&holder->references);
	enter_list(holder, list_of(holder));
	return holder;
}

/* Its process has ended, or is not of interest any more. */
static void forget_process(struct holder *holder)
{
	if (holder->process.channel.fd < 0)
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

void holder_end(struct holder *holder)
{
	forget_process(holder);
	forget_references(holder);
	leave_list(holder);
	holder->holders = NULL;
	owner_end(&holder->owner);
}

void holder_ref(struct holder *holder)
{
	holder->uses++;
	holder_sort_in(holder);
}

void holder_unref(struct holder *holder)
{
	holder->uses--;
	if (holder->uses == 0)
		free(holder);
	else if (holder->holders)
		holder_sort_in(holder);
}

struct owner *holder_owner(struct holder *holder)
{
	return &holder->owner;
}

/* ---- Processes -------------------------------------------------------- */

void holder_set_ended(struct holder *holder, int64_t now_ms)
{
	forget_process(holder);
	leave_list(holder);
	holder->ended_ms = now_ms;
	enter_list(holder, list_of(holder));
}

/* What it leaves behind may be another's by now, who has yet to come and count:
 * a proxy was handed over. */
static void note_end(struct holder *holder)
{
	holder_set_ended(holder, holders_tick(holder->holders));
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
	if (!found || !tli_process_has_ended(found->process.channel.fd))
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
	struct holder *holder = holder_new(holders);

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
		holder_end(holder);
		return NULL;
	}
	return holder;
}

/* A peer of another process namespace has the number 0 here. */
struct holder *holder_of(struct holders *holders, struct peer *peer)
{
	int pid = peer->stream.is_tcp
		? 0
		: tli_socket_peer_pid(peer->stream.channel.fd);
	struct holder *found = pid ? find_process(holders, pid) : NULL;
	int fd;

	if (found || pid == 0)
		return found ? found : holders->unknown;
	fd = tli_process_of_peer(peer->stream.channel.fd, pid);
	if (fd >= 0 || fd == -ESRCH)
		return add_process(holders, peer, pid, fd);
	log_rarely(&holders->broker->log, &holders->unwatched,
		CONFIG_LOG_WARNING,
		"process %d cannot be watched (%s): its references stay when "
		"it ends",
		pid, strerror(-fd));
	return holders->unknown;
}
