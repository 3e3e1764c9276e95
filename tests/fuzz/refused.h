/* SPDX-License-Identifier: MIT */
/* What is said of a file that is refused: it has a line that the file has. */
#ifndef TESTS_FUZZ_REFUSED_H
#define TESTS_FUZZ_REFUSED_H

#include "fuzz.h"

#include "../../system/error.h"

#include <tieline/tieline.h>

#include <stdlib.h>
#include <string.h>

static inline void check_refused(const struct tli_error *error,
	const char *path, const uint8_t *data, size_t size)
{
	size_t path_len = strlen(path);
	unsigned long line, lines = 1;
	char *behind;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	require(error->code == TIELINE_EINVAL);
	require(strncmp(error->text, path, path_len) == 0 &&
		error->text[path_len] == ':');
	line = strtoul(error->text + path_len + 1, &behind, 10);
	require(line >= 1 && line <= lines);
	require(strncmp(behind, ": ", 2) == 0 && strlen(behind) > 2);
}

#endif
