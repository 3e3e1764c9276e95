/* SPDX-License-Identifier: MIT */
/*
 * Listener(): many handshakes side by side, each a connection that opens, below
 * one epoll descriptor. The lists are in order of arrival, so the head of
 * `handshakes` is both the oldest and the first to run out of time.
 */
#include "../system/listening.h"
#include "../system/socket.h"
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define ANY_PORT "tcp://127.0.0.1:0"
#define BATCH    64  /* events, and new peers, in one go */
#define PAUSE_MS 100 /* when no descriptor is left for a new peer */

struct tieline_listener {
	struct tieline_handle handle;
	int fd;
	uint32_t watched; /* what the poller watches fd for */
	struct tli_settings settings;
	struct tli_socket_file file;
	struct tli_connections handshakes; /* under way */
	struct tli_connections waiting;    /* for accept */
	unsigned handshake_count;
	unsigned waiting_count;
	int64_t resume_ms;        /* no new peers until then; 0 = go on */
	struct tli_error trouble; /* for the next accept; code 0 = none */
	char address[TLI_ADDRESS_TEXT_MAX];
	char last_accepted[TLI_ENDPOINT_TEXT];
};

static tieline_listener *of(tieline_handle *handle)
{
	return (tieline_listener *)handle;
}

/* Takes a peer out of the handshakes. */
static void end_handshake(
	tieline_listener *listener, tieline_connection *connection)
{
	(void)tli_poller_watch(&listener->handle.poller, connection->fd,
		&connection->watched, 0, connection);
	TAILQ_REMOVE(&listener->handshakes, connection, link);
	listener->handshake_count--;
}

static void refuse(tieline_listener *listener, tieline_connection *connection,
	const struct tli_error *error)
{
	const struct tli_settings *settings = &listener->settings;

	end_handshake(listener, connection);
	tli_socket_end(connection->fd);
	if (settings->on_refused)
		settings->on_refused(settings->on_refused_arg, error->code,
			connection->peer, error->text);
	tieline_connection_close(connection);
}

static void refuse_oldest(tieline_listener *listener, const char *why)
{
	tieline_connection *oldest = TAILQ_FIRST(&listener->handshakes);
	struct tli_error error;

	tli_error_set(&error, TIELINE_EHANDSHAKE,
		"the peer had not authenticated yet when %s", why);
	tli_opening_give_up(oldest->opening, oldest->fd);
	refuse(listener, oldest, &error);
}

static void let_wait(tieline_listener *listener, tieline_connection *connection)
{
	end_handshake(listener, connection);
	TAILQ_INSERT_TAIL(&listener->waiting, connection, link);
	listener->waiting_count++;
}

/* Takes one handshake a step on. */
static void step(tieline_listener *listener, tieline_connection *connection)
{
	struct tli_error error;
	int result = tli_connection_step(connection);
	short events;

	if (result > 0) {
		let_wait(listener, connection);
		return;
	}
	if (result < 0) {
		refuse(listener, connection, &connection->output.error);
		return;
	}
	events = tli_connection_interest(&connection->handle).events;
	result = tli_poller_watch(&listener->handle.poller, connection->fd,
		&connection->watched, (uint32_t)events, connection);
	if (result == 0)
		return;
	tli_error_system(&error, TIELINE_ESYSTEM, "epoll_ctl", -result);
	refuse(listener, connection, &error);
}

static void step_overdue(tieline_listener *listener)
{
	tieline_connection *first, *next;
	int64_t now_ms;

	if (TAILQ_EMPTY(&listener->handshakes))
		return;
	now_ms = tli_now_ms();
	for (first = TAILQ_FIRST(&listener->handshakes); first; first = next) {
		next = TAILQ_NEXT(first, link);
		if (first->opening->deadline_ms > now_ms)
			return;
		step(listener, first);
	}
}

