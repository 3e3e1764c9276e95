/* SPDX-License-Identifier: MIT */
/* Standard input and output as the two ends of a bridge. */
#ifndef CLI_TALK_H
#define CLI_TALK_H

#include "bridge.h"
#include "verbs.h"

struct talk {
	struct bridge bridge; /* to the connection that there is */
	const struct call *call;
	bool for_many;
	bool connected;
	struct source source;
	struct sink sink;
	struct codec codec;
	int status; /* of the last connection */
};

/* Takes over standard input and output, for one connection or for many.
 * Returns STATUS_DONE, or another status when it has complained. */
int talk_open(struct talk *talk, const struct call *call, bool for_many);

/* Ties a connection, which it takes, to them, while there is none. */
void talk_start(
	struct talk *talk, tieline_connection *connection, struct loop *loop);

/* Whether no other connection makes sense: a descriptor has failed. */
bool talk_has_failed(const struct talk *talk);

void talk_close(struct talk *talk);

#endif
