/* SPDX-License-Identifier: MIT */
/*
 * Python's array.array: items of one typecode, packed little-endian with the
 * sizes of 64-bit Linux.
 */
#ifndef TLI_ARRAY_H
#define TLI_ARRAY_H

#include "number.h"
#include "value.h"

/* The size of an item; 0 if that is no typecode: bBuwhHiIlLqQfd are. */
size_t tli_array_item_bytes(char typecode);

/* The number that CPython's array module has for how items are laid out; -1 if
 * that is no typecode. */
int tli_array_form(char typecode);

/* What its items are: TLI_INT, TLI_FLOAT or TLI_STR. */
enum tli_kind tli_array_item_kind(const struct tli_value *array);

/* Whether packed bytes can be items: all can, but of characters those beyond
 * U+10FFFF. */
bool tli_array_fits(char typecode, const uint8_t *bytes, size_t len);

/* The typecode is one, and len a multiple of the size of its items; the
 * bytes fit. */
struct tli_value *tli_array(
	struct tli_values *values, char typecode, const void *data, size_t len);

/*
 * Arrays of packed bytes, of a list's or tuple's items, of a text's characters.
 * NULL if the typecode, a str, is none or the content does not fit it; the
 * error is set only if it could not be made for another reason.
 */
struct tli_value *tli_array_from_bytes(struct tli_values *values,
	const struct tli_value *typecode, const struct tli_bytes *bytes);
struct tli_value *tli_array_from_items(struct tli_values *values,
	const struct tli_value *typecode, const struct tli_items *items);
struct tli_value *tli_array_from_text(struct tli_values *values,
	const struct tli_value *typecode, const struct tli_bytes *text);

/* How many items there are. */
size_t tli_array_count(const struct tli_value *array);

/* The i-th, as a new int, float or str. */
struct tli_value *tli_array_item(
	struct tli_values *values, const struct tli_value *array, size_t i);

/* The same without a node. */
void tli_array_number(
	const struct tli_value *array, size_t i, struct tli_number *number_out);

#endif
