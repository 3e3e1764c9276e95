/* SPDX-License-Identifier: MIT */
#include "config_file.h"

#include "../system/file.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char *cannot_read(const char *what, const char *path, int error_number,
	struct tli_error *error)
{
	char text[TLI_ERROR_TEXT];

	snprintf(text, sizeof(text), "cannot read the %s %.100s", what, path);
	tli_error_system(error, TIELINE_ESYSTEM, text, error_number);
	return NULL;
}

static char *read_text(int fd, const char *what, const char *path,
	size_t *len_out, struct tli_error *error)
{
	char *text = malloc(CONFIG_FILE_MAX + 1);
	ssize_t len;

	if (!text)
		return cannot_read(what, path, ENOMEM, error);
	len = tli_file_read(fd, text, CONFIG_FILE_MAX + 1);
	if (len < 0) {
		free(text);
		return cannot_read(what, path, (int)-len, error);
	}
	*len_out = (size_t)len;
	return text;
}

char *config_file_read(int fd, const char *what, const char *path,
	size_t *len_out, struct tli_error *error)
{
	char *text = NULL;
	struct stat file;

	if (fd < 0)
		return cannot_read(what, path, errno, error);
	if (fstat(fd, &file) != 0)
		cannot_read(what, path, errno, error);
	else if (!S_ISREG(file.st_mode))
		tli_error_set(error, TIELINE_EINVAL,
			"the %s %.100s is not a regular file", what, path);
	else
		text = read_text(fd, what, path, len_out, error);
	close(fd);
	return text;
}
