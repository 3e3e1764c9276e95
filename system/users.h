/* SPDX-License-Identifier: MIT */
/* The users of the system, by their names. */
#ifndef TLI_USERS_H
#define TLI_USERS_H

#include <stdint.h>

/* Finds a user's number. 0; -ENOENT if there is none of that name, or another
 * -errno if the system cannot tell. */
int tli_user_find(const char *name, uint32_t *uid_out);

#endif