/* Starts the handshake of a peer that has connected. Returns 0 or the code. */
static int start_handshake(tieline_listener *listener, int fd,
	const struct tli_endpoint *peer, struct tli_error *error)
{
	const struct tli_settings *settings = &listener->settings;
	tieline_connection *connection = tli_connection_new(
		fd, peer, settings->max_message_bytes, error);

	if (!connection) {
		close(fd);
		return error->code;
	}
	connection->opening = tli_opening_listener(settings, peer);
	if (!connection->opening) {
		tieline_connection_close(connection);
		return tli_error_set(error, TIELINE_ENOMEM,
			"no memory for the handshake of a peer");
	}
	if (listener->handshake_count >= settings->max_handshakes)
		refuse_oldest(listener,
			"a newer one came and max_handshakes were under way");
	TAILQ_INSERT_TAIL(&listener->handshakes, connection, link);
	listener->handshake_count++;
	step(listener, connection);
	return 0;
}

/* Leaves those who knock alone for a while, so that they do not keep us busy,
 * and lets the next accept say why. */
static void pause_accepting(tieline_listener *listener)
{
	listener->resume_ms = tli_now_ms() + PAUSE_MS;
}

/* accept(2) wants a descriptor before it looks whether anybody waits. */
static bool lacks_descriptor(const tieline_listener *listener, int fd)
{
	return (fd == -EMFILE || fd == -ENFILE) &&
		tli_socket_has_peer(listener->fd);
}

/* A newer peer is worth more than one that has been silent for long. */
static int accept_somehow(tieline_listener *listener, struct tli_endpoint *peer)
{
	int fd = tli_socket_accept(listener->fd, peer);

	if (!lacks_descriptor(listener, fd) || listener->handshake_count == 0)
		return fd;
	refuse_oldest(listener, "a newer one came and no descriptor was left");
	return tli_socket_accept(listener->fd, peer);
}

/* False when there is nobody to take, or no way to, at the moment. */
static bool take_peer(tieline_listener *listener)
{
	struct tli_endpoint peer;
	int fd = accept_somehow(listener, &peer);

	if (fd == -EAGAIN || (fd < 0 && !tli_socket_has_peer(listener->fd)))
		return false;
	if (fd < 0)
		tli_error_system(&listener->trouble, TIELINE_ESYSTEM,
			"cannot accept a peer", -fd);
	else if (start_handshake(listener, fd, &peer, &listener->trouble) == 0)
		return true;
	pause_accepting(listener);
	return false;
}

static void take_peers(tieline_listener *listener)
{
	for (int i = 0; i < BATCH; i++)
		if (listener->waiting_count >= listener->settings.backlog ||
			!take_peer(listener))
			return;
}

/* Nobody new is taken while the queue is full or during a pause. */
static void watch_for_peers(tieline_listener *listener)
{
	bool takes = listener->resume_ms == 0 &&
		listener->waiting_count < listener->settings.backlog;

	if (tli_poller_watch(&listener->handle.poller, listener->fd,
		    &listener->watched, takes ? EPOLLIN : 0, listener) != 0)
		pause_accepting(listener);
}

static void process(tieline_handle *handle)
{
	tieline_listener *listener = of(handle);
	struct epoll_event events[BATCH];
	int count = tli_poller_take(&handle->poller, events, BATCH);
	bool knocked = false;

	/* New peers come last: they may push out one that has an event. */
	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr == listener)
			knocked = true;
		else
			step(listener, events[i].data.ptr);
	}
	step_overdue(listener);
	if (listener->resume_ms && tli_time_left_ms(listener->resume_ms) == 0)
		listener->resume_ms = 0;
	if (knocked && listener->resume_ms == 0)
		take_peers(listener);
	watch_for_peers(listener);
}

static int ready(tieline_handle *handle)
{
	tieline_listener *listener = of(handle);

	return listener->waiting_count > 0 || listener->trouble.code
		? TIELINE_READ
		: 0;
}

static struct tli_interest interest(tieline_handle *handle)
{
	const tieline_listener *listener = of(handle);
	const tieline_connection *oldest = TAILQ_FIRST(&listener->handshakes);
	int64_t deadline_ms = oldest ? oldest->opening->deadline_ms : TLI_NEVER;

	if (listener->resume_ms)
		deadline_ms = tli_earlier(deadline_ms, listener->resume_ms);
	return (struct tli_interest){
		handle->poller.epoll_fd, POLLIN, deadline_ms};
}

/* The poller is the listener's own: process keeps it in step. */
static int watch(tieline_handle *handle)
{
	(void)handle;
	return 0;
}

