/* SPDX-License-Identifier: MIT */
/* From an operation to what does it: who is meant, with which arguments. */
#ifndef MODEL_DISPATCH_H
#define MODEL_DISPATCH_H

#include "call.h"

/* A token that stands for a reference to an object has this bit; a kind's have
 * not. */
#define TOKEN_OF_A_REFERENCE (UINT64_C(1) << 63)

/* An option that is there, and not None; NULL. options may be NULL. */
struct tli_value *options_get(
	const struct tli_value *options, const char *name);

/* Takes options, a dict, for the parameters of the object's kind, into
 * call->args; those of every kind are passed over, but for what a constructor
 * was given: args, a sequence, and kwds, a dict. False with the error raised.
 */
bool bind_options(struct call *call, const struct tli_value *options);

/* The options of every kind, and whether a name is among such a text's. */
extern const char options_of_all[];
bool has_parameter(const char *text, const char *name);

/* Takes arguments for the parameters of call->method. False with TypeError
 * raised, in Python's words. */
bool bind_arguments(struct call *call, const struct tli_value *args,
	const struct tli_value *keywords);

/* TLI_OP_OPEN, by a dict. */
enum outcome registry_open(struct call *call, const struct tli_value *options);

/* What every object has, unless its kind has its own. */
extern const struct method methods_of_all[];

/* Methods of the registry itself, object 0. */
extern const struct method registry_methods[];

#endif
