/* SPDX-License-Identifier: MIT */
/*
 * Processes that start together and move items together, and how long that
 * takes. What goes wrong ends the program, with a text.
 */
#ifndef BENCH_TEAM_H
#define BENCH_TEAM_H

#include <stdbool.h>

void die(const char *what);

/* Before anybody joins: how many items are to be moved. */
void team_init(unsigned long total);

/* A member of its own, which calls team_ready() in its work. */
void team_add(void (*work)(void));

/* By a member that is connected: returns when all are. */
void team_ready(void);

/* By a member: so many more items have arrived. Does not return once all have.
 */
void team_moved(unsigned long count);

/* How many have arrived, of all. */
unsigned long team_count(void);

/* Starts all, waits until everything has arrived, and ends them. Prints the
 * seconds that took, and those of CPU time that the process pid used. */
void team_run(int pid);

#endif
