/* SPDX-License-Identifier: MIT */
/*
 * Patterns: texts of the configuration in which the arguments of a create()
 * have their places: {0}, {1} ... those without names, {key} those with. A
 * brace that is meant as such is there twice.
 */
#ifndef BROKER_TYPEID_PATTERN_H
#define BROKER_TYPEID_PATTERN_H

#include "../proto/address.h"
#include "../proto/value/value.h"

#define PATTERN_INDEX_MAX 15u

struct pattern_part {
	bool is_argument;
	bool is_index;
	unsigned index;
	const char *text; /* as it is, or the key */
	size_t len;
};

/* Takes the first part off the text. 1; 0 at its end; or -1 if what follows is
 * no part, with why in *wrong_out. */
int pattern_next(const char **text, struct pattern_part *part_out,
	const char **wrong_out);

/* Whether a text is one argument and nothing else. */
bool pattern_is_argument(const char *text, struct pattern_part *part_out);

/* What a create() was given. */
struct pattern_arguments {
	const struct tli_value *args;   /* a tuple */
	const struct tli_value *kwargs; /* a dict */
};

/* NULL if it was not given. */
struct tli_value *pattern_argument(
	const struct pattern_part *part, const struct pattern_arguments *given);

/* The name that a pattern makes. NULL, or what is wrong with it. */
const char *pattern_expand(const char *pattern,
	const struct pattern_arguments *given,
	char name[TLI_ADDRESS_NAME_MAX + 1]);

/* Puts a text, or an argument, behind a name. NULL, or why it cannot be one
 * then; what characters there are is looked at when it is whole. */
const char *pattern_append(
	char name[TLI_ADDRESS_NAME_MAX + 1], const char *text, size_t len);
const char *pattern_append_argument(
	char name[TLI_ADDRESS_NAME_MAX + 1], const struct tli_value *argument);

#endif
