/* SPDX-License-Identifier: MIT */
/* What there is of everything, against its limits: in one object, in those that
 * were made with one key, in all. */
#ifndef MODEL_USAGE_H
#define MODEL_USAGE_H

#include "model.h"

/* Counts one more object. False with the error raised. */
bool usage_add_object(struct call *call, struct object *object);

/* It, and what it holds, count no more. */
void usage_remove_object(struct object *object);

void usage_free(struct model *model);

#endif
