/* SPDX-License-Identifier: MIT */
/*
 * A broker: one event loop and all that lives in it. There are no globals: two
 * brokers can live in one process, each in a thread of its own.
 */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include "accepting.h"
#include "config.h"
#include "holders.h"
#include "identities.h"
#include "log.h"
#include "login.h"
#include "managers.h"
#include "monitors.h"
#include "names.h"
#include "objects.h"
#include "peer.h"
#include "ports.h"
#include "relay.h"
#include "sessions.h"
#include "sources.h"
#include "timer.h"

#include <tieline/tieline.h>

#define BROKER_EPOCH_BYTES (ENGINE_EPOCH_LEN / 2)
#define BROKER_VERSION     TIELINE_VERSION
#define BROKER_DRAINING    "the broker is about to end"

/* What has happened since the start. */
struct broker_counters {
	uint64_t connections; /* authenticated */
	uint64_t refused;     /* that failed to authenticate */
	uint64_t dropped;     /* closed for a limit */
};

/* What peers had no right to. */
struct forbidden {
	uint64_t count;
	struct log_limit lines;
};

struct broker {
	struct event_base *base;
	struct config config;
	struct identities *identities; /* of those who may log in */
	struct log log;
	struct ports ports;
	struct accepting accepting;
	struct peers peers;
	struct logins logins;
	struct sources sources;
	struct names names;
	struct relays relays;
	struct monitors monitors;
	struct objects objects;
	struct holders *holders;
	struct sessions sessions;
	struct managers managers;
	struct broker_counters counters;
	struct forbidden forbidden;
	struct timer drain_timer;
	bool draining;
	bool stopped;
	bool cut; /* pairs or sessions, to end */
	int64_t started_ms;
	char epoch[2 * BROKER_EPOCH_BYTES + 1]; /* another one at each start */
};

/*
 * Makes a broker that does not listen yet. The configuration is copied, and
 * stays the caller's; the reference to the identities becomes the broker's,
 * also on failure. NULL with *error set for lack of memory, descriptors or
 * random bytes.
 */
struct broker *broker_new(const struct config *config,
	struct identities *identities, int log_fd, struct tli_error *error);

/* Listens at the configured addresses: at all of them, or at none. Returns 0,
 * or the code in *error. */
int broker_listen(struct broker *broker, struct tli_error *error);

/*
 * Takes another configuration and other identities, whose reference becomes the
 * broker's on success. Connections go on, but for those whose identity is
 * removed; limits hold for what comes from now on. Returns 0, or the code in
 * *error with nothing changed.
 */
int broker_reload(struct broker *broker, const struct config *config,
	struct identities *identities, struct tli_error *error);

/* One turn of the loop: does what is ready, for which it waits if it is to.
 * False when there is no use in another one. */
bool broker_turn(struct broker *broker, bool waits);

/* Runs until broker_stop(), or until draining is over. True if no connection
 * was cut for it. */
bool broker_run(struct broker *broker);

/*
 * Takes nobody new and sends away those who are not paired; broker_run()
 * returns when the last pair has ended, or drain_timeout_ms later.
 */
void broker_drain(struct broker *broker);

/* Has broker_run() return at once. */
void broker_stop(struct broker *broker);

/* Closes and frees everything. NULL is fine. */
void broker_free(struct broker *broker);

#endif
