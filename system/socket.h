/* SPDX-License-Identifier: MIT */
/*
 * The system calls on stream sockets, with signals, SIGPIPE and descriptor
 * flags taken care of. Nothing here blocks unless it says so.
 */
#ifndef TLI_SOCKET_H
#define TLI_SOCKET_H

#include "endpoint.h"

#include <sys/types.h>
#include <sys/uio.h>

/* What moving bytes returns: a count above 0, or one of these, or -errno. */
enum {
	TLI_SOCKET_AGAIN = 0,    /* nothing to be had, no room, at the moment */
	TLI_SOCKET_END = -10000, /* the peer has ended; no errno is as low */
};

enum tli_socket_mode {
	TLI_SOCKET_TRY,
	TLI_SOCKET_BLOCK, /* unless the descriptor itself is non-blocking */
};

ssize_t tli_socket_read(
	int fd, struct iovec *parts, size_t count, enum tli_socket_mode mode);
ssize_t tli_socket_write(
	int fd, struct iovec *parts, size_t count, enum tli_socket_mode mode);

/*
 * Makes a non-blocking socket. On TCP it sends without delay and probes a peer
 * that is silent; what is accepted from it does the same. Returns it, or
 * -errno.
 */
int tli_socket_new(const struct tli_endpoint *endpoint);

/*
 * Connects, or asks how connecting goes. Returns 0 when connected, or -errno:
 * -EINPROGRESS while the socket's becoming writable will tell, -EAGAIN while
 * only another try will.
 */
int tli_socket_connect(int fd, const struct tli_endpoint *endpoint);

/* Makes a listening socket. Returns it, or -errno. */
int tli_socket_listen(const struct tli_endpoint *endpoint, int backlog);

/* Another descriptor of it. Returns that, or -errno. */
int tli_socket_share(int fd);

/* Takes the next connection, in blocking mode; one that has already failed is
 * passed over. Returns it, or -errno: -EAGAIN when nobody waits. */
int tli_socket_accept(int fd, struct tli_endpoint *peer);

/* Whether somebody waits to be accepted. */
bool tli_socket_has_peer(int fd);

/* A pair of connected Unix sockets. Returns 0 or -errno. */
int tli_socket_pair(int fds[2]);

/* Puts a socket that has connected into blocking mode. */
void tli_socket_set_blocking(int fd);

void tli_socket_close_on_exec(int fd);

/* Acknowledges at once what came last. Without it a peer that leaves Nagle's
 * algorithm on, as Python does, waits 40 ms before its first message. */
void tli_socket_quick_ack(int fd);

/* Reads and drops what has come, so that closing does not send a reset, which
 * would destroy what the peer has not read yet. */
void tli_socket_drain(int fd);

/* Ends the connection for the peer, also if a forked child has the socket. */
void tli_socket_end(int fd);

/* Whether the peer has ended or broken the connection, as far as that shows
 * without taking what it has sent. */
bool tli_socket_has_ended(int fd);

/* Whether both directions are over. The peer of a Unix socket that has closed
 * it shows so, apart from one that has ended its side. */
bool tli_socket_is_over(int fd);

/* Whether the peer has ended its side, or the connection is over: also behind
 * what it has sent and nobody has taken. */
bool tli_socket_is_ending(int fd);

/* Has the peer of a Unix socket fail when it writes. */
void tli_socket_refuse(int fd);

/* Has the kernel hold as much of what is written, and not read yet, as it lets
 * anybody. */
void tli_socket_widen(int fd);

/* How much of what was written on TCP the peer's kernel has not acknowledged;
 * 0 also for a connection that is no more. */
int tli_socket_unsent_bytes(int fd);

/* Has closing, and the death of this process, send a reset on TCP; or not. */
void tli_socket_set_abortive(int fd, bool on);

/* Probes a silent TCP peer after idle_s, then every interval_s, and gives it up
 * after so many probes without an answer. */
void tli_socket_set_keepalive(int fd, int idle_s, int interval_s, int probes);

/* Stores where a socket is on this side. False if the kernel does not say. */
bool tli_socket_local(int fd, struct tli_endpoint *local);

/* Stores the peer of a stream socket. Returns 0 or -errno: -ENOTCONN if it is
 * not connected, or not any more. */
int tli_socket_peer(int fd, struct tli_endpoint *peer);

/* The user id of the process at the other end of a Unix socket; false if the
 * kernel does not know. */
bool tli_socket_peer_uid(int fd, uint32_t *uid_out);

/* The process at the other end of a Unix socket; 0 if the kernel does not know.
 */
int tli_socket_peer_pid(int fd);

#endif
