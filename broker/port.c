/* SPDX-License-Identifier: MIT */
#include "port.h"

#include "../system/clock.h"
#include "../system/socket.h"

#include "broker.h"
#include "port_contexts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH    64  /* new peers in one go */
#define PAUSE_MS 100 /* when the process can take nobody */

struct port *port_ref(struct port *port)
{
	port->references++;
	return port;
}

void port_unref(struct port *port)
{
	if (--port->references > 0)
		return;
	tli_tls_context_unref(port->tls);
	free(port);
}

static void close_port(struct port *port)
{
	if (port->fd < 0)
		return;
	event_del(&port->knocking);
	tli_socket_file_remove(&port->file);
	close(port->fd);
	port->fd = -1;
}

/* A descriptor in reserve lets somebody be turned away when there is no other.
 */
static int open_reserve(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* ---- Taking new peers ------------------------------------------------- */

static void pause_all(struct ports *ports)
{
	struct port *port;

	if (!timer_start(&ports->resume, PAUSE_MS))
		return;
	TAILQ_FOREACH (port, &ports->list, link)
		event_del(&port->knocking);
}

static void on_resume(void *owner)
{
	struct ports *ports = owner;
	struct port *port;

	TAILQ_FOREACH (port, &ports->list, link)
		event_add(&port->knocking, NULL);
}

static void turn_away(struct port *port, int fd, const char *why)
{
	struct broker *broker = port->broker;

	close(fd);
	broker->counters.dropped++;
	log_rarely(&broker->log, &broker->ports.turned_away, CONFIG_LOG_WARNING,
		"%s: a connection was turned away: %s", port->address, why);
}

/* Turns the next one away without a descriptor to spare. False if nobody is
 * there. */
static bool turn_away_next(struct port *port, const char *why)
{
	struct ports *ports = &port->broker->ports;
	struct tli_endpoint peer;
	int fd;

	close(ports->reserve_fd);
	fd = tli_socket_accept(port->fd, &peer);
	if (fd >= 0)
		turn_away(port, fd, why);
	ports->reserve_fd = open_reserve();
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
	pause_all(&broker->ports);
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

static void on_knock(evutil_socket_t listening_fd, short event, void *owner)
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

/* ---- Which there are -------------------------------------------------- */

bool ports_init(struct ports *ports, struct broker *broker)
{
	*ports = (struct ports){.reserve_fd = open_reserve()};
	TAILQ_INIT(&ports->list);
	timer_init(&ports->resume, broker->base, on_resume, ports);
	return ports->reserve_fd >= 0;
}

/* Keeps one that listens there, if there is one that is not kept already: port
 * 0 is another port each time. */
static struct port *keep(
	struct ports *ports, const struct config_listen *wanted)
{
	struct port *port;

	TAILQ_FOREACH (port, &ports->list, link) {
		if (port->wanted ||
			strcmp(port->config.address, wanted->address) != 0)
			continue;
		port->wanted = wanted;
		return port;
	}
	return NULL;
}

/* Who reads along on the network reads everything. */
static bool is_open_to_all(const struct port *port)
{
	struct tli_endpoint local;

	return !config_is_secure(&port->config) &&
		tli_socket_local(port->fd, &local) &&
		!tli_endpoint_is_local(&local);
}

/* False with *error set if the port is not to be so. */
static bool may_be_open(const struct port *port, const struct config *config,
	struct tli_error *error)
{
	if (config->allow_plaintext_remote || !is_open_to_all(port))
		return true;
	tli_error_set(error, TIELINE_EADDRESS,
		"%.80s: other machines can connect, and nothing is encrypted: "
		"listen at tls://..., or set allow_plaintext_remote",
		port->address);
	return false;
}

static void warn_if_open(const struct port *port)
{
	if (is_open_to_all(port))
		log_write(&port->broker->log, CONFIG_LOG_WARNING,
			"%s: other machines can connect; connections are "
			"authenticated, but not encrypted",
			port->address);
}

/* What is accepted inherits it. */
static void set_keepalive(const struct port *port, const struct config *config)
{
	tli_socket_set_keepalive(port->fd, (int)config->keepalive_idle_s,
		(int)config->keepalive_interval_s,
		(int)config->keepalive_probes);
}

static bool listen_at(
	struct port *port, const struct config *config, struct tli_error *error)
{
	port->fd = tli_listening_open(port->config.address,
		port->config.backlog, &port->file, port->address, error);
	if (port->fd < 0)
		return false;
	set_keepalive(port, config);
	event_assign(&port->knocking, port->broker->base, port->fd,
		EV_READ | EV_PERSIST, on_knock, port);
	if (!may_be_open(port, config, error)) {
		close_port(port);
		return false;
	}
	if (event_add(&port->knocking, NULL) == 0) {
		warn_if_open(port);
		return true;
	}
	close_port(port);
	tli_error_set(error, TIELINE_ENOMEM, "no memory to listen at %s",
		port->config.address);
	return false;
}

/* NULL with *error set. */
static struct port *open_port(struct broker *broker,
	const struct config *config, const struct config_listen *wanted,
	struct tli_error *error)
{
	struct port *port = calloc(1, sizeof(*port));

	if (!port) {
		tli_error_set(error, TIELINE_ENOMEM, "no memory to listen");
		return NULL;
	}
	port->broker = broker;
	port->config = *wanted;
	port->wanted = wanted;
	port->references = 1;
	if (listen_at(port, config, error))
		return port;
	free(port);
	return NULL;
}

static void remove_port(struct port_list *list, struct port *port)
{
	TAILQ_REMOVE(list, port, link);
	close_port(port);
	port_unref(port);
}

static void remove_all(struct port_list *list)
{
	struct port *port;

	while ((port = TAILQ_FIRST(list)))
		remove_port(list, port);
}

/* Opens those that there are not yet; none on failure. */
static int open_missing(struct ports *ports, struct broker *broker,
	const struct config *config, struct port_list *opened,
	struct tli_error *error)
{
	for (size_t i = 0; i < config->listen_count; i++) {
		const struct config_listen *wanted = &config->listen[i];
		struct port *kept = keep(ports, wanted);
		struct port *port = kept;

		if (!kept)
			port = open_port(broker, config, wanted, error);
		if (port && !kept)
			TAILQ_INSERT_TAIL(opened, port, link);
		if (!port || (kept && !may_be_open(kept, config, error))) {
			remove_all(opened);
			return error->code;
		}
	}
	return 0;
}

/* Those who have connected keep what they have. */
static void set_context(struct port *port, struct tli_tls_context **context)
{
	tli_tls_context_unref(port->tls);
	port->tls = *context;
	*context = NULL;
}

static void adjust(struct ports *ports, const struct config *config,
	struct port_contexts *contexts)
{
	struct port *port, *next;

	for (port = TAILQ_FIRST(&ports->list); port; port = next) {
		next = TAILQ_NEXT(port, link);
		if (port->wanted) {
			port->config = *port->wanted;
			set_context(port,
				&contexts->of[port->wanted - config->listen]);
			set_keepalive(port, config);
		} else {
			remove_port(&ports->list, port);
		}
	}
}

int ports_open(struct ports *ports, struct broker *broker,
	const struct config *config, struct tli_error *error)
{
	struct port_list opened = TAILQ_HEAD_INITIALIZER(opened);
	struct port_contexts contexts;
	struct port *port;
	int result = port_contexts_load(&contexts, config, error);

	if (result < 0)
		return result;
	result = open_missing(ports, broker, config, &opened, error);
	TAILQ_CONCAT(&ports->list, &opened, link);
	if (result == 0)
		adjust(ports, config, &contexts);
	TAILQ_FOREACH (port, &ports->list, link)
		port->wanted = NULL;
	port_contexts_fini(&contexts);
	return result;
}

void ports_close(struct ports *ports)
{
	remove_all(&ports->list);
}

void ports_fini(struct ports *ports)
{
	ports_close(ports);
	timer_stop(&ports->resume);
	if (ports->reserve_fd >= 0)
		close(ports->reserve_fd);
}
