/* SPDX-License-Identifier: MIT */
#include "socketfile.h"

#include "socket.h"

#include <errno.h>
#include <fcntl.h>
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

static bool is_young(const struct stat *file)
{
	time_t age = time(NULL) - file->st_ctime;

	return age > -YOUNG_S && age < YOUNG_S;
}

/* The file is held open, so that no other can have its inode meanwhile. */
static bool clear_held(
	int fd, const char *path, const struct tli_endpoint *endpoint)
{
	struct stat held, now;

	return fstat(fd, &held) == 0 && S_ISSOCK(held.st_mode) &&
		!is_young(&held) && nobody_listens(endpoint) &&
		lstat(path, &now) == 0 && same_file(&held, &now) &&
		unlink(path) == 0;
}

bool tli_socket_file_clear(const struct tli_endpoint *endpoint)
{
	const struct sockaddr_un *un = (const void *)&endpoint->address;
	bool cleared;
	int fd;

	if (endpoint->address.ss_family != AF_UNIX)
		return false;
	fd = open(un->sun_path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	cleared = clear_held(fd, un->sun_path, endpoint);
	close(fd);
	return cleared;
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
