/* SPDX-License-Identifier: MIT */
/*
 * What managers' clients know an object by: "EPOCH-ID-TYPEID", the broker's
 * epoch, the object's id in hexadecimal, and the name under which the client
 * asked for it. So what an earlier start gave out is recognised, and nothing is
 * kept for an ident.
 */
#ifndef ENGINE_IDENT_H
#define ENGINE_IDENT_H

#include "engine.h"

#define IDENT_TYPEID_MAX 128u /* bytes */
#define IDENT_TEXT       (ENGINE_EPOCH_LEN + 1 + 16 + 1 + IDENT_TYPEID_MAX + 1)

struct ident {
	uint64_t object;
	const char *typeid; /* inside the text, ends with it */
};

/* Writes one; the typeid is not longer than IDENT_TYPEID_MAX. */
void ident_format(char text[IDENT_TEXT], const char *epoch, uint64_t object,
	const char *typeid);

/* False if it is none, or not of that epoch. */
bool ident_parse(struct ident *ident_out, const char *text, const char *epoch);

#endif
