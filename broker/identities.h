/* SPDX-License-Identifier: MIT */
/* How many requests wait for those with each key. */
#ifndef BROKER_IDENTITIES_H
#define BROKER_IDENTITIES_H

#include "../proto/ops.h"

/* Those for whom some wait; empty when all zero. */
struct identities {
	struct identity *all;
};

/* One more. TLI_STATUS_LIMIT if there would be more than max, or
 * TLI_STATUS_NO_MEMORY, with nothing counted. */
enum tli_status identities_add(
	struct identities *identities, uint32_t id, uint32_t max);

/* One less. */
void identities_remove(struct identities *identities, uint32_t id);

#endif
