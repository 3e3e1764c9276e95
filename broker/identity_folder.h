/* SPDX-License-Identifier: MIT */
/*
 * The folder of identities: ID.json says what one is and may do, and ID.key
 * beside it is its key. Whoever could change the folder could be anybody.
 */
#ifndef BROKER_IDENTITY_FOLDER_H
#define BROKER_IDENTITY_FOLDER_H

#include "../system/error.h"

#include "identities.h"

/* Adds those of a folder. 0, or the code in *error with some of them added. */
int identity_folder_read(const char *path, struct identities *identities,
	struct tli_error *error);

#endif
