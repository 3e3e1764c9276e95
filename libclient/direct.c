/* SPDX-License-Identifier: MIT */
/*
 * A listener at an address of its own. Its openings are handshakes, in order of
 * arrival, and all have the same time: the first is both the oldest and the
 * first to be late.
 */
#include "../system/listening.h"
#include "../system/socket.h"
#include "listener.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define DEFAULT_BACKLOG 128u
#define NEW_PEERS_MAX   64  /* in one go */
#define PAUSE_MS        100 /* when no descriptor is left for a new peer */

struct direct {
	tieline_listener base;
	int fd;
	uint32_t watched;  /* what the poller watches fd for */
	int64_t resume_ms; /* no new peers until then; 0 = go on */
	struct tli_socket_file file;
};

static struct direct *of(tieline_handle *handle)
{
	return (struct direct *)handle;
}

static void refuse(struct direct *direct, tieline_connection *connection,
	const struct tli_error *error)
{
	tli_listener_tell(
		&direct->base, error->code, connection->peer, error->text);
	tli_listener_drop(&direct->base, connection);
}

static void refuse_oldest(struct direct *direct, const char *why)
{
	tieline_connection *oldest = TAILQ_FIRST(&direct->base.openings);
	struct tli_error error;

	tli_error_set(&error, TIELINE_EHANDSHAKE,
		"the peer had not authenticated yet when %s", why);
	tli_opening_give_up(oldest->opening, &oldest->channel);
	refuse(direct, oldest, &error);
}

/* Takes one handshake a step on. */
static void step(struct direct *direct, tieline_connection *connection)
{
	struct tli_error error;

	if (tli_listener_step(&direct->base, connection, &error) < 0)
		refuse(direct, connection, &error);
}

static void step_overdue(struct direct *direct)
{
	tieline_connection *first, *next;
	int64_t now_ms;

	if (TAILQ_EMPTY(&direct->base.openings))
		return;
	now_ms = tli_now_ms();
	for (first = TAILQ_FIRST(&direct->base.openings); first; first = next) {
		next = TAILQ_NEXT(first, link);
		if (first->opening->deadline_ms > now_ms)
			return;
		step(direct, first);
	}
}

/* Starts the handshake of a peer that has connected. Returns 0 or the code. */
static int start_handshake(struct direct *direct, int fd,
	const struct tli_endpoint *peer, struct tli_error *error)
{
	tieline_listener *base = &direct->base;
	tieline_connection *connection =
		tli_connection_new(fd, peer, &base->settings, error);

	if (!connection) {
		close(fd);
		return error->code;
	}
	connection->opening = tli_opening_listener(&base->settings, peer);
	if (!connection->opening) {
		tieline_connection_close(connection);
		return tli_error_set(error, TIELINE_ENOMEM,
			"no memory for the handshake of a peer");
	}
	if (base->opening_count >= base->settings.max_handshakes)
		refuse_oldest(direct,
			"a newer one came and max_handshakes were under way");
	TAILQ_INSERT_TAIL(&base->openings, connection, link);
	base->opening_count++;
	step(direct, connection);
	return 0;
}

/* Leaves those who knock alone for a while, so that they do not keep us busy,
 * and lets the next accept say why. */
static void pause_accepting(struct direct *direct)
{
	direct->resume_ms = tli_now_ms() + PAUSE_MS;
}

/* accept(2) wants a descriptor before it looks whether anybody waits. */
static bool lacks_descriptor(const struct direct *direct, int fd)
{
	return (fd == -EMFILE || fd == -ENFILE) &&
		tli_socket_has_peer(direct->fd);
}

/* A newer peer is worth more than one that has been silent for long. */
static int accept_somehow(struct direct *direct, struct tli_endpoint *peer)
{
	int fd = tli_socket_accept(direct->fd, peer);

	if (!lacks_descriptor(direct, fd) || direct->base.opening_count == 0)
		return fd;
	refuse_oldest(direct, "a newer one came and no descriptor was left");
	return tli_socket_accept(direct->fd, peer);
}

