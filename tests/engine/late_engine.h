/* SPDX-License-Identifier: MIT */
/*
 * An engine for tests: the same model in a child process, behind a socket. What
 * is submitted takes effect in its order; answers and notices come late and out
 * of order, by a seed.
 *
 * engine_open() is here too, so that whatever is linked with this uses it. The
 * seed is then that of the environment, TIELINE_LATE_SEED.
 */
#ifndef TESTS_LATE_ENGINE_H
#define TESTS_LATE_ENGINE_H

#include "../../broker/engine/engine.h"

/* NULL for lack of memory or a process. */
struct engine *late_engine_new(const struct engine_config *config,
	const struct engine_listener *listener, uint64_t seed);

/* The child: serves that end of the socket until the other one is closed. */
_Noreturn void late_child(
	int fd, const struct engine_config *config, uint64_t seed);

#endif
