/* SPDX-License-Identifier: MIT */
/* The part of managers in fuzz_broker.c: what clients say to them, the
 * processes that they are of, and what must be so. */
#ifndef TESTS_FUZZ_BROKER_MANAGERS_H
#define TESTS_FUZZ_BROKER_MANAGERS_H

#include "../../broker/broker.h"
#include "input.h"

/* So little of everything that an input can reach each limit, and typeids. */
void limit_managers(struct config *config);

/* The frame of a request, as the input says; NULL if none is to be sent. To be
 * freed. */
uint8_t *make_manager_request(
	struct broker *broker, struct input *input, size_t *len_out);

void check_managers(struct broker *broker);

/* When nobody is connected. */
void check_no_managers(const struct broker *broker);

/* Ends those that there are. */
void end_processes(void);

/* Whether anybody still has some. */
bool has_references(const struct broker *broker);

#endif
