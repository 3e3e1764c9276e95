/* SPDX-License-Identifier: MIT */
/* The kinds of objects and their methods, whatever engine has them. */
#ifndef ENGINE_KINDS_H
#define ENGINE_KINDS_H

#include <stdbool.h>

bool engine_has_kind(const char *kind);

/* The i-th method of a kind, in the order of the alphabet or not; NULL behind
 * the last one, or if there is no such kind. */
const char *engine_kind_method(const char *kind, unsigned i);

#endif
