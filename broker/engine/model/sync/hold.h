/* SPDX-License-Identifier: MIT */
/* That somebody holds something, a lock or a permit: who, since when, and by
 * which token, which grows from one grant to the next. */
#ifndef MODEL_HOLD_H
#define MODEL_HOLD_H

#include "../call.h"

/* All zero: nobody does. */
struct hold {
	uint64_t token;
	uint64_t owner;
	int64_t since_ms;
	bool is_python; /* the owner is a manager's client */
};

/* The caller holds it from now on: the answer has the token, and the object
 * that is to get it back. */
void hold_begin(struct call *call, struct object *object, struct hold *hold);

/* The owner, the token and the time as a dict; NULL for lack of memory. */
struct tli_value *hold_value(struct call *call, const struct hold *hold);

#endif
