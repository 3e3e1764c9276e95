/* SPDX-License-Identifier: MIT */
/* Pickles opcode by opcode, as Python's pickletools.dis() shows them. */
#ifndef TLI_DISASSEMBLE_H
#define TLI_DISASSEMBLE_H

#include "../buf.h"
#include "../value/value.h"

/*
 * Appends a line for each opcode up to STOP:
 *
 *        11: (        MARK
 *        12: K            BININT1    1
 *        14: t            TUPLE      (MARK at 11)
 *
 * TLI_VALUE_OK, or with *error set and the lines up to there:
 * TLI_VALUE_SYNTAX with the offset of what cannot be read, TLI_VALUE_LIMIT if
 * the buffer is full, TLI_VALUE_NOMEM.
 */
int tli_disassemble(const void *pickle, size_t len, struct tli_buf *text,
	struct tli_value_error *error);

#endif
