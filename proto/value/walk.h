/* SPDX-License-Identifier: MIT */
/* Every walk over a tree: with a stack of its own, so that no depth can
 * overflow the program's. */
#ifndef TLI_VALUE_WALK_H
#define TLI_VALUE_WALK_H

#include "value.h"

enum {
	TLI_WALK_PAST = 0,   /* what is inside is not visited */
	TLI_WALK_INSIDE = 1, /* it is, if there is any; so for all above 0 */
};

/*
 * What is done with each node; embedded in a struct of the walker's own. Each
 * returns a negative enum tli_value_result to end the walk with it.
 */
struct tli_visitor {
	/* Inside which node enter and leave are; NULL at the root. Set by
	 * tli_walk(). */
	const struct tli_value *parent;

	/* What enter returned for the node that next and leave are about;
	 * next may change it. Set by tli_walk(). */
	int state;

	/* Comes to a node. */
	int (*enter)(
		struct tli_visitor *visitor, const struct tli_value *value);

	/* Is about to visit the i-th item inside a node; NULL if there is
	 * nothing to do. Returns how many items, from that on, it has dealt
	 * with itself: they are not visited. */
	int (*next)(struct tli_visitor *visitor, const struct tli_value *value,
		uint32_t i);

	/* Has visited all inside a node; only if enter said INSIDE and it can
	 * have items. */
	int (*leave)(
		struct tli_visitor *visitor, const struct tli_value *value);
};

/*
 * Visits the root and all that is inside. Of what is inside itself, enter has
 * to stop. TLI_VALUE_LIMIT below max_depth levels (1 = only the root's items),
 * TLI_VALUE_NOMEM, or what a function returned.
 */
int tli_walk(struct tli_visitor *visitor, const struct tli_value *root,
	uint32_t max_depth);

/* The text for what tli_walk() itself returned. Returns the code. */
int tli_walk_error(struct tli_value_error *error, int code, uint32_t max_depth);

/* A bit for each node that can be met again: which ones have been marked. */
struct tli_marks {
	uint8_t *bits;
};

/* For the nodes of one tree; allocates only when one is marked. */
void tli_marks_init(struct tli_marks *marks);
void tli_marks_fini(struct tli_marks *marks);

/* Of a node that has items. False for lack of memory. */
bool tli_mark(struct tli_marks *marks, const struct tli_value *value);
void tli_unmark(struct tli_marks *marks, const struct tli_value *value);
bool tli_is_marked(
	const struct tli_marks *marks, const struct tli_value *value);

#endif
