/* SPDX-License-Identifier: MIT */
/* Which engine tielined uses. A file of its own, so that a program for tests
 * can have another one. */
#include "engine.h"

struct engine *engine_open(const struct engine_config *config,
	const struct engine_listener *listener)
{
	return memory_engine_new(config, listener);
}
