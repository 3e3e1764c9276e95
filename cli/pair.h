/* SPDX-License-Identifier: MIT */
/* A party: a connection that a carrier has taken, and the one to the place that
 * it is carried to, which is made first. */
#ifndef CLI_PAIR_H
#define CLI_PAIR_H

#include "carrier.h"

/* Takes the connection. */
void pair_start(struct carrier *carrier, tieline_connection *taken);

#endif
