/* SPDX-License-Identifier: MIT */
/* What all pairs share: the memory for reads, and the count of what is held. */
#include "relay.h"

#include <stdlib.h>

bool relays_reserve(struct relays *relays, size_t window_bytes)
{
	uint8_t *scratch;

	if (window_bytes <= relays->scratch_capacity)
		return true;
	scratch = realloc(relays->scratch, window_bytes);
	if (!scratch)
		return false;
	relays->scratch = scratch;
	relays->scratch_capacity = window_bytes;
	return true;
}

void relays_set_window(struct relays *relays, size_t window_bytes)
{
	relays->scratch_bytes = window_bytes;
}

bool relays_init(struct relays *relays, size_t window_bytes)
{
	*relays = (struct relays){.scratch = NULL};
	TAILQ_INIT(&relays->live);
	TAILQ_INIT(&relays->dead);
	if (!relays_reserve(relays, window_bytes))
		return false;
	relays_set_window(relays, window_bytes);
	return true;
}

void relays_hold(struct relays *relays, size_t len)
{
	relays->held_bytes += len;
	if (relays->held_bytes > relays->held_bytes_peak)
		relays->held_bytes_peak = relays->held_bytes;
}

void relays_fini(struct relays *relays)
{
	relays_reap(relays);
	free(relays->scratch);
}
