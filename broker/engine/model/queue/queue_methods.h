/* SPDX-License-Identifier: MIT */
/* What is done to queues by calling their methods: what Python's have, with
 * values. */
#ifndef MODEL_QUEUE_METHODS_H
#define MODEL_QUEUE_METHODS_H

#include "queue_entries.h"

extern const struct method queue_methods[];

/* A SimpleQueue has those behind as many. */
#define METHODS_NOT_OF_SIMPLE 4

#endif
