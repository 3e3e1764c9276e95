/* SPDX-License-Identifier: MIT */
/* How far a long run is: one line on standard error, rewritten in its place,
 * where somebody looks at it. There is one terminal, and so one line. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stddef.h>

/* Begins to count what goes through the descriptor. Nothing is ever shown
 * unless standard error is a terminal and the descriptor is none. */
void progress_begin(const char *what, int fd);

void progress_add(size_t count);

/* Clears the line, before something else is written there. */
void progress_hide(void);

/* Leaves the last figures there, if any were shown. */
void progress_end(void);

#endif
