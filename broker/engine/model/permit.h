/* SPDX-License-Identifier: MIT */
/* Whether what is asked is among what the op forbids; and by which name rights
 * know an object. */
#ifndef MODEL_PERMIT_H
#define MODEL_PERMIT_H

#include "call.h"

/* The name by which rights know an object of that kind: "@" and the kind if it
 * has none. NULL for lack of memory. */
struct tli_item *permit_name(const struct kind *kind, const char *name);

/* False, with NOT_PERMITTED and the name as the answer, if the op forbids it.
 * Without a kind it need not be there; without a name either it is nothing that
 * has one. */
bool call_permits(struct call *call, uint32_t needs, const struct kind *kind,
	const char *name);

/* The same for an object that is there. */
bool call_permits_on(
	struct call *call, uint32_t needs, const struct object *object);

/* The same for another one that options are about, by its name or, as an
 * object, by its id: what may be done to it is known apart. */
bool call_permits_beside(struct call *call, uint32_t needs,
	const struct object *object, const char *name);

/* Whether values of whoever asks, and answers, keep the object. */
bool call_permits_link(const struct call *call, const struct object *object);

#endif
