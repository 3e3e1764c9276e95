/* SPDX-License-Identifier: MIT */
/* From then on the process can compute, and read and write what is open;
 * anything else that it asks of the kernel ends it with SIGSYS. */
#ifndef TESTS_CONFINE_H
#define TESTS_CONFINE_H

#include <stdbool.h>

/* False if the kernel refuses. */
bool confine(void);

/*
 * Does what must not be possible then, by name: "open", "openat", "creat",
 * "execve", "execveat", "socket", "connect", "fork", "clone". False if it came
 * back from that, or does not know the name.
 */
bool misbehave(const char *name);

#endif
