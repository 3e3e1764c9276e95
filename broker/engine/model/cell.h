/* SPDX-License-Identifier: MIT */
/* A value as objects keep it: an item with its pickle, and what it is equal by.
 */
#ifndef MODEL_CELL_H
#define MODEL_CELL_H

#include "../../../proto/value/fingerprint.h"
#include "call.h"

struct cell {
	struct tli_item *item;        /* NULL = none */
	struct tli_fingerprint print; /* two NaNs have the same */
};

/* Keeps a value. False with the error raised. */
bool cell_make(struct call *call, const struct tli_value *value,
	struct cell *cell_out);
/* The same of what has to be hashable: TypeError. */
bool cell_make_key(struct call *call, const struct tli_value *value,
	struct cell *cell_out);

/* The fingerprint alone, for looking something up. False as above. */
bool cell_print(struct call *call, const struct tli_value *value,
	struct tli_fingerprint *print_out);
bool cell_key_print(struct call *call, const struct tli_value *value,
	struct tli_fingerprint *print_out);

static inline bool cell_is(
	const struct cell *cell, const struct tli_fingerprint *print)
{
	return tli_same_fingerprint(&cell->print, print);
}

/* What it counts against limits. */
uint64_t cell_bytes(const struct cell *cell);

/* The value, made in call->values; NULL with the error raised. */
struct tli_value *cell_value(struct call *call, const struct cell *cell);

/* The same of any item, by its format: a text is a str, bytes are bytes. */
struct tli_value *item_value(struct call *call, const struct tli_item *item);

/* The pickle of a value as an item, which becomes content of the call's object;
 * NULL with the error raised. */
struct tli_item *item_pickle(struct call *call, const struct tli_value *value);

void cell_drop(struct cell *cell);

#endif
