/* SPDX-License-Identifier: MIT */
/* Values as Python's iter() goes through them. */
#ifndef MODEL_ITERATE_H
#define MODEL_ITERATE_H

#include "../call.h"

/* Whether there is such a way. */
bool can_iterate(const struct tli_value *value);

/* The items: a dict's keys, a text's characters. NULL with the error raised,
 * TypeError if there is no such way. */
const struct tli_items *iterate(
	struct call *call, const struct tli_value *value);

#endif
