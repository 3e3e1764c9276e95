/* SPDX-License-Identifier: MIT */
/* Where a program listens that knows nothing of the broker: the addresses that
 * its host name stands for, looked up once. */
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <stddef.h>

#define TARGET_ADDRESSES_MAX 8
#define TARGET_HOST_MAX      256
#define TARGET_PORT_MAX      8
#define TARGET_TEXT_MAX      320 /* more than any address without a name */

struct target {
	size_t count;
	char addresses[TARGET_ADDRESSES_MAX][TARGET_TEXT_MAX];
};

/* Looks the address up, which may block. Returns STATUS_DONE, or another status
 * when it has complained. */
int target_find(struct target *target, const char *address);

#endif
