/* SPDX-License-Identifier: MIT */
/*
 * An epoll descriptor that stands for a handle in an event loop: it is readable
 * when a descriptor watched below it is ready, or while it is signalled.
 */
#ifndef TLI_POLLER_H
#define TLI_POLLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct tli_poller {
	int epoll_fd;  /* -1 = not open */
	int signal_fd; /* -1 = not made yet */
	bool signalled;
};

#define TLI_POLLER_CLOSED ((struct tli_poller){-1, -1, false})

/* Returns 0 or -errno. */
int tli_poller_open(struct tli_poller *poller);
void tli_poller_close(struct tli_poller *poller);

/*
 * Watches fd for events, EPOLLIN and EPOLLOUT, none at all for 0. *watched
 * keeps what it is watched for, and is 0 at first. The owner comes back with
 * each event. Returns 0, or -errno with nothing changed.
 */
int tli_poller_watch(struct tli_poller *poller, int fd, uint32_t *watched,
	uint32_t events, void *owner);

/* Makes the descriptor readable, or leaves that to what is watched. Returns 0,
 * or -errno with nothing changed. */
int tli_poller_signal(struct tli_poller *poller, bool on);

/* Stores what is ready now, with the signal left out; returns how many. */
int tli_poller_take(
	struct tli_poller *poller, struct epoll_event *events, int max);

#endif
