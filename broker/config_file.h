/* SPDX-License-Identifier: MIT */
/* The text of a file of settings. */
#ifndef BROKER_CONFIG_FILE_H
#define BROKER_CONFIG_FILE_H

#include "../system/error.h"

#include <stddef.h>

#define CONFIG_FILE_MAX ((size_t)1 << 20)

/*
 * Reads what was opened, and closes it; fd is -1 if that failed, with errno
 * set. Up to a byte more than CONFIG_FILE_MAX, for the reader to find fault
 * with. To be freed; NULL with *error set, which says "the WHAT PATH".
 */
char *config_file_read(int fd, const char *what, const char *path,
	size_t *len_out, struct tli_error *error);

#endif
