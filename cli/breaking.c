/* SPDX-License-Identifier: MIT */
#include "breaking.h"

#include "clock.h"

#include <linux/sockios.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BREAK_WITHIN_MS 5000 /* however slowly the other side reads */
#define BREAK_POLL_MS   10   /* nothing tells when all is sent */
#define DROPS_A_TURN    64   /* then it is the others' turn */
#define DROP_BYTES      4096

static bool is_unix(int fd)
{
	int domain = 0;
	socklen_t len = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
		domain == AF_UNIX;
}

/* Whether a break would overtake what the kernel has not sent yet, or be lost
 * for lack of room. */
static bool has_to_wait(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLOUT};
	int bytes = 0;

	if (is_unix(fd))
		return poll(&entry, 1, 0) == 0;
	return ioctl(fd, SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

static void break_socket(int fd, bool at_boundary)
{
	static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
	static const uint8_t header_start = 0;

	if (!is_unix(fd))
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	else if (at_boundary)
		(void)!send(fd, &header_start, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

/* A connection about to break. */
struct breaking {
	struct party party;
	tieline_connection *connection; /* until it gives its socket */
	int fd;                         /* then that */
	bool at_boundary;               /* a message ends with what was sent */
	int64_t by_ms;                  /* when it waits no longer */
};

/* Drops what nobody will take: with that, no socket is given. */
static bool drop_some(tieline_connection *connection)
{
	uint8_t bytes[DROP_BYTES];
	void *message;
	size_t len;
	int result = tieline_read_some(connection, bytes, sizeof(bytes), &len);

	if (result != TIELINE_EPENDING)
		return result == TIELINE_OK;
	if (tieline_recv_bytes(connection, 0, &message, &len) != TIELINE_OK)
		return false;
	tieline_free(message);
	return true;
}

/* TLS gives no socket, and its break is only that it closes. What the other
 * side sends then is answered by a reset, which overtakes what is under way. */
static bool has_to_wait_for_tls(tieline_connection *connection)
{
	for (int i = 0; i < DROPS_A_TURN && drop_some(connection); i++)
		;
	return tieline_connection_unsent_bytes(connection) > 0;
}

/* Whether there is something to wait for before the connection is broken. */
static bool waits(struct breaking *breaking)
{
	int result = TIELINE_EPENDING;

	for (int i = 0; breaking->connection && i < DROPS_A_TURN; i++) {
		result = tieline_flush(breaking->connection, 0);
		if (result != TIELINE_OK)
			return result == TIELINE_ETIMEDOUT;
		result = tieline_connection_detach(
			breaking->connection, &breaking->fd);
		if (result == TIELINE_OK)
			breaking->connection = NULL;
		else if (result == TIELINE_EINVAL)
			return has_to_wait_for_tls(breaking->connection);
		else if (result != TIELINE_EPENDING)
			return false;
		else if (!drop_some(breaking->connection))
			return true;
	}
	return breaking->connection || has_to_wait(breaking->fd);
}

static void finish(struct breaking *breaking)
{
	tieline_connection_break(breaking->connection);
	if (!breaking->connection)
		break_socket(breaking->fd, breaking->at_boundary);
}

static struct breaking *of(struct party *party)
{
	return (struct breaking *)party;
}

static int prepare(struct party *party, struct pollfd entries[PARTY_ENTRIES])
{
	(void)party;
	(void)entries;
	return BREAK_POLL_MS;
}

static bool process(
	struct party *party, const struct pollfd entries[PARTY_ENTRIES])
{
	(void)entries;
	return waits(of(party)) && deadline_in(0) < of(party)->by_ms;
}

static void close_breaking(struct party *party)
{
	finish(of(party));
	free(party);
}

static const struct party_class breaking_class = {
	.prepare = prepare,
	.process = process,
	.close = close_breaking,
};

void break_carrier(
	tieline_connection *connection, bool at_boundary, struct loop *loop)
{
	struct breaking now = {
		.party = {.class = &breaking_class},
		.connection = connection,
		.at_boundary = at_boundary,
		.by_ms = deadline_in(BREAK_WITHIN_MS),
	};
	struct breaking *later = waits(&now) ? malloc(sizeof(*later)) : NULL;

	if (!later) {
		finish(&now);
		return;
	}
	*later = now;
	loop_add(loop, &later->party);
}

void break_connection(tieline_connection *connection, struct loop *loop)
{
	break_carrier(connection, true, loop);
}
