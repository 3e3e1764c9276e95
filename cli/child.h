/* SPDX-License-Identifier: MIT */
/* Other programs, as processes of ours: a shell command with pipes to and from
 * it, one with its input given, or a program with its arguments. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stdbool.h>
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

/* The same, with that as standard input, and our standard output; it leads a
 * process group too. */
int child_start_with(pid_t *pid_out, const char *command, int input_fd);

/* The same for a program, looked for in $PATH, with its arguments, in our place
 * on the terminal: with our standard input, and in our process group. */
int child_start_here(pid_t *pid_out, char *const words[]);

/* Asks the command, and all that it has started, to end, if it runs. */
void child_stop(struct child *child);

/* Whether a command ended well, by its wait(2) status; else it is told on
 * standard error. */
bool child_has_succeeded(int wait_status, const char *what);

#endif
