/* SPDX-License-Identifier: MIT */
/* Items for a queue or a topic: each of some words, or each line of standard
 * input, or with --raw all of it. */
#ifndef CLI_FEED_H
#define CLI_FEED_H

#include "batch.h"

/* Sends the items of a batch. Returns STATUS_DONE, or another status when it
 * has complained. */
typedef int feed_send(void *arg, const struct batch *batch);

/*
 * Has all of them sent, in batches, as they come. The words end with NULL; if
 * there is none, standard input is read. Returns STATUS_DONE, or another status
 * when it, or send, has complained.
 */
int feed(const struct call *call, char *const words[], const char *subject,
	feed_send *send, void *arg);

#endif
