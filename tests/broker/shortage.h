/* SPDX-License-Identifier: MIT */
/*
 * A stepped broker whose memory fails, with that of libevent, cJSON and OpenSSL
 * below it; and clients that have all the memory they need, but expect
 * anything. For programs linked with --wrap=broker_turn and with alloc.c.
 */
#ifndef TESTS_SHORTAGE_H
#define TESTS_SHORTAGE_H

#include "carrying.h"

#include "../unit/alloc.h"

#define SITES_MAX 5000 /* far more allocations than anything here makes */

/* What a broker is to go through. It comes in two parts: what is made with all
 * the memory that it needs, and what then may lack it. */
struct scenario {
	const char *name;
	void (*before)(void); /* NULL = nothing */
	void (*during)(void);
};

/* Changes the settings of the brokers that go through them; NULL = nothing. */
extern void (*configure)(void);

/* Makes each allocation of each one fail, once and from then on for good, and
 * checks each time that the broker has recovered. Returns what main() is to. */
int run_scenarios(const struct scenario *scenarios, size_t count);

/* Before all else: the libraries' memory is to be had from alloc.c too. False
 * if one has got some already. */
bool take_over_allocators(void);

/* The clients, in order of arrival. */
#define FDS_MAX 80
extern int fds[FDS_MAX];

/* Adds a socket to them; or one that has connected and authenticated. */
int keep(int fd);
int client(enum wire wire);

/* Sends a text as a frame, if it can be sent. */
void try_to_say(int fd, const char *text);

/* Takes what has come. True if the connection is still open. */
bool is_open(int fd);

/* Closes them all; then nobody is left, and two who come now are served. */
void expect_recovery(const char *row);

#endif
