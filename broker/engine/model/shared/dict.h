/* SPDX-License-Identifier: MIT */
/* Shared dicts. dict.c has their methods but those that take another mapping,
 * which dict_update.c has. */
#ifndef MODEL_DICT_H
#define MODEL_DICT_H

#include "keyed.h"

/* Puts what dict.update() takes, a dict or pairs, into entries of no object.
 * False with the error raised. */
bool dict_collect(struct call *call, struct entry **entries,
	const struct tli_value *source);

enum outcome dict_create(struct call *call);
enum outcome dict_fromkeys(struct call *call);
enum outcome dict_update(struct call *call);
enum outcome dict_or(struct call *call);
enum outcome dict_ror(struct call *call);
enum outcome dict_ior(struct call *call);

#endif
