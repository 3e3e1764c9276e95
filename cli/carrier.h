/* SPDX-License-Identifier: MIT */
/*
 * A listener, each of whose connections is connected to one place elsewhere.
 * Both sides have authenticated, each with its own key, before bytes are copied
 * between them.
 */
#ifndef CLI_CARRIER_H
#define CLI_CARRIER_H

#include "loop.h"
#include "target.h"

#include <tieline/tieline.h>

enum carrier_event {
	CARRIER_REACHED, /* the place, for one connection */
	CARRIER_AWAY,    /* it cannot be reached, and is tried again */
	CARRIER_FAILED,  /* a connection was broken, as it has no other end */
	CARRIER_BROKE,   /* the connection to the place, while it was used */
	CARRIER_FULL,    /* max_pairs are there: who comes now waits */
	CARRIER_TROUBLE, /* somebody could not be taken */
};

/* Not to be moved while it is in the loop. */
struct carrier {
	struct party party;
	struct loop loop;
	tieline_listener *listener;
	const char *name; /* of what is listened at, for messages */
	struct target target;
	tieline_options options; /* for the target */
	int timeout_ms;          /* how long connecting to it may take */
	bool tries_again;        /* so long, if it is away */
	unsigned max_pairs;
	unsigned pair_count;
	bool is_full;
	/* What happens; what is an address or a name, or NULL if the message
	 * has it. */
	void (*tell)(void *arg, enum carrier_event event, int code,
		const char *what, const char *message);
	void *arg;
};

/* Each returns an exit status; STATUS_DONE from opening. From then on signals
 * wait for carrier_run(), which takes the listener, runs until one of them
 * comes, and breaks what is under way. */
int carrier_open(struct carrier *carrier);
int carrier_run(struct carrier *carrier);

/* For one that was opened, whatever came of that. */
void carrier_close(struct carrier *carrier);

#endif
