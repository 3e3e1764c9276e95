/* SPDX-License-Identifier: MIT */
/* What is at the broker: the names that programs meet under, the connections,
 * and objects. With --json it is printed as it comes, an object a line, as no
 * number may be rounded. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "json.h"
#include "verbs.h"

struct listing {
	json *rows; /* without --json; to be freed with json_free() */
	double listed;
	double total; /* with those that the limit leaves out */
};

/* Each returns STATUS_DONE, or another status when it has complained. */

/* Adds "names" or "connections" that start with the prefix. Each row gets that
 * kind; NULL = none. */
int listing_add_control(struct listing *listing, const struct call *call,
	const char *what, const char *kind);

/* Adds objects; with --refs, those that have references, each of these a row of
 * its own. */
int listing_add_objects(struct listing *listing, const struct call *call);

#endif
