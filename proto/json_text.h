/* SPDX-License-Identifier: MIT */
/*
 * The grammar of JSON (RFC 8259), and nothing looser: what is no JSON is found
 * here, with its line, before anything reads the text. Used by json.c alone.
 */
#ifndef TLI_JSON_TEXT_H
#define TLI_JSON_TEXT_H

#include "json.h"

/*
 * Checks the text, but for the keys of an object being different and numbers
 * being finite. In blanked, a copy of the text, comments, where the limits
 * allow them, become white space, and big numbers 0; NULL where they allow
 * neither. False with *error set.
 */
bool tli_json_check(const char *text, size_t len,
	const struct tli_json_limits *limits, char *blanked,
	struct tli_json_error *error);

#endif
