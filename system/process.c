/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than many a C library. */
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

/* By its number, which may be another process's by now. For kernels that do not
 * tell the process itself. */
static int open_by_pid(int pid)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : (int)fd;
}

static int open_peer(int socket_fd, int pid)
{
	int fd;
	socklen_t len = sizeof(fd);

	if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERPIDFD, &fd, &len) == 0)
		return fd;
	if (errno == ENOPROTOOPT)
		return open_by_pid(pid);
	/* Some kernels say so of a process that was waited for. */
	return errno == EINVAL ? -ESRCH : -errno;
}

/* Other kernels have descriptors of processes that were waited for. */
int tli_process_of_peer(int socket_fd, int pid)
{
	int fd = open_peer(socket_fd, pid);

	if (fd < 0 || !tli_process_has_ended(fd))
		return fd;
	close(fd);
	return -ESRCH;
}

bool tli_process_has_ended(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};

	return poll(&entry, 1, 0) == 1;
}
