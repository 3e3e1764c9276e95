/* SPDX-License-Identifier: MIT */
/* Leases of items: acknowledged, given back, made longer. */
#ifndef TLI_LEASE_H
#define TLI_LEASE_H

#include "exchange.h"

/* Acknowledges an item, or gives it back, with nobody waiting for an answer.
 * Nothing for an item without a lease. */
void tli_lease_note(
	const tieline_object *object, enum tli_op_code op, uint64_t lease);

/* The same with all items that an exchange has got. */
void tli_leases_note(const struct tli_exchange *exchange, enum tli_op_code op);

/* Gives back all items of a payload, the last of which may be cut off. */
void tli_leases_send_back(
	const tieline_object *object, const uint8_t *payload, size_t len);

#endif
