/* SPDX-License-Identifier: MIT */
/* What tielined prints when it is ready: where it listens, and how to get
 * there. */
#ifndef BROKER_GREETING_H
#define BROKER_GREETING_H

#include "broker.h"

/* Prints to standard output; only the addresses, for programs, if told so. */
void greeting_print(const struct broker *broker, bool only_addresses);

#endif
