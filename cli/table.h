/* SPDX-License-Identifier: MIT */
/* Listings: objects as an aligned table, or as they are. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "json.h"

struct column {
	const char *key; /* NULL behind the last */
	const char *title;
	bool is_number; /* aligned to the right */
};

/* Prints a line for each object in the array, below one of titles. */
void table_print(const struct column *columns, const json *rows);

/* Prints each value in the array as JSON in a line. Returns STATUS_DONE, or
 * another status when it has complained. */
int table_print_json(const json *rows);

/* Prints one value likewise. */
int table_print_one(const json *value);

#endif
