/* SPDX-License-Identifier: MIT */
/*
 * Listener(): many handshakes side by side, each a connection that opens, below
 * one epoll descriptor. The lists are in order of arrival, so the head of
 * `opening` is both the oldest and the first to run out of time.
 */
#include "connection.h"
#include "socket.h"
#include "socketfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH    64  /* events, and new peers, in one go */
#define PAUSE_MS 100 /* when no descriptor is left for a new peer */

struct tieline_listener {
	struct tieline_handle handle;
	int fd;
	uint32_t watched; /* what the poller watches fd for */
	struct tli_settings settings;
	struct tli_socket_file file;
	struct tli_connections opening;
	struct tli_connections open; /* wait for accept */
	unsigned opening_count;
	unsigned open_count;
	int64_t resume_ms;        /* no new peers until then; 0 = go on */
	struct tli_error trouble; /* for the next accept; code 0 = none */
	char address[TLI_ADDRESS_TEXT_MAX];
	char last_accepted[TLI_ENDPOINT_TEXT];
};

static tieline_listener *of(const tieline_handle *handle)
{
	return (tieline_listener *)handle;
}

/* Takes a peer out of the handshakes. */
static void unlink_opening(
	tieline_listener *listener, tieline_connection *connection)
{
	(void)tli_poller_watch(&listener->handle.poller, connection->fd,
		&connection->watched, 0, connection);
	TAILQ_REMOVE(&listener->opening, connection, link);
	listener->opening_count--;
}

static void refuse(tieline_listener *listener, tieline_connection *connection,
	const struct tli_error *error)
{
	const struct tli_settings *settings = &listener->settings;

	unlink_opening(listener, connection);
	if (settings->on_refused)
		settings->on_refused(settings->on_refused_arg, error->code,
			connection->peer, error->text);
	tieline_connection_close(connection);
}

static void refuse_oldest(tieline_listener *listener, const char *why)
{
	struct tli_error error;

	tli_error_set(&error, TIELINE_ETIMEDOUT,
		"the peer had not authenticated yet when %s", why);
	refuse(listener, TAILQ_FIRST(&listener->opening), &error);
}

static void move_to_open(
	tieline_listener *listener, tieline_connection *connection)
{
	unlink_opening(listener, connection);
	TAILQ_INSERT_TAIL(&listener->open, connection, link);
	listener->open_count++;
}

