/* SPDX-License-Identifier: MIT */
/* Values written as pickles of protocol 2 to 5. What is in several places, or
 * inside itself, is written once and referred to. */
#ifndef TLI_PICKLE_H
#define TLI_PICKLE_H

#include "../buf.h"
#include "../value/value.h"

#define TLI_PICKLE_PROTOCOL_MIN     2
#define TLI_PICKLE_PROTOCOL_MAX     5
#define TLI_PICKLE_PROTOCOL_DEFAULT 4 /* every Python from 3.4 on reads it */

/*
 * Appends the pickle to a buffer. TLI_VALUE_LIMIT if its max_bytes are too few
 * or the value too deep, TLI_VALUE_TYPE if something in it cannot be said in
 * that protocol, TLI_VALUE_BROKEN, TLI_VALUE_NOMEM; with *error set, and part
 * of it appended.
 */
int tli_pickle(const struct tli_value *value, int protocol,
	struct tli_buf *pickle, struct tli_value_error *error);

#endif
