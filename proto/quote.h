/* SPDX-License-Identifier: MIT */
/* A text of somebody who is not trusted, made fit for a message or a log. */
#ifndef TLI_QUOTE_H
#define TLI_QUOTE_H

#include <stddef.h>

#define TLI_QUOTE_TEXT 48u

/*
 * Writes the text: printable ASCII as it is, a '?' for every other character,
 * and "..." for the end of a text that does not fit into size (at least 4)
 * bytes.
 */
void tli_plain(const char *text, char *out, size_t size);

/* The same between double quotes, and never long. Returns out. */
const char *tli_quote(const char *text, char out[TLI_QUOTE_TEXT]);

#endif
