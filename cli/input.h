/* SPDX-License-Identifier: MIT */
/* All of a file at once. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "bytes.h"

#include <stdio.h>

/* Reads up to the end, but not more than the library's longest message. Returns
 * STATUS_DONE, or another status when it has complained of the file, by that
 * name. */
int input_read_all(FILE *file, const char *name, struct bytes *bytes);

#endif
