/* SPDX-License-Identifier: MIT */
/* Items of a queue, got and printed one batch after the other. */
#ifndef CLI_GETTING_H
#define CLI_GETTING_H

#include "printer.h"
#include "queue.h"

struct getting {
	const struct call *call;
	bool is_consumer; /* it outlives a lost connection, and takes the end
			   * of the queue for its own */
	int lease_ms;     /* or TIELINE_NO_LEASE */
	unsigned count;   /* to get; 0 = no limit */

	/* its own */
	struct queue queue;
	struct printer printer;
	unsigned left;
	bool is_over;
	bool has_failed; /* to acknowledge */
};

/* All members above are set. Returns the exit status. */
int getting_run(struct getting *getting);

/* Writes out what was printed. Returns STATUS_DONE, or another status when it
 * has complained. */
int getting_flush_output(void);

#endif
