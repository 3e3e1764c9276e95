/* SPDX-License-Identifier: MIT */
/* The file of a listening Unix socket: replaced when dead, removed when ours.
 */
#ifndef TLI_SOCKETFILE_H
#define TLI_SOCKETFILE_H

#include "endpoint.h"

#include <sys/stat.h>
#include <sys/types.h>

/* Which file is ours; an empty path means none. */
struct tli_socket_file {
	char path[TLI_ADDRESS_PATH_MAX + 1];
	dev_t device;
	ino_t inode;
};

/* Removes the file at the endpoint if it is a socket that nobody listens on
 * any more. True if it did, so that binding is worth another try. */
bool tli_socket_file_clear(const struct tli_endpoint *endpoint);

/* Remembers the file at path as ours. */
void tli_socket_file_note(struct tli_socket_file *file, const char *path);

/* Removes the file, unless another one has taken its place. To be called while
 * its socket is open: that keeps others from getting its inode. */
void tli_socket_file_remove(const struct tli_socket_file *file);

#endif
