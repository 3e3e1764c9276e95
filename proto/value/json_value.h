/* SPDX-License-Identifier: MIT */
/*
 * Values from JSON and as JSON: None, bool, int of any size, finite float, str,
 * list and dict with texts as keys. For all else there is wrapping: what JSON
 * cannot say is {"$repr": "..."}, with the text that repr() prints.
 */
#ifndef TLI_JSON_VALUE_H
#define TLI_JSON_VALUE_H

#include "../json.h"
#include "value.h"

#define TLI_JSON_REPR       "$repr"
#define TLI_JSON_VALUES_MAX (1u << 20) /* in a text, in either direction */

enum tli_json_wrapping {
	TLI_JSON_PLAIN,   /* "$repr" is a key like any other */
	TLI_JSON_WRAPPED, /* {"$repr": "..."} is a Python literal */
};

/*
 * Reads JSON, of 64 levels or as many as the values' limits allow. A number
 * without a fraction and an exponent is an int, exact, of up to 4,300 digits; a
 * float that is too large is refused, as is a key that is there twice. NULL
 * with values->error set: TLI_VALUE_SYNTAX with the line in the text, or as for
 * making values. Until it is done, it needs memory that the limits do not
 * count: as much as the text, and about 100 bytes for each of at most
 * TLI_JSON_VALUES_MAX values in it.
 */
struct tli_value *tli_value_from_json(struct tli_values *values,
	const char *text, size_t len, enum tli_json_wrapping wrapping);

/* The same of a part of a text that was parsed, not with big_numbers: its
 * numbers are as tli_json_number() has them, and errors have no line. */
struct tli_value *tli_value_of_json(struct tli_values *values,
	const tli_json *json, enum tli_json_wrapping wrapping);

/*
 * Writes JSON of at most max_bytes, without white space and with a NUL behind
 * its *len_out bytes, to be freed with free(). A float has a '.' or an exponent
 * and stays one; what is in several places is written several times. Unless
 * wrapping, a tuple is an array. Globals and objects are wrapped too, but are
 * not read back.
 *
 * TLI_VALUE_OK, or with *error set, where it is about a part with the way to it
 * ("at ['a'][2]: ..."):
 * TLI_VALUE_TYPE: JSON cannot say it; never what is inside itself;
 * TLI_VALUE_BROKEN;
 * TLI_VALUE_LIMIT: it would be longer, or has more than 64 levels or
 * TLI_JSON_VALUES_MAX values;
 * TLI_VALUE_NOMEM. Until it is done, it needs as much memory besides as the
 * text, and about 100 bytes for each value in it.
 */
int tli_value_to_json(const struct tli_value *value,
	enum tli_json_wrapping wrapping, size_t max_bytes, char **text_out,
	size_t *len_out, struct tli_value_error *error);

#endif
