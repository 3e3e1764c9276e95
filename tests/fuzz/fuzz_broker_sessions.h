/* SPDX-License-Identifier: MIT */
/* The part of sessions in fuzz_broker.c: what clients say in them, and what
 * must be so. */
#ifndef TESTS_FUZZ_BROKER_SESSIONS_H
#define TESTS_FUZZ_BROKER_SESSIONS_H

#include "../../broker/broker.h"
#include "input.h"

/* So little of everything that an input can reach each limit. */
void limit_sessions(struct config *config);

/* The frames of a request, as the input says; NULL for lack of memory. To be
 * freed. */
uint8_t *make_request(
	struct broker *broker, struct input *input, size_t *len_out);

void check_sessions(struct broker *broker);

/* When nobody is connected. */
void check_no_sessions(const struct broker *broker);

#endif
