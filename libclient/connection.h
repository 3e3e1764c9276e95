/* SPDX-License-Identifier: MIT */
/*
 * A connection: a socket, what opens it, what comes in, what goes out. Both
 * directions fail by themselves; an opening that fails fails both.
 */
#ifndef TLI_CONNECTION_H
#define TLI_CONNECTION_H

#include "../system/endpoint.h"
#include "handle.h"
#include "input.h"
#include "opening.h"
#include "output.h"

#include <sys/queue.h>

struct tieline_connection {
	struct tieline_handle handle;
	TAILQ_ENTRY(tieline_connection) link; /* in a listener's list */
	int fd;
	uint32_t watched;            /* what a poller watches fd for */
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

/* Frees the connection but not its socket, which it returns. */
int tli_connection_release(tieline_connection *connection);

#endif
