/* SPDX-License-Identifier: MIT */
/*
 * Who waits under which name: acceptors parked, diallers waiting, first ends of
 * pipes. Two that match are handed to the relay.
 */
#ifndef BROKER_NAMES_H
#define BROKER_NAMES_H

#include "../proto/control.h"
#include "../proto/json.h"

#include "peer.h"

struct name;
struct listener;

/* The verbs of those who can be under a name come first in their enum. */
#define NAMES_VERBS (TLI_VERB_PIPE + 1)

struct names {
	struct name *table;
	uint32_t seated[NAMES_VERBS]; /* who is parked or waits, by verb */
};

/* What is asked of the names. */
struct meeting {
	enum tli_verb verb; /* accept, dial or pipe */
	bool silent;        /* it came to a bound address: tell it nothing */
	bool confirm;
	bool exclusive;
	int64_t timeout_ms; /* below 0 = for ever */
	const char *name;
	const char *listener; /* "" = one by itself */
};

/*
 * Parks the peer, has it wait, or pairs it at once; or refuses it. What it sent
 * behind its request is in peer->held.
 */
void names_meet(struct peer *peer, const struct meeting *meeting);

/* Refuses all who are parked or waiting. */
void names_refuse_all(
	struct broker *broker, enum tli_refusal refusal, const char *message);

/* The acceptor's connection, paired under its listener's name, has ended. */
void names_release(struct names *names, struct listener *listener);

const char *names_of_listener(const struct listener *listener);

/* The name under which the peer is parked or waits; NULL if it does neither. */
const char *names_of_peer(const struct peer *peer);

uint32_t names_count(const struct names *names);

/* Adds those that start with prefix, up to limit, to an array in the order of
 * their bytes; returns how many there are. */
size_t names_list(struct names *names, const char *prefix, unsigned limit,
	struct tli_json_writer *writer, tli_json *array);

#endif
