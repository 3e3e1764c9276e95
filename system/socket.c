/* SPDX-License-Identifier: MIT */
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define KEEPALIVE_IDLE_S     30
#define KEEPALIVE_INTERVAL_S 10
#define KEEPALIVE_PROBES     3
#define DRAIN_BYTES_MAX      (1u << 20)
#define SOCKET_FILE_MODE     (S_IRUSR | S_IWUSR)

/* Turns what a call returned into a count, TLI_SOCKET_AGAIN or -errno. */
static ssize_t outcome(ssize_t result)
{
	if (result >= 0)
		return result;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return TLI_SOCKET_AGAIN;
	return -errno;
}

ssize_t tli_socket_read(
	int fd, struct iovec *parts, size_t count, enum tli_socket_mode mode)
{
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
	int flags = mode == TLI_SOCKET_TRY ? MSG_DONTWAIT : 0;
	ssize_t got;

	do
		got = recvmsg(fd, &message, flags);
	while (got < 0 && errno == EINTR);
	return got == 0 ? TLI_SOCKET_END : outcome(got);
}

ssize_t tli_socket_write(
	int fd, struct iovec *parts, size_t count, enum tli_socket_mode mode)
{
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
	int flags = MSG_NOSIGNAL | (mode == TLI_SOCKET_TRY ? MSG_DONTWAIT : 0);
	ssize_t put;

	do
		put = sendmsg(fd, &message, flags);
	while (put < 0 && errno == EINTR);
	return outcome(put);
}

static void set_int(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

/* Errors do not count: where an option is missing, the default serves. */
void tli_socket_set_keepalive(int fd, int idle_s, int interval_s, int probes)
{
	set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
	set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval_s);
	set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, probes);
}

static void set_tcp_options(int fd)
{
	set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	tli_socket_set_keepalive(
		fd, KEEPALIVE_IDLE_S, KEEPALIVE_INTERVAL_S, KEEPALIVE_PROBES);
}

int tli_socket_new(const struct tli_endpoint *endpoint)
{
	int fd = socket(endpoint->address.ss_family,
		SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (tli_endpoint_is_tcp(endpoint))
		set_tcp_options(fd);
	return fd;
}

bool tli_socket_local(int fd, struct tli_endpoint *local)
{
	*local = (struct tli_endpoint){.len = sizeof(local->address)};
	return getsockname(fd, (struct sockaddr *)&local->address,
		       &local->len) == 0;
}

/* TCP can do that, where nobody listens and the port is one that the kernel
 * gives to clients. */
static bool is_connected_to_itself(int fd, const struct tli_endpoint *asked)
{
	struct tli_endpoint them = {.len = sizeof(them.address)};
	struct tli_endpoint us;

	return tli_endpoint_is_tcp(asked) && tli_socket_local(fd, &us) &&
		getpeername(fd, (struct sockaddr *)&them.address, &them.len) ==
		0 &&
		us.len == them.len &&
		memcmp(&us.address, &them.address, us.len) == 0;
}

int tli_socket_connect(int fd, const struct tli_endpoint *endpoint)
{
	const struct sockaddr *address =
		(const struct sockaddr *)&endpoint->address;

	if (connect(fd, address, endpoint->len) == 0 || errno == EISCONN)
		return is_connected_to_itself(fd, endpoint) ? -ECONNREFUSED : 0;
	/* An interrupted connect goes on by itself. */
	if (errno == EALREADY || errno == EINTR)
		return -EINPROGRESS;
	return -errno;
}

static void prepare_to_listen(int fd, const struct tli_endpoint *endpoint)
{
	if (endpoint->address.ss_family == AF_UNIX) {
		/* The file gets this mode, less the umask, when it is made:
		 * at no time can others connect. */
		fchmod(fd, SOCKET_FILE_MODE);
		return;
	}
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (endpoint->address.ss_family == AF_INET6)
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
}

static int bind_to(int fd, const struct tli_endpoint *endpoint)
{
	const struct sockaddr *address =
		(const struct sockaddr *)&endpoint->address;
	const struct sockaddr_un *un = (const struct sockaddr_un *)address;

	if (bind(fd, address, endpoint->len) != 0)
		return -1;
	/* Gives the user back what the umask may have taken. If that fails,
	 * fewer can connect than should: nothing to refuse to listen for. */
	if (address->sa_family == AF_UNIX)
		(void)!fchmodat(AT_FDCWD, un->sun_path, SOCKET_FILE_MODE,
			AT_SYMLINK_NOFOLLOW);
	return 0;
}

int tli_socket_listen(const struct tli_endpoint *endpoint, int backlog)
{
	int fd = tli_socket_new(endpoint);
	int error_number;

	if (fd < 0)
		return fd;
	prepare_to_listen(fd, endpoint);
	if (bind_to(fd, endpoint) == 0 && listen(fd, backlog) == 0)
		return fd;
	error_number = errno;
	close(fd);
	return -error_number;
}

/* accept(2) hands over the errors of a connection that it has taken off the
 * queue: the next one may fare better. */
static bool is_passing(int error_number)
{
	static const int passing[] = {EINTR, ECONNABORTED, EPROTO, ENETDOWN,
		ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENONET, ENOPROTOOPT,
		EOPNOTSUPP};

	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (passing[i] == error_number)
			return true;
	return false;
}

int tli_socket_share(int fd)
{
	int other = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return other < 0 ? -errno : other;
}

int tli_socket_accept(int fd, struct tli_endpoint *peer)
{
	int accepted;

	do {
		*peer = (struct tli_endpoint){.len = sizeof(peer->address)};
		accepted = accept4(fd, (struct sockaddr *)&peer->address,
			&peer->len, SOCK_CLOEXEC);
	} while (accepted < 0 && is_passing(errno));
	return accepted < 0 ? -errno : accepted;
}

bool tli_socket_has_peer(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};

	return poll(&entry, 1, 0) == 1;
}

