/* SPDX-License-Identifier: MIT */
#include "socketfile.h"

#include "socket.h"

#include <errno.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* A program needs a moment between bind and listen, in which its file looks
 * like a dead one's. */
#define YOUNG_S 2

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool nobody_listens(const struct tli_endpoint *endpoint)
{
	int fd = tli_socket_new(endpoint);
	int result;

	if (fd < 0)
		return false;
	result = tli_socket_connect(fd, endpoint);
	close(fd);
	return result == -ECONNREFUSED;
}

bool tli_socket_file_clear(const struct tli_endpoint *endpoint)
{
	const struct sockaddr_un *un = (const void *)&endpoint->address;
	struct stat before, after;

	if (endpoint->address.ss_family != AF_UNIX ||
		lstat(un->sun_path, &before) != 0 || !S_ISSOCK(before.st_mode))
		return false;
	if (time(NULL) - before.st_ctime < YOUNG_S || !nobody_listens(endpoint))
		return false;
	return lstat(un->sun_path, &after) == 0 && same_file(&before, &after) &&
		unlink(un->sun_path) == 0;
}

void tli_socket_file_note(struct tli_socket_file *file, const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return;
	strcpy(file->path, path);
	file->device = status.st_dev;
	file->inode = status.st_ino;
}

void tli_socket_file_remove(const struct tli_socket_file *file)
{
	struct stat status;

	if (file->path[0] && lstat(file->path, &status) == 0 &&
		status.st_dev == file->device && status.st_ino == file->inode)
		unlink(file->path);
}
