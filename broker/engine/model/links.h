/* SPDX-License-Identifier: MIT */
/*
 * Objects that values refer to, by proxies inside them: as long as there is an
 * item with such a value, its referents stay. What links give up is noted, and
 * given up when the operation is over: objects that go take others with them,
 * in any depth.
 *
 * Only values that the model made an item of are looked into. An item that
 * comes whole, as a native client's in a queue, is what its bytes are.
 */
#ifndef MODEL_LINKS_H
#define MODEL_LINKS_H

#include "call.h"

/* Of one item. */
struct links {
	struct tli_item_links item_links;
	struct model *model;      /* NULL: it is gone */
	struct tli_item *item;    /* until that is freed */
	LIST_ENTRY(links) link;   /* in one struct links_list, always */
	size_t count;             /* 0: the tokens in it keep nothing */
	struct object *targets[]; /* a reference to each */
};

/* The object that a token names, by its state; NULL if it is not of this
 * broker, not there any more, or only being made: who makes a number up may
 * hit one that is not to come. */
struct object *links_target(struct model *model, const struct tli_value *state);

/* Has an item, which has no links, refer to what the tokens in its value name,
 * as far as that is of this broker, still there, and not forbidden to whoever
 * asks, as tokens can be made by hand: then its links are there and keep
 * nothing. `holder` is the object whose content it becomes; NULL for an answer.
 * False for lack of memory. */
bool links_attach(const struct call *call, struct tli_item *item,
	const struct tli_value *value, struct object *holder);

/* Has an item, which has no links, refer to the same as another one, and be of
 * nobody. False for lack of memory. */
bool links_copy(struct tli_item *item, const struct tli_item *from);

/* It becomes content of that object; NULL: of nothing that is looked at for
 * cycles. */
void links_hold(struct tli_item *item, struct object *holder);

/* The object goes: what was its content is nobody's. */
void links_orphan(struct object *object);

/* The object was given up by somebody and is still referred to: if it can be
 * only by itself, in circles, that is to be looked at. */
void links_suspect(struct object *object);

/* Whether there is something to give up, or to look at, and that being done: a
 * bounded part of it. */
bool links_are_due(const struct model *model);
void links_run(struct model *model);

/* All objects are about to be freed: items outlive the model. */
void links_fini(struct model *model);

/*
 * Deletes those among an anonymous object and what its content refers to that
 * only they themselves refer to. What is found may be at most CYCLE_OBJECTS,
 * by CYCLE_LINKS links: a larger circle stays. cycles.c
 */
#define CYCLE_OBJECTS 1000u
#define CYCLE_LINKS   10000u
void links_collect(struct object *object);

#endif
