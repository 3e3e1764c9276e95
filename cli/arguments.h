/* SPDX-License-Identifier: MIT */
/* Python's arguments, written as words: literals, JSON or plain texts, by
 * position or as NAME=VALUE. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include "verbs.h"

#include <tieline/values.h>

struct arguments {
	tieline_values *values;  /* all but: */
	tieline_values *scratch; /* the last one read */
	tieline_value *positional, *named;
	tieline_value *options; /* of --option, for opening an object */
};

/* Reads words that end with NULL, and the options of the call. Returns
 * STATUS_DONE, or another status when it has complained; it is to be freed in
 * either case. */
int arguments_read(struct arguments *arguments, const struct call *call,
	char *const words[]);

/* One that was not read, and is zeroed, is fine. */
void arguments_free(struct arguments *arguments);

#endif
