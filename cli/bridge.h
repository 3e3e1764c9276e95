/* SPDX-License-Identifier: MIT */
/*
 * A connection tied to a source and a sink by a codec: what is read is sent,
 * what is received is written, and ends are passed on. A party of the loop.
 */
#ifndef CLI_BRIDGE_H
#define CLI_BRIDGE_H

#include "codec.h"
#include "lines.h"
#include "loop.h"

#include <tieline/tieline.h>

#define BRIDGE_TEXT 256

/* What the source's end is to the peer. */
enum bridge_ending {
	BRIDGE_ENDS,
	BRIDGE_WAITS, /* that is not known yet */
	BRIDGE_BREAKS,
};

struct bridge {
	struct party party;
	const char *what; /* for complaints */
	tieline_connection *connection;
	struct source *source;
	struct sink *sink;
	struct codec *codec;       /* between the two and the connection */
	unsigned count_left;       /* of messages to receive; 0 = no limit */
	int quit_after_ms;         /* behind the source's end; -1 = never */
	bool ends_with_peer;       /* whatever the source has left */
	bool ends_with_sink;       /* when nobody reads what is written */
	bool keeps_sink;           /* the peer's end does not close it */
	enum bridge_ending ending; /* may be changed at any time */
	/* Called when it is over, with the exit status. It frees the bridge;
	 * the connection is not its matter by then. */
	void (*on_end)(struct bridge *bridge, int status);

	/* its own */
	struct loop *loop;
	bool counting;
	bool send_blocked;
	bool sent_end;
	bool send_failed;
	bool peer_ended;
	bool over;
	int64_t quit_ms;  /* a deadline */
	int source_error; /* -errno */
	int sink_error;   /* -errno */
	int failure;      /* the connection's first code */
	char why[BRIDGE_TEXT];
};

/* Adds it to the loop; all members above are set. */
void bridge_start(struct bridge *bridge, struct loop *loop);

#endif