int tli_socket_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
		return -errno;
	return 0;
}

void tli_socket_set_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0 && (flags & O_NONBLOCK))
		fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

void tli_socket_close_on_exec(int fd)
{
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void tli_socket_quick_ack(int fd)
{
	set_int(fd, IPPROTO_TCP, TCP_QUICKACK, 1);
}

void tli_socket_end(int fd)
{
	/* Not the receiving side too: then draining would no longer open the
	 * window to a peer that is still sending, which would be stuck. */
	shutdown(fd, SHUT_WR);
}

void tli_socket_drain(int fd)
{
	char dropped[4096];
	struct iovec part = {dropped, sizeof(dropped)};
	size_t total = 0;
	ssize_t got;

	do {
		got = tli_socket_read(fd, &part, 1, TLI_SOCKET_TRY);
		total += got > 0 ? (size_t)got : 0;
	} while (got > 0 && total < DRAIN_BYTES_MAX);
}

bool tli_socket_has_ended(int fd)
{
	char byte;
	ssize_t got;

	do
		got = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return got == 0 || (got < 0 && outcome(got) != TLI_SOCKET_AGAIN);
}

bool tli_socket_is_over(int fd)
{
	struct pollfd entry = {.fd = fd};

	return poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP);
}

bool tli_socket_is_ending(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLRDHUP};

	return poll(&entry, 1, 0) == 1;
}

void tli_socket_refuse(int fd)
{
	shutdown(fd, SHUT_RD);
}

void tli_socket_widen(int fd)
{
	/* It takes the greatest that it allows for it. */
	set_int(fd, SOL_SOCKET, SO_SNDBUF, INT_MAX);
}

int tli_socket_unsent_bytes(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int bytes = 0;

	/* A connection that is no more keeps its count. */
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
		info.tcpi_state == TCP_CLOSE ||
		ioctl(fd, SIOCOUTQ, &bytes) != 0)
		return 0;
	return bytes;
}

void tli_socket_set_abortive(int fd, bool on)
{
	struct linger linger = {.l_onoff = on, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

int tli_socket_peer(int fd, struct tli_endpoint *peer)
{
	int type = 0;
	socklen_t len = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0)
		return -errno;
	if (type != SOCK_STREAM)
		return -ESOCKTNOSUPPORT;
	*peer = (struct tli_endpoint){.len = sizeof(peer->address)};
	if (getpeername(fd, (struct sockaddr *)&peer->address, &peer->len) != 0)
		return -errno;
	return 0;
}

static bool peer_of(int fd, struct ucred *peer)
{
	socklen_t len = sizeof(*peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &len) == 0;
}

bool tli_socket_peer_uid(int fd, uint32_t *uid_out)
{
	struct ucred peer;

	if (!peer_of(fd, &peer))
		return false;
	*uid_out = peer.uid;
	return true;
}

int tli_socket_peer_pid(int fd)
{
	struct ucred peer;

	return peer_of(fd, &peer) ? (int)peer.pid : 0;
}
