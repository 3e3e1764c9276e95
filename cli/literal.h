/* SPDX-License-Identifier: MIT */
/* Values as people write them: JSON, or else a Python literal. */
#ifndef CLI_LITERAL_H
#define CLI_LITERAL_H

#include <tieline/values.h>

#define LITERAL_WHY_MAX 544

/* Whether there is nothing but white space. */
bool literal_is_blank(const char *text, size_t len);

/* Clears the values, and reads one there. NULL, with why not, if it is neither
 * the one nor the other. */
tieline_value *literal_read(tieline_values *values, const char *text,
	size_t len, tieline_json_wrapping wrapping, char why[LITERAL_WHY_MAX]);

/* As tieline_value_repr(), but a text without its quotes; control characters in
 * it are escaped all the same. */
int literal_show(const tieline_value *value, char **text_out);

#endif
