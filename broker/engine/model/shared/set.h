/* SPDX-License-Identifier: MIT */
/* Shared sets. set.c has what is about one item, set_algebra.c what is about
 * other sets. */
#ifndef MODEL_SET_H
#define MODEL_SET_H

#include "keyed.h"

/* Every method, and operator, that makes one set of several, and every one
 * that compares two: which it is says its name. */
enum outcome set_combine(struct call *call);
enum outcome set_relate(struct call *call);

/* Fills a new one with the items of its option. */
enum outcome set_create(struct call *call);

#endif
