/* SPDX-License-Identifier: MIT */
/* UTF-8 as Python's "surrogatepass" has it: lone surrogates are three bytes
 * like any other character. */
#ifndef TLI_UTF8_H
#define TLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLI_UTF8_BYTES_MAX 4u
#define TLI_CHARACTER_MAX  0x10ffffu

/* How long the character at the start of len (not 0) bytes is; 0 if it is
 * wrong, or cut. */
size_t tli_utf8_sequence(const uint8_t *bytes, size_t len);

/* How many bytes from the start are right: len if all. */
size_t tli_utf8_valid(const uint8_t *bytes, size_t len);

/* Has a text be right: what is wrong, or cut, becomes question marks. */
void tli_utf8_mend(char *text);

/* The character at the start of bytes that are right; *len_out is how long it
 * is. */
uint32_t tli_utf8_read(const uint8_t *bytes, size_t *len_out);

/* Writes a character (up to TLI_CHARACTER_MAX). Returns how long it is. */
size_t tli_utf8_write(uint32_t character, uint8_t bytes[TLI_UTF8_BYTES_MAX]);

/* Whether there is a lone surrogate in bytes that are right. */
bool tli_utf8_has_surrogates(const uint8_t *bytes, size_t len);

/* Whether all of it is right, with no lone surrogate: UTF-8 for everybody. */
bool tli_is_utf8(const void *text, size_t len);

/* Whether Python's repr() shows it as it is, as str.isprintable() tells. */
bool tli_is_printable(uint32_t character);

#endif
