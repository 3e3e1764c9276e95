/* SPDX-License-Identifier: MIT */
/*
 * Watching an object: a subscription to its changes. For each there is a
 * message, a pickled dict: "version", the one that the object has then,
 * "method", by which it was changed, and "key", what of it was: a key, an
 * index, or None for all of it.
 */
#ifndef MODEL_WATCH_H
#define MODEL_WATCH_H

#include "../call.h"

/* TLI_OP_SUBSCRIBE on an object that is no topic: gives a subscription to its
 * changes, by a dict of max_messages, max_bytes, overflow. */
enum outcome watch_subscribe(struct call *call);

/* Tells those who watch, of which there are some. The object's version is the
 * new one; the key may be NULL. */
void watch_tell(struct call *call, struct tli_value *key);

#endif