/* False when there is nobody to take, or no way to, at the moment. */
static bool take_peer(struct direct *direct)
{
	struct tli_error *trouble = &direct->base.trouble;
	struct tli_endpoint peer;
	int fd = accept_somehow(direct, &peer);

	if (fd == -EAGAIN || (fd < 0 && !tli_socket_has_peer(direct->fd)))
		return false;
	if (fd < 0)
		tli_error_system(
			trouble, TIELINE_ESYSTEM, "cannot accept a peer", -fd);
	else if (start_handshake(direct, fd, &peer, trouble) == 0)
		return true;
	pause_accepting(direct);
	return false;
}

static bool has_room(const struct direct *direct)
{
	return direct->base.waiting_count < direct->base.settings.backlog;
}

static void take_peers(struct direct *direct)
{
	for (int i = 0; i < NEW_PEERS_MAX; i++)
		if (!has_room(direct) || !take_peer(direct))
			return;
}

/* Nobody new is taken while the queue is full or during a pause. */
static int watch(tieline_handle *handle)
{
	struct direct *direct = of(handle);
	bool takes = direct->resume_ms == 0 && has_room(direct);

	if (tli_poller_watch(&handle->poller, direct->fd, &direct->watched,
		    takes ? EPOLLIN : 0, direct) != 0)
		pause_accepting(direct);
	return 0;
}

static void process(tieline_handle *handle)
{
	struct direct *direct = of(handle);
	void *owners[TLI_LISTENER_BATCH];
	int count = tli_listener_events(&direct->base, owners);
	bool knocked = false;

	/* New peers come last: they may push out one that has an event. */
	for (int i = 0; i < count; i++) {
		if (owners[i] == direct)
			knocked = true;
		else
			step(direct, owners[i]);
	}
	step_overdue(direct);
	if (direct->resume_ms && tli_time_left_ms(direct->resume_ms) == 0)
		direct->resume_ms = 0;
	if (knocked && direct->resume_ms == 0)
		take_peers(direct);
	(void)watch(handle);
}

static struct tli_interest interest(tieline_handle *handle)
{
	const struct direct *direct = of(handle);
	const tieline_connection *oldest = TAILQ_FIRST(&direct->base.openings);
	int64_t deadline_ms = oldest ? oldest->opening->deadline_ms : TLI_NEVER;

	if (direct->resume_ms)
		deadline_ms = tli_earlier(deadline_ms, direct->resume_ms);
	return (struct tli_interest){
		handle->poller.epoll_fd, POLLIN, deadline_ms};
}

static void close_direct(tieline_listener *listener)
{
	struct direct *direct = of(&listener->handle);

	if (!tli_handle_is_foreign(&listener->handle))
		tli_socket_file_remove(&direct->file);
	if (direct->fd >= 0)
		close(direct->fd);
}

static const struct tli_listener_kind direct_kind = {
	.handle = {.process = process,
		.ready = tli_listener_ready,
		.interest = interest,
		.watch = watch},
	.close = close_direct,
};

static int listen_at(
	struct direct *direct, const char *address, struct tli_error *error)
{
	tieline_listener *base = &direct->base;
	int result;

	if (base->settings.backlog == 0)
		base->settings.backlog = DEFAULT_BACKLOG;
	direct->fd = tli_listening_open(address, base->settings.backlog,
		&direct->file, base->address, error);
	if (direct->fd < 0)
		return error->code;
	result = tli_poller_watch(&base->handle.poller, direct->fd,
		&direct->watched, EPOLLIN, direct);
	if (result < 0)
		return tli_error_system(
			error, TIELINE_ESYSTEM, "epoll", -result);
	return 0;
}

tieline_listener *tli_direct_open(const char *text,
	const struct tli_address *address, const tieline_options *options,
	struct tli_error *error)
{
	const struct tli_use use = {address, TLI_AUTH_LISTENER};
	struct direct *direct = calloc(1, sizeof(*direct));
	int result;

	if (!direct) {
		tli_error_set(error, TIELINE_ENOMEM, "no memory to listen");
		return NULL;
	}
	direct->fd = -1;
	result = tli_listener_init(
		&direct->base, &direct_kind, options, &use, error);
	if (result == 0)
		result = listen_at(direct, text, error);
	if (result == 0)
		return &direct->base;
	tieline_listener_close(&direct->base);
	return NULL;
}
