/* SPDX-License-Identifier: MIT */
/*
 * What is under which name: listeners with their parked connections, diallers
 * who wait, first ends of pipes. Only who is where, and whose turn it is; what
 * becomes of them is up to meeting.c.
 */
#ifndef BROKER_NAMES_H
#define BROKER_NAMES_H

#include "../proto/control.h"
#include "../proto/json.h"

#include "peer.h"
#include "table.h"

/* The verbs of those who can be under a name come first in their enum. */
#define NAMES_VERBS (TLI_VERB_PIPE + 1)

struct names {
	struct name *table;
	uint32_t seated[NAMES_VERBS]; /* who is parked or waits, by verb */
};

/* The place of a peer that is parked or waits. */
struct seat {
	TAILQ_ENTRY(seat) link;
	struct peer *peer;
	struct name *name;
	struct listener *listener; /* NULL for diallers */
	enum tli_verb verb;
};

TAILQ_HEAD(seats, seat);
TAILQ_HEAD(turns, listener);

/* A name exists as long as something is under it. */
struct name {
	UT_hash_handle hh;
	struct listener *by_id;     /* the listeners that have an id */
	struct turns turns;         /* those with a parked connection */
	struct seats diallers;      /* who wait */
	struct seats pipes;         /* first ends, which wait */
	struct listener *exclusive; /* NULL = the name is free to all */
	uint32_t listeners;
	uint32_t seated[NAMES_VERBS];
	uint32_t relayed; /* pairs */
	char text[TLI_CONTROL_NAME];
};

/* It lives until the last connection that it has parked is gone, those that
 * were paired since included. The first end of a pipe is one too. */
struct listener {
	UT_hash_handle hh;
	TAILQ_ENTRY(listener) turn;
	struct name *name;
	struct seats seats;
	uint32_t connections;
	char id[];
};

/* NULL if nothing is under it. */
struct name *names_find(const struct names *names, const char *text);

/* Why the listener may not have the name as it asks for it; NULL if it may. */
const char *names_why_taken(
	const struct names *names, const struct tli_request *accept);

/* Gives a seat its place under the name that is asked for. False for lack of
 * memory. */
bool names_sit_down(struct names *names, struct seat *seat,
	const struct tli_request *request);

/* Takes it away; the name may go with it. */
void names_stand_up(struct names *names, struct seat *seat);

/* Whom a dialler, or the second end of a pipe, is to meet: NULL if nobody is
 * there. Next time it is another listener's turn. */
struct seat *names_next_offer(struct name *name, enum tli_verb verb);

/* A connection of the listener's is paired: it counts until it is released. */
void names_pair(struct listener *listener);
void names_release(struct names *names, struct listener *listener);

uint32_t names_count(const struct names *names);

/* Adds those that start with prefix, up to limit, to an array in the order of
 * their bytes; returns how many there are. */
size_t names_list(struct names *names, const char *prefix, unsigned limit,
	struct tli_json_writer *writer, tli_json *array);

#endif
