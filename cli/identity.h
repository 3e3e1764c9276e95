/* SPDX-License-Identifier: MIT */
/* What an identity is and may do, as options say it. What is taken here the
 * broker takes. */
#ifndef CLI_IDENTITY_H
#define CLI_IDENTITY_H

#include "json.h"
#include "options.h"

#define IDENTITY_ID_MAX 64u

/* What is wrong with an ID; NULL if nothing is. */
const char *identity_wrong_id(const char *id);

/* Each returns STATUS_DONE, or another status when it has complained. */
int identity_check_id(const char *id);

/* Stores what is to be in the file. */
int identity_make(const struct settings *settings, json **members_out);

#endif