/* Takes one handshake a step on. */
static void step(tieline_listener *listener, tieline_connection *connection)
{
	struct tli_error error;
	int result = tli_connection_open(connection);
	short events;

	if (result > 0) {
		move_to_open(listener, connection);
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

	if (TAILQ_EMPTY(&listener->opening))
		return;
	now_ms = tli_now_ms();
	for (first = TAILQ_FIRST(&listener->opening); first; first = next) {
		next = TAILQ_NEXT(first, link);
		if (first->opening->deadline_ms > now_ms)
			return;
		step(listener, first);
	}
}

/* Starts the handshake of a peer that has connected. Returns 0 or the code. */
static int welcome(tieline_listener *listener, int fd,
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
	if (listener->opening_count >= settings->max_handshakes)
		refuse_oldest(listener,
			"a newer one came and max_handshakes were under way");
	TAILQ_INSERT_TAIL(&listener->opening, connection, link);
	listener->opening_count++;
	step(listener, connection);
	return 0;
}

/* The peer's or the network's doing: the next peer may fare better. */
static bool is_passing(int error_number)
{
	switch (error_number) {
	case ECONNABORTED:
	case EPROTO:
	case EPERM:
	case ENETDOWN:
	case ENETUNREACH:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ENONET:
	case ENOPROTOOPT:
	case EOPNOTSUPP:
		return true;
	default:
		return false;
	}
}

static bool is_out_of_descriptors(int error_number)
{
	return error_number == EMFILE || error_number == ENFILE;
}

/* Leaves those who knock alone for a while, so that they do not keep us busy,
 * and lets the next accept say why. */
static void pause_accepting(tieline_listener *listener)
{
	listener->resume_ms = tli_now_ms() + PAUSE_MS;
}

/* False when there is nobody to take, or no way to, at the moment. */
static bool take_peer(tieline_listener *listener)
{
	struct tli_endpoint peer;
	int fd = tli_socket_accept(listener->fd, &peer);

	if (fd >= 0) {
		if (welcome(listener, fd, &peer, &listener->trouble) == 0)
			return true;
	} else if (is_passing(-fd)) {
		return true;
	} else if (fd == -EAGAIN) {
		return false;
	} else if (is_out_of_descriptors(-fd) && listener->opening_count > 0) {
		refuse_oldest(listener,
			"a newer one came and no descriptor was left");
		return true;
	} else {
		tli_error_system(&listener->trouble, TIELINE_ESYSTEM,
			"cannot accept a peer", -fd);
	}
	pause_accepting(listener);
	return false;
}

static void take_peers(tieline_listener *listener)
{
	for (int i = 0; i < BATCH; i++)
		if (listener->open_count >= listener->settings.backlog ||
			!take_peer(listener))
			return;
}

/* Nobody new is taken while the queue is full or during a pause. */
static void watch_for_peers(tieline_listener *listener)
{
	bool takes = listener->resume_ms == 0 &&
		listener->open_count < listener->settings.backlog;

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

	return listener->open_count > 0 || listener->trouble.code ? TIELINE_READ
								  : 0;
}

static struct tli_interest interest(const tieline_handle *handle)
{
	const tieline_listener *listener = of(handle);
	const tieline_connection *oldest = TAILQ_FIRST(&listener->opening);
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

static int bind_failed(
	const char *address, int error_number, struct tli_error *error)
{
	char what[TLI_ERROR_TEXT];
	int code = TIELINE_ESYSTEM;

	if (error_number == EADDRINUSE)
		code = TIELINE_EADDRINUSE;
	if (error_number == EADDRNOTAVAIL || error_number == ENOENT ||
		error_number == ENOTDIR)
		code = TIELINE_EADDRESS;
	snprintf(what, sizeof(what), "cannot listen at %.150s", address);
	return tli_error_system(error, code, what, error_number);
}

/* The machine may lack a family that the name has an address of. */
static bool is_missing_family(int result)
{
	return result == -EAFNOSUPPORT || result == -EADDRNOTAVAIL;
}

/* Returns a listening socket, or -errno. */
static int listen_at_any(
	const struct tli_endpoint *endpoints, size_t count, int backlog)
{
	int fd = -EAFNOSUPPORT;

	for (size_t i = 0; i < count && is_missing_family(fd); i++) {
		fd = tli_socket_listen(&endpoints[i], backlog);
		if (fd == -EADDRINUSE && tli_socket_file_clear(&endpoints[i]))
			fd = tli_socket_listen(&endpoints[i], backlog);
	}
	return fd;
}

static int start_listening(tieline_listener *listener,
	const struct tli_address *address, const char *text,
	struct tli_error *error)
{
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX];
	size_t count;
	int result = tli_endpoint_lookup(
		address, TLI_LOOKUP_LISTEN, endpoints, &count, error);

	if (result < 0)
		return result;
	listener->fd = listen_at_any(
		endpoints, count, (int)listener->settings.backlog);
	if (listener->fd < 0)
		return bind_failed(text, -listener->fd, error);
	if (address->kind == TLI_ADDRESS_UNIX)
		tli_socket_file_note(&listener->file, address->path);
	return 0;
}

/* What others connect to: the port in use, and for all addresses one that
 * stock Python, which connects to IPv4, can make sense of. */
static void note_address(
	tieline_listener *listener, const struct tli_address *asked)
{
	struct tli_address address = *asked;
	struct tli_endpoint local = {.len = sizeof(local.address)};
	char text[TLI_ENDPOINT_TEXT];
	struct tli_address bound;

	getsockname(
		listener->fd, (struct sockaddr *)&local.address, &local.len);
	tli_endpoint_format(&local, text);
	if (address.kind == TLI_ADDRESS_TCP &&
		!tli_address_parse(text, &bound)) {
		address = bound;
		if (!asked->host[0])
			strcpy(address.host, "0.0.0.0");
	}
	tli_address_format(&address, listener->address);
}

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
	TAILQ_INIT(&listener->opening);
	TAILQ_INIT(&listener->open);
	return listener;
}

int tieline_listener_open(const char *address, const tieline_options *options,
	tieline_listener **listener_out)
{
	const char *text = address ? address : "tcp://127.0.0.1:0";
	struct tli_error *error = tli_thread_error();
	tieline_listener *listener;
	struct tli_address parsed;
	int result = tli_endpoint_parse(text, &parsed, error);

	if (result < 0)
		return result;
	listener = new_listener(error);
	if (!listener)
		return error->code;
	result = tli_settings_init(
		&listener->settings, options, TLI_WITH_KEY, error);
	if (result == 0)
		result = start_listening(listener, &parsed, text, error);
	if (result == 0)
		result = open_poller(listener, error);
	if (result < 0) {
		tieline_listener_close(listener);
		return result;
	}
	note_address(listener, &parsed);
	*listener_out = listener;
	return 0;
}

static tieline_connection *pop(tieline_listener *listener)
{
	tieline_connection *connection = TAILQ_FIRST(&listener->open);

	TAILQ_REMOVE(&listener->open, connection, link);
	listener->open_count--;
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
	if (listener->open_count == 0) {
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
	close_all(&listener->opening);
	close_all(&listener->open);
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
