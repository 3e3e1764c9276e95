/* SPDX-License-Identifier: MIT */
/*
 * A broker in the test's own thread, which goes on only when the test lets it:
 * what happens in which order is the test's choice.
 */
#ifndef TESTS_STEPPED_H
#define TESTS_STEPPED_H

#include "../unit/unit.h"

#include "../../broker/broker.h"

#define KEY "the key of these tests"

/* The one that is stepped, and talked to. A test may put another one here. */
extern struct broker *broker;

/* What the next one is made with. */
extern struct config settings;

/*
 * Before and after each test: the default settings, with a Unix and a TCP
 * socket, in this order, to listen at; and that everything was given back.
 * Opening the broker is the test's, closing it may be left to finish().
 */
int prepare(void **state);
int finish(void **state);

/* One with that key, who may do everything. */
struct identities *identities_with(const char *key);

/* One with that id and KEY, and with these rights; NULL is behind the last. */
struct identities *identities_as(const char *id, const char *const rights[]);

/* Whoever has KEY has these rights from now on; NULL is everything. */
void change_rights(const char *const rights[]);

/* Makes a broker that listens. */
void open_broker(void);

/* Ends it, and checks that it counts nothing any more. */
void close_broker(void);

/* One turn, which waits for nothing. */
void turn(void);

/* As many turns as anything takes that needs neither a client nor time. */
void settle(void);

/* The peer that has come last, and the one with that number. */
struct peer *last_peer(void);
struct peer *peer_of_id(uint64_t id);

/* Whether the log has that text; and how often. */
void expect_logged(const char *text);
unsigned count_logged(const char *text);

/* Forgets what is in the log. */
void clear_log(void);

/* A path in the test's folder. */
const char *path_of(const char *name);

unsigned count_descriptors(void);

#endif
