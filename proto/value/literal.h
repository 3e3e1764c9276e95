/* SPDX-License-Identifier: MIT */
/*
 * Python literals as values: what ast.literal_eval() takes, and what repr()
 * prints of plain data besides: set(), frozenset({1}), bytearray(b'x'),
 * range(0, 3), slice(1, 2, None), array('i', [1]), inf, nan. Only Python knows
 * \N{...}, the Ellipsis, lines joined by a backslash outside of texts, and
 * tuples without parentheses.
 */
#ifndef TLI_LITERAL_H
#define TLI_LITERAL_H

#include "value.h"

/*
 * Stands in for a value where the text has a '%': reads what follows it from
 * *cursor (which ends at a NUL), moves it on and returns the value, or NULL
 * with values->error set.
 */
struct tli_literal_filler {
	struct tli_value *(*fill)(struct tli_literal_filler *filler,
		struct tli_values *values, const char **cursor);
};

/*
 * Reads one literal, with nothing but white space and comments around it.
 * NULL with values->error set: TLI_VALUE_SYNTAX with line and column in the
 * text, each from 1; as for making values otherwise. A filler of NULL means
 * that '%' is an error; with one, a NUL follows the text.
 */
struct tli_value *tli_literal(struct tli_values *values, const char *text,
	size_t len, struct tli_literal_filler *filler);

#endif
