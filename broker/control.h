/* SPDX-License-Identifier: MIT */
/* The verbs by which people and programs see what a broker does. */
#ifndef BROKER_CONTROL_H
#define BROKER_CONTROL_H

#include "../proto/control.h"
#include "../proto/json.h"

#include "peer.h"

void control_ping(struct peer *peer, const struct tli_request *request);
void control_list(struct peer *peer, const struct tli_request *request);
void control_stat(struct peer *peer, const struct tli_request *request);
void control_monitor(struct peer *peer, const struct tli_request *request);
void control_typeid(struct peer *peer, const struct tli_request *request);

/* A reply that is begun, and sent as it is then; false if the peer is refused
 * instead. */
tli_json *control_start_reply(struct tli_json_writer *writer);
bool control_send_reply(struct peer *peer, struct tli_json_writer *writer);

/* Adds where a peer is, and who it is, as far as that is known. */
void control_add_peer(struct tli_json_writer *writer, tli_json *object,
	const struct peer *peer);

#endif
