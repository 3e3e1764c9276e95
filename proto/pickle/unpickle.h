/* SPDX-License-Identifier: MIT */
/*
 * Pickles of protocol 0 to 5 read as values, without Python, and without
 * importing, calling or opening anything: globals and calls become symbols. A
 * closed table of constructors (fold.c) becomes data.
 */
#ifndef TLI_UNPICKLE_H
#define TLI_UNPICKLE_H

#include "../value/value.h"

/* Whether long bytes are copied or borrowed from the pickle, which then has to
 * live as long as the values (tli_arena_adopt()). */
enum tli_unpickle_bytes { TLI_UNPICKLE_COPY, TLI_UNPICKLE_BORROW };

/*
 * Reads one pickle, up to its STOP; *used_out (which may be NULL) is where that
 * ends. NULL with values->error set: its text has the offset and the opcode.
 * What was made until then stays in the values.
 */
struct tli_value *tli_unpickle(struct tli_values *values, const void *pickle,
	size_t len, enum tli_unpickle_bytes bytes, size_t *used_out);

#endif
