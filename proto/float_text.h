/* SPDX-License-Identifier: MIT */
/* Floating-point numbers as text, in both directions, whatever the program's
 * locale is. */
#ifndef TLI_FLOAT_TEXT_H
#define TLI_FLOAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define TLI_FLOAT_TEXT 32u

/*
 * The shortest text that is read as the same number again, as Python's repr()
 * has it, but without a ".0" behind whole numbers: "0.1", "1e+16", "-0", "inf",
 * "nan". Returns how long it is; a NUL follows.
 */
size_t tli_float_to_text(double number, char text[TLI_FLOAT_TEXT]);

/*
 * Reads all of the text, as Python's float() reads it: decimal, with an
 * exponent or not, "inf", "infinity" and "nan" in any case; no white space, no
 * underscores, no hexadecimal. False if it is no number. What is too large is
 * an infinity.
 */
bool tli_float_from_text(const char *text, size_t len, double *number_out);

#endif
