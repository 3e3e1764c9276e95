/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

const char *tli_file_distrust(const struct stat *file)
{
	if (!S_ISREG(file->st_mode))
		return "is not a regular file";
	if (file->st_uid != geteuid() && file->st_uid != 0)
		return "belongs to another user";
	if (file->st_mode & (S_IRWXG | S_IRWXO))
		return "can be used by group or others: chmod 600 it";
	return NULL;
}

ssize_t tli_file_read(int fd, void *bytes, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = read(fd, (uint8_t *)bytes + len, size - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (ssize_t)len;
}

int tli_file_write(int fd, const void *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t put =
			write(fd, (const uint8_t *)bytes + done, len - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		done += (size_t)put;
	}
	return 0;
}
