/* SPDX-License-Identifier: MIT */
#include "accepting.h"

#include "../system/clock.h"
#include "../system/socket.h"

#include "broker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BATCH    64  /* new peers in one go */
#define PAUSE_MS 100 /* when the process can take nobody */

/* A descriptor in reserve lets somebody be turned away when there is no other.
 */
static int open_reserve(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void pause_all(struct broker *broker)
{
	struct port *port;

	if (!timer_start(&broker->accepting.resume, PAUSE_MS))
		return;
	TAILQ_FOREACH (port, &broker->ports.list, link)
		event_del(&port->knocking);
}

static void on_resume(void *owner)
{
	struct broker *broker = owner;
	struct port *port;

	TAILQ_FOREACH (port, &broker->ports.list, link)
		if (event_add(&port->knocking, NULL) != 0)
			(void)timer_start(&broker->accepting.resume, PAUSE_MS);
}

static void turn_away(struct port *port, int fd, const char *why)
{
	struct broker *broker = port->broker;

	close(fd);
	broker->counters.dropped++;
	log_rarely(&broker->log, &broker->accepting.turned_away,
		CONFIG_LOG_WARNING, "%s: a connection was turned away: %s",
		port->address, why);
}

/* Turns the next one away without a descriptor to spare. False if nobody is
 * there. */
static bool turn_away_next(struct port *port, const char *why)
{
	struct accepting *accepting = &port->broker->accepting;
	struct tli_endpoint peer;
	int fd;

	close(accepting->reserve_fd);
	fd = tli_socket_accept(port->fd, &peer);
	if (fd >= 0)
		turn_away(port, fd, why);
	accepting->reserve_fd = open_reserve();
	return fd >= 0;
}

static bool is_exhausted(int result)
{
	return result == -EMFILE || result == -ENFILE || result == -ENOBUFS ||
		result == -ENOMEM;
}

/* What only makes things faster goes first, and then who has been silent for
 * longest; if nobody can, all that knock are turned away for now, and the
 * broker leaves the others in peace. */
static bool make_room(struct port *port, int result)
{
	struct broker *broker = port->broker;

	if (!is_exhausted(result) || !tli_socket_has_peer(port->fd))
		return false;
	if (relays_give_up_pipes(&broker->relays) ||
		logins_drop_oldest(&broker->logins, "no descriptor was left"))
		return true;
	for (int i = 0; i < BATCH; i++)
		if (!turn_away_next(port, strerror(-result)))
			break;
	pause_all(broker);
	return false;
}

/* NULL, or why the peer cannot be taken. */
static const char *objection(
	struct broker *broker, const struct tli_endpoint *peer)
{
	const struct config *config = &broker->config;

	/* First of all: for whom is not let in, nobody has to go. */
	if (!sources_admit(&broker->sources, config, peer, tli_now_ms()))
		return "its source has too many handshakes under way, or has "
		       "failed too often";
	if (broker->peers.count >= config->max_connections &&
		!logins_drop_oldest(
			&broker->logins, "max_connections are open")) {
		sources_finish(&broker->sources, config, peer, SOURCES_DROPPED,
			tli_now_ms());
		return "max_connections are open";
	}
	if (broker->logins.count >= config->max_handshakes)
		logins_drop_oldest(
			&broker->logins, "max_handshakes were under way");
	return NULL;
}

static void take(struct port *port, int fd, const struct tli_endpoint *endpoint)
{
	struct broker *broker = port->broker;
	const char *why = objection(broker, endpoint);
	struct peer *peer;

	if (why) {
		turn_away(port, fd, why);
		return;
	}
	peer = peer_new(broker, port, fd, endpoint);
	if (peer && (!port->tls || peer_secure(peer, port->tls)) &&
		login_start(peer))
		return;
	if (peer)
		peer_close(peer);
	sources_finish(&broker->sources, &broker->config, endpoint,
		SOURCES_DROPPED, tli_now_ms());
}

void accepting_on_knock(evutil_socket_t listening_fd, short event, void *owner)
{
	struct port *port = owner;

	(void)event;
	for (int i = 0; i < BATCH; i++) {
		struct tli_endpoint peer;
		int fd = tli_socket_accept(listening_fd, &peer);

		if (fd >= 0)
			take(port, fd, &peer);
		else if (!make_room(port, fd))
			return;
	}
}

bool accepting_init(struct accepting *accepting, struct broker *broker)
{
	*accepting = (struct accepting){.reserve_fd = open_reserve()};
	timer_init(&accepting->resume, broker->base, on_resume, broker);
	return accepting->reserve_fd >= 0;
}

void accepting_fini(struct accepting *accepting)
{
	timer_stop(&accepting->resume);
	if (accepting->reserve_fd >= 0)
		close(accepting->reserve_fd);
}
