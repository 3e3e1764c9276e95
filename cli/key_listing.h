/* SPDX-License-Identifier: MIT */
/* What is in a folder of identities, and whether a broker takes it. */
#ifndef CLI_KEY_LISTING_H
#define CLI_KEY_LISTING_H

#include "key_folder.h"

/*
 * Stores an array with an object for each identity, by their ids: id, valid,
 * key, and what is in the file. If no broker takes it, valid is "?", and there
 * is error instead of what is in the file. Returns STATUS_DONE, or another
 * status when it has complained.
 */
int key_listing_read(const struct key_folder *folder, json **rows_out);

#endif
