/* SPDX-License-Identifier: MIT */
#include "ports.h"

#include "port_contexts.h"

#include <string.h>

void ports_init(struct ports *ports)
{
	TAILQ_INIT(&ports->list);
}

static void remove_port(struct port_list *list, struct port *port)
{
	TAILQ_REMOVE(list, port, link);
	port_close(port);
}

static void remove_all(struct port_list *list)
{
	struct port *port;

	while ((port = TAILQ_FIRST(list)))
		remove_port(list, port);
}

/* ---- What becomes of those that there are ------------------------------ */

/* One that listens there, and is not kept already: port 0 is another port each
 * time. */
static struct port *find_same(
	struct ports *ports, const struct config_listen *wanted)
{
	struct port *port;

	TAILQ_FOREACH (port, &ports->list, link)
		if (!port->wanted &&
			strcmp(port->config.address, wanted->address) == 0)
			return port;
	return NULL;
}

/* One that is to go, and whose socket can be had: no address is there twice,
 * so only one can want it. */
static struct port *find_other(
	struct ports *ports, const struct config_listen *wanted)
{
	struct port *port;

	TAILQ_FOREACH (port, &ports->list, link)
		if (!port->wanted &&
			tli_address_is_same_place(
				port->config.address, wanted->address))
			return port;
	return NULL;
}

static bool is_kept(
	const struct ports *ports, const struct config_listen *wanted)
{
	const struct port *port;

	TAILQ_FOREACH (port, &ports->list, link)
		if (port->wanted == wanted)
			return true;
	return false;
}

/* False with *error set if one of them is not to be. */
static bool keep(struct ports *ports, const struct config *config,
	struct tli_error *error)
{
	for (size_t i = 0; i < config->listen_count; i++) {
		struct port *same = find_same(ports, &config->listen[i]);

		if (same && !port_may_be_open(same, config, error))
			return false;
		if (same)
			same->wanted = &config->listen[i];
	}
	return true;
}

static void forget(struct ports *ports)
{
	struct port *port;

	TAILQ_FOREACH (port, &ports->list, link)
		port->wanted = NULL;
}

/* ---- Opening ----------------------------------------------------------- */

/* Opens those that are not kept; none on failure. */
static bool open_missing(struct ports *ports, struct broker *broker,
	const struct config *config, struct port_list *opened,
	struct tli_error *error)
{
	for (size_t i = 0; i < config->listen_count; i++) {
		const struct config_listen *wanted = &config->listen[i];
		struct port *other, *port;

		if (is_kept(ports, wanted))
			continue;
		other = find_other(ports, wanted);
		port = port_open(broker, config, wanted, other, error);
		if (!port) {
			remove_all(opened);
			return false;
		}
		TAILQ_INSERT_TAIL(opened, port, link);
	}
	return true;
}

static void adjust(struct ports *ports, const struct config *config,
	struct port_contexts *contexts)
{
	struct port *port, *next;

	for (port = TAILQ_FIRST(&ports->list); port; port = next) {
		next = TAILQ_NEXT(port, link);
		if (port->wanted)
			port_adjust(port, config, port->wanted,
				port_contexts_take(contexts,
					(size_t)(port->wanted -
						config->listen)));
		else
			remove_port(&ports->list, port);
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
	if (keep(ports, config, error) &&
		open_missing(ports, broker, config, &opened, error)) {
		TAILQ_FOREACH (port, &opened, link)
			port_warn_if_open(port);
		TAILQ_CONCAT(&ports->list, &opened, link);
		adjust(ports, config, &contexts);
	} else {
		result = error->code;
	}
	forget(ports);
	port_contexts_fini(&contexts);
	return result;
}

int ports_check(const struct config *config, struct tli_error *error)
{
	struct port_contexts contexts;

	for (size_t i = 0; i < config->listen_count; i++)
		if (port_check(config, &config->listen[i], error) < 0)
			return error->code;
	if (port_contexts_load(&contexts, config, error) < 0)
		return error->code;
	port_contexts_fini(&contexts);
	return 0;
}

void ports_close(struct ports *ports)
{
	remove_all(&ports->list);
}
