/* SPDX-License-Identifier: MIT */
/* A shell command with pipes to its standard input and from its output. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <sys/types.h>

struct child {
	pid_t pid;     /* and of its process group; 0 = it has ended */
	int input_fd;  /* to be written */
	int output_fd; /* to be read; both do not block */
};

/*
 * Starts sh -c command with the environment's variables. Returns 0, or -errno
 * with *child untouched.
 */
int child_start(struct child *child, const char *command);

/* Asks the command, and all that it has started, to end, if it runs. */
void child_stop(struct child *child);

#endif
