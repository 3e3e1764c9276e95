/* SPDX-License-Identifier: MIT */
/* Values as items, and items as values, by their formats. */
#ifndef TLI_ITEM_VALUE_H
#define TLI_ITEM_VALUE_H

#include "item.h"
#include "value/value.h"

/* A value as JSON or, for any other format, as a pickle. NULL with *error set,
 * as json_value.h and pickle.h say: TLI_VALUE_LIMIT if its body would be longer
 * than max_bytes, which are at most TLI_ITEM_BODY_MAX. */
struct tli_item *tli_item_of_value(enum tli_format format,
	const struct tli_value *value, size_t max_bytes,
	struct tli_value_error *error);

/* The value of an item: a text is a str, bytes are bytes. NULL with
 * values->error set. */
struct tli_value *tli_item_value(
	struct tli_values *values, const struct tli_item *item);

#endif
