/* SPDX-License-Identifier: MIT */
/* Values that have no others inside, as Python's repr() prints them. Used by
 * repr.c alone. */
#ifndef TLI_LEAF_TEXT_H
#define TLI_LEAF_TEXT_H

#include "../buf.h"
#include "value.h"

/* A text that is being written; what comes behind a failure is dropped. */
struct tli_writing {
	struct tli_buf *text;
	int failure; /* an enum tli_value_result */
};

void tli_show(struct tli_writing *writing, const void *bytes, size_t len);
void tli_show_text(struct tli_writing *writing, const char *text);

/* Any value of a kind below TLI_LIST. */
void tli_show_leaf(struct tli_writing *writing, const struct tli_value *value);

/* A str without quotes, with escapes for what is not printable. */
void tli_show_name(struct tli_writing *writing, const struct tli_value *name);

#endif
