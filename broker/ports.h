/* SPDX-License-Identifier: MIT */
/* Which sockets the broker listens at. */
#ifndef BROKER_PORTS_H
#define BROKER_PORTS_H

#include "port.h"

TAILQ_HEAD(port_list, port);

struct ports {
	struct port_list list;
};

void ports_init(struct ports *ports);

/*
 * Listens where the configuration says: keeps what is listened at already,
 * opens the rest, and then closes what is not wanted any more. Returns 0, or
 * the code in *error with nothing changed.
 */
int ports_open(struct ports *ports, struct broker *broker,
	const struct config *config, struct tli_error *error);

/* Whether ports_open() could do that, as far as it shows without listening.
 * Returns 0, or the code in *error. */
int ports_check(const struct config *config, struct tli_error *error);

void ports_close(struct ports *ports);

#endif
