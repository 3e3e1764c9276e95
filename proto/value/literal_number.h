/* SPDX-License-Identifier: MIT */
/* Numbers in literals. Used by literal.c alone. */
#ifndef TLI_LITERAL_NUMBER_H
#define TLI_LITERAL_NUMBER_H

#include "literal_reader.h"

/* Whether what comes next can only be a number. */
bool tli_literal_is_number(const struct tli_literal_reader *reader);

/*
 * Reads a number, or a sum of a real and an imaginary one. A sign belongs to
 * the part behind it alone, so that what repr() prints is read as it was:
 * Python would compute -2j as 0.0 - 2j, and make it (-0-2j).
 */
struct tli_value *tli_literal_number(struct tli_literal_reader *reader);

#endif
