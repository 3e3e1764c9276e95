/* SPDX-License-Identifier: MIT */
/* JSON in files that people write: what the broker reads of one, and no more.
 * Comments may be in it, and cJSON is not asked before the library has found
 * all else right: it takes keys twice, bytes behind the value and bad UTF-8. */
#ifndef CLI_JSON_FILE_H
#define CLI_JSON_FILE_H

#include "json.h"

#define JSON_FILE_WHY 256

/* Reads a text, whose comments become white space. NULL if it is none, or for
 * lack of memory, with why. */
json *json_file_parse(char *text, size_t len, char why[JSON_FILE_WHY]);

/* Whether a file could have that value, for what programs are given as options
 * need not be UTF-8. False with why, also for lack of memory. */
bool json_file_can_have(const json *value, char why[JSON_FILE_WHY]);

#endif
