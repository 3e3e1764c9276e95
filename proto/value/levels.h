/* SPDX-License-Identifier: MIT */
/* How deep a tree is, where what nodes note of it while they are put inside
 * each other may be wrong. */
#ifndef TLI_VALUE_LEVELS_H
#define TLI_VALUE_LEVELS_H

#include "value.h"

/*
 * Sets the depth of all nodes of a tree; what is inside itself counts no level
 * there. False with the values' error set: TLI_VALUE_LIMIT if it is more than
 * the limits allow, TLI_VALUE_NOMEM.
 */
bool tli_settle_levels(struct tli_value *root);

#endif
