/* SPDX-License-Identifier: MIT */
/* Methods that wait, for as long as their argument timeout says, and return
 * False when that is over. */
#ifndef TLI_WAITING_H
#define TLI_WAITING_H

#include "call.h"

/* What False is: TIELINE_ETIMEDOUT. */
extern const struct tli_exchange_kind tli_waiting;
/* The same, and what it returns after it was given up is released. */
extern const struct tli_exchange_kind tli_acquiring;

/* Makes the request. NULL with the session's error set. */
struct tli_exchange *tli_waiting_new(tieline_object *object, const char *method,
	int timeout_ms, const struct tli_exchange_kind *kind);

/* acquire(), of whatever has it. */
int tli_acquire(tieline_object *object, int timeout_ms, uint64_t *token_out);
int tli_acquire_start(tieline_object *object, int timeout_ms,
	tieline_completion done, void *arg, tieline_request *request_out);

#endif
