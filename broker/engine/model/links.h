/* SPDX-License-Identifier: MIT */
/*
 * Objects that values refer to, by proxies inside them: as long as there is an
 * item with such a value, its referents stay. What links give up is noted, and
 * given up when the operation is over: objects that go take others with them,
 * in any depth.
 */
#ifndef MODEL_LINKS_H
#define MODEL_LINKS_H

#include "call.h"

/* Has an item refer to what the tokens in its value name, as far as that is of
 * this broker and still there. `holder` is the object whose content it becomes;
 * NULL for an answer. False with the error raised. */
bool links_attach(struct call *call, struct tli_item *item,
	struct tli_value *value, struct object *holder);

/* It becomes content of something that is not looked at for cycles. */
void links_forget_holder(struct tli_item *item);

/* The object goes: what was its content does not refer to it any more. */
void links_orphan(struct object *object);

/* Whether there is something to give up, and that being done. */
bool links_are_due(const struct model *model);
void links_run(struct model *model);

/* A reference was given up: an anonymous object that only links refer to, in
 * circles, goes. cycles.c */
void links_collect(struct object *object);

#endif
