/* SPDX-License-Identifier: MIT */
/*
 * What the names mean by which managers' clients ask for objects: SyncManager's
 * own, those of the configuration ("typeids"), and those that are guessed.
 */
#ifndef BROKER_TYPEIDS_H
#define BROKER_TYPEIDS_H

#include "../proto/value/value.h"

#include <stdbool.h>

struct config;

#define TYPEID_WHY 640u

enum typeid_origin {
	TYPEID_OF_NOBODY,     /* it means nothing */
	TYPEID_OF_PYTHON,     /* SyncManager's own, and what is the like */
	TYPEID_OF_THE_CONFIG, /* also if it is one of the others too */
	TYPEID_GUESSED
};

/* Where the meaning of a typeid comes from. */
enum typeid_origin typeid_origin(
	const struct config *config, const char *typeid);

/* What is done for a create(typeid, *args, **kwds). */
struct creation {
	const char *kind;
	struct tli_value *options; /* a dict for TLI_OP_OPEN */
	/* A tuple (name, args[, kwds]) for TLI_OP_CALL on what was opened,
	 * whose result is what the client gets a proxy of; NULL = that of the
	 * object. */
	struct tli_value *call;
	bool is_guessed;
	uint32_t guessed_arguments; /* how many its name is made of */
};

enum creation_result {
	CREATION_OK,
	CREATION_UNKNOWN, /* KeyError: *why names it and shows the line to add
			   */
	CREATION_REFUSED, /* ValueError: *why says what is wrong */
	CREATION_NOMEM
};

/* Values are made in `values`. args is a tuple, kwds a dict. */
enum creation_result typeids_create(const struct config *config,
	struct tli_values *values, const char *typeid, struct tli_value *args,
	struct tli_value *kwds, struct creation *creation_out,
	char why[TYPEID_WHY]);

/* Whether proxies of that typeid have the method. */
bool typeid_exposes(
	const struct config *config, const char *typeid, const char *method);

/* The names of all those methods, a tuple of str, as create() answers them;
 * NULL with values->error set. Empty for a typeid that means nothing. */
struct tli_value *typeid_exposed(const struct config *config,
	struct tli_values *values, const char *typeid);

/* The typeid of the proxy that a method's result becomes ("Iterator" for
 * __iter__ of SyncManager's own dict); NULL = the result is returned. */
const char *typeid_of_result(
	const struct config *config, const char *typeid, const char *method);

/* The entry that makes a guess explicit, as a line of JSON for logs and the
 * control verb. */
void typeid_guess_text(const char *typeid, const struct creation *creation,
	char text[TYPEID_WHY]);

#endif
