/* SPDX-License-Identifier: MIT */
/* What is at the broker, as JSON: the names that programs meet under, the
 * connections, and objects. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "json.h"
#include "verbs.h"

struct listing {
	json *rows;   /* objects, to be freed with json_free() */
	double total; /* with those that the limit leaves out */
};

/* Each adds rows, as the options and the prefix say. Returns STATUS_DONE, or
 * another status when it has complained. */

/* What is "names" or "connections". Each row gets that kind; NULL = none. */
int listing_add_control(struct listing *listing, const struct call *call,
	const char *what, const char *kind);
int listing_add_objects(struct listing *listing, const struct call *call);

/* What there is to tell of the object that the first word names; to be freed
 * with json_free(). Returns likewise. */
int listing_describe(const struct call *call, json **object_out);

#endif
