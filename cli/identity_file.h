/* SPDX-License-Identifier: MIT */
/* What the file of an identity says, judged as the broker does: what is found
 * right here the broker takes, and nothing else. */
#ifndef CLI_IDENTITY_FILE_H
#define CLI_IDENTITY_FILE_H

#include "json.h"

#define IDENTITY_WHY 512

/* Whether a broker takes it for one that has a key, or none; false with why
 * not. */
bool identity_file_is_right(
	const json *members, bool has_key, char why[IDENTITY_WHY]);

/* Whether one with that in its file, which is right, is valid now: "yes", "not
 * yet", "no more". */
const char *identity_file_validity(const json *members);

/* Whether none of the rows, of which each has an id, has a name of a
 * certificate that is in these members too; false with why not. */
bool identity_file_is_alone(
	const json *members, const json *rows, char why[IDENTITY_WHY]);

#endif
