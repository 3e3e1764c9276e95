/* SPDX-License-Identifier: MIT */
/* consume --exec: a shell command for each item of a queue, some side by side.
 * An item whose command fails goes back. */
#ifndef CLI_WORK_H
#define CLI_WORK_H

#include "verbs.h"

/* Leases are renewed while commands run. Returns the exit status. */
int work_run(const struct call *call, int lease_ms);

#endif
