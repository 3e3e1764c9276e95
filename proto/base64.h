/* SPDX-License-Identifier: MIT */
/* Bytes as base64 (RFC 4648), in lines as Python's base64.encodebytes() has
 * them. */
#ifndef TLI_BASE64_H
#define TLI_BASE64_H

#include <stddef.h>
#include <stdint.h>

#define TLI_BASE64_LINE_BYTES 57u /* of each line but the last */
#define TLI_BASE64_LINE_TEXT  77u /* which are as many characters */

/* Writes up to TLI_BASE64_LINE_BYTES bytes as one line, with a line feed behind
 * it. Returns how long it is. */
size_t tli_base64_line(
	const uint8_t *bytes, size_t len, char text[TLI_BASE64_LINE_TEXT]);

/*
 * Reads all of a text in place, with white space anywhere in it. Returns how
 * many bytes there are now, at its start, or -1 if it is none: another
 * character, or an end that is not padded.
 */
int64_t tli_base64_read(char *text, size_t len);

#endif
