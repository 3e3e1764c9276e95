/* SPDX-License-Identifier: MIT */
/* What an identity is and may do, as options say it and as the file of one has
 * it. What is taken here the broker takes. */
#ifndef CLI_IDENTITY_H
#define CLI_IDENTITY_H

#include "json.h"
#include "options.h"

#define IDENTITY_ID_MAX 64u

/* Each returns STATUS_DONE, or STATUS_USAGE when it has complained. */
int identity_check_id(const char *id);
int identity_check(const struct settings *settings);

/* What is to be in the file; NULL for lack of memory. */
json *identity_new(const struct settings *settings);

/* Whether one with that in its file is valid now: "yes", "not yet", "no more";
 * "?" if the file does not make sense. */
const char *identity_validity(const json *members);

#endif
