/* SPDX-License-Identifier: MIT */
/*
 * A connection: a socket, what opens it, what comes in, what goes out. Both
 * directions fail by themselves; an opening that fails fails both.
 */
#ifndef TLI_CONNECTION_H
#define TLI_CONNECTION_H

#include "../system/channel.h"
#include "../system/endpoint.h"
#include "handle.h"
#include "input.h"
#include "opening.h"
#include "output.h"

#include <sys/queue.h>

struct tieline_connection {
	struct tieline_handle handle;
	TAILQ_ENTRY(tieline_connection) link; /* in a listener's list */
	struct tli_channel channel;
	uint32_t watched;            /* what a poller watches it for */
	struct tli_opening *opening; /* NULL = open, or failed */
	bool readable;
	bool writable;
	bool patient; /* receiving may block in the kernel, for speed */
	bool shared;  /* adopted: other processes may hold the socket too */
	bool relayed; /* by a broker */
	bool failed;  /* it never opened; both directions have the error */
	size_t max_message_bytes;
	int pickle_protocol;
	struct tli_input input;
	struct tli_output output;
	char peer[TLI_ENDPOINT_TEXT];
};

TAILQ_HEAD(tli_connections, tieline_connection);

/*
 * Makes a connection of a socket, open until an opening is given to it. It
 * owns the socket on success. NULL with *error set for lack of memory.
 */
tieline_connection *tli_connection_new(int fd, const struct tli_endpoint *peer,
	const struct tli_settings *settings, struct tli_error *error);

/* Takes the opening a step on. Returns 1 when open, 0 when it takes longer, or
 * the code in the error of both directions. */
int tli_connection_step(tieline_connection *connection);

/* What it waits for. */
struct tli_interest tli_connection_interest(tieline_handle *handle);

/* Waits until a message is there, in the input. Returns 0, or the code. What
 * then looks at it ends with tli_handle_settle(). */
int tli_message_await(tieline_connection *connection, int timeout_ms);

/* Whether there is something to be written before anything else is. */
bool tli_connection_has_output(const tieline_connection *connection);

/* Whether receiving, and sending, makes sense at all: 0, or the code in the
 * handle's error. */
int tli_connection_may_receive(tieline_connection *connection);
int tli_connection_may_send(tieline_connection *connection);

/* Makes a direction's sticky error the last one of the handle; returns its
 * code. */
int tli_connection_stuck(
	tieline_connection *connection, const struct tli_error *error);

/* Reads bytes of an open connection, as tli_input_read_bytes(). */
size_t tli_connection_read_bytes(
	tieline_connection *connection, void *bytes, size_t size);

/* Waits until nothing is left to be written. Returns 0, or the code. */
int tli_connection_await_room(
	tieline_connection *connection, int64_t deadline_ms);

/* Frees the connection but not its channel, which it returns. */
struct tli_channel tli_connection_release(tieline_connection *connection);

#endif
