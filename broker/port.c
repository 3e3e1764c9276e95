/* SPDX-License-Identifier: MIT */
#include "port.h"

#include "../system/socket.h"

#include "accepting.h"
#include "broker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static void stop_listening(struct port *port)
{
	if (port->fd < 0)
		return;
	event_del(&port->knocking);
	tli_socket_file_remove(&port->file);
	close(port->fd);
	port->fd = -1;
}

void port_close(struct port *port)
{
	stop_listening(port);
	port_unref(port);
}

/* ---- Who may connect -------------------------------------------------- */

/* Who reads along on the network reads everything. */
static bool is_open_to_all(
	const struct config_listen *wanted, const struct tli_endpoint *local)
{
	return !config_is_secure(wanted) && !tli_endpoint_is_local(local);
}

static bool may_be_at(const struct config *config,
	const struct config_listen *wanted, const struct tli_endpoint *local,
	const char *address, struct tli_error *error)
{
	if (config->allow_plaintext_remote || !is_open_to_all(wanted, local))
		return true;
	tli_error_set(error, TIELINE_EADDRESS,
		"%.80s: other machines can connect, and nothing is encrypted: "
		"listen at tls://..., or set allow_plaintext_remote",
		address);
	return false;
}

bool port_may_be_open(const struct port *port, const struct config *config,
	struct tli_error *error)
{
	struct tli_endpoint local;

	return !tli_socket_local(port->fd, &local) ||
		may_be_at(config, &port->config, &local, port->address, error);
}

int port_check(const struct config *config, const struct config_listen *wanted,
	struct tli_error *error)
{
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX];
	struct tli_address address;
	size_t count;

	if (tli_listening_lookup(
		    wanted->address, &address, endpoints, &count, error) < 0)
		return error->code;
	/* The others are for when the machine lacks the first one's family. */
	return may_be_at(config, wanted, &endpoints[0], wanted->address, error)
		? 0
		: error->code;
}

void port_warn_if_open(const struct port *port)
{
	struct tli_endpoint local;

	if (tli_socket_local(port->fd, &local) &&
		is_open_to_all(&port->config, &local))
		log_write(&port->broker->log, CONFIG_LOG_WARNING,
			"%s: other machines can connect; connections are "
			"authenticated, but not encrypted",
			port->address);
}

/* ---- Listening -------------------------------------------------------- */

/* What is behind the scheme. */
static const char *place(const char *address)
{
	return strchr(address, ':');
}

/* Stores the address to tell others. Returns a socket, or the code in *error.
 */
static int share(
	struct port *port, const struct port *other, struct tli_error *error)
{
	const char *wanted = port->config.address;

	snprintf(port->address, sizeof(port->address), "%.*s%s",
		(int)(place(wanted) - wanted), wanted, place(other->address));
	port->fd = tli_socket_share(other->fd);
	return port->fd < 0 ? tli_error_system(error, TIELINE_ESYSTEM,
				      port->address, -port->fd)
			    : port->fd;
}

static int open_socket(
	struct port *port, const struct port *other, struct tli_error *error)
{
	return other
		? share(port, other, error)
		: tli_listening_open(port->config.address, port->config.backlog,
			  &port->file, port->address, error);
}

static bool listen_at(struct port *port, const struct config *config,
	const struct port *other, struct tli_error *error)
{
	port->fd = open_socket(port, other, error);
	if (port->fd < 0)
		return false;
	event_assign(&port->knocking, port->broker->base, port->fd,
		EV_READ | EV_PERSIST, accepting_on_knock, port);
	if (!port_may_be_open(port, config, error)) {
		stop_listening(port);
		return false;
	}
	if (event_add(&port->knocking, NULL) == 0)
		return true;
	stop_listening(port);
	tli_error_set(error, TIELINE_ENOMEM, "no memory to listen at %s",
		port->config.address);
	return false;
}

struct port *port_open(struct broker *broker, const struct config *config,
	const struct config_listen *wanted, const struct port *other,
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
	if (listen_at(port, config, other, error))
		return port;
	free(port);
	return NULL;
}

/* What is accepted inherits it. */
static void set_keepalive(const struct port *port, const struct config *config)
{
	tli_socket_set_keepalive(port->fd, (int)config->keepalive_idle_s,
		(int)config->keepalive_interval_s,
		(int)config->keepalive_probes);
}

void port_adjust(struct port *port, const struct config *config,
	const struct config_listen *wanted, struct tli_tls_context *context)
{
	port->config = *wanted;
	set_keepalive(port, config);
	/* Those who have connected keep what they have. */
	tli_tls_context_unref(port->tls);
	port->tls = context;
}
