/* SPDX-License-Identifier: MIT */
/*
 * A folder of identities, for the broker's keys_dir: ID.json says what one may
 * do, ID.key is its key. Whatever ends this program in between, the broker
 * finds both, or refuses the folder; it never finds the one file without what
 * the other one limits.
 */
#ifndef CLI_KEY_FOLDER_H
#define CLI_KEY_FOLDER_H

#include "json.h"

#include <sys/stat.h>

#define KEY_FOLDER_PATH_MAX 4096u

struct key_folder {
	const char *path;
	int fd;
};

/* Each returns STATUS_DONE, or another status when it has complained. */

/* Opens it. */
int key_folder_open(struct key_folder *folder, const char *path);

/* Makes it if it is not there. */
int key_folder_make(const char *path);

/* What keeps a broker from taking a folder or file, for who else could change
 * it could be anybody; NULL if nothing does. */
const char *key_folder_distrust(const struct stat *file);

/*
 * The next two change it alone: another one waits for a few seconds, and gives
 * up then. Who only lists it waits for nobody, and holds nobody up: files come
 * and go as a whole.
 */

/* Adds an identity with a new key. What is there is left alone. */
int key_folder_add(
	const struct key_folder *folder, const char *id, const json *members);

/* Removes one, also what is left of one. */
int key_folder_remove(const struct key_folder *folder, const char *id);

void key_folder_close(struct key_folder *folder);

#endif
