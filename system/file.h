/* SPDX-License-Identifier: MIT */
/* Reading and writing a file as a whole, whatever the kernel does in one go. */
#ifndef TLI_FILE_H
#define TLI_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Reads until the end, but size bytes at most; returns how many, or -errno. */
ssize_t tli_file_read(int fd, void *bytes, size_t size);

/* Writes all of it; returns 0 or -errno. */
int tli_file_write(int fd, const void *bytes, size_t len);

#endif
