/* SPDX-License-Identifier: MIT */
/*
 * The first stage of a connection: the handshake, within a deadline and a
 * budget. Whatever is wrong, the peer learns nothing but that; the log has the
 * reason.
 */
#ifndef BROKER_LOGIN_H
#define BROKER_LOGIN_H

#include "log.h"
#include "peer.h"

struct login;
TAILQ_HEAD(login_list, login);

struct logins {
	struct login_list list; /* under way, in order of arrival */
	uint32_t count;
	struct log_limit refusals;
};

void logins_init(struct logins *logins);

/* Challenges a peer that has connected. False, with the peer as it was, for
 * lack of memory or random bytes. */
bool login_start(struct peer *peer);

/* Turns away who has been at it for longest: it is worth less than who comes
 * now. False if there is nobody. */
bool logins_drop_oldest(struct logins *logins, const char *why);

#endif
