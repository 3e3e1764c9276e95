/* SPDX-License-Identifier: MIT */
/* What a piece of work costs: CPU time, and memory at its highest. */
#ifndef TESTS_USAGE_H
#define TESTS_USAGE_H

#include <stdbool.h>
#include <stdint.h>

struct usage {
	int status; /* descriptors below /proc/self */
	int clear_refs;
	uint64_t started_ns;
	uint64_t started_bytes;
	uint64_t cpu_ns;
	uint64_t memory_bytes;
};

/* Opens what is needed to measure. False if there is no such /proc. */
bool usage_open(struct usage *usage);

/* Starts, and ends with both figures set. */
void usage_start(struct usage *usage);
void usage_stop(struct usage *usage);

#endif
