/* SPDX-License-Identifier: MIT */
/* Processes that have references to objects, at a stepped broker whose clock
 * stands still. */
#ifndef TESTS_HOLDING_H
#define TESTS_HOLDING_H

#include "clients.h"

#include "../../broker/holders.h"

#include <sys/types.h>

/* Starts a process that connects to the Unix socket, and stays; the broker's
 * last peer is its connection. */
pid_t start_program(void);

/* Kills it and waits for it. The broker has not seen it yet. */
void kill_program(pid_t pid);

/* Starts one, and asks who it is. */
struct holder *holder_of_program(pid_t *pid_out);

/* Has the engine grant a reference to an object; to a new list for 0. Returns
 * its id; 0 if there is none. The token is what holder_grant() takes. */
uint64_t ask_reference(
	struct holder *holder, uint64_t object, uint64_t *token_out);

/* The same, and the holder takes it; 0 if it cannot. */
uint64_t take_reference(struct holder *holder, uint64_t object);

/* How many objects the engine has. */
uint64_t count_objects(void);

#endif
