/* SPDX-License-Identifier: MIT */
/* The verbs by which people and programs see what a broker does. */
#ifndef BROKER_CONTROL_H
#define BROKER_CONTROL_H

#include "../proto/control.h"

#include "peer.h"

void control_ping(struct peer *peer, const struct tli_request *request);
void control_list(struct peer *peer, const struct tli_request *request);
void control_stat(struct peer *peer, const struct tli_request *request);
void control_monitor(struct peer *peer, const struct tli_request *request);

#endif
