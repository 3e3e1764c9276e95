/* SPDX-License-Identifier: MIT */
/* Texts and bytes in literals: prefixes, quotes, escapes. Used by literal.c
 * alone. */
#ifndef TLI_LITERAL_TEXT_H
#define TLI_LITERAL_TEXT_H

#include "literal_reader.h"

/* Whether a quote comes next, with a prefix or without. */
bool tli_literal_is_text(const struct tli_literal_reader *reader);

/* Reads a str or bytes, which may be in several pieces. */
struct tli_value *tli_literal_text(struct tli_literal_reader *reader);

#endif
