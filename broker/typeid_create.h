/* SPDX-License-Identifier: MIT */
/* What a create() of a client comes to, by an entry of "typeids". */
#ifndef BROKER_TYPEID_CREATE_H
#define BROKER_TYPEID_CREATE_H

#include "typeid_entry.h"
#include "typeid_pattern.h"
#include "typeids.h"

/* A dict that opens an object of that kind. NULL with values->error set. */
struct tli_value *typeid_options(struct tli_values *values, const char *kind,
	const char *name, struct tli_value *args, struct tli_value *kwargs);

/* As typeids_create(). */
enum creation_result typeid_entry_create(const struct typeid_entry *entry,
	struct tli_values *values, const struct pattern_arguments *given,
	struct creation *creation_out, char why[TYPEID_WHY]);

/* By a guess: the name is the typeid and the arguments. */
enum creation_result typeid_guess_create(const char *typeid, const char *kind,
	struct tli_values *values, const struct pattern_arguments *given,
	struct creation *creation_out, char why[TYPEID_WHY]);

/* Why no value could be made. */
enum creation_result typeid_no_value(
	const struct tli_values *values, char why[TYPEID_WHY]);

#endif
