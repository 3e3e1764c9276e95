/* SPDX-License-Identifier: MIT */
/* How many requests wait for each identity. */
#ifndef BROKER_WAIT_COUNTS_H
#define BROKER_WAIT_COUNTS_H

#include "../proto/ops.h"

/* Identities, by number, for which some wait; empty when all zero. */
struct wait_counts {
	struct wait_count *all;
};

/* One more. TLI_STATUS_LIMIT if there would be more than max, or
 * TLI_STATUS_NO_MEMORY, with nothing counted. */
enum tli_status wait_counts_add(
	struct wait_counts *counts, uint32_t id, uint32_t max);

/* One less. */
void wait_counts_remove(struct wait_counts *counts, uint32_t id);

#endif
