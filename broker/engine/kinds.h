/* SPDX-License-Identifier: MIT */
/* The kinds of objects and their methods, whatever engine has them. */
#ifndef ENGINE_KINDS_H
#define ENGINE_KINDS_H

#include <stdbool.h>
#include <stdint.h>

bool engine_has_kind(const char *kind);

/* The i-th kind; NULL behind the last one. */
const char *engine_kind_name(unsigned i);

/* Objects that proxies inside values lead to, as bits: without a name, of the
 * i-th kind; and with one, or what no program opens, as a subscription. */
#define KINDS_MAX        31u
#define LINKS_TO_KIND(i) (UINT32_C(1) << (i))
#define LINKS_TO_OTHERS  (UINT32_C(1) << KINDS_MAX)

/* The i-th method of a kind, in the order of the alphabet or not; NULL behind
 * the last one, or if there is no such kind. */
const char *engine_kind_method(const char *kind, unsigned i);

/* Whether there is such a kind with that method, or with that option to open
 * it with; some options are of every kind. */
bool engine_kind_has_method(const char *kind, const char *method);
bool engine_kind_has_option(const char *kind, const char *option);

/* Whether objects of every kind have that method. */
bool engine_has_method(const char *method);

#endif
