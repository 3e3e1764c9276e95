/* SPDX-License-Identifier: MIT */
/*
 * What both kinds of listener have in common: connections that open side by
 * side below one epoll descriptor, and those that wait for accept. One kind
 * listens at an address itself, the other meets its peers at a broker.
 */
#ifndef TLI_LISTENER_H
#define TLI_LISTENER_H

#include "connection.h"

#define TLI_LISTENER_BATCH 64 /* events in one go */

struct tli_listener_kind {
	struct tli_handle_class handle;
	/* Frees what is the kind's own. */
	void (*close)(tieline_listener *listener);
};

/* The first member of either kind. */
struct tieline_listener {
	struct tieline_handle handle;
	const struct tli_listener_kind *kind;
	struct tli_settings settings;
	struct tli_connections openings; /* under way */
	struct tli_connections waiting;  /* for accept */
	unsigned opening_count;
	unsigned waiting_count;
	struct tli_error trouble; /* for the next accept; code 0 = none */
	struct tli_error absence; /* why nobody can come now; 0 = they can */
	char address[TLI_ADDRESS_TEXT_MAX];
	char last_accepted[TLI_ENDPOINT_TEXT];
};

/*
 * Fills in a listener, which is zeroed and was allocated with calloc(), and
 * opens its poller. Returns 0, or the code in *error; it is to be closed in
 * either case.
 */
int tli_listener_init(tieline_listener *listener,
	const struct tli_listener_kind *kind, const tieline_options *options,
	const struct tli_use *use, struct tli_error *error);

/*
 * The two kinds, to be opened at an address without, and with, a name; text is
 * the same. NULL with *error set on failure.
 */
tieline_listener *tli_direct_open(const char *text,
	const struct tli_address *address, const tieline_options *options,
	struct tli_error *error);
tieline_listener *tli_parking_open(const struct tli_address *address,
	const tieline_options *options, struct tli_error *error);

/* Stores what the poller has events for, as owners; returns how many. */
int tli_listener_events(
	tieline_listener *listener, void *owners[TLI_LISTENER_BATCH]);

/*
 * Takes one of the openings a step on. Returns 1 when it waits for accept, 0
 * when it takes longer, or the code in *error: then it is to be dropped.
 */
int tli_listener_step(tieline_listener *listener,
	tieline_connection *connection, struct tli_error *error);

/* Takes an opening out and closes it. */
void tli_listener_drop(
	tieline_listener *listener, tieline_connection *connection);

/* Tells the program, if it wants to hear of it. */
void tli_listener_tell(const tieline_listener *listener, int code,
	const char *peer, const char *message);

/* For struct tli_handle_class. */
int tli_listener_ready(tieline_handle *handle);

#endif
