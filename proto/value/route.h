/* SPDX-License-Identifier: MIT */
/* The way from a tree's root to where a walk is, for messages. */
#ifndef TLI_VALUE_ROUTE_H
#define TLI_VALUE_ROUTE_H

#include "value.h"

#define TLI_ROUTE_TEXT 100u

/* The first steps of the way; zeroed it is at the root. */
struct tli_route {
	struct {
		const struct tli_items *node;
		uint32_t i;
	} steps[16];
	size_t depth;
};

/* Goes inside a node; to its i-th item; and out of it. */
void tli_route_enter(struct tli_route *route, const struct tli_value *value);
void tli_route_next(struct tli_route *route, uint32_t i);
void tli_route_leave(struct tli_route *route);

/* Writes "at ['a'][2]: ", cut with "..." if it is long, or nothing at the root.
 * Returns text. */
const char *tli_route_text(
	const struct tli_route *route, char text[TLI_ROUTE_TEXT]);

#endif
