/* SPDX-License-Identifier: MIT */
/* Globals written into a pickle: those of a tree, and those of Python's own
 * that stand for what has no opcode. */
#ifndef TLI_PICKLE_GLOBALS_H
#define TLI_PICKLE_GLOBALS_H

#include "writer.h"

void tli_put_constructor(
	struct tli_writer *writer, enum tli_constructor constructor);

/* A TLI_GLOBAL, in protocols that have no STACK_GLOBAL. */
void tli_put_global(struct tli_writer *writer, const struct tli_value *global);

#endif
