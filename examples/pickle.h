/* SPDX-License-Identifier: MIT */
/* The pickle of a Python str, and nothing else of pickle. */
#ifndef EXAMPLES_PICKLE_H
#define EXAMPLES_PICKLE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The pickle of a Python str, as Connection.send() would make it (protocol 2,
 * which every Python reads). NULL if text is not UTF-8, or for lack of memory.
 * To be freed with free().
 */
void *pickle_str(const char *text, size_t *len_out);

/* The text in such a pickle, of any protocol that Python 3 sends, as a span
 * inside it. False if it holds anything but a str. */
bool unpickle_str(
	const void *pickle, size_t len, const char **text_out, size_t *len_out);

#endif
