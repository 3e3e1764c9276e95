/* SPDX-License-Identifier: MIT */
/* Where to connect to, again and again: the addresses that a host name stands
 * for, looked up once. */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include "broker.h"

#define TARGET_ADDRESSES_MAX 8
#define TARGET_HOST_MAX      256
#define TARGET_PORT_MAX      8
#define TARGET_URL_MAX       320 /* more than any address without a name */

struct target {
	size_t count;
	char addresses[TARGET_ADDRESSES_MAX]
		      [TARGET_URL_MAX + 1 + BROKER_NAME_MAX];
	char host[TARGET_HOST_MAX]; /* as it was written; "" of a Unix socket */
};

/* What an address may be. */
struct target_rule {
	bool tls;         /* also tls:// */
	const char *text; /* "it has to be ..." */
};

/* Looks the address up, which may block. Returns STATUS_DONE, or another status
 * when it has complained. */
int target_find(struct target *target, const char *address,
	const struct target_rule *rule);

/* Makes them addresses of that name there. */
void target_add_name(struct target *target, const char *name);

/* Whether nobody on another machine can connect to any of them. */
bool target_is_local(const struct target *target);

#endif