static const struct tli_handle_class listener_class = {
	.process = process,
	.ready = ready,
	.interest = interest,
	.watch = watch,
};

static int open_poller(tieline_listener *listener, struct tli_error *error)
{
	int result = tli_poller_open(&listener->handle.poller);

	if (result == 0)
		result = tli_poller_watch(&listener->handle.poller,
			listener->fd, &listener->watched, EPOLLIN, listener);
	if (result < 0)
		return tli_error_system(
			error, TIELINE_ESYSTEM, "epoll", -result);
	return 0;
}

static tieline_listener *new_listener(struct tli_error *error)
{
	tieline_listener *listener = calloc(1, sizeof(*listener));

	if (!listener) {
		tli_error_set(error, TIELINE_ENOMEM, "no memory to listen");
		return NULL;
	}
	if (tli_handle_init(&listener->handle, &listener_class, error) < 0) {
		free(listener);
		return NULL;
	}
	listener->fd = -1;
	TAILQ_INIT(&listener->handshakes);
	TAILQ_INIT(&listener->waiting);
	return listener;
}

static int listen_at(
	tieline_listener *listener, const char *text, struct tli_error *error)
{
	listener->fd = tli_listening_open(text, listener->settings.backlog,
		&listener->file, listener->address, error);
	return listener->fd < 0 ? error->code : 0;
}

int tieline_listener_open(const char *address, const tieline_options *options,
	tieline_listener **listener_out)
{
	struct tli_error *error = tli_thread_error();
	tieline_listener *listener = new_listener(error);
	int result;

	if (!listener)
		return error->code;
	result = tli_settings_init(
		&listener->settings, options, TLI_WITH_KEY, error);
	if (result == 0)
		result = listen_at(
			listener, address ? address : ANY_PORT, error);
	if (result == 0)
		result = open_poller(listener, error);
	if (result < 0) {
		tieline_listener_close(listener);
		return result;
	}
	*listener_out = listener;
	return 0;
}

static tieline_connection *pop(tieline_listener *listener)
{
	tieline_connection *connection = TAILQ_FIRST(&listener->waiting);

	TAILQ_REMOVE(&listener->waiting, connection, link);
	listener->waiting_count--;
	strcpy(listener->last_accepted, connection->peer);
	watch_for_peers(listener);
	return connection;
}

static int accept_within(tieline_listener *listener, int timeout_ms,
	tieline_connection **connection_out)
{
	tieline_handle *handle = &listener->handle;
	int result = tli_handle_await(
		handle, TIELINE_READ, tli_deadline_in(timeout_ms));

	if (result < 0)
		return result;
	if (result == 0)
		return tli_handle_timed_out(
			handle, "nobody connected and authenticated in time");
	if (listener->waiting_count == 0) {
		handle->error = listener->trouble;
		listener->trouble.code = 0;
		return handle->error.code;
	}
	*connection_out = pop(listener);
	return 0;
}

int tieline_listener_accept(tieline_listener *listener, int timeout_ms,
	tieline_connection **connection_out)
{
	int result = tli_handle_check(&listener->handle);

	if (result < 0)
		return result;
	result = accept_within(listener, timeout_ms, connection_out);
	return tli_handle_settle(&listener->handle, result);
}

const char *tieline_listener_address(const tieline_listener *listener)
{
	return listener->address;
}

const char *tieline_listener_last_accepted(const tieline_listener *listener)
{
	return listener->last_accepted;
}

static void close_all(struct tli_connections *connections)
{
	tieline_connection *connection;

	while ((connection = TAILQ_FIRST(connections))) {
		TAILQ_REMOVE(connections, connection, link);
		tieline_connection_close(connection);
	}
}

void tieline_listener_close(tieline_listener *listener)
{
	if (!listener)
		return;
	if (!tli_handle_is_foreign(&listener->handle))
		tli_socket_file_remove(&listener->file);
	close_all(&listener->handshakes);
	close_all(&listener->waiting);
	if (listener->fd >= 0)
		close(listener->fd);
	tli_handle_fini(&listener->handle);
	tli_settings_fini(&listener->settings);
	free(listener);
}

tieline_handle *tieline_listener_handle(tieline_listener *listener)
{
	return &listener->handle;
}
