/* SPDX-License-Identifier: MIT */
/* Reading and writing a file as a whole, whatever the kernel does in one go. */
#ifndef TLI_FILE_H
#define TLI_FILE_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* NULL, or why a file is none for a secret: who else could read or change it
 * could speak with what is in it. */
const char *tli_file_distrust(const struct stat *file);

/* Reads until the end, but size bytes at most; returns how many, or -errno. */
ssize_t tli_file_read(int fd, void *bytes, size_t size);

/* Writes all of it; returns 0 or -errno. */
int tli_file_write(int fd, const void *bytes, size_t len);

#endif
